"""What the warehouse of a release says of it now: its ledger, and what was withdrawn since."""

from collections.abc import Iterator, Mapping
from typing import Any

from pyiceberg.expressions import EqualTo, Reference

from warehouse.catalog import Warehouse
from warehouse.ledger import Ledger, LedgerError
from warehouse.registry import find
from warehouse.release import manifest as files
from warehouse.release.check import Fault
from warehouse.schemas import RELEASE_DOCUMENTS
from warehouse.withdrawal.find import covered_documents
from warehouse.withdrawal.register import load_list

_LEDGER = "ledger of the warehouse"


def check_ledger(warehouse: Warehouse, manifest: Mapping[str, Any]) -> Iterator[Fault]:
    """Whether the warehouse's ledger is unbroken and holds this release, and its tables do too."""
    wanted = files.release_entry(dict(manifest))
    try:
        entries = Ledger.of(warehouse.uri).entries()
        if not any(one.kind == files.RELEASED and one.body == wanted for one in entries):
            yield Fault(_LEDGER, f"does not hold release {manifest['release_id']} with this manifest")
    except LedgerError as error:
        yield Fault(_LEDGER, str(error))
    row = find(warehouse, "releases", str(manifest["release_id"]))
    if row is None or row["manifest_digest"] != wanted["manifest_digest"]:
        yield Fault("table releases", f"does not hold release {manifest['release_id']} with this manifest")


def withdrawn_since(warehouse: Warehouse, manifest: Mapping[str, Any]) -> list[dict[str, str]]:
    """Documents of the release that the present list covers, with the withdrawal; sorted by document.

    A document that has left the tables is looked up by what ``drops`` keeps of it.
    """
    listed = load_list(warehouse)
    if listed.version == manifest["withdrawals"]["version"]:
        return []
    held = _documents(warehouse, str(manifest["release_id"]))
    found: dict[str, str] = {}
    for name, more in (("documents", "author"), ("drops", "withdrawal_id")):
        for batch in warehouse.plan(name, columns=("doc_id", "url", "host", more)).to_arrow_batch_reader():
            ids = listed.withdrawal_ids(batch).to_pylist()
            if more == "withdrawal_id":
                ids = [one or other for one, other in zip(ids, batch[more].to_pylist(), strict=True)]
            pairs = zip(batch["doc_id"].to_pylist(), ids, strict=True)
            found |= {doc_id: one for doc_id, one in pairs if one and doc_id in held}
    if listed.names_owners:
        named = covered_documents(warehouse, listed)["doc_id"].to_pylist()
        found = {doc_id: "owner" for doc_id in named if doc_id in held} | found
    return [{"doc_id": doc_id, "withdrawal_id": found[doc_id]} for doc_id in sorted(found)]


def _documents(warehouse: Warehouse, release_id: str) -> set[str]:
    wanted: Any = release_id
    mine = EqualTo(term=Reference("release_id"), value=wanted)
    return {str(one) for one in warehouse.scan(RELEASE_DOCUMENTS.name, mine, ("doc_id",))["doc_id"].to_pylist()}
