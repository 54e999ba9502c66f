"""Good kept, bad kept, balanced accuracy and speed of the quality rules on labelled documents, and why the rest went.

usage: python benchmarks/filters_quality.py [DATA]     DATA: by default ../shared/data beside this repository
Compare: FineWeb2's Korean rules keep .776 of the good and .291 of the bad (balanced .742) at 7 documents a CPU second.
"""

import collections
import gzip
import json
import sys
import time
from pathlib import Path

import zstandard

from filters import judge_quality

DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data"


def main() -> None:
    """Print the tables."""
    raw = (
        zstandard.ZstdDecompressor().stream_reader((DATA / "quality/documents-good-bad.jsonl.zst").read_bytes()).read()
    )
    documents = [json.loads(line) for line in raw.decode().split("\n") if line]
    golds = sorted((DATA / "pairs").glob("*-gold.jsonl.gz"))
    documents += [{"label": "gold", "kind": "main text", "text": text} for path in golds for text in gold_texts(path)]

    judge_quality(["데이터 파일을 미리 읽는다."])
    start = time.process_time()
    decisions = judge_quality([document["text"] for document in documents]).decisions
    seconds = time.process_time() - start

    kept: dict[tuple[str, str], list[bool]] = collections.defaultdict(list)
    why: dict[tuple[str, str], collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for document, keep, reason in zip(
        documents, decisions["keep"].to_pylist(), decisions["reason"].to_pylist(), strict=True
    ):
        key = (document["label"], document["kind"])
        kept[key].append(keep)
        if not keep:
            why[key][reason] += 1
    for label, kind in sorted(kept):
        keeps, reasons = kept[label, kind], why[label, kind]
        print(f"{label:10}{kind:30}{sum(keeps):5} / {len(keeps):<5} {dict(reasons.most_common(5))}")
    good, bad, gold = (share(kept, label) for label in ("good", "bad", "gold"))
    print(f"good kept {good:.3f}   bad kept {bad:.3f}   balanced {(good + 1 - bad) / 2:.3f}")
    print(f"author-written main texts kept {gold:.3f}")
    characters = sum(len(document["text"]) for document in documents) / len(documents)
    print(f"{len(documents) / seconds:,.0f} documents a CPU second at {characters:,.0f} characters each")


def gold_texts(path: Path) -> list[str]:
    """Return the author-written main texts."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        return [json.loads(line)["text"] for line in lines]


def share(kept: dict[tuple[str, str], list[bool]], label: str) -> float:
    """Return the share of the label's documents that were kept."""
    all_kept = [keep for (name, _), keeps in kept.items() if name == label for keep in keeps]
    return sum(all_kept) / max(1, len(all_kept))


if __name__ == "__main__":
    main()
