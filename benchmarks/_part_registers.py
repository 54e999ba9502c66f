"""Good text of every register must stay; bad comments are told from good ones where they can be."""

import json
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from _malmoi import evaluate
from _part_quality import TOOLS, by_kind, score
from _peers import Results, failed, run_peers, speeds, versions
from _table import Figure, Line, Measure, Part, lines_of

from pipelines.evaluate.files import Row, read_jsonl

REGISTERS = {
    "news": ("news-wikinews",),
    "law": ("law-statutes",),
    "fiction": ("literature-tales", "literature-novels"),
    "essay": ("essay-bookreview",),
    "petition": ("petitions",),
    "documentation": ("docs-markdown",),
    "short reviews": ("short-nsmc",),
    "edited sentences": ("sentences-klue",),
}
COMMENTS = {
    "comments by hate": "toxic-korean-hate-speech",
    "comments by toxicity": "toxic-kmhas",
    "comments by curses": "curse-2runo",
}
_MOST = 300
_MOST_COMMENTS = 2_000
MEANING = """\
Registers are collections that are good by their kind, up to 300 texts of each, evenly taken; the share that is kept.
Comments are labelled one by one, 2,000 of each set; the rules were not made for single comments, and a tool that gives
a verdict alone has the AUC of that verdict."""


def run(data: Path, work: Path) -> Part:
    """Run it."""
    lines = list(_registers(data / "text", work))
    known: dict[str, str] = {}
    for title, name in COMMENTS.items():
        labelled = [_comment(row) for row in read_jsonl(data / "quality" / f"{name}.jsonl.zst", {"text": str})]
        rows = _evenly(labelled, _MOST_COMMENTS)
        report, results = _both(rows, work / name)
        scores: dict[str, dict[str, Any]] = {"malmoi": report}
        for tool in speeds(results):
            scores[tool] = score(rows[:: results[tool]["every"]], results[tool]["results"])
        known |= versions(results)
        lines += lines_of([Measure("auc", "AUC of the score")], scores, title, len(rows), reasons=failed(results))
    return Part("registers", lines, (), MEANING, known)


def _registers(folder: Path, work: Path) -> Iterator[Line]:
    rows = [
        {"text": row["text"], "label": "good", "kind": register}
        for register, names in REGISTERS.items()
        for row in _evenly([row for name in names for row in read_jsonl(folder / f"{name}.jsonl.zst", {"text": str})])
    ]
    report, results = _both(rows, work / "texts")
    kept = {tool: _kept(rows, results, tool) for tool in speeds(results)}
    for row in report["kinds"]:
        register = row["kind"]
        peers = {tool: Figure(*some[register]) for tool, some in kept.items() if register in some}
        peers |= {tool: Figure(reason=reason) for tool, reason in failed(results).items()}
        yield Line(f"kept: {register}", "registers", row["documents"], row["share"], peers)


def _kept(rows: Sequence[Row], results: Results, tool: str) -> dict[str, tuple[float, int]]:
    """Share kept of each register, and of how many."""
    found = by_kind(rows[:: results[tool]["every"]], results[tool]["results"])
    return {kind: (some.count("") / len(some), len(some)) for (_, kind), some in found.items()}


def _both(rows: Sequence[Row], work: Path) -> tuple[dict[str, Any], Results]:
    """Malmoi's report, and the peers' answers."""
    work.mkdir(parents=True, exist_ok=True)
    given = work / "given.jsonl"
    given.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    results = run_peers("peer_quality.py", ({"text": row["text"]} for row in rows), work, TOOLS)
    return evaluate("quality", "--docs", given), results


def _evenly(rows: Sequence[Row], most: int = _MOST) -> list[Row]:
    """At most so many rows, evenly taken."""
    return list(rows[:: -(-len(rows) // most)]) if len(rows) > most else list(rows)


def _comment(row: Row) -> Row:
    toxic = row["toxic"] if "toxic" in row else row["label"] != "none"
    return {"text": row["text"], "label": "bad" if toxic else "good", "kind": "comment"}
