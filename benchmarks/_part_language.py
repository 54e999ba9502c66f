"""Is it Korean? Sentences and pages."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from _malmoi import evaluate
from _peers import failed, run_peers, speeds, versions
from _table import Details, Line, Measure, Part, lines_of

from filters import visible_text
from pipelines.evaluate.decoding import decode_page
from pipelines.evaluate.files import read_jsonl, read_pages
from pipelines.evaluate.language import NOT_SCORED, SOME_KOREAN

TOOLS = ("lid.176 at 0.65", "cld2", "py3langid", "lingua", "lingua, low accuracy", "Hangul share 0.3", "dps")
SHOWN = (
    Measure("f1", "{what}, Korean or not, F1"),
    Measure("recall", "{what}, Korean found (recall)"),
    Measure("precision", "{what}, found is Korean (precision)"),
    Measure("f1_strict", "{what}, F1 with foreign pages that hold some Korean as negatives"),
    Measure("per_cpu_s", "language, {what} per CPU s", "per_cpu_s"),
)
Called = dict[str, tuple[int, int]]
"""Texts of each label, and how many of them are called Korean."""
MEANING = """\
Positive are rows labelled `ko`; code-mixed text, foreign pages that hold some Korean, pages of a few letters, Middle
Korean and Jeju are not scored but shown below as the share that each calls Korean. Everything else is negative,
romanised and mistyped Korean included. The strict line takes foreign pages with some Korean for negatives; 38 of them
are Korean pages whose Hangul is written in character references, which the labels did not count. Sentence labels come
from their sources. Page labels are counts of visible letters, so rules that count letters are measured against
themselves there. lid.176 is the fastText model at FineWeb2's threshold; lingua gets every fifth row."""


def run(data: Path, work: Path) -> Part:
    """Run it."""
    docs = data / "lid" / "sentences.jsonl.zst"
    warc, labels = data / "html" / "dev-pages.warc.gz", data / "html" / "dev-pages.index.jsonl.gz"
    report = evaluate("language", "--warc", warc, "--labels", labels, "--docs", docs)
    sentences = list(read_jsonl(docs, {"text": str, "label": str}))
    label_of = {row["url"]: row["label"] or "none" for row in read_jsonl(labels, {"url": str})}
    pages = [
        {"text": visible_text(decode_page(page)), "label": label_of[page.url]}
        for page in read_pages(warc)
        if page.url in label_of
    ]
    lines: list[Line] = []
    details = []
    known: dict[str, str] = {}
    for what, rows in (("sentences", sentences), ("pages", pages)):
        results = run_peers("peer_language.py", ({"text": row["text"]} for row in rows), work / what, TOOLS)
        called = {"malmoi": _ours(report[what]["groups"], what)}
        for name in speeds(results):
            called[name] = _called([row["label"] for row in rows[:: results[name]["every"]]], results[name]["results"])
        rates = {"malmoi": report[what]["per_cpu_s"], **speeds(results)}
        scores = {name: {**score(counts), "per_cpu_s": rates[name]} for name, counts in called.items()}
        sizes = {name: results[name]["rows"] for name in speeds(results)}
        measures = [
            Measure(one.key, one.title.format(what=what), one.unit, chart=one.key == "f1" and what == "sentences")
            for one in SHOWN
            if what == "pages" or one.key != "f1_strict"
        ]
        lines += lines_of(measures, scores, f"labelled {what}", len(rows), reasons=failed(results), sizes=sizes)
        known |= versions(results)
        shown = sorted({row["label"] for row in rows})
        detail = [
            {"label": label, **{name: _share(counts, label) for name, counts in called.items()}} for label in shown
        ]
        detail = [row for row in detail if any(value for name, value in row.items() if name != "label")]
        details.append(
            Details(f"Called Korean by label: {what}", detail, "Labels of which nothing is called Korean are left out.")
        )
        named = [{"label / kind": group, **row} for group, row in report[what]["groups"].items()]
        details.append(Details(f"What Malmoi calls each: {what}", named))
    return Part("language", lines, details, MEANING, known)


def score(called: Called) -> dict[str, float]:
    """Precision, recall and F1 of the label `ko`."""
    scored = {label: counts for label, counts in called.items() if label not in NOT_SCORED}
    strict = {**scored, SOME_KOREAN: called.get(SOME_KOREAN, (0, 0))}
    return {**_scores(scored), "f1_strict": _scores(strict)["f1"]}


def _scores(called: Called) -> dict[str, float]:
    texts, hits = called.get("ko", (0, 0))
    precision = hits / max(1, sum(count for _, count in called.values()))
    recall = hits / max(1, texts)
    f1 = 2 * precision * recall / (precision + recall) if hits else 0.0
    return {"precision": precision, "recall": recall, "f1": f1}


def _called(labels: Sequence[str], answers: Sequence[Any]) -> Called:
    texts = Counter(labels)
    called = Counter(label for label, answer in zip(labels, answers, strict=True) if answer)
    return {label: (count, called[label]) for label, count in texts.items()}


def _ours(groups: dict[str, dict[str, Any]], what: str) -> Called:
    """The same for Malmoi, from its table by label and kind; of sentences mixed ones are Korean too."""
    texts, called = Counter[str](), Counter[str]()
    for group, row in groups.items():
        label = group.split(" / ")[0]
        texts[label] += row["texts"]
        called[label] += round(row["texts"] * (row["ko"] + (row["ko_mixed"] if what == "sentences" else 0)))
    return {label: (count, called[label]) for label, count in texts.items()}


def _share(called: Called, label: str) -> float | None:
    texts, hits = called.get(label, (0, 0))
    return hits / texts if texts else None
