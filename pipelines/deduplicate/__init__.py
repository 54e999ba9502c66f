"""Deduplication of files of documents, outside a warehouse: JSON lines and Parquet in, Parquet out.

run      all of it
lines    JSON lines -> tables, a block at a time
parts    what the inputs hold, at rest in files that are read as often as needed
keep     which copy is the better one
corpus   the documents as the search for copies reads them
write    what is kept, what is a copy, what cannot be read
report   counts that add up, clusters, alarms
"""

from pipelines.deduplicate.keep import Order
from pipelines.deduplicate.run import deduplicate

__all__ = ["Order", "deduplicate"]
