"""Good and bad documents."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from _malmoi import evaluate
from _peers import failed, run_peers, speeds, versions
from _table import Details, Measure, Part, lines_of

from pipelines.evaluate.files import Row, read_jsonl

TOOLS = ("FineWeb2", "dps")
SHOWN = (
    Measure("balanced", "documents, balanced accuracy", chart=True),
    Measure("good_kept", "good documents kept"),
    Measure("bad_kept", "bad documents kept", lower_is_better=True),
    Measure("macro_balanced", "documents, balanced accuracy, mean over kinds"),
    Measure("docs_per_cpu_s", "quality, documents per CPU s", "per_cpu_s"),
)
MEANING = """\
Labels come from the kind of source, not from raters; some bad kinds are made from good documents (shuffled, repeated,
mojibake). Balanced accuracy is the mean of the share of good documents kept and of bad ones dropped; the mean over
kinds gives each kind of document the same weight. FineWeb2 is the three filters of its Korean configuration in
datatrove, given every third document because it reads seven a second; dps is the filters of its Korean job."""


def run(data: Path, work: Path) -> Part:
    """Run it."""
    docs = data / "quality" / "documents-good-bad.jsonl.zst"
    report = evaluate("quality", "--docs", docs)
    rows = [row for row in read_jsonl(docs, {"text": str, "label": str}) if row["label"] in {"good", "bad"}]
    results = run_peers("peer_quality.py", ({"text": row["text"]} for row in rows), work, TOOLS)
    scores: dict[str, dict[str, Any]] = {"malmoi": _ours(report)}
    sizes, why = {}, {}
    kept: dict[str, dict[tuple[str, str], float]] = {}
    for name, speed in speeds(results).items():
        asked, reasons = rows[:: results[name]["every"]], results[name]["results"]
        keeps = [reason == "" for reason in reasons]
        scores[name] = {**score(asked, keeps), "docs_per_cpu_s": speed}
        sizes[name] = len(asked)
        kept[name] = by_kind(asked, keeps)
        why[name] = Counter(reason for row, reason in zip(asked, reasons, strict=True) if row["label"] == "good")
    lines = lines_of(SHOWN, scores, "good and bad documents", len(rows), reasons=failed(results), sizes=sizes)
    kinds = sorted({(row["label"], row["kind"]) for row in rows})
    detail = [
        {"label": kind[0], "kind": kind[1], "n": sum((row["label"], row["kind"]) == kind for row in rows)}
        | {name: share.get(kind) for name, share in kept.items()}
        for kind in kinds
    ]
    return Part("quality", lines, [Details("Kept by kind", detail)], MEANING, versions(results))


def score(rows: Sequence[Row], keeps: Sequence[bool]) -> dict[str, float]:
    """Shares kept, over documents and over kinds."""
    good, bad = (
        fmean(keep for row, keep in zip(rows, keeps, strict=True) if row["label"] == label) for label in ("good", "bad")
    )
    kinds = by_kind(rows, keeps)
    macro_good, macro_bad = (
        fmean(share for (name, _), share in kinds.items() if name == label) for label in ("good", "bad")
    )
    return {
        "good_kept": good,
        "bad_kept": bad,
        "balanced": (good + 1 - bad) / 2,
        "macro_balanced": (macro_good + 1 - macro_bad) / 2,
    }


def by_kind(rows: Sequence[Row], keeps: Sequence[bool]) -> dict[tuple[str, str], float]:
    """Share kept of each label and kind."""
    counts: defaultdict[tuple[str, str], list[bool]] = defaultdict(list)
    for row, keep in zip(rows, keeps, strict=True):
        counts[row["label"], row["kind"]].append(keep)
    return {kind: sum(some) / len(some) for kind, some in counts.items()}


def _ours(report: dict[str, Any]) -> dict[str, Any]:
    return report
