"""How surely items of benchmarks are found in pages, and how often a clean page is taken for one that holds some.

Run `python benchmarks/decontamination.py [--benchmark NAME=PATH]... [--clean PATH]... [--items N]`. PATH of a benchmark
is what a recipe may name; without one, sentences of the shared data are taken for items. PATH of clean documents are
JSON Lines with `text`; without one, the registers of the shared data that have nothing in common with those sentences.

Items are planted in clean documents as they are, with other spaces, decomposed (NFD), with one word changed, with
options in another order, and the question alone. Printed, in Markdown: per rule, recall of each form, clean documents
that are said to hold an item, MB of text per CPU second; beside it the runs of words that other pipelines look for.
"""

import argparse
import json
import os
import random
import time
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import TypeAlias

import zstandard

from dedup.benchmarks import Item, OverlapRule
from dedup.decontaminate import BenchmarkIndex
from pipelines.decontamination import BenchmarkFiles
from pipelines.decontamination.load import load_items

SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[2] / "shared")) / "data"
SENTENCES = ("sentences-klue", "short-nsmc")
CLEAN = ("docs-markdown", "essay-bookreview", "law-statutes", "literature-novels", "literature-tales", "petitions")
FORMS = ("exact", "spaces", "NFD", "one word", "shuffled", "question")
RULES = (
    *((run, share, 10) for run in (5, 6, 7, 8, 10, 13) for share in (0.5, 0.6, 0.7)),
    (7, 0.6, 8),
    (7, 0.6, 12),
    (7, 0.6, 16),
    (7, 0.6, 20),
)
WORDS = (8, 12, 13)

Judge: TypeAlias = Callable[[Sequence[str]], list[set[str]]]
"""From texts to the names of the benchmarks that each holds items of."""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmark", action="append", default=[])
    parser.add_argument("--clean", action="append", type=Path, default=[])
    parser.add_argument("--items", type=int, default=400, help="Items of each benchmark that are planted.")
    given = parser.parse_args()
    named = [option.partition("=")[::2] for option in given.benchmark]
    named = named or [(name, str(SHARED / "text" / f"{name}.jsonl.zst")) for name in SENTENCES]
    benchmarks = {name: load_items(BenchmarkFiles(name=name, paths=(path,))) for name, path in named}
    clean = [
        text
        for path in given.clean or [SHARED / "text" / f"{name}.jsonl.zst" for name in CLEAN]
        for text in texts(path)
    ]
    rng = random.Random(5)
    chosen = [
        (name, item) for name, items in benchmarks.items() for item in rng.sample(items, min(given.items, len(items)))
    ]
    pages = [(form, name, text) for name, item in chosen for form, text in planted(item, clean, rng)]
    counts = ", ".join(f"{name} {len(items)} items" for name, items in benchmarks.items())
    print(f"{counts}; {len(chosen)} planted, {len(pages)} pages; {len(clean)} clean documents\n")
    print("| rule |", " | ".join(FORMS), "| clean documents met | MB per CPU s |")
    print("|---" * (len(FORMS) + 3), "|", sep="")
    for run, share, least in RULES:
        rule = OverlapRule(run_letters=run, share=share, least_letters=least)
        default = " (default)" if rule == OverlapRule() else ""
        print_row(f"{run} letters, {share}, {least}{default}", letters_judge(benchmarks, rule), pages, clean)
    for width in WORDS:
        print_row(f"{width} words in a row", words_judge(benchmarks, width), pages, clean)


def letters_judge(benchmarks: dict[str, list[Item]], rule: OverlapRule) -> Judge:
    """By our index."""
    index = BenchmarkIndex(benchmarks, rule)
    return lambda texts: [{overlap.benchmark for overlap in found} for found in index.find(texts)]


def words_judge(benchmarks: dict[str, list[Item]], width: int) -> Judge:
    """By any run of words in common; an item that has fewer words is one run."""
    known: dict[tuple[str, ...], str] = {}
    for name, items in benchmarks.items():
        for item in items:
            for words in (text.split() for text in item.passages):
                known |= dict.fromkeys(runs(words, min(width, max(len(words), 4))), name)
    widths = sorted({len(run) for run in known})
    return lambda texts: [
        {known[run] for words in [text.split()] for wide in widths for run in runs(words, wide) if run in known}
        for text in texts
    ]


def runs(words: list[str], width: int) -> Iterator[tuple[str, ...]]:
    """Runs of words."""
    return (tuple(words[start : start + width]) for start in range(len(words) - width + 1))


def planted(item: Item, clean: Sequence[str], rng: random.Random) -> Iterator[tuple[str, str]]:
    """Form and page: the item in the middle of a clean document."""
    whole = "\n".join([*item.passages, *(f"{'①②③④⑤'[row % 5]} {option}" for row, option in enumerate(item.options))])
    page = rng.choice(clean)
    middle = page.find(" ", len(page) // 2)
    before, after = page[:middle] + "\n", "\n" + page[middle:]
    yield "exact", before + whole + after
    yield (
        "spaces",
        before
        + "".join(char + " " * (rng.random() < 0.1) for char in whole if char != " " or rng.random() < 0.7)
        + after,
    )
    yield "NFD", unicodedata.normalize("NFD", before + whole + after)
    words = whole.split()
    words[rng.randrange(len(words))] = rng.choice(rng.choice(clean).split() or ["말"])
    yield "one word", before + " ".join(words) + after
    if item.options:
        order = rng.sample(item.options, len(item.options))
        yield (
            "shuffled",
            before + "\n".join([*item.passages, *(f"({row}) {option}" for row, option in enumerate(order, 1))]) + after,
        )
        yield "question", before + "\n".join(item.passages) + after


def print_row(rule: str, judge: Judge, pages: Sequence[tuple[str, str, str]], clean: Sequence[str]) -> None:
    """Judge everything, a row of the table."""
    found = judge([text for _, _, text in pages])
    shares = []
    for form in FORMS:
        hits = [name in names for (made, name, _), names in zip(pages, found, strict=True) if made == form]
        shares.append(f"{sum(hits) / len(hits):.3f}" if hits else "")
    start = time.process_time()
    false = sum(map(bool, judge(clean)))
    speed = sum(len(text.encode()) for text in clean) / 1e6 / (time.process_time() - start)
    print(f"| {rule} |", " | ".join(shares), f"| {false} | {speed:.0f} |", flush=True)


def texts(path: Path) -> Iterator[str]:
    """Texts of a file of JSON Lines, plain or packed with zstd."""
    with (
        zstandard.open(path, "rt", encoding="utf-8") if path.suffix == ".zst" else path.open(encoding="utf-8") as lines
    ):
        for line in lines:
            yield json.loads(line)["text"]


if __name__ == "__main__":
    main()
