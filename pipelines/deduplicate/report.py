"""What became of all rows, in numbers that are counted apart and have to meet."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

import numpy as np
import pyarrow as pa

from dedup import DedupSettings
from pipelines.copies import Facts
from pipelines.deduplicate.corpus import Corpus
from pipelines.deduplicate.write import Rejects, Writer
from pipelines.errors import MalmoiError

Report = dict[str, Any]

_LARGEST = 20
_BOUNDS = (2, 3, 5, 10, 100, 1_000, 10_000)


def make_report(
    corpus: Corpus,
    decisions: pa.Table,
    names: Any,
    facts: Facts,
    settings: DedupSettings,
    *,
    writer: Writer,
    rejects: Rejects,
) -> Report:
    """The report of a deduplication.

    Args:
        corpus: The documents.
        decisions: Those that are copies or have copies.
        names: Their ids.
        facts: What the search has been through.
        settings: Of the search.
        writer: Has written the kept documents.
        rejects: Has written the others.

    Raises:
        MalmoiError: The numbers do not add up.
    """
    kept = np.asarray(decisions["kept"])
    reasons: list[Any] = decisions["reason"].to_pylist()
    dropped = {reason: reasons.count(reason) for reason in ("exact_duplicate", "near_duplicate")}
    rejected: dict[str, int] = {}
    for (_, reason), count in sorted(rejects.counts.items()):
        rejected[reason] = rejected.get(reason, 0) + count
    inputs = _inputs(corpus, np.asarray(decisions["row"])[~kept], writer, rejects)
    counts = {
        "read": sum(one["read"] for one in inputs),
        "kept": sum(writer.counts.values()),
        **dropped,
        "rejected": sum(rejected.values()),
    }
    if counts["read"] != counts["kept"] + sum(dropped.values()) + counts["rejected"]:
        raise MalmoiError(f"the counts do not add up: {counts}", **counts)
    sizes = np.asarray(decisions["cluster_size"])[kept]
    heads = np.flatnonzero(kept)
    largest = [
        {"cluster_id": names[int(heads[at])].as_py(), "size": int(sizes[at])}
        for at in np.argsort(-sizes, kind="stable")[:_LARGEST]
        if sizes[at] > 1
    ]
    return {
        "counts": counts,
        "rejected": rejected,
        "inputs": inputs,
        "clusters": {"documents_alone": counts["kept"] - int(np.count_nonzero(sizes > 1)), **_by_size(sizes)},
        "largest_clusters": largest,
        "alarms": _alarms(largest, sizes, inputs, settings),
        "search": asdict(facts),
        "settings": settings.model_dump(mode="json", exclude={"keep"}),
    }


def _inputs(corpus: Corpus, gone: Any, writer: Writer, rejects: Rejects) -> list[Report]:
    found: dict[str, Report] = {
        source: {"file": source, "read": 0, "kept": 0, "duplicates": 0, "rejected": 0}
        for source in sorted({part.source for part in corpus.parts} | {source for source, _ in rejects.counts})
    }
    for part in corpus.parts:
        found[part.source]["read"] += part.rows
        low, high = np.searchsorted(gone, (part.first, part.first + part.rows))
        found[part.source]["duplicates"] += int(high - low)
    for source, count in writer.counts.items():
        found[source]["kept"] += count
    for (source, reason), count in rejects.counts.items():
        found[source]["rejected"] += count
        # Broken lines are in no part.
        found[source]["read"] += count if reason == "broken_line" else 0
    return list(found.values())


def _by_size(sizes: Any) -> dict[str, int]:
    ends = [*(bound - 1 for bound in _BOUNDS[1:]), None]
    return {
        (str(low) if high == low else f"{low}-{high}" if high else f"{low}+"): int(
            np.count_nonzero((sizes >= low) & (sizes <= (high or np.iinfo(np.int64).max)))
        )
        for low, high in zip(_BOUNDS, ends, strict=True)
    }


def _alarms(largest: Sequence[Report], sizes: Any, inputs: Sequence[Report], settings: DedupSettings) -> list[Report]:
    large = [{"alarm": "large_cluster", **one} for one in largest if one["size"] > settings.cluster_alarm]
    unnamed = int(np.count_nonzero(sizes > settings.cluster_alarm)) - len(large)
    more: list[Report] = [{"alarm": "more_large_clusters", "clusters": unnamed}] if unnamed else []
    lossy = [
        {"alarm": "input_of_copies", "file": one["file"], "share": one["duplicates"] / one["read"]}
        for one in inputs
        if one["read"] >= settings.site_alarm_least and one["duplicates"] > settings.site_alarm * one["read"]
    ]
    return [*large, *more, *lossy]
