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
        asked = sorted(
            {
                ((site or "") if site else "", doc_id)
                for doc_id, site in zip(doc_ids, sites or [None] * len(doc_ids), strict=True)
            }
        )
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
            self._groups = groups_of(file.metadata, _WHERE)

    def rows(self, wanted: Wanted, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Rows of documents, from each row group that has some; columns that the file lacks are left out."""
        with self._opener() as source:
            admitted = [(group, there) for group in self._groups if len(there := self._admitted(source, group, wanted))]
            if not admitted:
                return
            with pq.ParquetFile(source, page_checksum_verification=True) as file:
                held = [name for name in columns if name in file.schema_arrow.names]
                for group, there in admitted:
                    names = pa.array(wanted.doc_ids[there].astype("U32"), pa.string())
                    places = file.read_row_group(group.number, ["doc_id", "run_id"])
                    mask: Any = pc.is_in(places["doc_id"], names)
                    if not group.all_of(self._runs):
                        counting: Any = pc.is_in(places["run_id"], pa.array(sorted(self._runs), pa.string()))
                        mask = pc.and_(mask, counting)
                    if pc.any(mask).as_py():
                        yield file.read_row_group(group.number, held).filter(mask)

    def _admitted(self, source: BinaryIO, group: Group, wanted: Wanted) -> Rows:
        """Which documents a row group may hold, by bounds and Bloom filter."""
        if group.none_of(self._runs):
            return np.empty(0, dtype=np.int64)
        rows = np.concatenate([_of_any_site(group, wanted), _of_its_sites(group, wanted)])
        place = group.blooms.get("doc_id")
        return rows[may_hold_each(source, *place, wanted.hashes[rows])] if place and len(rows) else rows


def _of_any_site(group: Group, wanted: Wanted) -> Rows:
    low, high = 0, wanted.of_any_site
    if within := _doc_ids(group):
        ids = wanted.doc_ids[:high]
        low, high = int(np.searchsorted(ids, within[0], "left")), int(np.searchsorted(ids, within[1], "right"))
    return np.arange(low, high, dtype=np.int64)


def _of_its_sites(group: Group, wanted: Wanted) -> Rows:
    bounds, first = group.bounds.get("site"), wanted.of_any_site
    low, high = 0, len(wanted.sites)
    if bounds:
        low, high = bisect_left(wanted.sites, bounds[0]), bisect_right(wanted.sites, bounds[1])
    rows = np.arange(first + low, first + high, dtype=np.int64)
    if (within := _doc_ids(group)) and len(rows):
        rows = rows[(wanted.doc_ids[rows] >= within[0]) & (wanted.doc_ids[rows] <= within[1])]
    return rows


def _doc_ids(group: Group) -> "tuple[np.bytes_, np.bytes_] | None":
    bounds = group.bounds.get("doc_id")
    return (np.bytes_(bounds[0].encode()), np.bytes_(bounds[1].encode())) if bounds else None
