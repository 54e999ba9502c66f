"""Words that give a kind of text away: advertising, search-engine posts, menus, news, insults, translation."""

import functools
from collections import Counter
from collections.abc import Sequence

import numpy as np

from filters._data import data_file
from filters.quality.layout import Floats

GROUPS = ("ad", "template", "menu", "news", "abuse", "pronoun")


def count_phrases(texts: Sequence[str]) -> dict[str, Floats]:
    """Sum the weights of the phrases found in each text, by group; where phrases overlap the longest counts."""
    import polars as pl  # noqa: PLC0415  `import filters` stays light

    weights = _phrases()
    longest_first = sorted(weights, key=len, reverse=True)
    found = pl.Series(texts, dtype=pl.String).str.extract_many(longest_first, leftmost=True)
    sums = {group: np.zeros(len(texts)) for group in GROUPS}
    for row, hits in enumerate(found):
        for phrase, times in Counter(hits).items():
            group, weight = weights[phrase]
            sums[group][row] += weight * times
    return sums


@functools.cache
def _phrases() -> dict[str, tuple[str, float]]:
    rows = data_file("phrases.tsv").read_text(encoding="utf-8").splitlines()
    fields = [row.split("\t") for row in rows if row and not row.startswith("#")]
    return {phrase: (group, float(weight)) for group, weight, phrase in fields}
