"""Captures in Parquet, row group by row group."""

from collections.abc import Iterator
from typing import Generic

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.errors import BadInputError, SplitError
from pipelines.ingest.archive import describe_head
from pipelines.ingest.faults import BadRecord
from pipelines.ingest.rows import Item, TableColumns
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.splits import Split
from pipelines.ingest.storage import ByteSource, SourceIO

_HEAD = 512


class ParquetRows(Generic[Item]):
    """Iterates over the rows of the row groups that begin in a split.

    Memory is bounded by ``batch_rows`` rows and the pages they are in.

    Args:
        source: The file.
        split: The range.
        settings: Limits.
        columns: Which columns are read, and what a row is.

    Raises:
        BadInputError: The file is no Parquet or lacks the columns (while iterating).
        SplitError: Its data are damaged (while iterating).
    """

    def __init__(self, source: ByteSource, split: Split, settings: IngestSettings, columns: TableColumns[Item]) -> None:
        self.first = self.position = split.start
        self.next = split.end
        self._source = source
        self._split = split
        self._settings = settings
        self._columns = columns

    def __iter__(self) -> Iterator[Item | BadRecord]:
        split = self._split
        file = self._open()
        starts = [_start_of(file.metadata.row_group(index)) for index in range(file.metadata.num_row_groups)]
        self.first = next((start for start in starts if start >= split.start), split.size)
        row_number = 0
        for index, start in enumerate(starts):
            if split.start <= start < split.end:
                yield from self._rows(file, index, row_number)
            row_number += file.metadata.row_group(index).num_rows
            self.position = max(self.position, min(start, split.end))
        self.next = self.position = next((start for start in starts if start >= split.end), split.size)

    def _open(self) -> pq.ParquetFile:
        uri = self._split.uri
        try:
            file = pq.ParquetFile(
                pa.PythonFile(SourceIO(self._source), mode="r"), buffer_size=self._settings.read_bytes, pre_buffer=False
            )
        except pa.ArrowInvalid as error:
            found = describe_head(self._source.read(0, _HEAD))
            raise BadInputError(f"{uri} is not a Parquet file: {found}", uri=uri, found=found) from error
        names = set(file.schema_arrow.names)
        if any(names.isdisjoint(need) for need in self._columns.needs):
            needs = " and ".join(f"one of {', '.join(sorted(need))}" for need in self._columns.needs)
            raise BadInputError(
                f"{uri} needs the columns {needs}; it has {', '.join(sorted(names))}",
                uri=uri,
                found=sorted(names),
            )
        return file

    def _rows(self, file: pq.ParquetFile, group: int, row_number: int) -> Iterator[Item | BadRecord]:
        columns = [name for name in file.schema_arrow.names if name in self._columns.columns]
        batches = file.iter_batches(
            batch_size=self._settings.batch_rows, row_groups=[group], columns=columns, use_threads=False
        )
        try:
            for batch in batches:
                for row in batch.to_pylist():
                    yield self._columns.read(row, row_number, 1, self._settings.max_record_bytes)
                    row_number += 1
        except (pa.ArrowException, OSError) as error:
            uri = self._split.uri
            raise SplitError(f"{uri}: row group {group} cannot be read: {error}", uri=uri, row_group=group) from error


def _start_of(group: pq.RowGroupMetaData) -> int:
    """Offset of the first byte of a row group."""
    columns = [group.column(index) for index in range(group.num_columns)]
    return min(column.dictionary_page_offset or column.data_page_offset for column in columns)
