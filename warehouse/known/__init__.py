"""The index of what is known: documents of earlier runs, found again by fingerprints.

records   keys and documents in NumPy
write     fingerprints of a run into sorted files, outside memory
plain     single values of columns that lie plain in a file
keyfile   one file, asked for many keys
known     `Known`: who has a key, with which signature and text
"""

from warehouse.known.known import HIT_SCHEMA, Known
from warehouse.known.write import write_fingerprints

__all__ = ["HIT_SCHEMA", "Known", "write_fingerprints"]
