"""Items of benchmarks in documents.

A model that has read a test's questions is not measured by it (Brown et al. 2020, appendix C, who look for 13 words in
a row). Words will not do for Korean, whose spaces vary from print to print: runs of letters are compared
(`dedup.letters`). An item is met when a document holds most letters of one of its passages near each other, in runs of
a width that chance does not give; `dedup.benchmarks` says what is a passage and what is evidence.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup._arrays import Hashes, Rows
from dedup.benchmarks import Item, OverlapRule, evidence
from dedup.letters import letters, run_hashes
from dedup.runs import Runs, ramp
from dedup.shingles import chunks

# One bit in 16 is set, so 15 of 16 runs of a page are known to be none of the index without a search.
_BITS_PER_RUN = 16
# Options may be shuffled, and a page has words of its own between them.
_LEAST_GAP = 60


@dataclass(frozen=True, slots=True)
class Overlap:
    """An item that a document holds."""

    benchmark: str
    item: str
    share: float
    """Share of its letters of evidence that the document holds, 0 to 1."""


class BenchmarkIndex:
    """Finds items of benchmarks in texts; threads may share it.

    Args:
        benchmarks: Items by name of their benchmark.
        rule: When an item is met.
    """

    def __init__(self, benchmarks: Mapping[str, Sequence[Item]], rule: OverlapRule) -> None:
        self._rule = rule
        self._names: list[tuple[str, str]] = []
        self.unusable: dict[str, int] = {}
        """Items by benchmark that are too short to be told from ordinary text."""
        runs, of_passages = Runs.of((), rule.run_letters), np.empty(0, dtype=np.bool_)
        for benchmark, items in benchmarks.items():
            found = evidence(items, rule)
            runs = runs.followed_by(found.runs, len(self._names))
            of_passages = np.concatenate((of_passages, found.of_passages))
            self._names += [(benchmark, item) for item in found.names]
            self.unusable[benchmark] = found.unusable
        self._sizes = runs.covered(len(self._names))
        self._passage_sizes = runs.taken(of_passages).covered(len(self._names))
        self._needed = np.maximum(np.ceil(self._sizes * rule.share).astype(np.int64), rule.least_letters)
        order = np.argsort(runs.hashes, kind="stable")
        self._runs, self._of_passages = runs.taken(order), of_passages[order]
        self._shift, self._bits = _bit_table(self._runs.hashes)

    def __len__(self) -> int:
        """How many units are looked for."""
        return len(self._names)

    def find(self, texts: Sequence[str]) -> list[list[Overlap]]:
        """Items that each text holds, each once, the greatest share first, ties in order of names."""
        found: list[dict[tuple[str, str], float]] = []
        for chunk in chunks(texts):
            shares: list[dict[tuple[str, str], float]] = [{} for _ in chunk]
            for row, unit, share in self._matches(chunk):
                name = self._names[unit]
                shares[row][name] = max(share, shares[row].get(name, 0.0))
            found += shares
        return [
            sorted(
                (Overlap(*name, share) for name, share in row.items()),
                key=lambda met: (-met.share, met.benchmark, met.item),
            )
            for row in found
        ]

    def _matches(self, texts: Sequence[str]) -> Iterator[tuple[int, int, float]]:
        """Row, unit and share of every unit that a text holds."""
        width = self._rule.run_letters
        codes, ends = letters(texts)
        hashes = run_hashes(codes, width)
        places = np.flatnonzero(self._maybe(hashes))
        begin = np.searchsorted(self._runs.hashes, hashes[places], side="left")
        count = np.searchsorted(self._runs.hashes, hashes[places], side="right") - begin
        entries = np.repeat(begin, count) + ramp(count)
        places = np.repeat(places, count)
        rows = np.searchsorted(ends, places, side="right")
        inside = places + width <= ends[rows]
        places, rows, entries = places[inside], rows[inside], entries[inside]
        units, offsets = self._runs.text[entries], self._runs.offset[entries]
        order = np.lexsort((offsets, units, rows))
        places, rows, units, offsets, entries = (each[order] for each in (places, rows, units, offsets, entries))
        starts = np.flatnonzero(np.diff(units, prepend=-1) | np.diff(rows, prepend=-1))
        gains = np.minimum(np.diff(offsets, prepend=0), width)
        gains[starts] = width
        # What the whole document holds is no less than what one neighbourhood does, and few pairs get this far.
        worth = np.add.reduceat(gains, starts) >= self._needed[units[starts]] if len(starts) else starts
        for start, stop in zip(starts[worth].tolist(), np.append(starts[1:], len(units))[worth].tolist(), strict=True):
            unit = int(units[start])
            share = self._share(unit, places[start:stop], entries[start:stop])
            if share >= self._rule.share:
                yield int(rows[start]), unit, share

    def _maybe(self, hashes: Hashes) -> npt.NDArray[np.bool_]:
        """Which hashes may be in the index; all that are, and few others."""
        slots = hashes >> self._shift
        bits: npt.NDArray[np.uint8] = self._bits[slots >> np.uint64(3)] >> (slots & np.uint64(7)).astype(np.uint8)
        return (bits & np.uint8(1)).astype(np.bool_)

    def _share(self, unit: int, places: Rows, entries: Rows) -> float:
        """Share of a unit's letters of evidence that stand together in a document; its passages must have theirs.

        Args:
            unit: The unit.
            places: Where in the document its runs stand.
            entries: Which runs of the index they are.
        """
        size, passage_size = int(self._sizes[unit]), int(self._passage_sizes[unit])
        order = np.argsort(places, kind="stable")
        places, entries = places[order], entries[order]
        best = 0.0
        for together in np.split(entries, np.flatnonzero(np.diff(places) > max(size, _LEAST_GAP)) + 1):
            held = self._letters_in(together)
            share = held / size if held >= self._needed[unit] else 0.0
            if 0 < passage_size < size:
                share = min(share, self._letters_in(together[self._of_passages[together]]) / passage_size)
            best = max(best, share)
        return best

    def _letters_in(self, entries: Rows) -> int:
        """Letters of a unit that some of its runs cover."""
        width = self._rule.run_letters
        steps = np.diff(np.sort(self._runs.offset[entries]))
        return width + int(np.minimum(steps, width).sum()) if len(entries) else 0


def _bit_table(hashes: Hashes) -> tuple[np.uint64, npt.NDArray[np.uint8]]:
    """How far hashes are shifted to be places in a table of bits, and the table."""
    bits = max(int(len(hashes) * _BITS_PER_RUN).bit_length(), 6)
    shift = np.uint64(64 - bits)
    table = np.zeros(1 << bits, dtype=np.bool_)
    table[hashes >> shift] = True
    return shift, np.packbits(table, bitorder="little")
