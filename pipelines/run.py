"""The whole road: plan, map, group, commit; resumes by itself.

Every step leaves something whole or nothing. Parts that stand are not made again, the group phase is made anew from the
parts, and the commit is skipped for tables that hold the run already, so a run that was killed anywhere ends with the
same rows as one that was not.
"""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pipelines.accounting import Accounts, total
from pipelines.decontamination import with_digests
from pipelines.engines import Engine, LocalEngine, MapJob
from pipelines.errors import SplitError
from pipelines.group.commit import commit_group, finish_group
from pipelines.ingest import Split
from pipelines.mapping import PartSummary
from pipelines.plan import RunPlan, plan_run, run_lock
from pipelines.progress import LOG, reporter
from pipelines.recipe import Recipe
from pipelines.stages.pii import with_key_id
from pipelines.version import code_version
from warehouse import clean_temp, read_part
from warehouse.catalog import Warehouse


@dataclass(frozen=True, slots=True)
class RunReport:
    """What a run did."""

    run_id: str
    recipe_digest: str
    resumed: bool
    """Some of the work stood already."""
    nothing_to_do: bool
    """All of it did."""
    accounts: Accounts
    warehouse: str
    tables: dict[str, str] = field(default_factory=dict)
    """Folder of the Parquet files of each table."""
    seconds: float = 0.0

    def to_json(self) -> dict[str, Any]:
        """A JSON object for ``--json``."""
        values = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "accounts"}
        return {"ok": True, **values, "totals": self.accounts.totals(), "accounts": self.accounts.to_json()}


def run_recipe(recipe: Recipe, retry: str | None = None) -> RunReport:
    """Run a recipe to its commit.

    Args:
        recipe: What to do.
        retry: A finished run; only what it quarantined is read again, as a run of its own.

    Raises:
        ConfigError: Inputs or settings are wrong; nothing was touched.
        SplitError: Splits failed; the others are done and are not done again by the next run.
        AccountingError: Sums differ; nothing was committed.
    """
    started = dt.datetime.now(dt.UTC)
    fixed = {"pii": with_key_id(recipe.pii), "decontamination": with_digests(recipe.decontamination)}
    recipe = recipe.model_copy(update=fixed)
    plan = plan_run(recipe, retry)
    with run_lock(plan.folder):
        warehouse = Warehouse.open(recipe.warehouse.uri, upgrade=True, catalog=recipe.warehouse.catalog or None)
        committed = warehouse.run(plan.run_id)
        if committed is not None:
            finish_group(plan, warehouse)
            return _report(plan, warehouse, Accounts.from_json(committed), started, resumed=True, nothing_to_do=True)
        stood = _map(plan)
        parts = _settle(plan)
        accounts = total(summary.accounts for _, summary in parts)
        accounts = commit_group(plan, [path for path, _ in parts], accounts, warehouse, started)
    return _report(plan, warehouse, accounts, started, resumed=stood > 0, nothing_to_do=False)


def _map(plan: RunPlan, splits: Sequence[Split] | None = None) -> int:
    """Map what is not mapped yet; how many parts stood already."""
    splits = plan.splits if splits is None else splits
    plan.parts_dir.mkdir(parents=True, exist_ok=True)
    clean_temp(plan.parts_dir)
    missing = [split for split in splits if read_part(plan.parts_dir / split.split_id) is None]
    if not missing:
        return len(splits)
    recipe = plan.recipe
    job = MapJob(recipe.model_dump_json(), recipe.digest(), code_version(), str(plan.parts_dir))
    LOG.info("map", extra={"fields": {"run_id": plan.run_id, "splits": len(splits), "missing": len(missing)}})
    failed = []
    with reporter(sum(split.end - split.start for split in missing), len(missing)) as show:
        for outcome in _engine(recipe).map(job, missing, show.advance):
            show.split_done()
            if outcome.error:
                failed.append(outcome)
                where = {"file": outcome.split.uri, "start": outcome.split.start, "error": outcome.error}
                LOG.error("split failed", extra={"fields": where})
    if failed:
        first = failed[0]
        raise SplitError(
            f"{len(failed)} of {len(splits)} splits failed; the first is {first.split.uri} "
            f"from byte {first.split.start}: {first.error}. Mend or remove the input and run again: "
            "what is done is not done again"
        )
    return len(splits) - len(missing)


def _settle(plan: RunPlan) -> list[tuple[Path, PartSummary]]:
    """The parts of the run, where each split of a file begins where the one before it ended.

    A reader that starts in the middle of a file looks for the first record start it can see. Bytes inside a record can
    look like one (an archive stored in an archive); then the split is read again from the start its neighbour names.
    """
    parts: list[tuple[Path, PartSummary]] = []
    before: Split | None = None
    for split in plan.splits:
        path, summary = _part(plan, split)
        expected = parts[-1][1].following if before is not None and before.uri == split.uri else summary.first
        if summary.first != expected and not split.exact:
            LOG.info("split read again from its true start", extra={"fields": {"file": split.uri, "start": expected}})
            moved = dataclasses.replace(split, start=expected, end=max(expected, split.end), exact=True)
            _map(plan, [moved])
            path, summary = _part(plan, moved)
        parts.append((path, summary))
        before = split
    return parts


def _part(plan: RunPlan, split: Split) -> tuple[Path, PartSummary]:
    path = plan.parts_dir / split.split_id
    found = read_part(path)
    if found is None:
        raise SplitError(f"the part {path} is gone; run again")
    return path, PartSummary.from_meta(found.meta)


def _engine(recipe: Recipe) -> Engine:
    return LocalEngine(recipe.engine.workers, recipe.engine.attempts)


def _report(
    plan: RunPlan, warehouse: Warehouse, accounts: Accounts, started: dt.datetime, *, resumed: bool, nothing_to_do: bool
) -> RunReport:
    return RunReport(
        run_id=plan.run_id,
        recipe_digest=plan.recipe.digest(),
        resumed=resumed,
        nothing_to_do=nothing_to_do,
        accounts=accounts,
        warehouse=plan.recipe.warehouse.uri,
        tables=warehouse.folders(),
        seconds=round((dt.datetime.now(dt.UTC) - started).total_seconds(), 1),
    )
