"""Candidate pairs by locality-sensitive hashing of signatures.

P. Indyk and R. Motwani, 1998; bands as in Leskovec, Rajaraman, Ullman, "Mining of Massive Datasets", 3.4: two texts of
Jaccard index J share one of b bands of r values with probability 1 - (1 - J^r)^b.

Why 18 bands of 7: a pair at the threshold of 0.8 is found with probability 0.924 by 14 x 8 (FineWeb2), 0.947 by
16 x 8, 0.986 by 18 x 7 and 0.998 by 21 x 6. On 5,855 real Korean documents (2,065 pairs at or above 0.8) 16 x 8 finds
0.9985 of them in 2,521 candidates, 18 x 7 all in 2,676, 21 x 6 all in 2,831 and 25 x 5 all in 3,048: 18 x 7 is the
cheapest that promises 0.97 at the threshold itself. `benchmarks/dedup_shingles.py` prints the table.
"""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup._arrays import Column, Rows, distinct
from dedup.minhash import signature_matrix
from dedup.settings import DEFAULTS, DedupSettings
from dedup.shingles import mix64

BAND_SCHEMA = pa.schema([("band", pa.int16()), ("key", pa.uint64()), ("row", pa.int64())])
"""One row per document and band; equal keys mean equal band number and equal band values."""

PAIR_SCHEMA = pa.schema([("a", pa.int64()), ("b", pa.int64())])
"""Two rows to compare, the better ranked first."""

# 64-bit FNV prime (Fowler, Noll, Vo; public domain): any odd number would do.
_BASE = np.uint64(0x100000001B3)


class Candidates(NamedTuple):
    """Pairs to verify (`PAIR_SCHEMA`, unique, sorted) and the number of buckets too large for all their pairs."""

    pairs: pa.Table
    capped_buckets: int


def band_keys(rows: Column, signatures: Column, settings: DedupSettings = DEFAULTS) -> pa.Table:
    """Keys of all bands of each document that has a signature; a table in `BAND_SCHEMA`, band by band.

    Args:
        rows: int64 row number of each document, without nulls.
        signatures: as `sketch` made them; nulls are left out.
        settings: the settings the signatures were made with.

    Raises:
        ValueError: lengths differ, or signatures are of another length than the settings say.
    """
    if len(rows) != len(signatures):
        raise ValueError(f"{len(rows)} rows but {len(signatures)} signatures")
    present = signatures.is_valid()
    matrix = signature_matrix(signatures.filter(present))
    if matrix.shape[1] != settings.permutations:
        raise ValueError(f"signatures of {matrix.shape[1]} values, settings say {settings.permutations}")
    keys = np.empty((settings.bands, len(matrix)), dtype=np.uint64)
    for band, key in enumerate(keys):
        key[:] = band
        for value in range(band * settings.rows, (band + 1) * settings.rows):
            # Mixed between steps: one product chain alone would carry nothing from high bits to low ones.
            mix64(np.add(np.multiply(key, _BASE, out=key), matrix[:, value], out=key))
    numbers = np.asarray(rows.filter(present), dtype=np.int64)
    columns = {
        "band": pa.array(np.repeat(np.arange(settings.bands, dtype=np.int16), len(numbers))),
        "key": pa.array(keys.reshape(-1)),
        "row": pa.array(np.tile(numbers, settings.bands)),
    }
    return pa.table(columns, schema=BAND_SCHEMA)


def partition(keys: Column, count: int) -> npt.NDArray[np.int32]:
    """Partition (0 to count - 1) of each band key: all rows of a key go to one partition.

    Raises:
        ValueError: count is not positive.
    """
    if count < 1:
        raise ValueError(f"cannot make {count} partitions")
    high = np.asarray(keys, dtype=np.uint64) >> np.uint64(32)
    return ((high * np.uint64(count)) >> np.uint64(32)).astype(np.int32)


def candidates(bands: pa.Table, rank: Rows, settings: DedupSettings = DEFAULTS) -> Candidates:
    """Pairs of documents that share a bucket, each once.

    In a bucket, ordered by rank, a document is paired with `bucket_partners / 2` that come just before it and with the
    `bucket_partners / 2` best. Up to `bucket_partners + 1` documents these are all pairs. In a larger bucket, most
    often boilerplate that many pages share, the best find what everyone copied, and the neighbours, alike in quality
    and length where rank is built of them, find small families. No row of `bands` makes more than `bucket_partners`
    pairs of 8 bytes, of which about five copies are held at the peak.

    Args:
        bands: `BAND_SCHEMA`, all rows of any key it holds, a document once per key; other partitions hold other keys.
        rank: position of each row number in the order of `keep_rank`.
        settings: for `bucket_partners`.
    """
    key = np.asarray(bands["key"], dtype=np.uint64)
    row = np.asarray(bands["row"], dtype=np.int64)
    order = np.lexsort((rank[row], key))
    key, row = key[order], row[order]
    size = np.diff(np.concatenate(([0], np.flatnonzero(key[1:] != key[:-1]) + 1, [len(key)])))
    row, size = row[np.repeat(size > 1, size)], size[size > 1]

    # A pair as one integer, ordered as the pair of rows is: a third of the memory that two columns take to make unique.
    rows, number = np.unique(row, return_inverse=True)
    half = settings.bucket_partners // 2
    start = np.repeat(np.cumsum(size) - size, size)
    place = np.arange(len(row)) - start
    codes = [np.empty(0, dtype=np.int64)]
    for distance in range(1, half + 1):
        later = np.flatnonzero(place >= distance)
        codes.append(number[later - distance] * len(rows) + number[later])
    for best in range(half):
        later = np.flatnonzero(place > best + half)
        codes.append(number[start[later] + best] * len(rows) + number[later])
    a, b = np.divmod(distinct(np.concatenate(codes)), max(len(rows), 1))
    capped = int(np.count_nonzero(size > settings.bucket_partners + 1))
    return Candidates(pa.table([pa.array(rows[a]), pa.array(rows[b])], schema=PAIR_SCHEMA), capped)
