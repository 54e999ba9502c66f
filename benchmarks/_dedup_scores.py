"""How right a run is: pairs against pairs, and for whole programs what is left and what is gone."""

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
from _dedup_sets import DataSet

from pipelines.evaluate.all_pairs import KINDS, Codes

Scores = dict[str, Any]


def of_pairs(given: DataSet, pairs: Sequence[Sequence[int]]) -> Scores:
    """Recall and precision of pairs of rows at 0.8, by each shingle."""
    found = _codes(given, pairs)
    scores: Scores = {"pairs": len(found)}
    for kind in KINDS:
        true = given.truth[kind, 0.8]
        hits = len(np.intersect1d(found, true, assume_unique=True))
        scores[f"{kind}_recall"] = hits / len(true) if len(true) else None
        scores[f"{kind}_precision"] = hits / len(found) if len(found) else None
    return scores


def of_clusters(given: DataSet, clusters: Sequence[Sequence[int]], kept: int) -> Scores:
    """What a program leaves behind and what it drops, by each shingle; a cluster's first row is the one it keeps.

    `resolved`: share of the pairs at 0.8 of which at most one document is kept. `right`: share of the dropped documents
    that have a kept one at 0.8. `near`: the same at 0.7, where bands of 8 hashes still find most pairs. And recall and
    precision of all pairs inside clusters, where documents of a chain of pairs count as pairs too.

    Raises:
        ValueError: The program wrote another number of documents than its clusters leave.
    """
    stays = np.ones(len(given.texts), dtype=np.bool_)
    for rows in clusters:
        stays[list(rows[1:])] = False
    if stays.sum() != kept:
        raise ValueError(f"{stays.sum()} documents are left by clusters, {kept} were written")
    dropped = int((~stays).sum())
    within = of_pairs(given, [pair for rows in clusters for pair in itertools.combinations(rows, 2)])
    scores: Scores = {"dropped": dropped} | {f"cluster_{key}": value for key, value in within.items()}
    for kind in KINDS:
        a, b = np.divmod(given.truth[kind, 0.8], len(given.texts))
        scores[f"{kind}_resolved"] = float(1 - (stays[a] & stays[b]).mean()) if len(a) else None
        for name, least in (("right", 0.8), ("near", 0.7)):
            a, b = np.divmod(given.truth[kind, least], len(given.texts))
            backed = np.zeros(len(given.texts), dtype=np.bool_)
            backed[a[stays[b]]] = True
            backed[b[stays[a]]] = True
            scores[f"{kind}_{name}"] = int((backed & ~stays).sum()) / dropped if dropped else None
    return scores


def _codes(given: DataSet, pairs: Sequence[Sequence[int]]) -> Codes:
    ends = np.sort(np.array(pairs, dtype=np.int64).reshape(-1, 2), axis=1)
    return np.unique(ends[:, 0] * len(given.texts) + ends[:, 1])
