"""What was withdrawn before a run, as the group phase needs it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import polars as pl
import pyarrow as pa

from licenses import WithdrawalList
from pipelines.group.journal import pinned
from warehouse.catalog import Warehouse
from warehouse.withdrawal.plan import STAGE, WITHDRAWN
from warehouse.withdrawal.register import load_list

_GONE = ("doc_id", "withdrawal_id", "partner_doc_id", "jaccard", "reason")


@dataclass(frozen=True, slots=True)
class Withdrawn:
    """The withdrawal list, and what it took out of the tables."""

    listing: WithdrawalList = field(default_factory=lambda: WithdrawalList(()))
    gone: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    """By doc_id the row of ``drops`` that took the place of a document."""

    @classmethod
    def load(cls, warehouse: Warehouse, run_id: str, journal: Path) -> Self:
        """Read it.

        Args:
            warehouse: Where the run goes.
            run_id: The run.
            journal: File that keeps which withdrawals the run heeds. A run that was killed while it committed decides
                as it did before; withdrawals that came since are carried out behind it (``carry_out.settle``).
        """
        listing = load_list(warehouse)
        heeded = pinned(warehouse, run_id, journal, {one.withdrawal_id for one in listing.withdrawals})
        rows = (
            warehouse.scan("drops", f"stage == '{STAGE}' or reason == '{WITHDRAWN}'", _GONE)
            .sort_by("doc_id")
            .to_pylist()
        )
        return cls(listing.only(*heeded), {row["doc_id"]: row for row in rows if row["withdrawal_id"] in heeded})

    @staticmethod
    def heeded(warehouse: Warehouse, journal: Path) -> WithdrawalList | None:
        """The withdrawals that a run heeded; None where that is not kept any more."""
        if not journal.exists():
            return None
        return load_list(warehouse).only(*json.loads(journal.read_text("ascii")))

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
