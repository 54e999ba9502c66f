"""Changed documents, with the evidence and classes they need, in the tables.

Evidence and classes come first and are only added, the documents last and in one commit: a rebuild that was stopped
anywhere leaves every document with a class and evidence that are there, and the next one goes on.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from pyiceberg.expressions import EqualTo, Reference

from licenses import PolicyClass, evidence_table, policy_class_table
from pipelines.rebuild.judge import NewEvidence
from pipelines.rights_version import REBUILD_PROPERTY
from warehouse import TABLES, write_file
from warehouse._place import place
from warehouse.catalog import Warehouse
from warehouse.withdrawal.retry import retrying
from warehouse.withdrawal.rewrite import Change, Rows, rewrite


class Writer:
    """Writes what a rebuild by rules ``version`` changes.

    Args:
        warehouse: Where to.
        version: The rules.
        scratch: Folder for files before they are placed.
    """

    def __init__(self, warehouse: Warehouse, version: str, scratch: Path) -> None:
        self._warehouse = warehouse
        self._version = version
        self._scratch = scratch
        self._files = 0

    def evidence(self, found: Sequence[NewEvidence], run_id: str) -> None:
        """Add evidence of a run."""
        table = evidence_table([evidence for evidence, _, _ in found])
        for name, values in (("doc_id", [doc for _, doc, _ in found]), ("site_file_digest", [d for _, _, d in found])):
            table = table.append_column(name, pa.array(values, pa.string()))
        self._add("evidence", table, run_id)

    def classes(self, found: Sequence[PolicyClass], run_id: str) -> None:
        """Add the classes that a run has no rows for."""
        wanted: Any = run_id
        rows = self._warehouse.scan(
            "policy_classes", EqualTo(term=Reference("run_id"), value=wanted), ("policy_class_id",)
        )
        there = set(rows["policy_class_id"].to_pylist())
        self._add(
            "policy_classes", policy_class_table([one for one in found if one.policy_class_id not in there]), run_id
        )

    def documents(self, changes: pa.Table) -> None:
        """Give documents their classes and evidence; one snapshot.

        Args:
            changes: Rows of ``CHANGE_SCHEMA``.
        """
        before = {str(one) for one in changes["before"].to_pylist()}
        rewrite(
            self._warehouse,
            Rows("documents", "policy_class_id", before),
            _changed(changes),
            lambda _: None,
            {REBUILD_PROPERTY: self._version},
        )

    def _add(self, name: str, table: pa.Table, run_id: str) -> None:
        if not table.num_rows:
            return
        spec = TABLES[name]
        ordered = table.sort_by([(key, "ascending") for key in spec.sort_by if key in table.column_names])
        owned = ordered.append_column("run_id", pa.array([run_id] * table.num_rows, pa.string()))
        path = self._scratch / f"{name}-{run_id}-rebuild-{self._files:05d}.parquet"
        self._files += 1
        write_file(owned, path, spec, self._warehouse.file_schema(name))

        def attempt() -> None:
            into = self._warehouse.table(name)
            location = place(into, path, run_id)
            into.add_files(
                [location], snapshot_properties={REBUILD_PROPERTY: self._version}, check_duplicate_files=False
            )

        retrying(attempt, f"add rows to {name}")


def _changed(changes: pa.Table) -> Change:
    """Replaces class and evidence of the documents that change."""
    keys = _keys(changes["doc_id"], changes["run_id"])
    after, evidence_ids = (changes[name].combine_chunks() for name in ("after", "evidence_ids"))

    def change(rows: pa.Table) -> pa.Table:
        found: Any = pc.index_in(_keys(rows["doc_id"], rows["run_id"]), value_set=keys)
        there = found.is_valid().to_numpy(zero_copy_only=False)
        take = np.where(there, pc.fill_null(found, 0).to_numpy() + rows.num_rows, np.arange(rows.num_rows))
        for name, fresh in (("policy_class_id", after), ("evidence_ids", evidence_ids)):
            place = rows.schema.get_field_index(name)
            both = pa.concat_arrays([rows[name].combine_chunks(), fresh.cast(rows.schema.field(name).type)])
            rows = rows.set_column(place, rows.schema.field(name), both.take(pa.array(take, pa.int64())))
        return rows

    return change


def _keys(doc_ids: Any, run_ids: Any) -> Any:
    joined: Any = pc.binary_join_element_wise(doc_ids.cast(pa.string()), run_ids.cast(pa.string()), "/")
    return joined.combine_chunks()
