"""The quality filter on all labelled sets: documents, author-written main texts, registers, posts held out of training.

usage: python benchmarks/filters_quality.py [DATA]     DATA: by default ../shared/data beside this repository

All of it was open to those who set the limits. The score was fitted on documents, main texts and the other part of the
posts; the held-out posts trained nothing, but their figures were seen while limits were set, and they are by the same
hand as the phrases. FineWeb2 and dps on the same documents: `make eval`.
"""

import sys
from pathlib import Path
from typing import Any

from rich.console import Console

from pipelines.cli.show_report import show_report
from pipelines.evaluate.files import read_jsonl
from pipelines.evaluate.quality import evaluate
from pipelines.evaluate.report import plain

ROOT = Path(__file__).parents[1]
DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared" / "data"


def rows(path: Path, **more: str) -> list[dict[str, Any]]:
    """Rows of a file, labelled alike where it has no labels."""
    return [{**row, **more} for row in read_jsonl(path, {"text": str})]


def main() -> None:
    """Print the tables."""
    posts = rows(ROOT / "tests" / "data" / "korean-posts.jsonl.zst")
    registers = sorted((DATA / "text").glob("*.jsonl.zst"))
    sets = {
        "documents": rows(DATA / "quality" / "documents-good-bad.jsonl.zst"),
        "main texts": rows(DATA / "pairs" / "dev-gold.jsonl.gz", label="good", kind="main text"),
        "registers": [row for path in registers for row in rows(path, label="good", kind=path.name.split(".")[0])],
        "posts, held out": [row for row in posts if row["part"] == "held"],
    }
    console = Console(width=160)
    for name, documents in sets.items():
        show_report(console, plain({"evaluation": name, **evaluate(documents)}))


if __name__ == "__main__":
    main()
