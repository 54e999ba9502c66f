"""What the inputs hold, at rest: Parquet files as they are, JSON lines laid aside as Arrow files.

Documents are numbered through all parts, in the order of the inputs.
"""

import glob
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from polars import CompatLevel

from pipelines.deduplicate.lines import LINE, read_blocks
from pipelines.errors import BadInputError

_LINES = tuple(stem + end for stem in (".jsonl", ".ndjson") for end in ("", ".gz", ".zst"))
_PARQUET = ".parquet"
_BATCH_ROWS = 2048
_PAGE_BUFFER = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """Rows of one input that have the same columns.

    Attributes:
        source: The input.
        path: File that holds the rows.
        schema: Its columns.
        first: Number of its first document.
        rows: How many it holds.
        size: Bytes that they take, uncompressed.
    """

    source: str
    path: Path
    schema: pa.Schema
    first: int
    rows: int
    size: int

    def read(self, columns: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
        """Those of the named columns that there are, in batches, each with the number of its first document.

        Raises:
            BadInputError: The file is damaged.
        """
        names = [name for name in columns if name in self.schema.names]
        first = self.first
        try:
            for batch in self._batches(names):
                yield first, batch
                first += batch.num_rows
        except (OSError, pa.ArrowException) as error:
            raise BadInputError(f"{self.source} cannot be read: {error}", uri=self.source) from error

    def _batches(self, names: list[str]) -> Iterator[pa.RecordBatch]:
        if self.path.suffix.lower() == _PARQUET:
            with pq.ParquetFile(self.path, buffer_size=_PAGE_BUFFER, pre_buffer=False) as file:
                yield from file.iter_batches(batch_size=_BATCH_ROWS, columns=names, use_threads=False)
            return
        options = pa.ipc.IpcReadOptions(included_fields=[self.schema.get_field_index(name) for name in names])
        with pa.OSFile(str(self.path), "rb") as source, pa.ipc.open_file(source, options=options) as file:
            for number in range(file.num_record_batches):
                yield file.get_batch(number)


def find_inputs(patterns: Sequence[str]) -> list[Path]:
    """The files that are meant, sorted, each once: files, folders with all recognised ones below, patterns.

    Raises:
        BadInputError: A pattern matches nothing that can be read.
    """
    found: set[Path] = set()
    for pattern in patterns:
        path = Path(pattern)
        if path.is_dir():
            # Names that begin with a dot are of work that is not done, such as an output in the making.
            below = [one for one in path.rglob("*") if not any(name[0] == "." for name in one.relative_to(path).parts)]
        else:
            below = [path] if path.is_file() else list(map(Path, glob.glob(pattern, recursive=True)))  # noqa: PTH207
        known = {one for one in below if one.is_file() and one.name.lower().endswith((*_LINES, _PARQUET))}
        if not known:
            endings = ", ".join((*_LINES, _PARQUET))
            raise BadInputError(f"{pattern} matches no file that can be read; recognised are {endings}")
        found |= known
    return sorted(found)


def open_parts(
    inputs: Sequence[Path], needs: Sequence[str], scratch: Path, broken: Callable[[Path, int], None]
) -> list[Part]:
    """Make all inputs readable by column, again and again.

    Args:
        inputs: The files.
        needs: Columns that each of them must have.
        scratch: A folder for what JSON lines hold.
        broken: Told the file and number of each line that is no JSON object.

    Raises:
        BadInputError: A file is damaged, or lacks a column.
    """
    parts: list[Part] = []
    for path in inputs:
        first = parts[-1].first + parts[-1].rows if parts else 0
        if path.suffix.lower() == _PARQUET:
            mine = [_parquet(path, first)]
        else:
            mine = list(_spooled(path, first, scratch, broken))
        names = {name for part in mine for name in part.schema.names} - {LINE}
        missing = [name for name in needs if name not in names]
        if missing and mine:
            raise BadInputError(f"{path} has no column {', '.join(missing)}; it has {', '.join(sorted(names))}")
        parts += mine
    return parts


def _parquet(path: Path, first: int) -> Part:
    try:
        with pq.ParquetFile(path) as file:
            found = file.metadata
            size = sum(found.row_group(number).total_byte_size for number in range(found.num_row_groups))
            return Part(str(path), path, file.schema_arrow.remove_metadata(), first, found.num_rows, size)
    except (OSError, pa.ArrowException) as error:
        raise BadInputError(f"{path} is not a Parquet file: {error}", uri=str(path)) from error


def _spooled(path: Path, first: int, scratch: Path, broken: Callable[[Path, int], None]) -> Iterator[Part]:
    """The rows of JSON lines: a file for each run of blocks that have the same columns."""
    with ExitStack() as stack:
        writer: Any = None
        target, schema, rows, size = path, pa.schema([]), 0, 0
        for block in read_blocks(path):
            for number in block.broken:
                broken(path, number)
            table = block.rows.to_arrow(compat_level=CompatLevel.oldest())
            if not table.num_rows:
                continue
            if writer is None or not table.schema.equals(schema):
                if writer is not None:
                    writer.close()
                    yield Part(str(path), target, schema, first, rows, size)
                first, rows, size, schema = first + rows, 0, 0, table.schema
                target = scratch / f"rows-{first:012d}.arrow"
                writer = stack.enter_context(pa.ipc.new_file(str(target), schema))
            writer.write_table(table.combine_chunks())
            rows += table.num_rows
            size += table.nbytes
    if writer is not None:
        yield Part(str(path), target, schema, first, rows, size)


def common_schema(parts: Sequence[Part]) -> pa.Schema:
    """Columns of all parts, in the order in which they first come; their types hold every value.

    Whole and other numbers meet as floating-point numbers, other scalars as strings.

    Raises:
        BadInputError: Lists or structures of different members, which nothing holds, share a name.
    """
    fields: dict[str, pa.DataType] = {}
    for part in parts:
        for field in part.schema:
            if field.name == LINE:
                continue
            kind = _plain(field.type)
            known = fields.get(field.name, kind)
            fields[field.name] = kind if known.equals(kind) else _common(known, kind, field.name, part.source)
    return pa.schema([pa.field(name, pa.string() if pa.types.is_null(kind) else kind) for name, kind in fields.items()])


def strings(batch: pa.RecordBatch, name: str) -> Any:
    """A column as strings, with nulls where there is no such column."""
    at = batch.schema.get_field_index(name)
    if at < 0:
        return pa.nulls(batch.num_rows, pa.string())
    column: Any = batch.column(at)
    kept = pa.types.is_string(column.type) or pa.types.is_large_string(column.type)
    return column if kept else column.cast(pa.large_string())


def _plain(kind: pa.DataType) -> pa.DataType:
    if pa.types.is_dictionary(kind):
        return _plain(kind.value_type)
    return pa.string() if pa.types.is_large_string(kind) or pa.types.is_string_view(kind) else kind


def _common(known: pa.DataType, kind: pa.DataType, name: str, source: str) -> pa.DataType:
    try:
        merged = pa.unify_schemas(
            [pa.schema([pa.field("", known)]), pa.schema([pa.field("", kind)])], promote_options="permissive"
        )
        found: pa.DataType = merged.field(0).type
    except pa.ArrowTypeError as error:
        if pa.types.is_nested(known) or pa.types.is_nested(kind):
            raise BadInputError(f"column {name} is {known} in one place and {kind} in {source}") from error
        return pa.string()
    return found
