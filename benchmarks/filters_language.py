"""How much Korean the language filter keeps, how much else, and how fast: sentences and the visible text of pages.

usage: python benchmarks/filters_language.py [DATA]     DATA: by default ../shared/data beside this repository
Page labels are counts of visible characters, so Hangul shares find them easily; sentences have labels from their
sources. Compare lid.176.ftz alone on the sentences: precision .996, recall .922 (it loses decomposed Hangul).
"""

import collections
import gzip
import json
import sys
import time
from collections.abc import Sequence
from pathlib import Path

import zstandard
from fastwarc.warc import ArchiveIterator, WarcRecordType

from filters import HangulSettings, LanguageFilter, LanguageSettings, count_hangul, decode, judge_bytes, visible_text

DATA = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parents[2] / "shared" / "data"


def main() -> None:
    """Print the tables."""
    raw = zstandard.ZstdDecompressor().stream_reader((DATA / "lid/sentences.jsonl.zst").read_bytes()).read()
    rows = [json.loads(line) for line in raw.decode().split("\n") if line]
    print("single sentences, min_syllables=1")
    table(
        LanguageFilter(LanguageSettings(min_syllables=1)), [row["text"] for row in rows], [row["label"] for row in rows]
    )

    pages = [page for path in sorted((DATA / "html").glob("*-pages.warc.gz")) for page in read_pages(path)]
    byte_test(pages)
    print("visible text of all pages")
    texts = [visible_text(decode(body, content_type).text) for _, content_type, body in pages]
    table(LanguageFilter(), texts, [label for label, _, _ in pages])


def table(language: LanguageFilter, texts: Sequence[str], labels: Sequence[str]) -> None:
    """Judge the texts and print what was kept of each label."""
    start = time.process_time()
    decisions = language.judge(texts)
    seconds = time.process_time() - start
    kept: dict[str, list[bool]] = collections.defaultdict(list)
    for label, decision in zip(labels, decisions, strict=True):
        kept[label].append(decision.keep)
    for label in sorted(kept):
        print(f"  {label:14}{sum(kept[label]):5} / {len(kept[label]):<5}")
    print(f"  {len(texts) / seconds:,.0f} a CPU second")


def byte_test(pages: Sequence[tuple[str, str | None, bytes]]) -> None:
    """Print how many pages of each label pass at which threshold, and the speed on pages without Korean."""
    counts = collections.defaultdict(list)
    for label, _, body in pages:
        counts[label].append(count_hangul(body))
    print("byte test: share of pages at or over a threshold")
    for threshold in (8, 16, 24, 32, 40, 48, 64, 100):
        shares = {label: sum(count >= threshold for count in some) / len(some) for label, some in counts.items()}
        print(f"  {threshold:4} " + "  ".join(f"{label} {share:.3f}" for label, share in sorted(shares.items())))
    foreign = [body for label, _, body in pages if label == "nonko"]
    rounds = 5
    start = time.process_time()
    for body in foreign * rounds:
        judge_bytes(body, HangulSettings())
    speed = rounds * sum(map(len, foreign)) / (time.process_time() - start) / 1e6
    print(f"  {speed:,.0f} MB a CPU second on pages without Korean")


def read_pages(path: Path) -> list[tuple[str, str | None, bytes]]:
    """Return label, content type and body of every page of a labelled WARC."""
    with gzip.open(path.with_name(path.name.replace(".warc.gz", ".index.jsonl.gz")), "rt", encoding="utf-8") as lines:
        labels = {row["url"]: row["label"] for row in map(json.loads, lines)}
    with path.open("rb") as stream:
        records = ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=True)
        return [
            (labels[record.headers["WARC-Target-URI"]], record.http_headers.get("Content-Type"), record.reader.read())
            for record in records
        ]


if __name__ == "__main__":
    main()
