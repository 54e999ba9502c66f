"""How fast the language filter is beside plain fastText in the same run, and what the byte test before it lets through.

usage: python benchmarks/filters_language.py [DATA]     DATA: by default ../shared/data beside this repository
What is right and wrong is told by `malmoi eval language`; other peers are in `make eval`. The other tables are the
speed of cleaning on main texts, and how much of them it and the search for the Korean part take out.
"""

import collections
import gzip
import json
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import fasttext
import zstandard
from fastwarc.warc import ArchiveIterator, WarcRecordType

from filters import (
    HangulSettings,
    LanguageFilter,
    LanguageSettings,
    clean_text,
    count_hangul,
    decode,
    judge_bytes,
    korean_part,
    visible_text,
)
from filters._data import data_file

DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data"


def main() -> None:
    """Print the tables."""
    pages = [page for path in sorted((DATA / "html").glob("*-pages.warc.gz")) for page in read_pages(path)]
    visible = [visible_text(decode(body, content_type).text) for _, content_type, body, _ in pages]
    model = fasttext.load_model(str(data_file("lid.176.ftz")))
    for what, texts, settings in (
        ("sentences", read_texts("lid/sentences.jsonl.zst"), LanguageSettings(min_syllables=1)),
        ("pages", visible, LanguageSettings()),
    ):
        language = LanguageFilter(settings)
        print(f"{what} a CPU second")
        lines = [" ".join(text.split()) + "\n" for text in texts]
        seconds = {
            "identify": best_seconds(language.identify, texts),
            "judge": best_seconds(language.judge, texts),
            "lid.176.ftz alone": best_seconds(predict_all, model, lines),
        }
        for name, taken in seconds.items():
            print(f"  {name:20}{len(texts) / taken:10,.0f}")
    cleaning()
    byte_test(pages)


def cleaning() -> None:
    """Print speed and yield of cleaning, register by register."""
    print("cleaning: MB a CPU second, share of the characters that go; the same of the search for the Korean part")
    for path in sorted((DATA / "text").glob("*.jsonl.zst")):
        texts = read_texts(f"text/{path.name}")
        chars, size = sum(map(len, texts)), sum(len(text.encode()) for text in texts) / 1e6
        for name, call in (("clean_text", clean_text), ("korean_part", korean_part)):
            seconds = best_seconds(each, call, texts)
            gone = 1 - sum(len(call(text).text) for text in texts) / chars
            print(f"  {path.name.split('.')[0]:22}{name:12}{size / seconds:8.0f} MB/s {gone:9.4%}")


def predict_all(model: Any, lines: Sequence[str]) -> None:
    """Ask fastText for the best language of each line, the quickest way there is."""
    for line in lines:
        model.f.predict(line, 1, 0.0, "strict")


def each(call: Callable[[str], object], texts: Sequence[str]) -> None:
    """Call something with each text."""
    for text in texts:
        call(text)


def best_seconds(call: Callable[..., object], *arguments: object) -> float:
    """CPU seconds of a call, the least of three after one to warm up."""
    call(*arguments)
    found = []
    for _ in range(3):
        start = time.process_time()
        call(*arguments)
        found.append(time.process_time() - start)
    return min(found)


def read_texts(name: str) -> list[str]:
    """Return the texts of a file of JSON lines."""
    raw = zstandard.ZstdDecompressor().stream_reader((DATA / name).read_bytes()).read()
    return [json.loads(line)["text"] for line in raw.decode().split("\n") if line]


def byte_test(pages: Sequence[tuple[str, str | None, bytes, str]]) -> None:
    """Print how many pages of each label pass at which threshold, and the speed on pages without Korean."""
    counts = collections.defaultdict(list)
    for label, _, body, _ in pages:
        counts[label].append(count_hangul(body))
    print("byte test: share of pages at or over a threshold")
    for threshold in (8, 16, 24, 32, 40, 48, 64, 100):
        shares = {label: sum(count >= threshold for count in some) / len(some) for label, some in counts.items()}
        print(f"  {threshold:4} " + "  ".join(f"{label} {share:.3f}" for label, share in sorted(shares.items())))
    foreign = [body for label, _, body, _ in pages if label == "nonko"]
    rounds = 5
    start = time.process_time()
    for body in foreign * rounds:
        judge_bytes(body, HangulSettings())
    speed = rounds * sum(map(len, foreign)) / (time.process_time() - start) / 1e6
    print(f"  {speed:,.0f} MB a CPU second on pages without Korean")


def read_pages(path: Path) -> list[tuple[str, str | None, bytes, str]]:
    """Return label, content type, body and URL of every page of a labelled WARC."""
    with gzip.open(path.with_name(path.name.replace(".warc.gz", ".index.jsonl.gz")), "rt", encoding="utf-8") as lines:
        labels = {row["url"]: row["label"] for row in map(json.loads, lines)}
    with path.open("rb") as stream:
        records = ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True)
        return [
            (labels[url], record.http_headers.get("Content-Type"), record.reader.read(), url)
            for record in records
            for url in [record.headers["WARC-Target-URI"]]
        ]


if __name__ == "__main__":
    main()
