"""Good and bad documents."""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from statistics import fmean
from typing import Any

from _malmoi import evaluate
from _peers import ROOT, failed, run_peers, speeds, versions
from _table import Details, Line, Measure, Part, lines_of

from pipelines.evaluate.files import Row, read_jsonl

TOOLS = ("FineWeb2", "dps")
BALANCED = Measure("balanced", "documents, balanced accuracy", chart=True)
KEPT = (Measure("good_kept", "good documents kept"), Measure("bad_kept", "bad documents kept", lower_is_better=True))
SCORED = Measure("auc", "documents, AUC of the score")
ADS = Measure("auc_advertising", "advertising, AUC against ordinary posts")
SPEED = Measure("documents_per_cpu_s", "quality, documents per CPU s", "per_cpu_s")
CARD = ROOT / "filters" / "data" / "quality.json"
POSTS = ROOT / "tests" / "data" / "korean-posts.jsonl.zst"
MEANING = """\
Labels come from the kind of source, not from raters; some bad kinds are made from good documents (shuffled, repeated,
mojibake). Balanced accuracy is the mean of the share of good documents kept and of bad ones dropped. **Malmoi's model
was trained on these documents, so the first data set flatters it**; the figures after it are of a model trained without
those sources (from the card of the model), and of posts that were held out of training. FineWeb2 is the three filters
of its Korean configuration in datatrove, given every third document because it reads seven a second; dps is the filters
of its Korean job. Neither looks for advertising."""


def run(data: Path, work: Path) -> Part:
    """Run it."""
    docs = data / "quality" / "documents-good-bad.jsonl.zst"
    measures = (BALANCED, *KEPT, SCORED, SPEED)
    lines, details, known = _compare(docs, read_jsonl(docs, {"text": str}), measures, "documents, trained on", work)
    lines += _card()
    if POSTS.exists():
        held = [row for row in read_jsonl(POSTS, {"text": str}) if row["part"] == "held"]
        given = work / "posts.jsonl"
        given.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in held), encoding="utf-8")
        more = _compare(given, held, (Measure(BALANCED.key, BALANCED.title), *KEPT, ADS), "posts, held out", work)
        lines += more[0]
        details += more[1]
    return Part("quality", lines, details, MEANING, known)


def _compare(
    docs: Path, documents: Iterable[Row], measures: Sequence[Measure], title: str, work: Path
) -> tuple[list[Line], list[Details], dict[str, str]]:
    rows = [row for row in documents if row["label"] in {"good", "bad"}]
    report = evaluate("quality", "--docs", docs)
    results = run_peers("peer_quality.py", ({"text": row["text"]} for row in rows), work, TOOLS)
    scores: dict[str, dict[str, Any]] = {"malmoi": report}
    sizes = {}
    kept = {"malmoi": {(row["label"], row["kind"]): row["share"] for row in report["kinds"]}}
    why = {"malmoi": {(row["label"], row["kind"]): row["dropped_as"] for row in report["kinds"]}}
    for name, speed in speeds(results).items():
        asked, reasons = rows[:: results[name]["every"]], results[name]["results"]
        scores[name] = {**score(asked, reasons), "documents_per_cpu_s": speed}
        sizes[name] = len(asked)
        groups = by_kind(asked, reasons)
        kept[name] = {kind: some.count("") / len(some) for kind, some in groups.items()}
        why[name] = {kind: _most([reason for reason in some if reason]) for kind, some in groups.items()}
    lines = lines_of(measures, scores, title, len(rows), reasons=failed(results), sizes=sizes)
    kinds = [(row["label"], row["kind"], row["documents"]) for row in report["kinds"]]
    shares = [
        {"label": label, "kind": kind, "n": n, **{name: some.get((label, kind)) for name, some in kept.items()}}
        for label, kind, n in kinds
    ]
    reasons = [
        {"label": label, "kind": kind, **{name: some.get((label, kind)) for name, some in why.items()}}
        for label, kind, _ in kinds
    ]
    details = [Details(f"Kept by kind: {title}", shares), Details(f"Dropped as: {title}", reasons)]
    return lines, details, versions(results)


def score(rows: Sequence[Row], reasons: Sequence[str | None]) -> dict[str, float]:
    """Shares kept of good and of bad documents, and what they add up to; a row that failed was not kept."""
    good, bad = (
        fmean(reason == "" for row, reason in zip(rows, reasons, strict=True) if row["label"] == label)
        for label in ("good", "bad")
    )
    even = (good + 1 - bad) / 2
    return {"good_kept": good, "bad_kept": bad, "balanced": even, "auc": even}  # a verdict alone has that AUC


def by_kind(rows: Sequence[Row], reasons: Sequence[str | None]) -> dict[tuple[str, str], list[str | None]]:
    """Reasons of each label and kind."""
    groups: defaultdict[tuple[str, str], list[str | None]] = defaultdict(list)
    for row, reason in zip(rows, reasons, strict=True):
        groups[row["label"], row["kind"]].append(reason)
    return dict(groups)


def _card() -> list[Line]:
    """What the card of the model says of documents that it was not trained on."""
    held = json.loads(CARD.read_text(encoding="utf-8")).get("held_out") if CARD.exists() else None
    if not held:
        return []
    shown = (BALANCED, SCORED)
    return lines_of(shown, {"malmoi": held}, f"documents, whole {held['by']}s held out", held["documents"])


def _most(reasons: Sequence[str]) -> str:
    return ", ".join(f"{reason} {count}" for reason, count in Counter(reasons).most_common(3))
