"""The group phase in one place: rights, choice, files, sums, commit."""

import datetime as dt
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import polars as pl

from filters import DATA_DIGESTS
from pipelines.accounting import Accounts, StageAccount
from pipelines.group.alarms import displacement_alarm, find_alarms
from pipelines.group.boilerplate import strip_boilerplate
from pipelines.group.duplicates import BOILERPLATE, DEDUP, RIGHTS, choose_documents
from pipelines.group.journal import Ready, begun, group_lock, pinned
from pipelines.group.keys import load_keys
from pipelines.group.leaving import note_leaving, take_out_leaving
from pipelines.group.remembered import Past, Remembered
from pipelines.group.rights import judge_rights
from pipelines.group.tables import TableWriter, known_again
from pipelines.group.withdrawn import Withdrawn
from pipelines.plan import RunPlan
from pipelines.progress import LOG
from pipelines.rights_version import RIGHTS_VERSION_PROPERTY, rights_version
from pipelines.version import code_version
from warehouse.catalog import Warehouse
from warehouse.commit import commit_run
from warehouse.errors import ConflictError
from warehouse.known import index_runs, maintain
from warehouse.withdrawal.carry_out import settle

_WITHDRAWALS = "withdrawals.json"


def commit_group(
    plan: RunPlan, parts: Sequence[Path], accounts: Accounts, warehouse: Warehouse, started: dt.datetime
) -> Accounts:
    """From finished parts to a committed run.

    Args:
        plan: The run.
        parts: Its part folders, in the order of the plan.
        accounts: The sum of the parts' accounts.
        warehouse: Where to.
        started: When the run began.

    Returns:
        The accounts of the whole run.

    Raises:
        AccountingError: Sums differ; nothing was committed.
    """
    with group_lock(warehouse):
        kept = plan.folder / "group" / "ready.json"
        # What was partly committed is not decided anew: what it was decided by may have changed since.
        ready = Ready.load(kept) if begun(warehouse, plan.run_id) else None
        if ready is None:
            ready = _decide(plan, parts, accounts, warehouse)
            ready.save(kept)
        rules = {RIGHTS_VERSION_PROPERTY: rights_version()}
        note_leaving(plan.folder, ready.leaving)
        commit_run(warehouse, plan.run_id, ready.files, _run_row(plan, ready.accounts, started), rules)
        finish_group(plan, warehouse)
    for alarm in ready.accounts.alarms:
        LOG.warning("look at this", extra={"fields": {"run_id": plan.run_id, **alarm}})
    return ready.accounts


def finish_group(plan: RunPlan, warehouse: Warehouse) -> None:
    """What is left to do once a run is committed; doing it again does nothing."""
    take_out_leaving(plan.folder, warehouse, plan.run_id)
    if (known := Withdrawn.heeded(warehouse, plan.folder / _WITHDRAWALS)) is not None:
        if left := settle(warehouse, known):
            LOG.info("withdrawn meanwhile", extra={"fields": {"run_id": plan.run_id, "documents": left}})
        (plan.folder / _WITHDRAWALS).unlink()
    try:
        maintain(warehouse)
    except ConflictError as error:
        LOG.info("small files are left to the next run", extra={"fields": {"run_id": plan.run_id, "error": str(error)}})
    for name in ("group", "parts"):
        shutil.rmtree(plan.folder / name, ignore_errors=True)


def _decide(plan: RunPlan, parts: Sequence[Path], accounts: Accounts, warehouse: Warehouse) -> Ready:
    """What is kept, and all files that say so."""
    folder = plan.folder / "group"
    shutil.rmtree(folder, ignore_errors=True)
    recipe = plan.recipe
    withdrawn = Withdrawn.load(warehouse, plan.run_id, plan.folder / _WITHDRAWALS)
    before = pinned(warehouse, plan.run_id, plan.folder / "runs-before.json", warehouse.runs())
    parts = strip_boilerplate(parts, recipe.boilerplate, recipe.dedup, folder / "stripped")
    rights = judge_rights(parts, recipe.rights, folder / "rights", withdrawn.listing)
    keys = load_keys(parts, rights.files, withdrawn)
    index_runs(warehouse, recipe.dedup, memory=int(recipe.dedup.memory) // 2)
    remembered = Remembered.recall(Past(warehouse, before, withdrawn.gone), keys, parts, recipe.dedup)
    choice, leaving = choose_documents(keys, parts, recipe.dedup, folder / "copies", remembered=remembered)
    starts = keys.group_by("part").agg(pl.col("row").min().alias("start"))
    choice = choice.with_columns(keys.get_column("n_chars")).join(starts, on="part", how="left", maintain_order="left")

    accounts = _with_group_stages(accounts, choice)
    accounts.alarms += [*find_alarms(choice, recipe.dedup), *displacement_alarm(leaving)]
    writer = TableWriter(warehouse, plan.run_id, parts, folder / "files")
    shard_bytes = int(recipe.warehouse.shard_bytes)
    drops, drop_rows = writer.drops(choice, rights)
    known = known_again(choice, keys)
    files = {
        "documents": writer.documents(choice, rights, shard_bytes),
        "signatures": writer.signatures(known, recipe.dedup, shard_bytes),
        "fingerprints": writer.fingerprints(known, recipe.dedup),
        "drops": [*drops, *writer.displaced(leaving)],
        "evidence": writer.evidence(choice, rights),
        "site_files": writer.site_files(),
        "policy_classes": writer.policy_classes(rights),
    }
    accounts.check()
    accounts.check_rows(choice.get_column("reason").null_count(), drop_rows)
    return Ready(files, accounts, leaving.get_column("doc_id").to_list())


def _with_group_stages(accounts: Accounts, choice: pl.DataFrame) -> Accounts:
    """The accounts with the stages of the group phase."""
    left = choice.height
    for stage in (RIGHTS, BOILERPLATE, DEDUP):
        stopped = choice.filter(pl.col("stage") == stage).get_column("reason").value_counts().sort("reason")
        dropped = dict(stopped.iter_rows())
        accounts.stages[stage] = StageAccount(left, left - sum(dropped.values()), dropped)
        left = accounts.stages[stage].kept
    return accounts


def _run_row(plan: RunPlan, accounts: Accounts, started: dt.datetime) -> dict[str, Any]:
    return {
        "recipe_digest": plan.recipe.digest(),
        "recipe": plan.recipe.model_dump_json(),
        "code_version": code_version(),
        "models": dict(DATA_DIGESTS),
        "inputs": [{"uri": file.uri, "size": file.size, "fingerprint": file.fingerprint} for file in plan.files],
        "started_at": started,
        "finished_at": dt.datetime.now(dt.UTC),
        "counts": json.dumps(accounts.to_json(), ensure_ascii=False),
        "engine": plan.recipe.engine.name,
    }
