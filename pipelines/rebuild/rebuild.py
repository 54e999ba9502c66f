"""All of a rebuild, in order."""

import json
import tempfile
from collections.abc import Mapping
from contextlib import nullcontext
from pathlib import Path
from typing import Any

import pyarrow as pa

from licenses import PolicyClass, RightsSettings
from licenses.policy import policy_classes_from_table
from pipelines.rebuild.judge import CHANGE_SCHEMA, Judged, RunJudge
from pipelines.rebuild.releases import no_longer_passing
from pipelines.rebuild.report import RebuildReport, add_changes
from pipelines.rebuild.store import RunStore
from pipelines.rebuild.write import Writer
from pipelines.rights_version import rights_version, versions_of
from warehouse.catalog import Warehouse
from warehouse.ledger import Ledger
from warehouse.withdrawal.lock import lock


def rebuild_rights(warehouse: Warehouse, *, dry_run: bool = False) -> RebuildReport:
    """Derive the class of every document anew from stored evidence, and write those that changed.

    Unchanged rules read and write nothing. A rebuild that was stopped is finished by the next one. One that writes
    waits for withdrawals, and they for it: what one erases, the other must not bring back or have placed only just.

    Args:
        warehouse: The warehouse.
        dry_run: Whether changes are only reported.

    Raises:
        ConflictError: Other writers kept winning; the same call goes on.
        ValueError: Stored evidence or a stored class is not what its id says.
    """
    with nullcontext() if dry_run else lock(warehouse):
        return _rebuild(warehouse, RebuildReport(rights_version(), dry_run))


def _rebuild(warehouse: Warehouse, report: RebuildReport) -> RebuildReport:
    if versions_of(warehouse) <= {report.version}:
        report.unchanged_rules = True
        return report
    known = {one.policy_class_id: one for one in policy_classes_from_table(_classes(warehouse))}
    tables: list[pa.Table] = []
    with tempfile.TemporaryDirectory(prefix="malmoi-rebuild-") as folder:
        writer = None if report.dry_run else Writer(warehouse, report.version, Path(folder))
        for run_id, settings in _settings(warehouse).items():
            with tempfile.TemporaryDirectory(prefix="malmoi-rebuild-") as scratch:
                store = RunStore(warehouse, run_id, Path(scratch))
                judge = RunJudge(store, run_id, settings, dict(known))
                tables += [_take(judged, run_id, known, report, writer) for judged in judge.judge()]
        changes = pa.concat_tables([CHANGE_SCHEMA.empty_table(), *tables])
        add_changes(report, changes, known)
        report.releases = no_longer_passing(warehouse, changes, known)
        if writer is not None and changes.num_rows:
            writer.documents(changes)
            _enter(warehouse, report)
    return report


def _take(
    judged: Judged, run_id: str, known: dict[str, PolicyClass], report: RebuildReport, writer: Writer | None
) -> pa.Table:
    """Count a part of a run and write the evidence and classes that its changes need; the changes."""
    report.documents += judged.documents
    report.without_evidence += judged.without_evidence
    report.not_revived += judged.not_revived
    known.update(judged.classes)
    if writer is not None and judged.changes:
        writer.evidence(judged.evidence, run_id)
        writer.classes([judged.classes[key] for key in sorted(judged.classes)], run_id)
    return pa.Table.from_pylist(judged.changes, schema=CHANGE_SCHEMA)


def _enter(warehouse: Warehouse, report: RebuildReport) -> None:
    """Tell the ledger, where the warehouse has one, that classes are of other rules from here on."""
    if "://" not in warehouse.uri:
        body = {"rules": report.version, "changed": report.changed, "renamed": report.renamed, "axes": report.axes}
        Ledger.of(warehouse.uri).append("rights_rebuilt", body)


def _settings(warehouse: Warehouse) -> Mapping[str, RightsSettings]:
    """Rights settings of each run, by its id; those that there are no longer are left out."""
    rows = warehouse.scan("runs", columns=("run_id", "recipe")).sort_by("run_id").to_pylist()
    return {row["run_id"]: _known(json.loads(row["recipe"]).get("rights", {})) for row in rows}


def _known(values: Mapping[str, Any]) -> RightsSettings:
    known = {name: value for name, value in values.items() if name in RightsSettings.model_fields}
    return RightsSettings.model_validate(known)


def _classes(warehouse: Warehouse) -> pa.Table:
    return warehouse.scan("policy_classes")
