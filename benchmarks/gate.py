"""How many documents a second the gate decides, facts included.

Usage: python benchmarks/gate.py [--documents 20000000] [--classes 3000] [--json FILE]

Documents of random policy classes with random facts, one in a hundred withdrawn, without evidence, expired or with
personal data. Timed: ``gate_classes`` and ``gate_documents`` together, batches of a million in two threads. Beside it,
on fewer documents and scaled: ``decide`` called for every document in a Python loop, and Cedar asked once for every
class. Every decision of the loop is compared with the joined one.
"""

import argparse
import json
import os
import random
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyarrow as pa

from licenses import Axis, PolicyClass, Rights, Value, policy_class, policy_class_table
from licenses.cedar import cedar_policies, cedar_request
from licenses.gate import DocumentFacts, Mode, Purpose, ReleasePlan, Request, decide, gate_classes, gate_documents
from licenses.recipients import Recipient

_BATCH = 1_000_000
_THREADS = 2
_LOOPED = 100_000
_REQUEST = Request(
    Recipient(recipient_id="kr-lab", name="연구소", established_in="KR", controlled_from="KR", processed_in=("KR",)),
    Purpose.COMMERCIAL,
    Mode.COPY,
    ReleasePlan(attribution=True, sold=False),
)
_FACTS = ("withdrawn", "evidence", "expired", "pii_clean")


def main() -> None:
    """Run and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--documents", type=int, default=20_000_000)
    parser.add_argument("--classes", type=int, default=3_000)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    classes = make_classes(options.classes)
    documents = make_documents(options.documents, classes)
    codes, joined = time_join(documents, classes)
    looped = time_loop(documents.slice(0, _LOOPED), classes, codes[:_LOOPED])
    figures = {"documents": options.documents, "classes": options.classes, "cores": os.cpu_count(), **joined, **looped}
    figures |= time_cedar(classes)
    for name, figure in figures.items():
        print(f"{name:32} {figure:>14,.0f}")
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps(figures, indent=2) + "\n", encoding="utf-8")


def make_classes(count: int) -> list[PolicyClass]:
    """Classes that differ in their licence at least."""
    rng = random.Random(1)
    values = [Value.ALLOW, Value.COND, Value.COND, Value.DENY, Value.UNKNOWN]
    return [_class(rng, values, number) for number in range(count)]


def _class(rng: random.Random, values: list[Value], number: int) -> PolicyClass:
    axes = {axis: rng.choice(values) for axis in Axis} | {Axis.CRAWL: rng.choice([Value.ALLOW] * 9 + [Value.DENY])}
    bound = rng.choice([("attribution",), ("attribution", "share_alike"), ("agreement",)])
    return policy_class(
        Rights(
            axes=axes,
            conditions={axis: bound if axes[axis] is Value.COND else () for axis in Axis},
            confidence={axis: 0.0 if axes[axis] is Value.UNKNOWN else rng.choice([0.6, 0.75, 0.95]) for axis in Axis},
            licence=f"LicenseRef-{number}",
            conflict=False,
            review="none",
        )
    )


def make_documents(count: int, classes: list[PolicyClass]) -> pa.Table:
    """Documents with their facts, in batches."""
    rng = np.random.default_rng(2)
    ids = pa.array([one.policy_class_id for one in classes])
    batches = []
    for start in range(0, count, _BATCH):
        rows = min(_BATCH, count - start)
        rare = {name: rng.random(rows) < 0.01 for name in _FACTS}
        columns = {name: pa.array(hit if name in ("withdrawn", "expired") else ~hit) for name, hit in rare.items()}
        chosen = ids.take(pa.array(rng.integers(0, len(classes), rows)))
        batches.append(pa.RecordBatch.from_pydict({"policy_class_id": chosen, **columns}))
    return pa.Table.from_batches(batches)


def time_join(documents: pa.Table, classes: list[PolicyClass]) -> tuple[list[str], dict[str, float]]:
    """Codes of the first documents, and documents per second of the whole."""
    table, batches = policy_class_table(classes), documents.to_batches()
    cpu, wall = time.process_time(), time.perf_counter()
    decisions = gate_classes(table, _REQUEST)
    with ThreadPoolExecutor(_THREADS) as pool:
        found = list(pool.map(lambda batch: gate_documents(batch, decisions), batches))
    cpu, wall = time.process_time() - cpu, time.perf_counter() - wall
    rows = documents.num_rows
    return found[0].to_pylist(), {"join_per_s": rows / wall, "join_per_cpu_s": rows / cpu}


def time_loop(documents: pa.Table, classes: list[PolicyClass], codes: list[str]) -> dict[str, float]:
    """Documents per second of a loop over rows.

    Raises:
        ValueError: It decides otherwise than the join.
    """
    rights = {one.policy_class_id: one.rights for one in classes}
    rows = documents.to_pylist()
    cpu = time.process_time()
    looped = [
        decide(rights[row["policy_class_id"]], DocumentFacts(**{name: row[name] for name in _FACTS}), _REQUEST).code
        for row in rows
    ]
    cpu = time.process_time() - cpu
    if looped != codes:
        raise ValueError("the loop and the join decide differently")
    return {"loop_per_cpu_s": len(rows) / cpu}


def time_cedar(classes: list[PolicyClass]) -> dict[str, float]:
    """Classes per second of Cedar, and of the gate itself."""
    proven = DocumentFacts(evidence=True, pii_clean=True)
    cpu = time.process_time()
    gate_classes(policy_class_table(classes), _REQUEST)
    figures = {"gate_classes_per_cpu_s": len(classes) / (time.process_time() - cpu)}
    try:
        import cedarpy  # noqa: PLC0415  the extra 'cedar'
    except ImportError:
        return figures
    policies = cedarpy.PolicySet.from_str(cedar_policies())
    requests = [cedar_request(one.rights, proven, _REQUEST) for one in classes]
    cpu = time.process_time()
    for asked, entities in requests:
        cedarpy.is_authorized(asked, policies, entities)
    return {**figures, "cedar_classes_per_cpu_s": len(classes) / (time.process_time() - cpu)}


if __name__ == "__main__":
    main()
