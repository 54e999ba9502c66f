"""Records of a data set in JSONL and Parquet: the readers of captures, told which columns there are."""

from pipelines.ingest.datasets.layouts import layout_of
from pipelines.ingest.datasets.rows import Placed, table_row
from pipelines.ingest.datasets.settings import DatasetSource
from pipelines.ingest.inputs import Format
from pipelines.ingest.jsonl import JsonLines
from pipelines.ingest.parquet import ParquetRows
from pipelines.ingest.rows import TableColumns
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.splits import Split
from pipelines.ingest.storage import ByteSource
from pipelines.ingest.window import Window


def table_columns(dataset: DatasetSource) -> TableColumns[Placed]:
    """Columns of a data set's tables: those of its fields, the text among them."""
    layout = layout_of(dataset)
    paths = {
        name: layout.declared.get(name, getattr(layout, name)[0]) for name in ("text", "id", "title", "author", "date")
    }
    columns = tuple(dict.fromkeys([*paths.values(), *(path.partition(".")[0] for path in paths.values())]))
    text = paths["text"]
    return TableColumns(columns, (frozenset({text, text.partition(".")[0]}),), table_row(layout))


def table_records(
    source: ByteSource, split: Split, dataset: DatasetSource, settings: IngestSettings
) -> "JsonLines[Placed] | ParquetRows[Placed]":
    """The reader of a split of a table."""
    columns = table_columns(dataset)
    if split.format is Format.PARQUET:
        return ParquetRows(source, split, settings, columns)
    return JsonLines(Window(source, settings.read_bytes), split, settings, columns)
