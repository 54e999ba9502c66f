"""A withdrawal from the first word to the certificate. Killed at any moment, the same call goes on."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import pyarrow as pa

from licenses import Withdrawal, WithdrawalList
from warehouse.catalog import Warehouse
from warehouse.keys import KeyStore
from warehouse.lookup import rows_with, values_of
from warehouse.schemas import DROPS
from warehouse.withdrawal import certificate, erase
from warehouse.withdrawal.apply import apply_pass
from warehouse.withdrawal.copies import Copy, find_copies
from warehouse.withdrawal.find import CAPTURE_COLUMNS, covered_captures, covered_documents
from warehouse.withdrawal.holders import Holder, holders
from warehouse.withdrawal.lock import lock
from warehouse.withdrawal.notices import write_notices
from warehouse.withdrawal.plan import Covered, folder_of, passes, write_pass
from warehouse.withdrawal.register import load_list, note, now, register, row_of
from warehouse.withdrawal.rewrite import Replaced


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a withdrawal took out, in all calls together."""

    withdrawal: Withdrawal
    documents: pa.Table
    """Rows of ``drops`` that took their place."""
    spared: Sequence[Copy]
    held_by: list[Holder]
    erased: dict[str, list[str]] | None
    certificate: Path
    notices: list[Path]


def preview(warehouse: Warehouse, withdrawal: Withdrawal) -> tuple[Covered, list[Holder]]:
    """What a withdrawal would take out, and who holds it; nothing is written."""
    listed = load_list(warehouse)
    listing = WithdrawalList([*listed.withdrawals, withdrawal], listed.scopes).only(withdrawal.withdrawal_id)
    found = _find(warehouse, listing)
    leaving = {*values_of(found.documents, "doc_id"), *(copy.doc_id for copy in found.copies)}
    return found, holders(warehouse, leaving)


def carry_out(
    warehouse: Warehouse, withdrawal: Withdrawal, keys: KeyStore, *, erasing: bool = False, out: Path | None = None
) -> Outcome:
    """Register a withdrawal and take out all that it covers.

    Args:
        warehouse: Where from.
        withdrawal: What was asked. One that is on the list already is carried out anew, as it stands there.
        keys: Who signs the certificate.
        erasing: Whether older snapshots and all files that held the documents go as well. Once they went, whatever is
            taken out later is erased too.
        out: Folder of certificate and notices; by default ``<warehouse>/withdrawals/<withdrawal_id>``.

    Raises:
        ConflictError: Other writers kept winning; the same call goes on.
        WarehouseError: A run is working while files are to be erased.
    """
    withdrawal, _ = register(warehouse, withdrawal)
    with lock(warehouse):
        take_out(warehouse, withdrawal.withdrawal_id)
        folder = folder_of(warehouse, withdrawal.withdrawal_id)
        done, files = _done(warehouse, withdrawal.withdrawal_id)
        documents = done.documents
        erasing = erasing or row_of(warehouse, withdrawal.withdrawal_id)["erased_at"] is not None
        erased = _erase(warehouse, withdrawal.withdrawal_id, done) if erasing else None
        moment = now()
        facts = {"applied_at": moment, "documents": documents.num_rows, **({"erased_at": moment} if erasing else {})}
        note(warehouse, withdrawal.withdrawal_id, **facts)
        held_by = holders(warehouse, set(values_of(documents, "doc_id")))
        body = certificate.body_of(
            withdrawal,
            done,
            files=files,
            erased=erased,
            held_by=held_by,
            list_version=load_list(warehouse).version,
        )
        issued = certificate.issue(warehouse, body, keys, moment.isoformat(timespec="seconds"))
        target = (out or folder) / f"certificate-{withdrawal.withdrawal_id}.json"
        for path in {target, folder / target.name}:
            certificate.write(path, issued)
        urls = dict(zip(values_of(documents, "doc_id"), values_of(documents, "url"), strict=True))
        notices = write_notices(out or folder, withdrawal, held_by, urls, _day(moment))
    return Outcome(withdrawal, documents, done.spared, held_by, erased, target, notices)


def settle(warehouse: Warehouse, known: WithdrawalList) -> int:
    """Take out what withdrawals cover that were registered while a run worked; the number of documents.

    Args:
        warehouse: Where the run was committed.
        known: The list that the run heeded.
    """
    heeded = {one.withdrawal_id for one in known.withdrawals}
    newer = [one.withdrawal_id for one in load_list(warehouse).withdrawals if one.withdrawal_id not in heeded]
    left = 0
    if newer:
        with lock(warehouse):
            for withdrawal_id in newer:
                before = _done(warehouse, withdrawal_id)[0].documents.num_rows
                take_out(warehouse, withdrawal_id)
                left += _done(warehouse, withdrawal_id)[0].documents.num_rows - before
    return left


def take_out(warehouse: Warehouse, withdrawal_id: str) -> None:
    """Take out of the tables what a withdrawal on the list covers.

    Goes through passes that were begun, then looks again until nothing is left to take out.
    """
    folder = folder_of(warehouse, withdrawal_id)
    for one in passes(folder):
        if not one.done:
            apply_pass(warehouse, one, withdrawal_id)
    listing = load_list(warehouse).only(withdrawal_id)
    while True:
        found = _find(warehouse, listing)
        known = _known_captures(folder)
        fresh = found.captures.filter(pa.array([one not in known for one in _places(found.captures)], pa.bool_()))
        if not found.documents.num_rows and not found.copies and not fresh.num_rows:
            return
        one = write_pass(warehouse, withdrawal_id, replace(found, captures=fresh))
        apply_pass(warehouse, one, withdrawal_id)


def _find(warehouse: Warehouse, listing: WithdrawalList) -> Covered:
    documents = covered_documents(warehouse, listing)
    captures = covered_captures(warehouse, listing)
    copies, spared = find_copies(warehouse, documents, captures)
    return Covered(documents, copies, spared, captures)


def _known_captures(folder: Path) -> set[tuple[object, ...]]:
    known: set[tuple[object, ...]] = set()
    for one in passes(folder):
        known |= set(_places(one.captures()))
        known |= set(_places(one.drops()))
    return known


def _places(rows: pa.Table) -> list[tuple[object, ...]]:
    return list(zip(*(values_of(rows, name) for name in ("doc_id", "run_id", "source", "offset")), strict=True))


def _done(warehouse: Warehouse, withdrawal_id: str) -> tuple[Covered, list[Replaced]]:
    """What all passes of a withdrawal took out, as rows of ``drops``, and the files they replaced."""
    every = passes(folder_of(warehouse, withdrawal_id))
    documents = pa.concat_tables([DROPS.schema.empty_table(), *(one.drops() for one in every)])
    empty = rows_with(warehouse, "drops", "doc_id", (), CAPTURE_COLUMNS)
    captures = pa.concat_tables([empty, *(one.captures() for one in every)])
    spared = {copy.doc_id: copy for one in every for copy in one.spared()}
    replaced = [replaced for one in every for replaced in one.replaced()]
    return Covered(documents, [], list(spared.values()), captures), replaced


def _erase(warehouse: Warehouse, withdrawal_id: str, done: Covered) -> dict[str, list[str]]:
    """Erase; what was removed, by table or ``runs``, in all calls together."""
    folder = folder_of(warehouse, withdrawal_id)
    pages = {*values_of(done.documents, "doc_id"), *values_of(done.captures, "doc_id")}
    erase.check_finished(warehouse, pages, load_list(warehouse).only(withdrawal_id))
    runs = erase.Journal(folder / "erase-runs.json")
    runs.add([*erase.clear_runs(warehouse, pages), *erase.clear_workplaces(warehouse)])
    erased = {"runs": runs.read()}
    for name in erase.REWRITTEN:
        journal = erase.Journal(folder / f"erase-{name}.json")
        erase.expire(warehouse, name, journal)
        journal.add(erase.sweep(warehouse, name))
        erased[name] = journal.read()
    return erased


def _day(moment: dt.datetime) -> str:
    return moment.date().isoformat()
