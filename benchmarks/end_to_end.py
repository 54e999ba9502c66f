"""The whole pipeline against datatrove on the same archives, in one run.

Usage: python benchmarks/end_to_end.py [--shared ../shared] [--workers 2] [--records 20000] [--work build/bench]

Three archives: the development pages, rich in Korean, and two like a file of Common Crawl (0.7 % Korean): one of short
foreign pages, one with languages, near-duplicates, answers without a page and other types mixed as in a crawl. For
each, Malmoi and datatrove (FineWeb2's Korean settings) run on the same cores, one after the other. datatrove works a
file at a time, so it gets the archive cut into four. Printed: records/s, CPU seconds, peak memory, kept documents by
label, pages that were not read as their true encoding says, and the ratios.
"""

import argparse
import gzip
import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from _meter import Cost, measure
from _peers import peers_python
from _table import Line, Measure, Part, lines_of
from fastwarc.warc import ArchiveIterator, WarcRecordType
from warcio.archiveiterator import ArchiveIterator as Offsets

from filters import decode

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent
_PIECES = 4
SHOWN = (
    Measure("kept", "whole pipeline, Korean pages kept"),
    Measure("per_cpu_s", "whole pipeline, records per CPU s", "per_cpu_s"),
    Measure("per_s", "whole pipeline, records per s", "per_cpu_s"),
    Measure("memory", "whole pipeline, peak memory in MB", "count", lower_is_better=True),
)
MEANING = """\
`make bench`: archive in, deduplicated Parquet out, both on the same cores one after the other; datatrove with
FineWeb2's Korean settings and its archive cut into four files. Memory is the sum over all processes. Kept is no score
by itself: what was dropped is in the report of drops."""


def main() -> None:
    """Run the comparison."""
    options = arguments()
    work = options.work.resolve()
    work.mkdir(parents=True, exist_ok=True)
    peers = peers_python()
    data = options.shared.resolve() / "data" / "html"
    index = {row["url"]: row for row in read_index(data / "dev-pages.index.jsonl.gz")}
    mixed = work / f"mixed-{options.records}.warc.gz"
    if not mixed.exists():
        maker = options.shared.resolve() / "tools" / "make_warc.py"
        subprocess.run([sys.executable, maker, "--out", mixed, "--n", str(options.records)], check=True)
    labels = {row["url"]: row["label"] or "none" for row in read_lines(Path(f"{mixed}.truth.jsonl"))}
    crawl = work / f"crawl-{options.records}.warc.gz"
    if not crawl.exists():
        maker = options.shared.resolve() / "tools" / "peers" / "make_cc_like_warc.py"
        names = [str(data / f"dev-pages.{kind}") for kind in ("warc.gz", "index.jsonl.gz")]
        subprocess.run([sys.executable, maker, *names, str(crawl), str(options.records)], check=True)
    crawled = {url: index.get(url, {"label": "none"})["label"] for url, _, _ in pages(crawl)}
    archives = (
        ("all pages", data / "dev-pages.warc.gz", {url: row["label"] for url, row in index.items()}),
        (f"{options.records} records like a crawl", crawl, crawled),
        (f"{options.records} records mixed like Common Crawl", mixed, labels),
    )
    lines = [
        line
        for title, warc, known in archives
        for line in report(title, warc, known, work=work, peers=peers, workers=options.workers)
    ]
    decoding(data / "dev-pages.warc.gz", index, work, peers)
    if options.json:
        options.json.parent.mkdir(parents=True, exist_ok=True)
        part = Part("end_to_end", lines, meaning=MEANING)
        options.json.write_text(json.dumps(part.to_json(), ensure_ascii=False), encoding="utf-8")


def arguments() -> argparse.Namespace:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--records", type=int, default=20_000, help="records of the mixed archive")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "bench")
    parser.add_argument("--json", type=Path, help="file for the figures, which `make eval` puts into its document")
    return parser.parse_args()


def report(title: str, warc: Path, labels: Mapping[str, str], *, work: Path, peers: Path, workers: int) -> list[Line]:
    """Run both on one archive and print the comparison; the same as lines of the evaluation's table."""
    records = len(labels)
    korean = {url for url, label in labels.items() if label == "ko"}
    scores: dict[str, dict[str, float]] = {}
    ours, kept = run_malmoi(warc, work / "malmoi", workers)
    theirs, theirs_kept = run_datatrove(warc, work / "datatrove", peers, workers)
    print(f"\n## {title}: {records} records, {workers} workers")
    print(f"{'':12}{'records/s':>10}{'rec/CPU s':>10}{'CPU ms/rec':>11}{'RSS MB':>8}{'kept':>6}  kept by label")
    for name, cost, urls in (("malmoi", ours, kept), ("datatrove", theirs, theirs_kept)):
        by_label = dict(Counter(labels.get(url, "none") for url in urls).most_common())
        row = f"{records / cost.wall_s:10.1f}{records / cost.cpu_s:10.1f}{1000 * cost.cpu_s / records:11.2f}"
        print(f"{name:12}{row}{cost.peak_rss_mb:8.0f}{len(urls):6}  {by_label}")
        scores[name] = {
            "per_cpu_s": records / cost.cpu_s,
            "per_s": records / cost.wall_s,
            "memory": cost.peak_rss_mb,
            "kept": len(korean.intersection(urls)) / max(1, len(korean)),
        }
    print(
        f"ratio: {theirs.wall_s / ours.wall_s:.1f}x records/s, {theirs.cpu_s / ours.cpu_s:.1f}x records/CPU s, "
        f"{ours.peak_rss_mb / theirs.peak_rss_mb:.2f} of the memory"
    )
    return lines_of(SHOWN, scores, f"{title}, {workers} workers", records)


def run_malmoi(warc: Path, work: Path, workers: int) -> tuple[Cost, list[str]]:
    """Malmoi with its default recipe."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    malmoi = Path(sys.executable).parent / "malmoi"
    command = [malmoi, "run", ROOT / "recipes" / "korean-web.toml", "--input", warc, "--warehouse", work / "warehouse"]
    cost = measure([*map(str, command), "--workers", str(workers)], ROOT, os.environ, work / "log")
    import polars as pl  # noqa: PLC0415

    frame = pl.read_parquet(work / "warehouse" / "corpus" / "documents" / "data" / "**" / "*.parquet", columns=["url"])
    return cost, frame.get_column("url").to_list()


def run_datatrove(warc: Path, work: Path, peers: Path, workers: int) -> tuple[Cost, list[str]]:
    """Run datatrove with FineWeb2's settings."""
    shutil.rmtree(work, ignore_errors=True)
    cut(warc, work / "warcs")
    model = ROOT / "filters" / "data" / "lid.176.ftz"
    command = [peers, HERE / "peer_datatrove.py", work / "warcs", work / "out", workers, model]
    cost = measure(list(map(str, command)), work, os.environ, work / "log")
    return cost, json.loads((work / "out" / "kept.json").read_text(encoding="utf-8"))


def decoding(warc: Path, index: Mapping[str, Mapping[str, Any]], work: Path, peers: Path) -> None:
    """Pages that are not read as their true encoding says, both readers."""
    out = work / "decoded.json"
    cut(warc, work / "datatrove" / "warcs")
    script = [peers, HERE / "peer_datatrove_decode.py", work / "datatrove" / "warcs", out]
    with (work / "decode.log").open("wb") as log:
        subprocess.run(list(map(str, script)), check=True, stdout=log, stderr=log)
    theirs = json.loads(out.read_text(encoding="utf-8"))
    wrong: Counter[tuple[str, str]] = Counter()
    for url, content_type, body in pages(warc):
        row = index[url]
        true = body.decode(row["encoding"], "replace").removeprefix("\ufeff")
        kind = "cp949" if row["encoding"] == "cp949" else "utf-8"
        wrong[kind, "pages"] += 1
        wrong[kind, "malmoi"] += decode(body, content_type).text != true
        wrong[kind, "datatrove"] += theirs.get(url) != hashlib.sha256(true.encode("utf-8", "surrogatepass")).hexdigest()
    for kind in ("utf-8", "cp949"):
        print(
            f"{kind} pages read wrongly or lost by the reader: malmoi {wrong[kind, 'malmoi']}, "
            f"datatrove {wrong[kind, 'datatrove']} of {wrong[kind, 'pages']}"
        )


def pages(warc: Path) -> Iterator[tuple[str, str | None, bytes]]:
    """Address, Content-Type and body of every response."""
    with warc.open("rb") as file:
        for record in ArchiveIterator(file, record_types=WarcRecordType.response, parse_http=True):
            yield record.headers["WARC-Target-URI"], record.http_headers.get("Content-Type"), record.reader.read()


def cut(warc: Path, folder: Path) -> None:
    """The archive in four files, whole records, in turn."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    targets = [(folder / f"{number}.warc.gz").open("wb") for number in range(_PIECES)]
    with warc.open("rb") as file, warc.open("rb") as raw:
        records = Offsets(file)
        for number, record in enumerate(records):
            offset = records.get_record_offset()
            record.content_stream().read()
            raw.seek(offset)
            targets[number % _PIECES].write(raw.read(records.get_record_length()))
    for target in targets:
        target.close()


def read_index(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def read_lines(path: Path) -> Iterator[dict[str, Any]]:
    """Rows of a JSONL file."""
    with path.open(encoding="utf-8") as lines:
        yield from map(json.loads, lines)


if __name__ == "__main__":
    main()
