"""Which units, which width and which bands near-duplicate removal should use on Korean text.

Run `python benchmarks/dedup_shingles.py [DATA]`, where DATA holds `neardup/docs.jsonl.zst` and `neardup/pairs.tsv.zst`.
It prints Markdown and writes it to `benchmarks/DEDUP_SHINGLES.md`. All times are of one core.
"""

import json
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple, TypeVar

import numpy as np
import pyarrow as pa
import zstandard
from kiwipiepy import Kiwi

from dedup import DedupSettings, band_keys, candidates, canonical, expect, jaccard, screen, sketch, verify
from dedup._arrays import Hashes, distinct
from dedup.compiled import shingle_sets
from dedup.settings import bands_for
from dedup.shingles import window_hashes

_Result = TypeVar("_Result")

SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[2] / "shared"))
REPORT = Path(__file__).with_suffix("").with_name("DEDUP_SHINGLES.md")
THRESHOLD = 0.8
CHARACTERS = (3, 4, 5, 6, 8, 12, 16, 24)
EOJEOL = (3, 5, 8)
MORPHEMES = (3, 5)
BANDS = ((14, 8), (16, 8), (18, 7), (21, 6), (25, 5))
# Misses one pair of 10^13 at the threshold, and no bucket is too large for all its pairs.
EXHAUSTIVE = DedupSettings(bands=42, rows=3, bucket_partners=10_000, estimate_slack=1)
INDICES = (0.5, 0.7, 0.8, 0.9)
MEANING = """\
# Shingles and bands for Korean

`python benchmarks/dedup_shingles.py` wrote this file: {documents} public documents in Korean (documentation, statutes,
petitions; {chars} characters on average without whitespace) and {pairs} pairs of them that are alike at all.

## Units

Pairs that reach a Jaccard index of 0.8 by a unit, against two exact truths at 0.8: runs of five words between spaces,
and runs of five characters without whitespace, capitals as they are (R recall, P precision). Versions are pairs of one
document at two times; the others are copies from document to document. Unrelated is the greatest index among long
documents of different sources. The last columns are the CPU time of a document of these pairs from text to shingle set,
and its number of shingles.

{units}

## Bands

A pair is a candidate when two signatures of 128 values agree on all rows of a band. P(J) is the probability for a pair
of index J, the rest is measured: candidates, those that both bounds leave, recall and precision of candidates and of
verified pairs against every pair at 0.8 (found by 42 x 3, which misses one in 10^13), and the time from signatures to
verified pairs. {derived} is what the settings derive for a threshold of 0.8.

{bands}

## Cost

Documents and MB of UTF-8 per CPU second from text to digest, signature and number of shingles.

{speed}
"""


class Pair(NamedTuple):
    """A pair of the truth: row numbers, exact indices, relation."""

    a: int
    b: int
    word5: float
    char5: float
    relation: str


class Corpus(NamedTuple):
    """Sources and texts of documents, and pairs of them."""

    repos: list[str]
    texts: list[str]
    pairs: list[Pair]


def read_lines(path: Path) -> Iterator[str]:
    """Lines of a zstd-compressed UTF-8 file."""
    with zstandard.open(path, "rt", encoding="utf-8") as lines:
        yield from lines


def read_truth(folder: Path) -> Corpus:
    """Repositories, texts and listed pairs."""
    docs = [json.loads(line) for line in read_lines(folder / "docs.jsonl.zst")]
    row = {doc["id"]: i for i, doc in enumerate(docs)}
    cells = [line.rstrip("\n").split("\t") for line in read_lines(folder / "pairs.tsv.zst")][1:]
    pairs = [Pair(row[a], row[b], float(w), float(c), relation) for a, b, w, c, relation in cells]
    return Corpus([doc["repo"] for doc in docs], [doc["text"] for doc in docs], pairs)


def table(head: Iterable[str], rows: Iterable[Iterable[object]]) -> str:
    """A Markdown table."""
    cells = [list(head), *(list(map(str, row)) for row in rows)]
    cells.insert(1, ["---"] * len(cells[0]))
    return "\n".join(f"| {' | '.join(row)} |" for row in cells)


def character_sets(texts: list[str], width: int) -> list[Hashes]:
    """Sets of runs of characters without whitespace."""
    sets = shingle_sets(texts, width)
    return [sets.hashes[start:stop] for start, stop in zip(sets.starts, sets.stops, strict=True)]


def number_sets(texts: list[Hashes], width: int) -> list[Hashes]:
    """Sets of runs of numbered words; a shorter text is one run."""
    return [distinct(window_hashes(numbers, min(width, len(numbers)))) for numbers in texts]


def numbered(texts: Iterable[Iterable[str]]) -> list[Hashes]:
    """A number for each word."""
    number: dict[str, int] = {}
    return [np.array([number.setdefault(word, len(number) + 1) for word in text], dtype=np.uint64) for text in texts]


def eojeol(texts: list[str]) -> list[Hashes]:
    """Words between spaces, in the canonical form of texts."""
    return numbered(map(canonical, text.split()) for text in texts)


def morphemes(kiwi: Kiwi, texts: list[str]) -> list[Hashes]:
    """Morphemes with their tags."""
    return numbered([f"{token.form}/{token.tag}" for token in kiwi.tokenize(text)] for text in texts)


def units_table(corpus: Corpus) -> str:
    """Every unit against both truths."""
    involved = sorted({row for pair in corpus.pairs for row in (pair.a, pair.b)})
    long = [i for i, text in enumerate(corpus.texts) if len(text) > 8000]
    drawn = np.random.default_rng(1).choice(long, (400, 2)).tolist()
    unrelated = [(a, b) for a, b in drawn if corpus.repos[a] != corpus.repos[b]]
    rows = sorted({*involved, *(row for pair in unrelated for row in pair)})
    place = {row: i for i, row in enumerate(rows)}
    texts = [corpus.texts[row] for row in rows]
    word5 = np.array([pair.word5 >= THRESHOLD for pair in corpus.pairs])
    char5 = np.array([pair.char5 >= THRESHOLD for pair in corpus.pairs])
    versions = np.array([pair.relation == "same-path" for pair in corpus.pairs])
    units: list[tuple[str, Callable[[list[str]], Any], Callable[[Any, int], list[Hashes]], tuple[int, ...]]] = [
        ("characters", list, character_sets, CHARACTERS),
        ("eojeol", eojeol, number_sets, EOJEOL),
        ("morphemes", partial(morphemes, Kiwi(num_workers=1)), number_sets, MORPHEMES),
    ]
    lines = []
    for name, split, sets_of, widths in units:
        split(texts[:1])
        parts, splitting = timed(partial(split, texts))
        for width in widths:
            seconds = min(timed(partial(sets_of, parts, width))[1] for _ in range(3))
            sets = sets_of(parts, width)
            cost = (splitting + seconds) / len(texts)
            found = np.array([jaccard(sets[place[p.a]], sets[place[p.b]]) >= THRESHOLD for p in corpus.pairs])
            most = max(jaccard(sets[place[a]], sets[place[b]]) for a, b in unrelated)
            scores = [
                f"{(found & truth).sum() / truth.sum():.3f}/{(found & truth).sum() / max(found.sum(), 1):.3f}"
                for truth in (word5, char5)
            ]
            counts = (found.sum(), *scores, (found & versions).sum(), (found & ~versions).sum(), f"{most:.3f}")
            size = f"{np.mean([len(each) for each in sets]):.0f}"
            lines.append((name, width, *counts, f"{cost * 1e6:.0f} µs", size))
    head = ("unit", "n", "pairs", "word-5 R/P", "char-5 R/P", "versions", "others", "unrelated", "time", "shingles")
    return table(head, lines)


def search(texts: Any, sketches: pa.Table, settings: DedupSettings) -> tuple[pa.Table, pa.Table, pa.Table]:
    """Candidates, those that are screened, and those that are verified."""
    rank = np.arange(len(texts))
    found = candidates(band_keys(pa.array(rank), sketches["signature"], settings), rank, settings).pairs
    likely = screen(found, sketches.take, settings)
    return found, likely, verify(likely, lambda rows: texts.take(pa.array(rows)), settings)


def rows_of(pairs: pa.Table) -> set[tuple[int, int]]:
    """Pairs as tuples."""
    return set(zip(pairs["a"].to_pylist(), pairs["b"].to_pylist(), strict=True))


def bands_table(corpus: Corpus) -> str:
    """Bands x rows."""
    texts, sketches = pa.array(corpus.texts, pa.large_string()), sketch(corpus.texts)
    truth = rows_of(search(texts, sketches, EXHAUSTIVE)[2])
    lines = []
    for bands, rows in BANDS:
        settings = DedupSettings(bands=bands, rows=rows)
        (found, likely, verified), seconds = timed(partial(search, texts, sketches, settings))
        curve = [f"{1 - (1 - index**rows) ** bands:.3f}" for index in INDICES]
        scores = [
            f"{len(truth & rows_of(pairs)) / len(truth):.4f}/{len(truth & rows_of(pairs)) / len(pairs):.4f}"
            for pairs in (found, verified)
        ]
        lines.append((f"{bands} x {rows}", *curve, len(found), len(likely), *scores, f"{seconds:.2f} s"))
    heads = ("bands x rows", *(f"P({index})" for index in INDICES), "candidates", "screened")
    return table((*heads, "R/P of candidates", "R/P verified", "search, CPU"), lines)


def speed_table(texts: list[str]) -> str:
    """Cost of sketches, by length of text."""
    cut = [[text[:size] for text in texts if len(text) >= size] for size in (600, 1000, 4000)]
    lines = []
    for batch in (*cut, texts):
        column = pa.array(batch, pa.large_string())
        seconds = min(timed(partial(sketch, column))[1] for _ in range(5))
        chars = np.mean([len(text) for text in batch])
        lines.append(
            (len(batch), f"{chars:.0f}", f"{len(batch) / seconds:.0f}", f"{column.nbytes / seconds / 1e6:.0f}")
        )
    return table(("documents", "characters each", "documents/CPU s", "MB/CPU s"), lines)


def timed(work: Callable[[], _Result]) -> tuple[_Result, float]:
    """The result of a call and its CPU seconds."""
    start = time.process_time()
    result = work()
    return result, time.process_time() - start


def main() -> None:
    """Print the tables and write them down."""
    data = Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "data"
    corpus = read_truth(data / "neardup")
    expect(sum(map(len, corpus.texts)) * 3)
    sketch(corpus.texts[:1])
    chars = np.mean([len(canonical(text)) for text in corpus.texts])
    defaults = DedupSettings()
    report = MEANING.format(
        documents=len(corpus.texts),
        chars=f"{chars:.0f}",
        pairs=len(corpus.pairs),
        derived="{} x {}".format(*bands_for(THRESHOLD, defaults.miss, defaults.permutations)),
        units=units_table(corpus),
        bands=bands_table(corpus),
        speed=speed_table(corpus.texts),
    )
    print(report)
    REPORT.write_text(report, encoding="utf-8")


if __name__ == "__main__":
    main()
