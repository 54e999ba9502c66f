"""Captures in JSON lines: plain files by byte range, gzip and zstd files as a whole."""

import json
from collections.abc import Iterator
from typing import Generic

from pipelines.errors import BadInputError
from pipelines.ingest.archive import describe_head
from pipelines.ingest.faults import BadRecord, FaultError, Reason
from pipelines.ingest.gzip_members import GzipCodec
from pipelines.ingest.inputs import Format
from pipelines.ingest.members import Codec
from pipelines.ingest.rows import Item, TableColumns
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.splits import Split
from pipelines.ingest.window import Window
from pipelines.ingest.zstd_frames import ZstdCodec

_SPACE = b" \t\r\n"
_BOM = b"\xef\xbb\xbf"
_HEAD = 512


class JsonLines(Generic[Item]):
    """Iterates over the rows whose lines begin in a split; blank lines are no rows.

    In compressed files damage ends the reading: a quarantined row stands for all that cannot be reached.

    Args:
        window: The file.
        split: The range; the whole file if it is compressed.
        settings: Limits.
        columns: What a row is.

    Raises:
        BadInputError: A compressed file does not begin as one (while iterating).
    """

    def __init__(self, window: Window, split: Split, settings: IngestSettings, columns: TableColumns[Item]) -> None:
        self.first = self.position = split.start
        self.next = split.end
        self._window = window
        self._split = split
        self._settings = settings
        self._columns = columns
        self._longest = 2 * settings.max_record_bytes + settings.max_header_bytes  # \uXXXX doubles Korean in UTF-8

    def __iter__(self) -> Iterator[Item | BadRecord]:
        if self._split.format is Format.JSONL:
            yield from self._plain()
        elif self._split.format is Format.JSONL_GZ:
            yield from self._compressed(GzipCodec(self._window))
        else:
            yield from self._compressed(ZstdCodec(self._window))

    def _plain(self) -> Iterator[Item | BadRecord]:
        start, size = self._split.start, self._split.size
        if start > 0 and not self._split.exact:
            newline = self._window.find(b"\n", start - 1)
            start = newline + 1 if newline >= 0 else size
        self.first = self.position = start
        while start < self._split.end:
            newline = self._window.find(b"\n", start)
            end = newline + 1 if newline >= 0 else size
            length = end - start
            if length > self._longest:
                yield BadRecord(start, Reason.TOO_LARGE, f"a line of {length} bytes", length)
            else:
                yield from self._row(bytes(self._window.view(start, length)), start)
            start = self.position = end
        self.next = start

    def _compressed(self, codec: Codec) -> Iterator[Item | BadRecord]:
        offset = 0
        rest = bytearray()
        try:
            for chunk in self._chunks(codec):
                rest += chunk
                while (end := rest.find(b"\n") + 1) > 0:
                    yield from self._row(bytes(rest[:end]), offset)
                    del rest[:end]
                    offset += end
                self._check_length(len(rest))
            yield from self._row(bytes(rest), offset)
        except FaultError as fault:
            yield BadRecord(offset, fault.reason, f"{fault.error}; what follows in the file is lost")
        self.next = self.position = self._split.size

    def _chunks(self, codec: Codec) -> Iterator[bytes]:
        self.position = codec.skip(0)
        while self.position < self._split.size:
            try:
                member = codec.open(self.position)
            except FaultError as fault:
                if self.position > 0 or fault.reason is not Reason.BAD_MEMBER:
                    raise
                found = describe_head(bytes(self._window.view(0, _HEAD)))
                uri = self._split.uri
                raise BadInputError(
                    f"{uri} is not compressed as its name says: {found}", uri=uri, found=found
                ) from fault
            while chunk := member.chunk():
                self.position = member.position
                yield chunk
            self.position = codec.skip(member.position)

    def _row(self, line: bytes, offset: int) -> Iterator[Item | BadRecord]:
        text = line.removeprefix(_BOM) if offset == 0 else line
        if not text.strip(_SPACE):
            return
        try:
            row = json.loads(text)
        except (ValueError, RecursionError) as error:
            kind = type(error).__name__
            yield BadRecord(offset, Reason.BAD_ROW, f"the line is no JSON ({kind})", len(line))
            return
        yield self._columns.read(row, offset, len(line), self._settings.max_record_bytes)

    def _check_length(self, length: int) -> None:
        if length > self._longest:
            raise FaultError(Reason.TOO_LARGE, f"a line of more than {self._longest} bytes")
