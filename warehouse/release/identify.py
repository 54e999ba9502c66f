"""Whose copy a leaked file is.

Three marks, from the strongest to the weakest, none of which changes a word of a document:

- **canary**: the secret line of one file of one release, if the file was copied whole;
- **left out**: documents that a recipient never got. A copy that holds one is not that recipient's;
- **order**: a recipient's documents follow the numbers that its key gives them. In its copy all neighbours stand in
  that order; in any other copy half of them do, by chance.

The marks name the recipient whose copy it is, not who passed it on; documents that everybody got, in an order of their
own, name nobody.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.catalog import Warehouse
from warehouse.keys import KeyStore
from warehouse.release.canary import canary_guid
from warehouse.release.shards import shard_path

_PLAIN: Any = pc


@dataclass(frozen=True, slots=True)
class Match:
    """How well a leaked copy fits one release."""

    release_id: str
    recipient_id: str
    canaries: int
    """Canaries of the release in the copy."""
    held: int
    """Documents of the copy that the release holds."""
    missing: int
    """Documents of the copy that are of the warehouse but not of the release."""
    in_order: float | None
    """Share of neighbours that stand in the order of the release, 0.5 by chance; None where there are none."""

    @property
    def score(self) -> tuple[int, int, float]:
        """Greater is likelier: canaries, then nothing that it never got, then order."""
        return (self.canaries, -self.missing, self.in_order or 0.0)


def identify(warehouse: Warehouse, keys: KeyStore, doc_ids: Sequence[str], texts: Iterable[str] = ()) -> list[Match]:
    """Compare a leaked copy with every release, the likeliest first.

    Args:
        warehouse: Where releases are recorded.
        keys: The key store that packed them.
        doc_ids: Documents of the copy in its order.
        texts: Texts of the copy; looked through for canaries.
    """
    releases = warehouse.scan("releases").sort_by("release_id").to_pylist()
    holding = _positions(warehouse, doc_ids)
    known = set().union(*(held.keys() for held in holding.values())) if holding else set()
    ours = [doc_id for doc_id in doc_ids if doc_id in known]
    secrets = {row["release_id"]: _guids(keys, row["release_id"], row["shards"] or 0) for row in releases}
    seen = _seen({guid for guids in secrets.values() for guid in guids}, texts)
    matches = [
        _match(row, ours, holding.get(row["release_id"], {}), len(secrets[row["release_id"]] & seen))
        for row in releases
    ]
    return sorted((one for one in matches if one.held or one.canaries), key=lambda one: one.score, reverse=True)


def _match(row: dict[str, Any], ours: Sequence[str], held: dict[str, tuple[str, int]], canaries: int) -> Match:
    places = [held[doc_id] for doc_id in ours if doc_id in held]
    neighbours = [
        position < following for (shard, position), (next_shard, following) in pairwise(places) if shard == next_shard
    ]
    return Match(
        release_id=row["release_id"],
        recipient_id=row["recipient_id"],
        canaries=canaries,
        held=len(places),
        missing=len(ours) - len(places),
        in_order=round(sum(neighbours) / len(neighbours), 4) if neighbours else None,
    )


def _positions(warehouse: Warehouse, doc_ids: Sequence[str]) -> dict[str, dict[str, tuple[str, int]]]:
    """Where the documents stand in each release that holds some of them."""
    wanted = pa.array(sorted(set(doc_ids)), pa.string())
    found: dict[str, dict[str, tuple[str, int]]] = {}
    for batch in warehouse.plan("release_documents").to_arrow_batch_reader():
        rows = batch.filter(_PLAIN.is_in(batch["doc_id"].cast(pa.string()), value_set=wanted)).to_pylist()
        for row in rows:
            found.setdefault(row["release_id"], {})[row["doc_id"]] = (row["shard"], row["position"])
    return found


def _guids(keys: KeyStore, release_id: str, shards: int) -> frozenset[str]:
    return frozenset(canary_guid(keys, release_id, shard_path(number)) for number in range(shards))


def _seen(guids: set[str], texts: Iterable[str]) -> set[str]:
    found: set[str] = set()
    for text in texts:
        if "canary" in text:
            found |= {guid for guid in guids if guid in text}
    return found
