"""From candidate pairs to verified ones.

`screen` refuses pairs by their sketches alone, `verify` reads the texts of the rest and computes the exact Jaccard
index. Both ask for what they need in bounded batches, so that the caller decides where sketches and texts rest.
"""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import pyarrow as pa

from dedup import compiled
from dedup._arrays import Column, Rows, Scores, distinct
from dedup.lsh import PAIR_SCHEMA
from dedup.minhash import signature_matrix
from dedup.settings import DEFAULTS, DedupSettings
from dedup.shingles import canonical, jaccard, shingle_sets

VERIFIED_SCHEMA = PAIR_SCHEMA.append(pa.field("jaccard", pa.float64()))
"""Pairs of rows with the exact Jaccard index of their shingle sets."""

_SCREEN_PAIRS = 1 << 16


def screen(
    pairs: pa.Table, sketches: Callable[[Rows], pa.Table | pa.RecordBatch], settings: DedupSettings = DEFAULTS
) -> pa.Table:
    """The pairs whose sketches allow a Jaccard index at the threshold, in the order given.

    Two bounds. Set sizes: J <= smaller / larger, exactly. Signatures: the share of equal values is a mean of k = 128
    independent trials of mean J, so by Hoeffding's inequality a pair at the threshold is estimated more than s = 0.25
    too low with a probability of at most exp(-2 k s^2) = exp(-16), one true pair in nine million.

    Args:
        pairs: table with int64 columns `a` and `b`.
        sketches: gives, for row numbers, their sketches in the same order; called for at most 65,536 pairs at a time.
        settings: for `threshold` and `estimate_slack`.
    """
    kept = [pairs.slice(0, 0)]
    for start in range(0, len(pairs), _SCREEN_PAIRS):
        batch = pairs.slice(start, _SCREEN_PAIRS)
        rows, places = np.unique(_ends(batch), return_inverse=True)
        found = sketches(rows)
        a, b = places.reshape(2, -1)
        size = np.asarray(found["n_shingles"], dtype=np.int64)
        low, high = np.minimum(size[a], size[b]), np.maximum(size[a], size[b])
        # The quotient, not a product with the threshold: it rounds as that of `jaccard` does.
        possible = np.flatnonzero((low > 0) & (low / np.maximum(high, 1) >= settings.threshold))
        values = signature_matrix(found["signature"])
        estimate = (values[a[possible]] == values[b[possible]]).mean(axis=1)
        kept.append(batch.take(possible[estimate >= settings.threshold - settings.estimate_slack]))
    return pa.concat_tables(kept)


def verify(
    pairs: pa.Table, texts: "Callable[[Rows], Column | Sequence[str | None]]", settings: DedupSettings = DEFAULTS
) -> pa.Table:
    """The pairs whose exact Jaccard index reaches the threshold; a table in `VERIFIED_SCHEMA`, sorted by a and b.

    Args:
        pairs: table with int64 columns `a` and `b`.
        texts: gives, for row numbers, their texts in the same order, best as an Arrow array; called once per batch of
            at most `verify_batch` distinct rows. Pairs are taken in the order of `a`, so that a row of many pairs is
            seldom read twice.
        settings: for `threshold`, `shingle_width` and `verify_batch`.

    Raises:
        ValueError: `texts` gave another number of texts than it was asked for.
    """
    table = pairs.select(["a", "b"]).sort_by([("a", "ascending"), ("b", "ascending")])
    found = [VERIFIED_SCHEMA.empty_table()]
    for batch in _batches(table, settings.verify_batch):
        ends = _ends(batch)
        rows = distinct(ends)
        given = texts(rows)
        if len(given) != len(rows):
            raise ValueError(f"{len(rows)} texts were asked for, {len(given)} came")
        a, b = np.searchsorted(rows, ends).reshape(2, -1)
        scores = jaccard_pairs(given, a, b, settings)
        scored = pa.table([*batch.columns, pa.array(scores)], schema=VERIFIED_SCHEMA)
        found.append(scored.filter(scores >= settings.threshold))
    return pa.concat_tables(found)


def jaccard_pairs(
    texts: "Column | Sequence[str | None]", a: Rows, b: Rows, settings: DedupSettings = DEFAULTS
) -> Scores:
    """Exact Jaccard index of the shingle sets of pairs of texts; shape (len(a),), 0.0 where one is empty.

    Args:
        texts: strings; null counts as empty.
        a: place of one text of each pair.
        b: place of the other.
        settings: for `shingle_width`.
    """
    if compiled.pays(texts):
        return compiled.jaccard_pairs(compiled.shingle_sets(texts, settings.shingle_width), a, b)
    strings = texts.to_pylist() if isinstance(texts, (pa.Array, pa.ChunkedArray)) else texts
    sets = list(shingle_sets([canonical(text or "") for text in strings], settings.shingle_width))
    return np.array([jaccard(sets[i], sets[k]) for i, k in zip(a.tolist(), b.tolist(), strict=True)], dtype=np.float64)


def _batches(pairs: pa.Table, most_rows: int) -> Iterator[pa.Table]:
    """Runs of pairs that touch at most `most_rows` distinct rows."""
    held: set[int] = set()
    start = 0
    for i, (a, b) in enumerate(_rows_of(pairs)):
        if len(held) + (a not in held) + (b not in held) > most_rows:
            yield pairs.slice(start, i - start)
            start = i
            held.clear()
        held.update((a, b))
    if start < len(pairs):
        yield pairs.slice(start)


def _rows_of(pairs: pa.Table) -> Iterator[tuple[int, int]]:
    a, b = _ends(pairs).reshape(2, -1).tolist()
    return zip(a, b, strict=True)


def _ends(pairs: pa.Table) -> Rows:
    return np.concatenate([np.asarray(pairs["a"], dtype=np.int64), np.asarray(pairs["b"], dtype=np.int64)])
