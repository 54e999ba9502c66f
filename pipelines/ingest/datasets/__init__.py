"""Data sets: texts that came as files of records, not as pages of the web.

They have no HTML, no headers and no robots.txt. What may be done with them follows from their origin, which the recipe
declares; the declaration is stored beside site files and read by the same rules.

Contents:
    settings   what a recipe says of a data set
    layouts    where text and metadata stand in a record (data/layouts.toml)
    units      the records of a JSON file of any size, as it comes
    files      JSON files and zip archives of them, in bytes
    tables     records in JSONL and Parquet
    rows       records -> batches
    reader     a split of a data set -> batches
"""

from pipelines.ingest.datasets.reader import DatasetReader
from pipelines.ingest.datasets.settings import DATASET_SUFFIXES, DatasetSource

__all__ = ["DATASET_SUFFIXES", "DatasetReader", "DatasetSource"]
