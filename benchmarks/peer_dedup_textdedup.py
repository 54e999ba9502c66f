"""What a run of text-dedup put together. Runs in the environment of the peers.

Usage: peer_dedup_textdedup.py OUTPUT_OF_A_RUN CLUSTERS.json

The run was `python -m text_dedup.minhash --debug`, which leaves its union-find behind. Written are the clusters of two
and more row numbers, the kept one first, and the number of documents that were kept.
"""

import collections
import json
import pickle
import sys
from pathlib import Path

from datasets import load_from_disk


def main() -> None:
    """Read the run."""
    folder = Path(sys.argv[1])
    held = pickle.loads((folder / "uf.pkl").read_bytes())
    forest = held["uf"] if isinstance(held, dict) and "uf" in held else held
    members = collections.defaultdict(list)
    for row in list(forest.parent):
        members[int(forest.find(row))].append(int(row))
    clusters = [
        [kept, *(row for row in sorted(rows) if row != kept)] for kept, rows in members.items() if len(rows) > 1
    ]
    found = {"clusters": clusters, "kept": len(load_from_disk(str(folder)))}
    Path(sys.argv[2]).write_text(json.dumps(found), encoding="utf-8")


if __name__ == "__main__":
    main()
