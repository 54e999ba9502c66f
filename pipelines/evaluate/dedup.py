"""Found pairs of near-duplicates against exact Jaccard indices that someone computed over all pairs."""

import time
from collections.abc import Iterable, Sequence

import numpy as np
import pyarrow as pa

from dedup import DedupSettings, band_keys, candidates, fold_exact, keep_rank, screen, sketch, verify
from pipelines.evaluate.files import Row
from pipelines.evaluate.report import Report

PREFIX = "jaccard_"
"""Columns of the truth begin so; what follows names the shingle."""


def evaluate_dedup(docs: Iterable[Row], pairs: Iterable[Row], threshold: float = 0.8) -> Report:
    """Compare the pairs that are found with the pairs that are there.

    Precision and recall are given against each column of the truth. Pairs that are not listed count as below the
    threshold, so the list has to hold every pair at or above it.

    Args:
        docs: Rows with `id` and `text`; of several with one id the first counts.
        pairs: Rows with `doc_a`, `doc_b` and columns `jaccard_...`, the exact indices of one shingle each.
        threshold: Least index, of our own shingles and of the truth, at which two texts are near-duplicates.
    """
    doc_rows = list(docs)
    texts: dict[str, str] = {}
    for row in doc_rows:
        texts.setdefault(str(row["id"]), str(row["text"]))
    number = {name: i for i, name in enumerate(texts)}
    truth: dict[str, set[tuple[int, int]]] = {}
    listed = unknown = 0
    for row in pairs:
        listed += 1
        columns = [name for name in row if name.startswith(PREFIX)]
        for name in columns:
            truth.setdefault(name.removeprefix(PREFIX), set())
        if row["doc_a"] not in number or row["doc_b"] not in number:
            unknown += 1
            continue
        a, b = sorted((number[row["doc_a"]], number[row["doc_b"]]))
        for name in columns:
            if float(row[name]) >= threshold:
                truth[name.removeprefix(PREFIX)].add((a, b))

    found, facts = find_pairs(list(texts.values()), DedupSettings(threshold=threshold))
    return {
        "evaluation": "dedup",
        "n": len(texts),
        "threshold": threshold,
        "pairs_found": len(found),
        **facts,
        "unmatched": {
            "repeated_ids": len(doc_rows) - len(texts),
            "pairs_listed": listed,
            "pairs_of_unknown_documents": unknown,
        },
        "against": {name: _scores(found, true) for name, true in truth.items()},
    }


def find_pairs(texts: Sequence[str], settings: DedupSettings) -> tuple[set[tuple[int, int]], Report]:
    """All pairs of row numbers that our search finds, smaller number first, and what it took.

    Copies are folded before the search, as in a run; here each pair of two copies, and each pair with a copy of a found
    text, is found too.
    """
    sketch(["측정 전에 한 번 불러 둔다."], settings)
    start = time.process_time()
    sketches = sketch(texts, settings)
    sketched = time.process_time()
    ids = pa.array(np.arange(len(texts)))
    rank = keep_rank(sketches, ids, {"n_shingles": "descending"})
    standing = fold_exact(sketches["text_digest"], rank)
    distinct = pa.array(np.flatnonzero(standing == np.arange(len(texts))), pa.int64())
    likely = candidates(band_keys(distinct, sketches["signature"].take(distinct), settings), rank, settings)
    screened = screen(likely.pairs, sketches.take, settings)
    verified = verify(screened, lambda rows: [texts[row] for row in rows], settings)
    ended = time.process_time()

    families: dict[int, list[int]] = {}
    for row, stands in enumerate(standing.tolist()):
        families.setdefault(stands, []).append(row)
    found = {(a, b) for family in families.values() for i, a in enumerate(family) for b in family[i + 1 :]}
    for a, b in np.column_stack([verified["a"], verified["b"]]).tolist():
        found.update((min(x, y), max(x, y)) for x in families[a] for y in families[b])
    facts: Report = {
        "candidates": len(likely.pairs),
        "screened": len(screened),
        "verified": len(verified),
        "capped_buckets": likely.capped_buckets,
        "docs_per_cpu_s": len(texts) / max(ended - start, 1e-9),
        "docs_per_cpu_s_sketch": len(texts) / max(sketched - start, 1e-9),
    }
    return found, facts


def _scores(found: set[tuple[int, int]], true: set[tuple[int, int]]) -> Row:
    hits = len(found & true)
    return {
        "pairs": len(true),
        "found": hits,
        "recall": hits / len(true) if true else None,
        "precision": hits / len(found) if found else None,
    }
