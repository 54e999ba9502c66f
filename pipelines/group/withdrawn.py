"""What was withdrawn before a run, as the group phase needs it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import polars as pl
import pyarrow as pa

from dedup import DedupSettings
from licenses import WithdrawalList
from warehouse.catalog import Warehouse, runs_of
from warehouse.lookup import rows_with
from warehouse.schemas import SIGNATURES
from warehouse.withdrawal.certificate import write_whole
from warehouse.withdrawal.plan import STAGE
from warehouse.withdrawal.register import load_list

_GONE = ("doc_id", "withdrawal_id", "partner_doc_id", "jaccard", "reason")
_SKETCH = ("doc_id", "text_digest", "signature", "n_shingles", "scheme")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The withdrawal list, and what it took out of the tables."""

    listing: WithdrawalList = field(default_factory=lambda: WithdrawalList(()))
    gone: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By doc_id the row of ``drops`` that took the place of a document."""
    signatures: pa.Table = field(default_factory=lambda: SIGNATURES.schema.empty_table().select(list(_SKETCH)))
    """Signatures of these documents, of one scheme."""

    @classmethod
    def load(cls, warehouse: Warehouse, settings: DedupSettings, run_id: str, journal: Path) -> Self:
        """Read it.

        Args:
            warehouse: Where the run goes.
            settings: Those of the run: signatures of other schemes cannot be compared and are left out.
            run_id: The run.
            journal: File that keeps which withdrawals the run heeds. A run that was killed while it committed decides
                as it did before; withdrawals that came since are carried out behind it (``carry_out.settle``).
        """
        listing = load_list(warehouse)
        if journal.exists() and run_id in _begun(warehouse):
            listing = listing.only(*json.loads(journal.read_text("ascii")))
        heeded = {one.withdrawal_id for one in listing.withdrawals}
        write_whole(journal, json.dumps(sorted(heeded)))
        rows = warehouse.scan("drops", f"stage == '{STAGE}'", _GONE).sort_by("doc_id").to_pylist()
        gone = {row["doc_id"]: row for row in rows if row["withdrawal_id"] in heeded}
        signatures = rows_with(warehouse, "signatures", "doc_id", gone, _SKETCH).sort_by("doc_id")
        same = pa.array([scheme == settings.scheme for scheme in signatures["scheme"].to_pylist()], pa.bool_())
        return cls(listing, gone, signatures.filter(same))

    def of(self, documents: pa.Table) -> pl.DataFrame:
        """What is withdrawn of some documents: ``withdrawal_id``, ``copied`` and ``alike``, one row for each.

        ``copied`` names the withdrawn document of which one that was taken out before was a copy, ``alike`` the Jaccard
        index of both; null for all others.

        Args:
            documents: Columns ``doc_id``, ``url``, ``host`` and ``author``.
        """
        ids = self.listing.withdrawal_ids(documents).to_pylist()
        before = [self.gone.get(str(doc_id), {}) for doc_id in documents["doc_id"].to_pylist()]
        return pl.DataFrame(
            {
                "withdrawal_id": [one or row.get("withdrawal_id") for one, row in zip(ids, before, strict=True)],
                "copied": [None if one else row.get("partner_doc_id") for one, row in zip(ids, before, strict=True)],
                "alike": [None if one else row.get("jaccard") for one, row in zip(ids, before, strict=True)],
            },
            schema={"withdrawal_id": pl.String, "copied": pl.String, "alike": pl.Float64},
        )


def _begun(warehouse: Warehouse) -> set[str]:
    """Runs that have committed to a table, finished or not."""
    return set[str]().union(*(runs_of(warehouse.table(name)) for name in warehouse.tables() if name != "runs"))
