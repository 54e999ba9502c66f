"""Do the tables hold what the runs say they wrote, and the files what was written to them?"""

import hashlib
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

import pyarrow as pa

from warehouse._place import DIGEST_NAME
from warehouse.catalog import Warehouse
from warehouse.errors import UnbalancedError
from warehouse.lookup import rows_with, values_of
from warehouse.withdrawal.plan import REASONS, STAGE
from warehouse.withdrawal.register import load_list

_DROP_KEYS = ("run_id", "stage", "outcome", "reason")


def verify_tables(warehouse: Warehouse) -> dict[str, dict[str, int]]:
    """Check that rows of ``documents`` and ``drops`` equal what each run counted, by stage and reason.

    ``counts`` of a run is a JSON object with ``stages`` in their order: ``{"in": n, "kept": n, "dropped": {reason: n},
    "quarantined": {reason: n}}`` by stage. What was withdrawn since is in ``drops`` under the stage ``withdrawal``, one
    row for each document that left: so many fewer are kept and so many more dropped than the run counted, and each of
    these rows names a withdrawal that is on the list.

    Returns:
        Records ``in``, ``kept``, ``dropped`` and ``quarantined`` of each run, withdrawals applied.

    Raises:
        UnbalancedError: They differ, or a run's own sums do; all differences are named.
    """
    documents = _count(warehouse, "documents", ("run_id",))
    drops = _count(warehouse, "drops", _DROP_KEYS)
    withdrawn = Counter({key: count for key, count in drops.items() if key[1] == STAGE})
    problems = _unlisted(warehouse)
    totals: dict[str, dict[str, int]] = {}
    for run in warehouse.scan("runs", columns=("run_id", "counts")).sort_by("run_id").to_pylist():
        run_id = run["run_id"]
        if run_id in totals:
            problems.append(f"run {run_id} is in runs more than once")
        stages = json.loads(run["counts"])["stages"]
        stopped = _stopped(run_id, stages)
        left = Counter({key: count for key, count in withdrawn.items() if key[0] == run_id})
        stopped += left
        kept = (next(reversed(stages.values()))["kept"] if stages else 0) - left.total()
        totals[run_id] = {
            "in": next(iter(stages.values()))["in"] if stages else 0,
            "kept": kept,
            **{kind: sum(n for key, n in stopped.items() if key[2] == kind) for kind in ("dropped", "quarantined")},
        }
        problems += _differences(totals[run_id], f"run {run_id}")
        problems += _compare(run_id, {(run_id,): kept}, documents, "documents")
        problems += _compare(run_id, stopped, drops, "drops")
    for (run_id, *_), rows in sorted({**documents, **drops}.items()):
        if run_id not in totals:
            problems.append(f"{rows} rows are of run {run_id}, which is not in runs")
    if problems:
        raise UnbalancedError("; ".join(problems))
    return totals


def _unlisted(warehouse: Warehouse) -> list[str]:
    """Withdrawn rows whose withdrawal nobody registered, or whose document is still there."""
    rows = warehouse.scan("drops", f"stage == '{STAGE}'", ("doc_id", "reason", "withdrawal_id"))
    listed = {one.withdrawal_id for one in load_list(warehouse).withdrawals}
    problems = [
        f"drops withdraws {row['doc_id']} as {row['reason']} by {row['withdrawal_id']}, which is not on the list"
        for row in rows.to_pylist()
        if row["withdrawal_id"] not in listed or row["reason"] not in REASONS
    ]
    still = rows_with(warehouse, "documents", "doc_id", set(values_of(rows, "doc_id")), ("doc_id",))
    return problems + [f"{doc_id} was withdrawn and is still in documents" for doc_id in values_of(still, "doc_id")]


def damaged_files(warehouse: Warehouse) -> list[str]:
    """Locations of files whose bytes are not those that were committed, every table read in full.

    The names of committed files end in the first half of their SHA-256; files that another engine wrote have no such
    name and are not judged.
    """
    tasks = chain.from_iterable(warehouse.table(name).scan().plan_files() for name in warehouse.tables())
    locations = sorted(task.file.file_path for task in tasks)
    return [location for location in locations if _is_damaged(warehouse, location)]


def _is_damaged(warehouse: Warehouse, location: str) -> bool:
    match = DIGEST_NAME.search(location)
    if match is None:
        return False
    digest = hashlib.sha256()
    try:
        with warehouse.table("runs").io.new_input(location).open() as file:
            while block := file.read(1 << 20):
                digest.update(block)
    except FileNotFoundError:
        return True
    return digest.hexdigest()[:32] != match[1]


def _stopped(run_id: str, stages: Mapping[str, Any]) -> Counter[tuple[str, ...]]:
    """What a run counted, by the keys of drops."""
    return Counter(
        {
            (run_id, stage, kind, reason): count
            for stage, account in stages.items()
            for kind in ("dropped", "quarantined")
            for reason, count in account[kind].items()
        }
    )


def _differences(total: Mapping[str, int], what: str) -> list[str]:
    if total["in"] == total["kept"] + total["dropped"] + total["quarantined"]:
        return []
    return [f"{what} took {total['in']} records in, but its sums are {dict(total)}"]


def _compare(
    run_id: str, counted: Mapping[tuple[str, ...], int], held: Counter[tuple[str, ...]], table: str
) -> list[str]:
    keys = {*counted, *(key for key in held if key[0] == run_id)}
    return [
        f"{table} holds {held[key]} rows of {' / '.join(key)}, but {counted.get(key, 0)} were counted"
        for key in sorted(keys)
        if held[key] != counted.get(key, 0)
    ]


def _count(warehouse: Warehouse, table: str, keys: Sequence[str]) -> Counter[tuple[str, ...]]:
    """Rows by their keys, a batch at a time."""
    counts: Counter[tuple[str, ...]] = Counter()
    for batch in warehouse.plan(table, columns=keys).to_arrow_batch_reader():
        for row in pa.table(batch).group_by(list(keys)).aggregate([([], "count_all")]).to_pylist():
            counts[tuple(row[key] for key in keys)] += row["count_all"]
    return counts
