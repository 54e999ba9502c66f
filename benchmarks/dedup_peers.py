"""Near-duplicate removal beside datasketch, rensa, gaoya, text-dedup and datatrove, on the same documents.

Usage: python benchmarks/dedup_peers.py [SET ...] [--shared ../shared] [--fresh] [--render]

Sets: neardup (real) and planted (100,000 documents); both without a name. Every run is a process of its own on one or
two cores. Runs of the peers are kept under build/bench/dedup and made again with --fresh, and when the documents or
their script change. Figures go to build/bench/dedup.json; benchmarks/DEDUP.md is made of them and printed; --render
only makes it anew.
"""

import argparse
import datetime as dt
import json
import os
import sys
from pathlib import Path

from _dedup_document import document
from _dedup_scores import of_clusters, of_pairs
from _dedup_sets import SETS, DataSet
from _dedup_tools import Run, libraries, machine, programs, versions
from _peers import HERE, ROOT

WORK = ROOT / "build" / "bench" / "dedup"
FIGURES = ROOT / "build" / "bench" / "dedup.json"


def main() -> None:
    """Run the sets that were asked for, then make the document of all."""
    options = arguments()
    figures = json.loads(FIGURES.read_text(encoding="utf-8")) if FIGURES.exists() else {"sets": {}}
    if not options.render:
        data = options.shared.resolve() / "data"
        if not data.is_dir():
            sys.exit(f"no labelled data at {data}; --shared or MALMOI_SHARED names their folder")
        for name in options.sets or SETS:
            figures["sets"][name] = compared(SETS[name](data, WORK), fresh=options.fresh)
            figures |= {"day": str(dt.datetime.now(dt.UTC).date()), "machine": machine(), "versions": versions()}
            FIGURES.write_text(json.dumps(figures, ensure_ascii=False, indent=1), encoding="utf-8")
    if not figures["sets"]:
        sys.exit("no figures yet: run without --render first")
    text = document(figures)
    (HERE / "DEDUP.md").write_text(text, encoding="utf-8")
    print(text)


def compared(given: DataSet, *, fresh: bool) -> Run:
    """All figures of one set."""
    print(given.name, file=sys.stderr)
    count = len(given.texts)
    found = {
        "title": given.title,
        "n": count,
        "characters": sum(map(len, given.texts)),
        "true": {f"{kind} {least}": len(codes) for (kind, least), codes in given.truth.items()},
        "libraries": {},
        "programs": {},
    }
    for name, run in libraries(given, fresh=fresh).items():
        if "reason" in run:
            found["libraries"][name] = {"reason": run["reason"]}
            continue
        rates = {
            key.removesuffix("_") or "search": count / run[f"{key}cpu_s"]
            for key in ("", "signature_", "shingle_")
            if f"{key}cpu_s" in run
        }
        scores = of_pairs(given, run["results"]) if "cpu_s" in run else {}
        if "sharing" in run:
            scores |= {f"sharing_{key}": value for key, value in of_pairs(given, run["sharing"]).items()}
        costs = {key: run[key] for key in ("peak_rss_mb", "load")}
        found["libraries"][name] = {"rates": rates} | costs | scores
    for name, run in programs(given, fresh=fresh).items():
        if "reason" in run:
            found["programs"][name] = {"reason": run["reason"]}
            continue
        costs = {key: run[key] for key in ("wall_s", "cpu_s", "peak_rss_mb", "load")}
        scores = of_clusters(given, run["clusters"], run["kept"])
        found["programs"][name] = costs | {"rate": count / run["cpu_s"]} | scores
    return found


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("sets", nargs="*", metavar="SET", help=", ".join(SETS))
    parser.add_argument("--shared", type=Path, default=Path(os.environ.get("MALMOI_SHARED", ROOT.parent / "shared")))
    parser.add_argument("--fresh", action="store_true", help="run the peers again")
    parser.add_argument("--render", action="store_true", help="only make the document anew")
    options = parser.parse_args()
    unknown = [name for name in options.sets if name not in SETS]
    if unknown:
        parser.error(f"no set {', '.join(unknown)}; there are {', '.join(SETS)}")
    return options


if __name__ == "__main__":
    main()
