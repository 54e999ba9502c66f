"""Slow checks of what the whole pipeline promises: recall on labelled pages, memory, crashes of workers."""

import gzip
import json
import os
import re
import subprocess
import time
from collections import Counter
from pathlib import Path

import polars as pl
import psutil
import pytest
from warcio.archiveiterator import ArchiveIterator

from tests.pipelines._archive import Archive
from tests.pipelines._rows import ROOT, SAMPLE, command, run

pytestmark = pytest.mark.slow
BEFORE_TEXT = ("read", "capture", "hangul", "decode", "language")


@pytest.fixture(scope="module")
def labelled(shared_data, tmp_path_factory) -> tuple[list[dict], dict[str, str], dict]:
    """The labelled pages, what became of each, and the report of the run."""
    html = shared_data / "html"
    with gzip.open(html / "dev-pages.index.jsonl.gz", "rt", encoding="utf-8") as lines:
        index = [json.loads(line) for line in lines]
    report = run(html / "dev-pages.warc.gz", tmp_path_factory.mktemp("dev") / "w")
    fate = {}
    for row in pl.read_parquet(f"{report['tables']['drops']}/**/*.parquet").iter_rows(named=True):
        fate[row["url"]] = row["stage"]
    for url in pl.read_parquet(f"{report['tables']['documents']}/**/*.parquet")["url"]:
        fate[url] = "kept"
    return index, fate, report


def test_korean_pages_pass_the_language_stage_and_others_do_not(labelled):
    index, fate, report = labelled
    assert report["totals"]["in"] == len(index)
    passed = Counter(row["label"] for row in index if fate[row["url"]] not in BEFORE_TEXT)
    pages = Counter(row["label"] for row in index)
    assert passed["ko"] >= 0.99 * pages["ko"]
    for label in ("nonko", "ja", "zh"):
        assert passed[label] <= 0.01 * pages[label]


def test_most_korean_pages_are_kept_in_every_encoding(labelled):
    index, fate, _ = labelled
    korean = [row for row in index if row["label"] == "ko"]
    kept = [row for row in korean if fate[row["url"]] == "kept"]
    assert len(kept) >= 0.85 * len(korean)
    old = [row for row in korean if row["encoding"] == "cp949"]
    assert sum(fate[row["url"]] == "kept" for row in old) >= 0.9 * len(old)


def test_no_kept_text_is_broken(labelled):
    documents = pl.read_parquet(f"{labelled[2]['tables']['documents']}/**/*.parquet")
    assert documents.filter(pl.col("text").str.contains("\ufffd", literal=True)).is_empty()
    assert set(documents["encoding"]) == {"utf-8", "cp949"}


def test_broken_encodings_are_read_or_dropped_never_kept_as_garbage(shared_data, tmp_path):
    with gzip.open(shared_data / "html" / "dev-encodings.index.jsonl.gz", "rt", encoding="utf-8") as lines:
        index = {row["url"]: row for row in map(json.loads, lines)}
    report = run(shared_data / "html" / "dev-encodings.warc.gz", tmp_path / "w")
    drops = pl.read_parquet(f"{report['tables']['drops']}/**/*.parquet")
    stage = dict(drops.select("url", "stage").iter_rows())
    for url, row in index.items():
        if row["recoverable"]:
            assert stage.get(url) not in BEFORE_TEXT, url
        else:
            assert stage[url] in BEFORE_TEXT, url


def replicas(target: Path, copies: int) -> Path:
    """The sample ``copies`` times over, each copy with hosts and numbers of its own so that none is a duplicate."""
    archive = Archive(target)
    for copy in range(copies):
        with SAMPLE.open("rb") as file:
            for record in ArchiveIterator(file):
                url = record.rec_headers.get_header("WARC-Target-URI").replace("://", f"://c{copy}.", 1)
                body = record.content_stream().read()
                body = re.sub(rb"(?<=[\x80-\xff]) (?=[\x80-\xff])", f" {copy}{copy} ".encode(), body)
                archive.add_message(url, record.http_headers.to_bytes() + body)
    return target


def peak_memory(archive: Path, warehouse: Path) -> tuple[int, dict]:
    """Peak resident bytes of a run, all its processes together."""
    arguments = command("run", "--input", archive, "--warehouse", warehouse, "--workers", 2, "--json")
    peak = 0
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        root = psutil.Process(process.pid)
        while process.poll() is None:
            try:
                tree = [root, *root.children(recursive=True)]
                peak = max(peak, sum(one.memory_info().rss for one in tree))
            except psutil.NoSuchProcess:
                continue
            time.sleep(0.05)
        printed = process.stdout.read()
    return peak, json.loads(printed)


def test_memory_does_not_grow_with_the_input(tmp_path):
    small, first = peak_memory(replicas(tmp_path / "small.warc.gz", 2), tmp_path / "small")
    large, second = peak_memory(replicas(tmp_path / "large.warc.gz", 8), tmp_path / "large")
    assert second["totals"]["in"] == 4 * first["totals"]["in"]
    assert second["totals"]["kept"] > 3 * first["totals"]["kept"]
    assert large < 1.2 * small
    assert large < 1.5e9


def test_a_killed_worker_costs_one_attempt(tmp_path):
    arguments = command("run", "--input", SAMPLE, "--warehouse", tmp_path / "w", "--split", "1 MiB", "--json")
    with subprocess.Popen(arguments, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        deadline = time.monotonic() + 60
        killed = False
        while not killed and time.monotonic() < deadline:
            for child in psutil.Process(process.pid).children():
                if "resource_tracker" not in " ".join(child.cmdline()) and child.children():
                    os.kill(child.pid, 9)
                    killed = True
                    break
            time.sleep(0.05)
        printed, _ = process.communicate(timeout=300)
    assert killed
    assert process.returncode == 0
    assert json.loads(printed)["totals"]["in"] == 362
