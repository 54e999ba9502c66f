"""Who holds withdrawn documents: releases, and token sets made of the tables or of releases.

A token set is a folder that somebody filled with tokens of documents, beside a sidecar ``documents.parquet`` with a
column ``doc_id`` (and any others, such as the shard and the offset of its tokens). ``register_token_set`` puts it into
the ledger under the kind ``tokens``; whoever writes token sets calls it, and then a withdrawal finds them.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from pathlib import Path

import pyarrow.compute as pc
import pyarrow.parquet as pq

from warehouse.catalog import Warehouse
from warehouse.errors import WarehouseError
from warehouse.ledger import Ledger
from warehouse.lookup import rows_with, values_of
from warehouse.schemas import TABLES

TOKENS = "tokens"
SIDECAR = "documents.parquet"


@dataclass(frozen=True, slots=True)
class Holder:
    """A release or token set that holds withdrawn documents."""

    kind: str
    """``release`` or ``tokens``."""
    name: str
    recipient_id: str | None
    doc_ids: tuple[str, ...]
    where: str | None = None
    """Folder of a token set; None where it is gone."""


@dataclass(frozen=True, slots=True)
class TokenSet:
    """A folder of tokens."""

    name: str
    folder: str
    release_id: str | None = None
    """The release it was made of, if it was."""
    recipient_id: str | None = None


def register_token_set(warehouse: Warehouse, token_set: TokenSet) -> None:
    """Make a token set known.

    Raises:
        WarehouseError: It has no sidecar with a column ``doc_id``.
    """
    _doc_ids(Path(token_set.folder))
    body = {name: getattr(token_set, name) for name in token_set.__dataclass_fields__}
    Ledger.of(warehouse.uri).append(TOKENS, body)


def token_sets(warehouse: Warehouse) -> list[TokenSet]:
    """Token sets that were registered, the last word on each name."""
    entries = (entry for entry in Ledger.of(warehouse.uri).entries() if entry.kind == TOKENS)
    return list({entry.body["name"]: TokenSet(**entry.body) for entry in entries}.values())


def holders(warehouse: Warehouse, doc_ids: Collection[str]) -> list[Holder]:
    """Releases and token sets that hold any of these documents, sorted by kind and name."""
    return [*_releases(warehouse, doc_ids), *_tokens(warehouse, set(doc_ids))]


def _releases(warehouse: Warehouse, doc_ids: Collection[str]) -> Iterable[Holder]:
    if "release_documents" not in TABLES or "release_documents" not in warehouse.tables():
        return
    rows = rows_with(warehouse, "release_documents", "doc_id", doc_ids, ("doc_id", "release_id"))
    held: defaultdict[str, set[str]] = defaultdict(set)
    for doc_id, release_id in zip(values_of(rows, "doc_id"), values_of(rows, "release_id"), strict=True):
        held[release_id].add(doc_id)
    releases = warehouse.scan("releases", columns=("release_id", "recipient_id")).to_pylist()
    recipient = {row["release_id"]: row["recipient_id"] for row in releases}
    for release_id in sorted(held):
        yield Holder("release", release_id, recipient.get(release_id), tuple(sorted(held[release_id])))


def _tokens(warehouse: Warehouse, doc_ids: set[str]) -> Iterable[Holder]:
    for one in sorted(token_sets(warehouse), key=lambda one: one.name):
        folder = Path(one.folder)
        if not folder.exists():
            continue
        found = doc_ids & set(_doc_ids(folder))
        if found:
            yield Holder(TOKENS, one.name, one.recipient_id, tuple(sorted(found)), one.folder)


def _doc_ids(folder: Path) -> list[str]:
    try:
        column = pq.read_table(folder / SIDECAR, columns=["doc_id"])
    except (OSError, ValueError) as error:
        raise WarehouseError(f"{folder} is no token set: it needs {SIDECAR} with a column doc_id ({error})") from error
    return [str(value) for value in pc.unique(column["doc_id"]).to_pylist()]
