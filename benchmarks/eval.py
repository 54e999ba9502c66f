"""Every room beside its peers on the labelled data: one table, and benchmarks/EVAL.md with a chart.

Usage: python benchmarks/eval.py [PART ...] [--shared ../shared] [--render]

Parts: extraction, decoding, language, quality, registers, pii, dedup; all without a name. Results are kept under
build/eval, so that parts can be run again alone; the document is made of all that are there. --render only makes it
anew. `make bench` adds the whole pipeline. Peers run in .venv-peers, made when missing; a peer that cannot be run is
named with the reason.
"""

import argparse
import datetime as dt
import importlib
import json
import os
import sys
from pathlib import Path

from _chart import chart
from _document import document, show
from _peers import HERE, ROOT
from _table import Part

PARTS = ("extraction", "decoding", "language", "quality", "registers", "pii", "dedup")
SHOWN = (*PARTS, "end_to_end")
CACHE = ROOT / "build" / "eval"


def main() -> None:
    """Run the parts that were asked for, then make the document of all."""
    options = arguments()
    data = options.shared.resolve() / "data"
    if not data.is_dir():
        sys.exit(f"no labelled data at {data}; --shared or MALMOI_SHARED names their folder")
    CACHE.mkdir(parents=True, exist_ok=True)
    for name in () if options.render else options.parts or PARTS:
        print(f"{name}", file=sys.stderr)
        part: Part = importlib.import_module(f"_part_{name}").run(data, CACHE / "work" / name)
        cached(name).write_text(json.dumps(part.to_json(), ensure_ascii=False, indent=1), encoding="utf-8")
    parts = [
        Part.from_json(json.loads(cached(name).read_text(encoding="utf-8"))) for name in SHOWN if cached(name).exists()
    ]
    if not parts:
        sys.exit("no results yet: run without --render first")
    day = dt.datetime.now(dt.UTC).date()
    (HERE / "EVAL.md").write_text(document(parts, day), encoding="utf-8")
    (HERE / "eval.svg").write_text(chart([line for part in parts for line in part.lines]), encoding="utf-8")
    show(parts)


def cached(name: str) -> Path:
    """File of a part's results."""
    return CACHE / f"{name}.json"


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("MALMOI_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--render", action="store_true", help="only make the document anew")
    options = parser.parse_args()
    unknown = [part for part in options.parts if part not in PARTS]
    if unknown:
        parser.error(f"no part {', '.join(unknown)}; there are {', '.join(PARTS)}")
    return options


if __name__ == "__main__":
    main()
