"""Which shingle width and which bands near-duplicate removal should use on Korean text.

Run `python benchmarks/dedup_shingles.py [DATA]`, where DATA holds `neardup/docs.jsonl.zst` and `neardup/pairs.tsv.zst`.
It prints three Markdown tables:

1. Per width: pairs whose character-shingle Jaccard index reaches 0.8, against two exact truths at 0.8 (runs of five
   space-separated words; runs of five characters), how many of them are versions of one document and how many are
   other documents, and the greatest index of long documents of different repositories.
2. Per bands x rows: probability of finding a pair, candidates, recall and precision before verification.
3. Documents sketched per CPU second.
"""

import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import zstandard

from dedup import DedupSettings, band_keys, candidates, canonical, jaccard, sketch
from dedup._arrays import Hashes
from dedup.shingles import shingle_sets

SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[2] / "shared"))
THRESHOLD = 0.8
WIDTHS = (3, 4, 5, 6, 8, 12, 16, 24)
BANDS = ((14, 8), (16, 8), (18, 7), (21, 6), (25, 5))


class Pair(NamedTuple):
    """A pair of the truth: row numbers, exact indices, relation."""

    a: int
    b: int
    word5: float
    char5: float
    relation: str


def read_lines(path: Path) -> Iterator[str]:
    """Lines of a zstd-compressed UTF-8 file."""
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        yield from lines


def read_truth(folder: Path) -> tuple[list[str], list[str], list[Pair]]:
    """Repositories, texts and listed pairs."""
    docs = [json.loads(line) for line in read_lines(folder / "docs.jsonl.zst")]
    row = {doc["id"]: i for i, doc in enumerate(docs)}
    cells = [line.rstrip("\n").split("\t") for line in read_lines(folder / "pairs.tsv.zst")][1:]
    pairs = [Pair(row[a], row[b], float(w), float(c), relation) for a, b, w, c, relation in cells]
    return [doc["repo"] for doc in docs], [doc["text"] for doc in docs], pairs


def sets_of(forms: list[str], width: int) -> list[Hashes]:
    """Shingle sets of canonical texts."""
    return list(shingle_sets(forms, width))


def print_widths(repos: list[str], forms: list[str], pairs: list[Pair]) -> None:
    """Table 1."""
    word5 = np.array([pair.word5 >= THRESHOLD for pair in pairs])
    char5 = np.array([pair.char5 >= THRESHOLD for pair in pairs])
    versions = np.array([pair.relation == "same-path" for pair in pairs])
    long = [i for i, form in enumerate(forms) if len(form) > 6000]
    drawn = np.random.default_rng(1).choice(long, (400, 2)).tolist()
    unrelated = [(a, b) for a, b in drawn if repos[a] != repos[b]]
    print("| width | pairs | word-5 R/P | char-5 R/P | versions | other documents | unrelated, max |")
    print("|---|---|---|---|---|---|---|")
    for width in WIDTHS:
        sets = sets_of(forms, width)
        found = np.array([jaccard(sets[pair.a], sets[pair.b]) >= THRESHOLD for pair in pairs])
        most = max(jaccard(sets[a], sets[b]) for a, b in unrelated)
        scores = [
            f"{(found & truth).sum() / truth.sum():.3f}/{(found & truth).sum() / found.sum():.3f}"
            for truth in (word5, char5)
        ]
        counts = f"{(found & versions).sum()} | {(found & ~versions).sum()}"
        print(f"| {width} | {found.sum()} | {' | '.join(scores)} | {counts} | {most:.3f} |")


def print_bands(texts: list[str], forms: list[str], pairs: list[Pair]) -> None:
    """Table 2."""
    sets = sets_of(forms, DedupSettings().shingle_width)
    truth = {(pair.a, pair.b) for pair in pairs if jaccard(sets[pair.a], sets[pair.b]) >= THRESHOLD}
    signatures = sketch(texts)["signature"]
    rank = np.arange(len(texts))
    print("\n| bands x rows | P(0.5) | P(0.7) | P(0.8) | P(0.9) | candidates | recall | precision |")
    print("|---|---|---|---|---|---|---|---|")
    for bands, rows in BANDS:
        settings = DedupSettings(bands=bands, rows=rows)
        found = candidates(band_keys(pa.array(rank), signatures, settings), rank, settings).pairs
        hits = len(truth.intersection(zip(found["a"].to_pylist(), found["b"].to_pylist(), strict=True)))
        curve = " | ".join(f"{1 - (1 - index**rows) ** bands:.3f}" for index in (0.5, 0.7, 0.8, 0.9))
        print(f"| {bands} x {rows} | {curve} | {len(found)} | {hits / len(truth):.4f} | {hits / len(found):.3f} |")


def print_speed(texts: list[str]) -> None:
    """Table 3."""
    two_kb = [text[:950] for text in texts if len(text) >= 950]
    print("\n| documents | mean bytes | documents/CPU s | MB/CPU s |\n|---|---|---|---|")
    for batch in (two_kb, texts):
        size = sum(len(text.encode()) for text in batch)
        start = time.process_time()
        sketch(batch)
        seconds = time.process_time() - start
        print(f"| {len(batch)} | {size / len(batch):.0f} | {len(batch) / seconds:.0f} | {size / seconds / 1e6:.1f} |")


def main() -> None:
    """Print the tables."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "data"
    repos, texts, pairs = read_truth(data / "neardup")
    forms = [canonical(text) for text in texts]
    print_widths(repos, forms, pairs)
    print_bands(texts, forms, pairs)
    print_speed(texts)


if __name__ == "__main__":
    main()
