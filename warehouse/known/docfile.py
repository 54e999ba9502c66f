"""One file of a table of documents, asked for many documents at once."""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Self

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.bloom import Hashes, hash_words, may_hold_each
from warehouse.known.footer import Group, Opener, groups_of
from warehouse.known.plain import Rows

_DOC_ID = np.dtype("S32")
_WHERE = ("doc_id", "site")
_ALL = ("", "~")
"""Bounds of every doc_id."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Documents that are looked for: those of no known site first, then by site, and by doc_id."""

    doc_ids: "npt.NDArray[np.bytes_]"
    hashes: Hashes
    sites: Sequence[str]
    """Of the last ones, in order."""

    @classmethod
    def of(cls, doc_ids: Sequence[str], sites: Sequence[str | None] | None = None) -> Self:
        """Documents, and their sites where they are known.

        Raises:
            ValueError: A doc_id is not of 32 hex digits.
        """
        named = zip(sites or [None] * len(doc_ids), doc_ids, strict=True)
        asked = sorted({(site or "", doc_id) for site, doc_id in named})
        if any(len(doc_id) != _DOC_ID.itemsize for _, doc_id in asked):
            raise ValueError("a doc_id has 32 hex digits")
        names = np.array([doc_id.encode("ascii") for _, doc_id in asked], dtype=_DOC_ID)
        return cls(names, hash_words(names.view("<u8").reshape(-1, 4)), [site for site, _ in asked if site])

    @property
    def of_any_site(self) -> int:
        """How many there are of no known site."""
        return len(self.doc_ids) - len(self.sites)


class DocFile:
    """A file of a table that has ``doc_id`` and ``run_id``.

    Args:
        opener: Opens it.
        runs: Runs whose rows count.
    """

    def __init__(self, opener: Opener, runs: Collection[str]) -> None:
        self._opener = opener
        self._runs = frozenset(runs)
        with opener() as source, pq.ParquetFile(source) as file:
            groups = [group for group in groups_of(file.metadata, _WHERE) if not group.none_of(runs)]
        self._groups = groups
        bounds = [group.bounds.get("doc_id", _ALL) for group in groups]
        self._low, self._high = (np.array([each[end] for each in bounds], dtype=_DOC_ID) for end in (0, 1))
        self._sites = [group.bounds.get("site") for group in groups]

    def rows(self, wanted: Wanted, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Rows of documents, from each row group that has some; columns that the file lacks are left out."""
        with self._opener() as source:
            admitted = list(self._admitted(source, wanted))
            if not admitted:
                return
            with pq.ParquetFile(source, page_checksum_verification=True) as file:
                held = [name for name in columns if name in file.schema_arrow.names]
                for group, there in admitted:
                    names = pa.array(wanted.doc_ids[there].astype("U32"), pa.string())
                    found = self._of_group(file, group, names, held)
                    if found.num_rows:
                        yield found.select(held)

    def _of_group(self, file: pq.ParquetFile, group: Group, names: "pa.Array[Any]", columns: list[str]) -> pa.Table:
        keys = ["doc_id"] if group.all_of(self._runs) else ["doc_id", "run_id"]
        # What a Bloom filter admits is there: nothing is won by looking for the names first.
        sure = "doc_id" in group.blooms
        rows = file.read_row_group(group.number, list({*columns, *keys}) if sure else keys, use_threads=False)
        mask: Any = pc.is_in(rows["doc_id"], names)
        if "run_id" in keys:
            counting: Any = pc.is_in(rows["run_id"], pa.array(sorted(self._runs), pa.string()))
            mask = pc.and_(mask, counting)
        if sure or not pc.any(mask).as_py():
            return rows.filter(mask)
        return file.read_row_group(group.number, columns, use_threads=False).filter(mask)

    def _admitted(self, source: BinaryIO, wanted: Wanted) -> Iterator[tuple[Group, Rows]]:
        """Row groups that may hold documents, by bounds and Bloom filters, and which ones."""
        anywhere = wanted.doc_ids[: wanted.of_any_site]
        first = np.searchsorted(anywhere, self._low, "left"), np.searchsorted(anywhere, self._high, "right")
        for number, group in enumerate(self._groups):
            low, high = _of_sites(self._sites[number], wanted)
            ids = wanted.doc_ids[low:high]
            within = np.flatnonzero((ids >= self._low[number]) & (ids <= self._high[number])) + low
            rows = np.concatenate([np.arange(first[0][number], first[1][number]), within])
            place = group.blooms.get("doc_id")
            if place and len(rows):
                rows = rows[may_hold_each(source, *place, wanted.hashes[rows])]
            if len(rows):
                yield group, rows


def _of_sites(bounds: tuple[str, str] | None, wanted: Wanted) -> tuple[int, int]:
    """Which of the documents whose site is known are of the sites of a row group."""
    first = wanted.of_any_site
    if bounds is None:
        return first, len(wanted.doc_ids)
    return first + bisect_left(wanted.sites, bounds[0]), first + bisect_right(wanted.sites, bounds[1])
