"""The search for copies among more documents than memory holds.

documents   what is searched, what is found
find        the search
equal       equal texts, by digest
buckets     pairs that share a band
confirm     pairs screened by their sketches and verified on their texts
decide      who of the copies is kept
budget      how the work is cut to the memory allowed
flat        records in files, by position and by partition
pool        pieces of work on threads, in order
"""

from pipelines.copies.decide import DECISION_SCHEMA, decide
from pipelines.copies.documents import EQUAL_SCHEMA, Copies, Documents, Facts, Rows
from pipelines.copies.find import find_copies

__all__ = [
    "DECISION_SCHEMA",
    "EQUAL_SCHEMA",
    "Copies",
    "Documents",
    "Facts",
    "Rows",
    "decide",
    "find_copies",
]
