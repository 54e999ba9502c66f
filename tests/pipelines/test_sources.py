"""One run over every kind of input, with robots files, copies and odd pages, and what became of each."""

import datetime as dt
import json
import random
from pathlib import Path

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from tests.pipelines._archive import DAY, Archive
from tests.pipelines._rows import malmoi, rows, run

NOUNS = ("말모이", "사전", "원고", "낱말", "겨레", "학자", "편지", "방언", "문법", "소리")
VERBS = ("모았다", "적었다", "찾았다", "읽었다", "지켰다", "기억했다", "물었다", "고쳤다")


def prose(seed: int, sentences: int = 24) -> str:
    """Korean sentences that no other seed gives."""
    chance = random.Random(seed)
    lines = []
    for number in range(sentences):
        first, second, third = chance.sample(NOUNS, 3)
        place = chance.choice(["서울에서", "학교에서", "골목에서", "산에서", "집에서", "시장에서"])
        start = f"{chance.choice(NOUNS)}의 {first}에는 {seed * 31 + number}번째로"
        lines.append(f"{start} {second}을 {place} {third}와 함께 {chance.choice(VERBS)}.")
    return "\n".join(f"<p>{' '.join(lines[start : start + 3])}</p>" for start in range(0, sentences, 3))


def html(body: str, head: str = "") -> bytes:
    page = (
        f"<html><head><meta charset='utf-8'><title>글</title>{head}</head><body><article>{body}</article></body></html>"
    )
    return page.encode()


@pytest.fixture(scope="module")
def inputs(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("sources")
    pages = Archive(folder / "a-pages.warc.gz")
    pages.add("https://open.kr/1", html(prose(1)))
    pages.add("https://open.kr/1", html(prose(1)), when=DAY + dt.timedelta(days=1))  # the same capture again
    pages.add("https://open.kr/copy", html(prose(1)), when=DAY + dt.timedelta(days=2))  # the same text elsewhere
    pages.add("https://open.kr/near", html(prose(2)))
    pages.add("https://other.kr/near", html(prose(2).replace("<p>", "<p> ", 1).replace("서울에서", "부산에서", 1)))
    pages.add("https://closed.kr/private/1", html(prose(3)))
    pages.add("https://closed.kr/public/1", html(prose(4)))
    pages.add("https://broken.kr/1", html(prose(5)))
    pages.add("https://nogpt.kr/1", html(prose(6)))
    pages.add(
        "https://press.kr/1",
        html(prose(7) + "<p>&lt;저작권자(c) 연합뉴스, 무단 전재-재배포, AI 학습 및 활용 금지&gt;</p>"),
    )
    pages.add(
        "https://cc.kr/1",
        html(prose(8) + '<a rel="license" href="https://creativecommons.org/licenses/by/4.0/">CC BY 4.0</a>'),
    )
    pages.add("https://noai.kr/1", html(prose(9)), headers=["X-Robots-Tag: noai"])
    pages.add(
        "https://old.kr/1", html(prose(10)).replace(b"utf-8", b"euc-kr").decode().encode("cp949"), kind="text/html"
    )
    pages.add("https://untyped.kr/1", html(prose(11)), kind=None)
    pages.add("https://gone.kr/1", html(prose(12)), status="404 Not Found")
    pages.add("https://pdf.kr/1.pdf", b"%PDF-1.7 " + b"x" * 500, kind="application/pdf")
    pages.add("https://disguised.kr/1", b"%PDF-1.7 " + b"x" * 500)
    pages.add("https://english.com/1", html("<p>" + "Nothing in this page is Korean at all. " * 30 + "</p>"))
    pages.add("https://japan.jp/1", html("<p>" + "これは日本語の文章です。辞書を作る人々の話。" * 30 + "</p>"))
    # The site files come last, in a file of their own: every page still has to be judged by them.
    robots = Archive(folder / "z-robots.warc.gz")
    robots.add("https://closed.kr/robots.txt", b"User-agent: *\nDisallow: /private/\n", kind="text/plain")
    robots.add("https://broken.kr/robots.txt", b"oops", status="503 Service Unavailable", kind="text/plain")
    robots.add("https://nogpt.kr/robots.txt", b"User-agent: GPTBot\nDisallow: /\n", kind="text/plain")
    pages.add("https://moved.kr/private/1", html(prose(30)))
    pages.add("https://moved.kr/public/1", html(prose(31)))
    pages.add("https://lost.kr/1", html(prose(32)))
    robots.add(
        "https://moved.kr/robots.txt", b"", status="301 Moved", headers=["Location: https://www.moved.kr/robots.txt"]
    )
    robots.add("https://www.moved.kr/robots.txt", b"User-agent: *\nDisallow: /private/\n", kind="text/plain")
    robots.add("https://lost.kr/robots.txt", b"", status="302 Found", headers=["Location: /nowhere/robots.txt"])
    # An archive inside an archive, stored and not deflated: its records look like records of ours to whoever starts
    # reading in the middle.
    inner = Archive(folder / "inner.tmp")
    for number in range(12):
        inner.add(f"https://ghost.kr/{number}", html(prose(100 + number)))
    outer = Archive(folder / "f-outer.warc.gz", level=0)
    outer.add("https://archive.kr/inner.warc.gz", (folder / "inner.tmp").read_bytes(), kind="application/gzip")
    outer.add("https://archive.kr/after", html(prose(120)))
    (folder / "inner.tmp").unlink()
    plain = Archive(folder / "b-plain.warc", packed=False)
    plain.add("https://plain.kr/1", html(prose(20)))
    zst = Archive(folder / "tmp.warc", packed=False)
    zst.add("https://zst.kr/1", html(prose(21)))
    (folder / "c.warc.zst").write_bytes(zstandard.ZstdCompressor().compress((folder / "tmp.warc").read_bytes()))
    (folder / "tmp.warc").unlink()
    lines = [{"url": "https://jsonl.kr/1", "html": html(prose(22)).decode()}, {"url": "https://jsonl.kr/2", "html": 7}]
    (folder / "d.jsonl").write_text(
        "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines), encoding="utf-8"
    )
    text = prose(23).replace("<p>", "").replace("</p>", "\n")
    pq.write_table(pa.table({"url": ["https://parquet.kr/1"], "text": [text]}), folder / "e.parquet")
    return folder


@pytest.fixture(scope="module")
def finished(inputs, tmp_path_factory) -> tuple[Path, dict]:
    warehouse = tmp_path_factory.mktemp("out") / "w"
    return warehouse, run(inputs, warehouse, "--workers", 2)


@pytest.fixture(scope="module")
def fate(finished) -> dict[str, list[str]]:
    """What became of every URL: ``kept`` or ``stage/reason``."""
    found: dict[str, list[str]] = {}
    for table in ("documents", "drops"):
        frame = pl.read_parquet(f"{finished[1]['tables'][table]}/**/*.parquet")
        for row in frame.iter_rows(named=True):
            found.setdefault(row["url"], []).append(
                "kept" if table == "documents" else f"{row['stage']}/{row['reason']}"
            )
    return {url: sorted(ends) for url, ends in found.items()}


def classes(finished) -> dict[str, dict]:
    """Axes of every kept URL."""
    tables = finished[1]["tables"]
    documents = pl.read_parquet(f"{tables['documents']}/**/*.parquet").select("url", "policy_class_id")
    interned = pa.concat_tables(
        [pq.read_table(path, partitioning=None) for path in sorted(Path(tables["policy_classes"]).rglob("*.parquet"))]
    ).to_pylist(maps_as_pydicts="strict")
    by_id = {row["policy_class_id"]: row for row in interned}
    return {url: by_id[key] for url, key in documents.iter_rows()}


@pytest.mark.parametrize(
    ("url", "ends"),
    [
        ("https://open.kr/1", ["dedup/recapture", "kept"]),
        ("https://open.kr/copy", ["dedup/exact_duplicate"]),
        ("https://closed.kr/private/1", ["rights/crawl_denied"]),
        ("https://closed.kr/public/1", ["kept"]),
        ("https://broken.kr/1", ["rights/crawl_denied"]),
        ("https://nogpt.kr/1", ["kept"]),
        ("https://press.kr/1", ["kept"]),
        ("https://old.kr/1", ["kept"]),
        ("https://untyped.kr/1", ["kept"]),
        ("https://gone.kr/1", ["capture/http_status"]),
        ("https://pdf.kr/1.pdf", ["capture/content_type"]),
        ("https://disguised.kr/1", ["capture/not_html"]),
        ("https://english.com/1", ["hangul/too_few_syllables"]),
        ("https://japan.jp/1", ["hangul/too_few_syllables"]),
        ("https://closed.kr/robots.txt", ["capture/site_file"]),
        ("https://archive.kr/inner.warc.gz", ["capture/content_type"]),
        ("https://archive.kr/after", ["kept"]),
        ("https://moved.kr/private/1", ["rights/crawl_denied"]),
        ("https://moved.kr/public/1", ["kept"]),
        ("https://lost.kr/1", ["rights/crawl_denied"]),
        ("https://plain.kr/1", ["kept"]),
        ("https://zst.kr/1", ["kept"]),
        ("https://jsonl.kr/1", ["kept"]),
        ("https://parquet.kr/1", ["kept"]),
    ],
)
def test_fate(fate, url, ends):
    assert fate[url] == ends


def test_of_near_duplicates_one_stays(fate):
    ends = sorted(fate["https://open.kr/near"] + fate["https://other.kr/near"])
    assert ends == ["dedup/near_duplicate", "kept"]


def test_a_bad_row_is_quarantined(finished):
    assert finished[1]["totals"]["quarantined"] == 1
    assert finished[1]["accounts"]["auxiliary"]["warcinfo"] == 5


def test_rights_follow_from_page_and_site(finished):
    found = classes(finished)
    axes = found
    assert (axes["https://nogpt.kr/1"]["train_dom"], axes["https://nogpt.kr/1"]["train_for"]) == ("unknown", "deny")
    assert axes["https://press.kr/1"]["train_dom"] == "deny"
    assert axes["https://press.kr/1"]["redist"] == "deny"
    assert axes["https://noai.kr/1"]["train_for"] == "deny"
    assert axes["https://cc.kr/1"]["train_dom"] == "cond"
    assert found["https://cc.kr/1"]["licence"] == "CC-BY-4.0"
    assert axes["https://untyped.kr/1"]["train_dom"] == "unknown"
    assert axes["https://closed.kr/public/1"]["crawl"] == "allow"


def test_refusals_can_be_explained(finished):
    done = malmoi("explain", "https://closed.kr/private/1", "--warehouse", finished[0], "--json")
    (finding,) = json.loads(done.stdout)["findings"]
    assert finding["path"][-1] == "rights: dropped as crawl_denied"
    assert any("Disallow: /private/" in row["literal"] for row in finding["evidence"])


def test_cp949_is_read_right(finished):
    documents = pl.read_parquet(f"{finished[1]['tables']['documents']}/**/*.parquet")
    old = documents.row(by_predicate=pl.col("url") == "https://old.kr/1", named=True)
    assert old["encoding"] == "cp949"
    assert "310번째로" in old["text"]


def test_same_rows_from_splits_of_every_format(inputs, finished, tmp_path):
    run(inputs, tmp_path / "w", "--workers", 2, "--split", "3 KiB")
    assert rows(tmp_path / "w") == rows(finished[0])
    assert "ghost.kr" not in str(rows(finished[0]))


def test_a_later_run_keeps_no_document_twice(inputs, finished, tmp_path):
    more = Archive(tmp_path / "more.warc.gz")
    more.add("https://plain.kr/1", html(prose(20)))
    more.add("https://fresh.kr/1", html(prose(40)))
    warehouse = finished[0]
    report = run(tmp_path / "more.warc.gz", warehouse, "--workers", 1)
    assert report["totals"] == {"in": 2, "kept": 1, "dropped": 1, "quarantined": 0}
    assert report["accounts"]["stages"]["dedup"]["dropped"] == {"kept_before": 1}


def test_a_bad_file_fails_the_run_by_name_and_the_rest_is_not_done_again(inputs, tmp_path):
    bad = tmp_path / "bad.warc.gz"
    bad.write_bytes(b"<?xml version='1.0'?><Error><Code>SlowDown</Code></Error>")
    options = ("--input", inputs / "b-plain.warc", "--input", bad, "--warehouse", tmp_path / "w", "--json")
    done = malmoi("run", *options)
    assert done.returncode in (1, 2)
    assert "bad.warc.gz" in json.loads(done.stdout)["error"]


def test_an_archive_without_korean_is_a_run_that_keeps_nothing(tmp_path):
    archive = Archive(tmp_path / "english.warc.gz")
    archive.add("https://english.com/1", html("<p>" + "Nothing in this page is Korean at all. " * 30 + "</p>"))
    report = run(tmp_path / "english.warc.gz", tmp_path / "w", "--workers", 1)
    assert report["totals"] == {"in": 1, "kept": 0, "dropped": 1, "quarantined": 0}
    assert run(tmp_path / "english.warc.gz", tmp_path / "w", "--workers", 1)["nothing_to_do"]
