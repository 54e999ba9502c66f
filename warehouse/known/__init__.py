"""The index of what is known: documents of earlier runs, found again by fingerprints.

records     keys and documents in NumPy
write       fingerprints of a run into sorted files, outside memory
footer      bounds, Bloom filters and runs of row groups
plain       single values of columns that lie plain in a file
keyfile     one file of fingerprints, asked for many keys
docfile     one file of documents or signatures, asked for many of them
known       `Known`: who has a key, with which signature and text
indexing    fingerprints of runs that have none under the settings of a search
compaction  many small files into few large ones
"""

from warehouse.known.compaction import compact, maintain
from warehouse.known.indexing import index_runs
from warehouse.known.known import HIT_SCHEMA, Known
from warehouse.known.write import write_fingerprints

__all__ = ["HIT_SCHEMA", "Known", "compact", "index_runs", "maintain", "write_fingerprints"]
