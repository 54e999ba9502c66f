"""The records of one byte range of a WARC file.

A record belongs to the range in which its member begins. A range that begins in the middle of the file starts at the
first place where a record can be seen to begin, so all ranges together give every record once. That place can be an
illusion (an archive stored inside a record) or hide damage (a member whose first byte is broken); ``first`` and
``next`` tell, and a neighbour that disagrees is read again with ``exact``.
"""

import re
from collections.abc import Generator, Iterator

from pipelines.errors import BadInputError
from pipelines.ingest import gzip_members, zstd_frames
from pipelines.ingest.faults import BadRecord, FaultError, Reason
from pipelines.ingest.gzip_members import GzipCodec
from pipelines.ingest.members import START, Codec, PlainCodec, find_start, is_start
from pipelines.ingest.records import Inflated, Record, member_records, read_record
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.splits import Split
from pipelines.ingest.window import Window

_HEAD = 512
_ERROR_CODE = re.compile(rb"<Code>([A-Za-z0-9]{1,64})</Code>")


class Archive:
    """Iterates over the records and the bad records of a split.

    A file whose first member holds several records (compressed as a whole) has no places to begin at: its first split
    reads all of it and the others nothing.

    Args:
        window: The file.
        split: The range.
        settings: Limits.

    Raises:
        BadInputError: The file is no archive (while iterating over its first split).
    """

    def __init__(self, window: Window, split: Split, settings: IngestSettings) -> None:
        self.first = split.start
        self.next = split.end
        self.position = split.start
        self._window = window
        self._split = split
        self._settings = settings

    def __iter__(self) -> Iterator[Record | BadRecord]:
        split = self._split
        codec = open_codec(self._window, split)
        end = split.end
        if split.exact:
            start = split.start
        elif _is_one_member(codec, self._settings):
            start, end = (0, split.size) if split.start == 0 else (split.size, split.size)
        elif split.start == 0:
            _require_archive(codec, self._window, split, self._settings)
            start = codec.skip(0)
        else:
            start = find_start(codec, split.start, split.size)
        self.first = self.position = start
        while self.position < end:
            following = yield from self._member(codec, self.position)
            self.position = codec.skip(following)
        self.next = self.position

    def _member(self, codec: Codec, offset: int) -> Generator[Record | BadRecord, None, int]:
        """The records of one member; returns where the next one begins."""
        try:
            member = codec.open(offset)
            if codec.shares:
                yield from member_records(member, offset, self._settings)
                return member.position
            stream = Inflated(member)
            fields, block, _ = read_record(stream, self._settings)
        except FaultError as fault:
            following = self._resume(codec, offset, fault)
            reason = fault.reason
            if reason is Reason.TRUNCATED and following < self._split.size:
                reason = Reason.BAD_CONTENT_LENGTH  # records follow, so it was not the file that ended too early
            yield BadRecord(offset, reason, fault.error, following - offset, fault.url, fault.inner)
            return following
        yield Record(offset, 0, stream.taken, fields, block)
        return offset + stream.taken

    def _resume(self, codec: Codec, offset: int, fault: FaultError) -> int:
        """Where the next record begins behind a bad one: where the bad one should end, or else the next to be seen."""
        expected = fault.resume
        if expected is None and fault.skip is not None and not codec.shares:
            expected = offset + fault.skip
        if expected is not None and expected <= self._split.size:
            after = codec.skip(expected)
            if after == self._split.size or is_start(codec, after):
                return after
        return find_start(codec, offset + 1, self._split.size)


def open_codec(window: Window, split: Split) -> Codec:
    """The codec of a file by its first bytes; by its name where they are damaged.

    Raises:
        BadInputError: It begins with a zstd dictionary that cannot be read.
    """
    head = bytes(window.view(0, 8))
    if head.startswith(START):
        return PlainCodec(window)
    if head.startswith(gzip_members.MAGIC):
        return GzipCodec(window)
    try:
        if head.startswith(zstd_frames.MAGIC) or zstd_frames.is_skippable(head):
            return zstd_frames.ZstdCodec(window)
    except FaultError as fault:
        raise BadInputError(f"{split.uri}: {fault.error}", uri=split.uri, found="damaged dictionary") from fault
    if split.uri.endswith(".gz"):
        return GzipCodec(window)
    return zstd_frames.ZstdCodec(window) if split.uri.endswith(".zst") else PlainCodec(window)


def _is_one_member(codec: Codec, settings: IngestSettings) -> bool:
    """Whether the first member goes on behind its first record."""
    if not codec.shares:
        return False
    try:
        record = next(iter(member_records(codec.open(codec.skip(0)), 0, settings)), None)
    except FaultError:
        return False
    return isinstance(record, Record) and record.length is None


def _require_archive(codec: Codec, window: Window, split: Split, settings: IngestSettings) -> None:
    """Refuse what is no archive at all: no record anywhere, and a beginning that is sound but something else.

    Raises:
        BadInputError: It is none.
    """
    start = codec.skip(0)
    if find_start(codec, start, split.size) < split.size:
        return
    try:
        stream = Inflated(codec.open(start))
        stream.fill(settings.max_record_bytes)  # to its end, as only the checksum there tells damage from foreign data
        head = stream.peek(0, _HEAD)
    except FaultError as fault:
        if fault.reason is not Reason.BAD_MEMBER:
            return
        head = bytes(window.view(start, _HEAD))
    found = describe_head(head)
    raise BadInputError(f"{split.uri} is not a WARC file: {found}", uri=split.uri, found=found)


def describe_head(head: bytes) -> str:
    """What a file seems to be by its first bytes, in words that quote nothing but an error code of object storage."""
    text = head.lstrip(b"\xef\xbb\xbf \t\r\n")
    code = _ERROR_CODE.search(text)
    if code:
        return f"it holds the error answer {code[1].decode()} of object storage"
    if text[:15].lower().startswith((b"<!doctype html", b"<html")):
        return "it holds an HTML page"
    if text.startswith(b"<"):
        return "it holds XML or HTML"
    return f"it begins with bytes {head[:8].hex()}"
