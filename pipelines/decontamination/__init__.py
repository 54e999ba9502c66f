"""Benchmarks that must not be in a corpus, in the forms in which they are published.

Contents:
    settings  what a recipe says of them
    files     files -> records, whatever they are: JSON, JSON Lines, CSV, TSV, Parquet, and archives of them
    fields    a record -> passages and options
    load      the benchmarks of a recipe -> digest and items
    report    items in files of documents, without a run
"""

from pipelines.decontamination.load import load_index, with_digests
from pipelines.decontamination.settings import BenchmarkFiles, DecontaminationSettings

__all__ = ["BenchmarkFiles", "DecontaminationSettings", "load_index", "with_digests"]
