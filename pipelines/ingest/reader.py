"""The reader of one split, whatever its format."""

from collections.abc import Iterator
from typing import Protocol

from pipelines.ingest.archive import Archive
from pipelines.ingest.captures import Auxiliary, Batcher, Capture, IngestBatch
from pipelines.ingest.faults import BadRecord
from pipelines.ingest.inputs import Format
from pipelines.ingest.jsonl import JsonLines
from pipelines.ingest.parquet import ParquetRows
from pipelines.ingest.records import Record
from pipelines.ingest.rows import CAPTURES
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.splits import Split
from pipelines.ingest.storage import ByteSource, StorageOptions, StoredFile
from pipelines.ingest.warc import read_capture
from pipelines.ingest.window import Window

Item = Capture | BadRecord | Auxiliary


class _Rows(Protocol):
    first: int
    next: int
    position: int

    def __iter__(self) -> Iterator[Record | Capture | BadRecord]: ...


class SplitReader:
    """Iterates over the batches of a split. Each iteration reads it anew; peak memory does not depend on the file.

    When an iteration has ended, ``first`` is the offset of the first record start that was used and ``next`` that of
    the first record start behind the split (the file's size if there is none). The splits of a file meet when each
    one's ``next`` is the following one's ``first``; one that does not is to be read again from there
    (``Split.exact``).

    Args:
        split: What to read.
        settings: Limits and batch sizes.
        storage_options: For fsspec.
        source: The bytes, if not those at ``split.uri``.

    Raises:
        BadInputError: The file is missing or not what its name says (while iterating, as the following).
        SplitError: The file cannot be read on.
        RetryableError: Storage failed on every attempt.
    """

    def __init__(
        self,
        split: Split,
        settings: IngestSettings,
        storage_options: StorageOptions | None = None,
        *,
        source: ByteSource | None = None,
    ) -> None:
        self.first = split.start
        self.next = split.end
        self._split = split
        self._settings = settings
        self._source = source or StoredFile(split.uri, split.size, settings, storage_options)

    def __iter__(self) -> Iterator[IngestBatch]:
        rows = self._rows()
        batcher = Batcher(self._split.uri, self._settings)
        for row in rows:
            item = read_capture(row, self._settings) if isinstance(row, Record) else row
            if batcher.add(item):
                yield batcher.take(self._progress(rows.position))
        self.first, self.next = rows.first, rows.next
        if batcher:
            yield batcher.take(self._progress(rows.position))

    def _rows(self) -> _Rows:
        if self._split.format is Format.PARQUET:
            return ParquetRows(self._source, self._split, self._settings, CAPTURES)
        window = Window(self._source, self._settings.read_bytes)
        if self._split.format is Format.WARC:
            return Archive(window, self._split, self._settings)
        return JsonLines(window, self._split, self._settings, CAPTURES)

    def _progress(self, position: int) -> int:
        """Bytes of the split up to a place in the file; records may begin behind its start and end behind its end."""
        return min(max(position - self._split.start, 0), self._split.end - self._split.start)
