"""Runs of letters of many texts: which there are, how much of a text they cover, which are common to many."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dedup._arrays import Hashes, Rows, distinct
from dedup.letters import letters, run_hashes
from dedup.shingles import chunks

Numbers = npt.NDArray[np.int32]
"""Numbers of texts, or places in them."""


@dataclass(frozen=True, slots=True)
class Runs:
    """Runs of one width, text after text and in the order of each text; all arrays have shape (n,)."""

    width: int
    hashes: Hashes
    text: Numbers
    offset: Numbers
    """Letters before the run in its text."""

    @classmethod
    def of(cls, texts: Sequence[str], width: int) -> "Runs":
        """Every run of `width` letters of each text."""
        hashes, owners, offsets = [np.empty(0, np.uint64)], [np.empty(0, np.int32)], [np.empty(0, np.int32)]
        first = 0
        for chunk in chunks(texts):
            codes, ends = letters(chunk)
            found = run_hashes(codes, width)
            owner = owner_of(len(found), ends)
            start = np.arange(len(found))
            inside = start + width <= ends[owner]
            hashes.append(found[inside])
            owners.append((owner[inside] + first).astype(np.int32))
            begins = np.concatenate(([0], ends[:-1]))
            offsets.append((start - begins[owner])[inside].astype(np.int32))
            first += len(chunk)
        return cls(width, np.concatenate(hashes), np.concatenate(owners), np.concatenate(offsets))

    def telling(self, common: Hashes) -> "Runs":
        """The runs that are not among `common` (sorted) and have most of their letters outside of such runs.

        The runs must be all of their texts.
        """
        shared = among(self.hashes, common)
        # Letters of all texts on one line: a text has as many more letters than runs as a run has after its first.
        begin = np.arange(len(self.text)) + (self.width - 1) * np.cumsum(np.diff(self.text, prepend=0) != 0)
        marks = np.zeros((begin[-1] if len(begin) else 0) + self.width + 1, dtype=np.int64)
        np.add.at(marks, begin[shared], 1)
        np.subtract.at(marks, begin[shared] + self.width, 1)
        before = np.concatenate(([0], np.cumsum(np.cumsum(marks) > 0)))
        return self.taken(~shared & ((before[begin + self.width] - before[begin]) * 2 < self.width))

    def taken(self, rows: npt.NDArray[np.bool_] | Rows) -> "Runs":
        """Some of the runs, in order."""
        return Runs(self.width, self.hashes[rows], self.text[rows], self.offset[rows])

    def covered(self, count: int) -> Rows:
        """Letters of each of `count` texts that lie in its runs, shape (count,)."""
        if not len(self.hashes):
            return np.zeros(count, dtype=np.int64)
        # A run adds the letters that the one before it does not reach.
        step = np.diff(self.offset, prepend=np.int32(0))
        fresh = np.ones(len(step), dtype=np.bool_)
        fresh[1:] = self.text[1:] != self.text[:-1]
        gained = np.where(fresh, self.width, np.minimum(step, self.width))
        return np.bincount(self.text, weights=gained, minlength=count).astype(np.int64)

    def followed_by(self, other: "Runs", count: int) -> "Runs":
        """These runs of `count` texts and those of other texts, which are numbered on."""
        pairs = ((self.hashes, other.hashes), (self.text, other.text + np.int32(count)), (self.offset, other.offset))
        return Runs(self.width, *(np.concatenate(pair) for pair in pairs))

    def gathered(self, groups: Sequence[Sequence[int]]) -> "tuple[Runs, Rows]":
        """Runs of groups of these texts: each group is a text, whose members stand one after another.

        Returns:
            The runs, and for each the place of its text in the group.
        """
        members = np.fromiter((text for group in groups for text in group), dtype=np.int64)
        group = np.repeat(np.arange(len(groups)), [len(group) for group in groups])
        begin = np.searchsorted(self.text, members, side="left")
        count = np.searchsorted(self.text, members, side="right") - begin
        # The last run of a member ends it; letters behind that are no evidence and need no room.
        last = np.append(self.offset, np.int32(-self.width))[np.where(count > 0, begin + count - 1, len(self.offset))]
        length = last.astype(np.int64) + self.width
        before = np.cumsum(length) - length
        first = np.searchsorted(group, group, side="left")
        starts = before - before[first]
        rows = np.repeat(begin, count) + ramp(count)
        offset = (self.offset[rows] + np.repeat(starts, count)).astype(np.int32)
        runs = Runs(self.width, self.hashes[rows], np.repeat(group, count).astype(np.int32), offset)
        return runs, np.repeat(np.arange(len(members)) - first, count)


def frequent(hashes: Hashes, times: int) -> Hashes:
    """The hashes that stand there more than `times` times, sorted and distinct."""
    ordered = np.sort(hashes)
    return distinct(ordered[times:][ordered[times:] == ordered[: max(len(ordered) - times, 0)]])


def union(a: Hashes, b: Hashes) -> Hashes:
    """The distinct hashes of both, sorted."""
    return distinct(np.concatenate((a, b)))


def among(values: Hashes, known: Hashes) -> npt.NDArray[np.bool_]:
    """Which values are among `known` (sorted)."""
    if not len(known):
        return np.zeros(len(values), dtype=np.bool_)
    return np.equal(known[np.minimum(np.searchsorted(known, values), len(known) - 1)], values)


def owner_of(count: int, ends: Rows) -> Rows:
    """Number of the text in which each of `count` places lies, by the ends of the texts."""
    return np.repeat(np.arange(len(ends)), np.diff(ends, prepend=0))[:count]


def ramp(counts: Rows) -> Rows:
    """0 to count - 1 for each count, one after another."""
    return np.arange(int(counts.sum())) - np.repeat(np.cumsum(counts) - counts, counts)
