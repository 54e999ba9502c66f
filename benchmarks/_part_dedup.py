"""Found pairs of near-duplicates against exact Jaccard indices."""

from pathlib import Path
from typing import Any

from _malmoi import evaluate
from _peers import failed, run_peers, speeds, versions
from _table import Measure, Part, lines_of

from pipelines.evaluate.files import read_jsonl, read_table

TOOLS = tuple(f"{tool}, {unit}" for tool in ("datasketch", "rensa", "gaoya") for unit in ("5 words", "5 characters"))
SHOWN = (
    Measure("char5_recall", "near-duplicate pairs, recall of char5 at 0.8", chart=True),
    Measure("char5_precision", "near-duplicate pairs, precision by char5 at 0.8"),
    Measure("word5_recall", "near-duplicate pairs, recall of word5 at 0.8"),
    Measure("docs_per_cpu_s", "near-duplicate search, documents per CPU s", "per_cpu_s"),
)
THRESHOLD = 0.8
MEANING = """\
The truth is every pair whose exact Jaccard index of character 5-grams (spaces aside) or word 5-grams reaches 0.8.
Malmoi searches by runs of five characters and verifies every pair exactly; the libraries get the same runs, datatrove's
14 bands of 8 hashes, and keep pairs of an estimate of 0.75 and more. Words see fewer pairs in Korean, because spaces
and particles vary."""


def run(data: Path, work: Path) -> Part:
    """Run it."""
    docs, pairs = data / "neardup" / "docs.jsonl.zst", data / "neardup" / "pairs.tsv.zst"
    report = evaluate("dedup", "--docs", docs, "--pairs", pairs)
    scores: dict[str, dict[str, Any]] = {
        "malmoi": {
            "docs_per_cpu_s": report["docs_per_cpu_s"],
            **{f"{kind}_{key}": row[key] for kind, row in report["against"].items() for key in ("recall", "precision")},
        }
    }
    rows = list(read_jsonl(docs, {"id": str, "text": str}))
    number = {row["id"]: i for i, row in enumerate(rows)}
    listed = list(read_table(pairs, {"jaccard_word5": float, "jaccard_char5": float}))
    truth = {
        kind: {
            tuple(sorted((number[row["doc_a"]], number[row["doc_b"]])))
            for row in listed
            if row[f"jaccard_{kind}"] >= THRESHOLD
        }
        for kind in ("char5", "word5")
    }
    results = run_peers("peer_dedup.py", ({"text": row["text"]} for row in rows), work, TOOLS)
    for name, speed in speeds(results).items():
        found = {tuple(sorted(pair)) for pair in results[name]["results"]}
        scores[name] = {"docs_per_cpu_s": speed}
        for kind, true in truth.items():
            scores[name][f"{kind}_recall"] = len(found & true) / len(true)
            scores[name][f"{kind}_precision"] = len(found & true) / len(found)
    lines = lines_of(SHOWN, scores, "versions of documents", report["n"], reasons=failed(results))
    return Part("dedup", lines, [], MEANING, versions(results))
