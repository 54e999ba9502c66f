"""Found pairs of near-duplicates against exact Jaccard indices over all pairs, listed by someone or computed here."""

import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from dedup import DedupSettings, sketch
from pipelines.copies import Copies, Rows, find_copies
from pipelines.evaluate.all_pairs import KINDS, Codes, exact_pairs, expand
from pipelines.evaluate.files import Row
from pipelines.evaluate.report import Report

PREFIX = "jaccard_"
"""Columns of the truth begin so; what follows names the shingle."""

_MOST_PARTNERS = 2048
_BATCH = 4096


def evaluate_dedup(docs: Iterable[Row], pairs: Iterable[Row] | None = None, threshold: float = 0.8) -> Report:
    """Compare the pairs that are found with the pairs that are there.

    Precision and recall are given against each column of the truth. Pairs that are not listed count as below the
    threshold, so the list has to hold every pair at or above it. Without a list the truth is computed over all pairs,
    of both shingles of `all_pairs.KINDS`.

    Args:
        docs: Rows with `id` and `text`; of several with one id the first counts.
        pairs: Rows with `doc_a`, `doc_b` and columns `jaccard_...`, the exact indices of one shingle each.
        threshold: Least index, of our own shingles and of the truth, at which two texts are near-duplicates.
    """
    texts: dict[str, str] = {}
    repeated = 0
    for row in docs:
        repeated += str(row["id"]) in texts
        texts.setdefault(str(row["id"]), str(row["text"]))
    # Every pair is asked for here; a run compares the documents of a crowded bucket with the best of it alone.
    partners = max(DedupSettings().bucket_partners, min(_MOST_PARTNERS, len(texts) + len(texts) % 2))
    found, facts = find_pairs(list(texts.values()), DedupSettings(threshold=threshold, bucket_partners=partners))
    unmatched = {"repeated_ids": repeated}
    started = time.process_time()
    if pairs is None:
        truth: dict[str, Codes] = {kind: exact_pairs(texts.values(), kind, threshold) for kind in KINDS}
        source: Report = {"truth": "computed", "truth_cpu_s": time.process_time() - started}
    else:
        truth, counts = _listed(pairs, {name: i for i, name in enumerate(texts)}, threshold)
        unmatched |= counts
        source = {"truth": "listed"}
    return {
        "evaluation": "dedup",
        "n": len(texts),
        "threshold": threshold,
        "pairs_found": len(found),
        **facts,
        **source,
        "unmatched": unmatched,
        "against": {name: _scores(found, true) for name, true in truth.items()},
    }


def find_pairs(texts: Sequence[str], settings: DedupSettings) -> tuple[Codes, Report]:
    """All pairs that the search of a run finds, as `all_pairs.expand` codes them, and what it took.

    Copies are folded before the search, as in a run; here each pair of two copies, and each pair with a copy of a found
    text, is found too. One thread searches.
    """
    # What is loaded on first use is no part of the rates, as the import of a library is none.
    _search(_Held(texts[:_BATCH], settings), settings)
    documents = _Held(texts, settings)
    started = time.process_time()
    copies = _search(documents, settings)
    seconds = time.process_time() - started
    standing = documents.standing
    rows, stands, a, b = (
        np.asarray(table[name], dtype=np.int64)
        for table, names in ((copies.equal, ("row", "stands")), (copies.pairs, ("a", "b")))
        for name in names
    )
    standing[rows] = stands
    facts: Report = {
        "candidates": copies.facts.candidates,
        "screened": copies.facts.screened,
        "verified": copies.facts.verified,
        "capped_buckets": copies.facts.capped_buckets,
        "docs_per_cpu_s": len(texts) / max(seconds, 1e-9),
        "docs_per_cpu_s_sketch": len(texts) / max(documents.sketch_s, 1e-9),
    }
    return expand(standing, a, b), facts


def _search(documents: "_Held", settings: DedupSettings) -> Copies:
    with tempfile.TemporaryDirectory(prefix="malmoi-eval-") as scratch:
        return find_copies(documents, settings, Path(scratch))


class _Held:
    """Texts in memory as a search reads them; of copies the first is the best."""

    def __init__(self, texts: Sequence[str], settings: DedupSettings) -> None:
        self._texts = pa.array(texts, pa.large_string())
        self._settings = settings
        self.count = len(texts)
        self.standing = np.arange(self.count)
        self.sketch_s = 0.0

    def sketches(self) -> Iterator[pa.RecordBatch]:
        """Digests, signatures and orders."""
        for first in range(0, self.count, _BATCH):
            started = time.process_time()
            sketches = sketch(self._texts.slice(first, _BATCH), self._settings)
            self.sketch_s += time.process_time() - started
            numbers: Any = np.arange(first, first + len(sketches), dtype=">u8")
            kind: Any = pa.binary(numbers.itemsize)
            order: Any = pa.Array.from_buffers(kind, len(numbers), [None, pa.py_buffer(numbers)])
            yield from sketches.append_column("order", order).combine_chunks().to_batches()

    def texts(self, rows: Rows) -> Iterator[tuple[Rows, "pa.Array[Any]"]]:
        """Texts of rows."""
        for first in range(0, len(rows), _BATCH):
            asked: Any = rows[first : first + _BATCH]
            yield asked, self._texts.take(asked)


def _listed(
    pairs: Iterable[Row], number: Mapping[str, int], threshold: float
) -> tuple[dict[str, Codes], dict[str, int]]:
    """Codes of the listed pairs at the threshold, by shingle; pairs listed, and those of unknown documents."""
    codes: dict[str, set[int]] = {}
    listed = unknown = 0
    for row in pairs:
        listed += 1
        columns = [name for name in row if name.startswith(PREFIX)]
        for name in columns:
            codes.setdefault(name.removeprefix(PREFIX), set())
        if row["doc_a"] not in number or row["doc_b"] not in number:
            unknown += 1
            continue
        a, b = sorted((number[row["doc_a"]], number[row["doc_b"]]))
        for name in columns:
            if float(row[name]) >= threshold:
                codes[name.removeprefix(PREFIX)].add(a * len(number) + b)
    truth = {name: np.array(sorted(found), dtype=np.int64) for name, found in codes.items()}
    return truth, {"pairs_listed": listed, "pairs_of_unknown_documents": unknown}


def _scores(found: Codes, true: Codes) -> Row:
    hits = len(np.intersect1d(found, true, assume_unique=True))
    return {
        "pairs": len(true),
        "found": hits,
        "recall": hits / len(true) if len(true) else None,
        "precision": hits / len(found) if len(found) else None,
    }
