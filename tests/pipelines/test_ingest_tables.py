"""Captures in JSONL and Parquet."""

import datetime as dt
import gzip
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ByteSize

from pipelines.errors import BadInputError, SplitError
from pipelines.ingest import Format, IngestSettings, InputFile, SplitReader, expand_inputs, plan_splits

SMALL = IngestSettings(max_record_bytes=ByteSize(2000), max_header_bytes=ByteSize(1024), read_bytes=ByteSize(4096))
ROWS = [{"url": f"https://예.kr/{number}", "text": f"{number}번째 글. " + "가나다\n" * number} for number in range(12)]


class Memory:
    """A file in memory."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self.size = len(data)

    def read(self, offset: int, length: int) -> bytes:
        return self.data[offset : offset + length]


def lines(rows: list[Any]) -> bytes:
    return b"".join(json.dumps(row, ensure_ascii=False).encode() + b"\n" for row in rows)


def read(data: bytes, kind: Format, split_bytes: int = 1 << 40) -> tuple[list[dict], list[dict]]:
    captures: list[dict] = []
    bad: list[dict] = []
    expected = None
    for split in plan_splits([InputFile("a", len(data), "f", kind)], split_bytes):
        reader = SplitReader(split, SMALL, source=Memory(data))
        for batch in reader:
            captures += batch.captures.to_pylist()
            bad += batch.bad.to_pylist()
        assert expected is None or reader.first == expected
        expected = reader.next
    assert expected == len(data)
    return captures, bad


@pytest.mark.parametrize(
    "pack", [(Format.JSONL, bytes), (Format.JSONL_GZ, gzip.compress), (Format.JSONL_ZST, zstandard.compress)]
)
def test_lines_are_captures(pack: tuple[Format, Any]) -> None:
    kind, compress = pack
    captures, bad = read(compress(b"\xef\xbb\xbf" + lines(ROWS) + b"\n\n" + lines(ROWS[:1]).rstrip()), kind)
    assert bad == []
    assert [row["body"].decode() for row in captures] == [row["text"] for row in [*ROWS, ROWS[0]]]
    assert {(row["record_type"], row["content_type"], row["source"]) for row in captures} == {
        ("row", "text/plain; charset=utf-8", "a")
    }
    assert captures[0]["doc_id"] == captures[-1]["doc_id"]


@settings(deadline=None)
@given(st.lists(st.sampled_from([*ROWS, {}, []]), max_size=8), st.integers(1, 400), st.booleans())
def test_splits_of_any_size_give_the_lines_of_the_whole(rows: list[Any], split_bytes: int, newline: bool) -> None:
    data = lines(rows) if newline else lines(rows).rstrip(b"\n")
    if data:
        assert read(data, Format.JSONL, split_bytes) == read(data, Format.JSONL)


def test_all_columns() -> None:
    row = {
        "url": "https://a.kr/",
        "html": "<meta charset=euc-kr>글",
        "content_type": "text/html; charset=euc-kr",
        "fetched_at": "2026-11-23T10:00:00+09:00",
        "http_status": 200,
        "headers": {"X-Robots-Tag": "noai"},
        "ignored": 1,
    }
    others = [
        {**row, "fetched_at": 1795395600, "headers": [["X-Robots-Tag", "noai"]]},
        {**row, "fetched_at": "2026-11-23T01:00:00", "headers": [{"name": "X-Robots-Tag", "value": "noai"}]},
    ]
    captures, bad = read(lines([row, *others]), Format.JSONL)
    assert bad == []
    for capture in captures:
        assert capture["content_type"] == "text/html; charset=utf-8"
        assert capture["http_status"] == 200
        assert capture["headers"] == [{"name": "x-robots-tag", "value": "noai"}]
    assert captures[0]["fetched_at"] == captures[2]["fetched_at"] == dt.datetime(2026, 11, 23, 1, tzinfo=dt.UTC)
    assert captures[1]["fetched_at"] == dt.datetime.fromtimestamp(1795395600, dt.UTC)


@pytest.mark.parametrize(
    ("reason", "line"),
    [
        ("bad_row", b"{"),
        ("bad_row", b"[1, 2]"),
        ("bad_row", b'{"text": "a"}'),
        ("bad_row", b'{"url": 3, "text": "a"}'),
        ("bad_row", b'{"url": "http://a/"}'),
        ("bad_row", b'{"url": "http://a/", "text": 5}'),
        ("bad_row", b'{"url": "http://a/", "text": "\\ud800"}'),
        ("bad_row", b'{"url": "http://a/\\ud800", "text": ""}'),
        ("bad_row", b'{"url": "http://a/", "text": "a", "fetched_at": "gestern"}'),
        ("bad_row", b'{"url": "http://a/", "text": "a", "fetched_at": 1e99}'),
        ("bad_row", b'{"url": "http://a/", "text": "a", "http_status": "200"}'),
        ("bad_row", b'{"url": "http://a/", "text": "a", "headers": 3}'),
        ("bad_row", b'{"url": "http://a/", "text": "a", "content_type": []}'),
        ("bad_row", b"[" * 3000),
        ("bad_row", b'{"url": "http://a/", "text": "\xb0\xa1"}'),
        ("too_large", b'{"url": "http://a/", "text": "' + b"a" * 2500 + b'"}'),
        ("too_large", b'{"url": "http://a/", "text": "' + b"a" * 25_000 + b'"}'),
    ],
)
def test_a_bad_line_costs_only_itself(reason: str, line: bytes) -> None:
    first, last = lines(ROWS[:1]), lines(ROWS[1:2])
    captures, bad = read(first + line + b"\n" + last, Format.JSONL, 100)
    assert [row["url"] for row in captures] == [ROWS[0]["url"], ROWS[1]["url"]]
    assert [(row["reason"], row["offset"], row["length"]) for row in bad] == [(reason, len(first), len(line) + 1)]


@pytest.mark.parametrize(
    ("kind", "compress"), [(Format.JSONL_GZ, gzip.compress), (Format.JSONL_ZST, zstandard.compress)]
)
def test_a_cut_compressed_file_says_what_is_lost(kind: Format, compress: Any) -> None:
    data = compress(lines(ROWS * 3)) + compress(lines(ROWS))
    captures, bad = read(data[:-20], kind)
    assert len(captures) >= 36
    assert [row["reason"] for row in bad] == ["truncated"]
    assert "lost" in bad[0]["error"]


def test_a_file_that_is_not_compressed_as_its_name_says(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl.gz"
    path.write_bytes(b"<Error><Code>AccessDenied</Code></Error>")
    (split,) = plan_splits(expand_inputs([str(path)]), 100)
    with pytest.raises(BadInputError, match="AccessDenied"):
        list(SplitReader(split, SMALL))


def parquet(table: pa.Table, **options: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(table, sink, **options)
    return bytes(sink.getvalue())


@pytest.mark.parametrize("split_bytes", [1 << 40, 200, 700])
def test_parquet_rows_are_captures(split_bytes: int) -> None:
    table = pa.table(
        {
            "url": [row["url"] for row in ROWS],
            "body": [row["text"].encode("cp949") for row in ROWS],
            "content_type": ["text/html; charset=euc-kr"] * 12,
            "fetched_at": pa.array([dt.datetime(2026, 1, 1, tzinfo=dt.UTC)] * 12, pa.timestamp("ms", "Asia/Seoul")),
            "http_status": pa.array([200] * 12, pa.int16()),
            "headers": pa.array([[("Server", "a")]] * 12, pa.map_(pa.string(), pa.string())),
        }
    )
    captures, bad = read(parquet(table, row_group_size=5), Format.PARQUET, split_bytes)
    assert bad == []
    assert [row["body"].decode("cp949") for row in captures] == [row["text"] for row in ROWS]
    assert [row["offset"] for row in captures] == list(range(12))
    assert captures[0]["content_type"] == "text/html; charset=euc-kr"
    assert captures[0]["fetched_at"] == dt.datetime(2026, 1, 1, tzinfo=dt.UTC)
    assert captures[0]["headers"] == [{"name": "server", "value": "a"}]


def test_a_bad_parquet_row_costs_only_itself() -> None:
    table = pa.table(
        {"url": ["http://a/", None, "http://c/"], "text": ["가", "나", None], "html": [None, None, "<p>다"]}
    )
    captures, bad = read(parquet(table), Format.PARQUET)
    assert [row["body"].decode() for row in captures] == ["가", "<p>다"]
    assert [(row["offset"], row["length"], row["reason"]) for row in bad] == [(1, 1, "bad_row")]


def test_parquet_without_the_columns_is_refused() -> None:
    with pytest.raises(BadInputError, match="it has address, text"):
        read(parquet(pa.table({"address": ["a"], "text": ["b"]})), Format.PARQUET)
    with pytest.raises(BadInputError, match="is not a Parquet file: it holds an HTML page"):
        read(b"<html>" + bytes(100), Format.PARQUET)


def test_damaged_parquet_fails_the_split() -> None:
    data = bytearray(parquet(pa.table({"url": ["http://a/"] * 50, "text": ["가나다" * 50] * 50}), use_dictionary=False))
    data[4:200] = bytes(196)
    with pytest.raises(SplitError, match="row group 0"):
        read(bytes(data), Format.PARQUET)
