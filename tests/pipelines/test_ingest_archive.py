"""WARC files in every storage, whole and damaged, read whole and in splits."""

import dataclasses
import gzip
import io
import os
import struct
import tracemalloc
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import zstandard
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ByteSize
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from pipelines.errors import BadInputError
from pipelines.ingest import CAPTURE_SCHEMA, Format, IngestSettings, InputFile, SplitReader, expand_inputs, plan_splits

SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[3] / "shared"))
PAGES = [
    f"<html><meta charset=utf-8><p>{number}번째 글: 말모이는 우리말 사전이다. {'가나다 ' * number}</p>"
    for number in range(9)
]
SMALL = IngestSettings(max_record_bytes=ByteSize(4096), max_header_bytes=ByteSize(1024), read_bytes=ByteSize(4096))
STORAGES = ("gz", "zst", "zst-dict", "plain")


@dataclass
class Memory:
    """A file in memory."""

    data: bytes
    served: int = 0

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, offset: int, length: int) -> bytes:
        self.served += length
        return self.data[offset : offset + length]


def http(body: bytes, *headers: tuple[str, str]) -> bytes:
    lines = [f"{name}: {value}" for name, value in (("Content-Type", "text/html; charset=utf-8"), *headers)]
    return "\r\n".join(["HTTP/1.1 200 OK", *lines, "", ""]).encode() + body


def record(block: bytes, number: int = 0, extra: str = "") -> bytes:
    """A record by hand, for what warcio would not write."""
    return (
        (
            f"WARC/1.1\r\nWARC-Type: response\r\nWARC-Record-ID: <urn:uuid:{number}>\r\n"
            "WARC-Date: 2026-11-23T01:02:03.456789Z\r\n"
            f"WARC-Target-URI: https://말모이.한국/글/{number}\r\nContent-Type: application/http\r\n{extra}"
            f"Content-Length: {len(block)}\r\n\r\n"
        ).encode()
        + block
        + b"\r\n\r\n"
    )


def pages(count: int = len(PAGES)) -> list[bytes]:
    return [record(http(PAGES[number].encode()), number) for number in range(count)]


def pack(records: list[bytes], storage: str) -> bytes:
    return b"".join(pack_each(records, storage))


def pack_each(records: list[bytes], storage: str) -> list[bytes]:
    if storage == "plain":
        return records
    if storage == "gz":
        return [gzip.compress(one, mtime=0) for one in records]
    if storage == "zst":
        return [zstandard.ZstdCompressor(write_checksum=True).compress(one) for one in records]
    dictionary = zstandard.ZstdCompressionDict(b"".join(pages(4)), zstandard.DICT_TYPE_RAWCONTENT)
    compressor = zstandard.ZstdCompressor(dict_data=dictionary, write_checksum=True)
    content = zstandard.compress(dictionary.as_bytes())
    leading = b"\x5d\x2a\x4d\x18" + struct.pack("<I", len(content)) + content
    packed = [compressor.compress(one) for one in records]
    return [leading + packed[0], *packed[1:]]


def read(
    data: bytes, split_bytes: int = 1 << 40, limits: IngestSettings = SMALL, name: str = "a.warc"
) -> tuple[list[dict], list[dict]]:
    """Captures and bad records of a file read split by split; splits that do not meet are read again, as a run does."""
    file = InputFile(name, len(data), "f", Format.WARC)
    captures: list[dict] = []
    bad: list[dict] = []
    expected: int | None = None
    for planned in plan_splits([file], split_bytes):
        split = planned
        reader, *rows = drain(split, data, limits)
        if expected is not None and reader.first != expected:
            split = dataclasses.replace(split, start=expected, end=max(expected, split.end), exact=True)
            reader, *rows = drain(split, data, limits)
            assert reader.first == expected
        captures += rows[0]
        bad += rows[1]
        expected = reader.next
    assert expected == len(data)
    return captures, bad


def drain(split: Any, data: bytes, limits: IngestSettings) -> tuple[SplitReader, list[dict], list[dict]]:
    reader = SplitReader(split, limits, source=Memory(data))
    batches = list(reader)
    assert all(batch.captures.schema == CAPTURE_SCHEMA for batch in batches)
    assert [batch.position for batch in batches] == sorted(batch.position for batch in batches)
    captures = [row for batch in batches for row in batch.captures.to_pylist()]
    return reader, captures, [row for batch in batches for row in batch.bad.to_pylist()]


def numbers(captures: list[dict]) -> list[int]:
    return [int(row["url"].rsplit("/", 1)[1]) for row in captures]


@pytest.mark.parametrize("storage", STORAGES)
def test_a_record_comes_out_as_it_went_in(storage: str) -> None:
    records = pages()
    packed = pack_each(records, storage)
    captures, bad = read(b"".join(packed))
    assert bad == []
    assert numbers(captures) == list(range(9))
    assert [row["body"].decode() for row in captures] == PAGES
    row = captures[3]
    assert row["offset"] == sum(map(len, packed[:3]))
    assert row["length"] == len(packed[3])
    assert row["url"] == "https://말모이.한국/글/3"
    assert row["host"] == "말모이.한국".encode("idna").decode() == row["site"]
    assert row["fetched_at"].isoformat() == "2026-11-23T01:02:03.456789+00:00"
    assert (row["record_type"], row["http_status"]) == ("response", 200)
    assert row["content_type"] == "text/html; charset=utf-8"
    assert row["headers"] == [{"name": "content-type", "value": "text/html; charset=utf-8"}]


def test_equal_pages_have_equal_ids_in_every_storage() -> None:
    ids = {storage: [row["doc_id"] for row in read(pack(pages(), storage))[0]] for storage in STORAGES}
    assert len(set(ids["gz"])) == 9
    assert all(found == ids["gz"] for found in ids.values())


@pytest.mark.filterwarnings(
    "ignore:Unclosed file:ResourceWarning"
)  # warcio leaves its temporary files to the collector
def test_what_warcio_writes() -> None:
    buffer = io.BytesIO()
    writer = WARCWriter(buffer, gzip=True)
    writer.write_record(writer.create_warcinfo_record("a.warc.gz", {"software": "t"}))
    headers = StatusAndHeaders(
        "200 OK", [("Content-Type", "text/html"), ("Set-Cookie", "a=1"), ("set-cookie", "b=2")], "HTTP/1.1"
    )
    url = "http://예.한국/"
    body = "한글".encode("cp949")
    writer.write_record(writer.create_warc_record(url, "response", io.BytesIO(body), http_headers=headers))
    writer.write_record(writer.create_warc_record(url, "request", io.BytesIO(b"GET / HTTP/1.1\r\n\r\n")))
    writer.write_record(
        writer.create_warc_record(url, "resource", io.BytesIO(b"%PDF"), warc_content_type="application/pdf")
    )
    writer.write_record(
        writer.create_revisit_record(url, "sha1:B2LTWWPUOYAH7UIPQ7ZUPQ4VMBSVC36A", url, "2026-11-01T00:00:00Z")
    )
    writer.write_record(
        writer.create_warc_record(url, "conversion", io.BytesIO("본문 글".encode()), warc_content_type="text/plain")
    )
    split = plan_splits([InputFile("a.warc.gz", len(buffer.getvalue()), "f", Format.WARC)], 1 << 40)[0]
    (batch,) = SplitReader(split, IngestSettings(), source=Memory(buffer.getvalue()))
    assert batch.bad.num_rows == 0
    assert batch.auxiliary == {"warcinfo": 1, "request": 1}
    response, resource, revisit, conversion = batch.captures.to_pylist()
    assert response["body"] == body
    assert [header["value"] for header in response["headers"] if header["name"] == "set-cookie"] == ["a=1", "b=2"]
    assert (resource["record_type"], resource["content_type"], resource["http_status"]) == (
        "resource",
        "application/pdf",
        None,
    )
    assert (revisit["record_type"], revisit["body"], revisit["payload_digest"]) == ("revisit", None, None)
    assert conversion["body"].decode() == "본문 글"
    assert len({row["doc_id"] for row in batch.captures.to_pylist()}) == 4


@pytest.mark.parametrize("storage", STORAGES)
@settings(max_examples=40, deadline=None)
@given(split_bytes=st.integers(40, 3000), count=st.integers(1, 9))
def test_splits_of_any_size_give_the_records_of_the_whole(storage: str, split_bytes: int, count: int) -> None:
    data = pack(pages(count), storage)
    assert read(data, split_bytes) == read(data)


@pytest.mark.parametrize("storage", ["gz", "zst"])
@pytest.mark.parametrize("victim", [0, 4, 8])
@pytest.mark.parametrize("layout", [1 << 40, 150])
def test_a_flipped_byte_costs_its_record_and_no_other(storage: str, victim: int, layout: int) -> None:
    packed = pack_each(pages(), storage)
    start = sum(map(len, packed[:victim]))
    everyone = numbers(read(b"".join(packed))[0])
    others = [number for number in everyone if number != victim]
    step = 1 if layout > 1000 else 7
    lost = 0
    for position in range(0, len(packed[victim]), step):
        data = bytearray(b"".join(packed))
        data[start + position] ^= 1 << position % 8
        captures, bad = read(bytes(data), layout, name=f"a.warc.{storage}")
        if numbers(captures) == everyone:
            # text flag, time, system and the last bits of a gzip member say nothing, nor does the checksum flag of zstd
            assert captures[victim]["body"].decode() == PAGES[victim]
            assert position in ({*range(3, 10), len(packed[victim]) - 9} if storage == "gz" else {4, 5})
            continue
        lost += 1
        assert numbers(captures) == others
        assert [row["offset"] for row in bad] == [start]
    assert lost * step >= len(packed[victim]) - 8 * step


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damage_anywhere_is_the_same_in_every_split_layout(data: st.DataObject) -> None:
    storage = data.draw(st.sampled_from(STORAGES))
    damaged = bytearray(pack(pages(6), storage))
    for _ in range(data.draw(st.integers(1, 3))):
        start = 8 if storage == "zst-dict" else 0  # a broken dictionary is a bad input, not a bad record
        position = data.draw(st.integers(start, len(damaged) - 1))
        damaged[position] = data.draw(st.integers(0, 255))
    name = f"a.warc.{storage[:3]}"
    try:
        whole = read(bytes(damaged), name=name)
    except BadInputError:
        if storage != "zst-dict":
            raise
        return
    assert whole == read(bytes(damaged), data.draw(st.integers(100, 2000)), name=name)


@pytest.mark.parametrize("storage", STORAGES)
def test_a_cut_file_keeps_what_is_whole(storage: str) -> None:
    packed = pack_each(pages(4), storage)
    before = sum(map(len, packed[:3]))
    for left in (1, 5, len(packed[3]) // 2, len(packed[3]) - 1):
        captures, bad = read(b"".join(packed)[: before + left], 300)
        assert numbers(captures) == [0, 1, 2]
        assert [(row["offset"], row["reason"], row["length"]) for row in bad] == [(before, "truncated", left)]


@pytest.mark.parametrize("storage", STORAGES)
@pytest.mark.parametrize(
    ("reason", "broken"),
    [
        ("bad_warc_header", record(http(b"x"), 1).replace(b"WARC-Type:", b"WARC-Type")),
        ("bad_warc_header", record(http(b"x"), 1).replace(b"WARC/1.1", b"WORC/1.1")),
        ("bad_warc_header", record(http(b"x"), 1).replace(b"WARC-Type: response\r\n", b"")),
        ("bad_warc_header", record(http(b"x"), 1).replace(b"WARC-Target-URI", b"WARC-Nothing")),
        ("bad_content_length", record(http(b"x" * 50), 1).replace(b"Content-Length: ", b"Content-Length: -")),
        ("bad_content_length", record(http(b"x" * 50), 1, extra="Content-Length: 9\r\n")),
        ("bad_content_length", record(http(b"x" * 50), 1, extra="Content-Length: 900\r\n")),
        ("bad_http_header", record(b"<html>no header</html>", 1)),
        ("bad_http_header", record(b"HTTP/1.1 OK 200\r\n\r\nx", 1)),
        ("bad_http_header", record(b"HTTP/1.1 200 OK\r\nA: \0\r\n\r\nx", 1)),
        ("bad_http_header", record(b"HTTP/1.1 200 OK\r\nA: b", 1)),
        ("too_large", record(http(b"x" * 5000), 1)),
    ],
)
def test_a_bad_record_is_named_and_the_next_one_read(storage: str, reason: str, broken: bytes) -> None:
    good = pages(3)
    packed = pack_each([good[0], broken, good[2]], storage)
    captures, bad = read(b"".join(packed), 200)
    assert numbers(captures) == [0, 2]
    assert [(row["reason"], row["offset"], row["length"]) for row in bad] == [(reason, len(packed[0]), len(packed[1]))]
    assert "html" not in bad[0]["error"]


@pytest.mark.parametrize("layout", [1 << 40, 500])
@pytest.mark.parametrize("compress", [gzip.compress, zstandard.compress])
def test_one_member_for_the_whole_file_is_read_in_full(compress: Any, layout: int) -> None:
    broken = record(b"<html>no header", 90)
    unread = record(http(b""), 91).replace(b"WARC-Type:", b"WARC-Type")
    huge = record(http(b"y" * 9000), 92)
    records = pages(9)
    data = compress(b"".join([*records[:5], broken, unread, huge, *records[5:]]))
    captures, bad = read(data, layout)
    assert numbers(captures) == list(range(9))
    assert {row["length"] for row in captures} == {None}
    assert [row["reason"] for row in bad] == ["bad_http_header", "bad_warc_header", "too_large"]
    assert len({row["doc_id"] for row in bad}) == 3


def test_one_member_that_is_cut_gives_what_comes_before_the_cut() -> None:
    data = gzip.compress(b"".join(pages()), compresslevel=0)
    captures, bad = read(data[: len(data) * 2 // 3])
    assert 0 < len(captures) < 9
    assert numbers(captures) == list(range(len(captures)))
    assert [row["reason"] for row in bad] == ["truncated"]


@pytest.mark.parametrize("layout", [1 << 40, *range(150, 2000, 170)])
@pytest.mark.parametrize("inner", ["gz", "zst", "plain"])
@pytest.mark.parametrize("outer", ["stored-gz", "plain", "zst"])
def test_an_archive_in_an_archive_is_one_record(outer: str, inner: str, layout: int) -> None:
    hidden = pack(pages(3), inner)
    middle = record(http(b"\r\n\r\n" + hidden), 7)
    records = [*pages(2), middle, *pages(2)]
    if outer == "stored-gz":
        data = b"".join(gzip.compress(one, compresslevel=0) for one in records)
    else:
        data = pack(records, outer)
    captures, bad = read(data, layout)
    assert numbers(captures) == [0, 1, 7, 0, 1]
    assert captures[2]["body"].endswith(hidden)
    assert bad == []


def bomb(size: int, header: bytes) -> bytes:
    """A gzip member of a header and zeros, made without holding them."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    zeros = bytes(1 << 20)
    parts = [packer.compress(header)]
    parts += [packer.compress(zeros) for _ in range(size >> 20)]
    return b"".join([*parts, packer.flush()])


@pytest.mark.parametrize("declared", [1 << 31, 100, None])
def test_a_bomb_is_inflated_no_further_than_a_record(declared: int | None) -> None:
    head = record(b"", 5).replace(b"Content-Length: 0\r\n\r\n\r\n\r\n", b"")
    header = b"" if declared is None else head + f"Content-Length: {declared}\r\n\r\n".encode()
    packed = pack_each(pages(3), "gz")
    data = packed[0] + bomb(200 << 20, header) + packed[1] + packed[2]
    limits = IngestSettings(max_record_bytes=ByteSize(1 << 20))
    tracemalloc.start()
    captures, bad = read(data, 50_000, limits)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert numbers(captures) == [0, 1, 2]
    assert [row["offset"] for row in bad] == [len(packed[0])]
    assert bad[0]["reason"] == {1 << 31: "too_large", 100: "bad_content_length", None: "bad_warc_header"}[declared]
    assert peak < 12 << 20


@dataclass
class Sparse:
    """Two good records with 2 GiB of zeros between them, declared as a record and never in memory."""

    head: bytes
    hole: int
    tail: bytes
    served: int = 0

    @property
    def size(self) -> int:
        return len(self.head) + self.hole + len(self.tail)

    def read(self, offset: int, length: int) -> bytes:
        end = min(offset + length, self.size)
        self.served += end - offset
        head = self.head[offset:end]
        begin_tail = len(self.head) + self.hole
        zeros = max(0, min(end, begin_tail) - max(offset, len(self.head)))
        return head + bytes(zeros) + self.tail[max(0, offset - begin_tail) : max(0, end - begin_tail)]


def test_a_record_of_two_gibibytes_is_passed_over_unread() -> None:
    good = pages(2)
    size = 2 << 30
    header = record(b"", 5).replace(b"Content-Length: 0\r\n\r\n\r\n\r\n", f"Content-Length: {size}\r\n\r\n".encode())
    source = Sparse(good[0] + header, size, b"\r\n\r\n" + good[1])
    split = plan_splits([InputFile("a.warc", source.size, "f", Format.WARC)], 1 << 40)[0]
    tracemalloc.start()
    batches = list(SplitReader(split, IngestSettings(), source=source))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [row["reason"] for batch in batches for row in batch.bad.to_pylist()] == ["too_large"]
    assert numbers([row for batch in batches for row in batch.captures.to_pylist()]) == [0, 1]
    assert source.served < 8 << 20
    assert peak < 8 << 20


def test_memory_does_not_grow_with_the_file() -> None:
    peaks = []
    for repeats in (60, 600):
        data = pack(pages(), "gz") * repeats
        split = plan_splits([InputFile("a.warc", len(data), "f", Format.WARC)], 1 << 40)[0]
        reader = SplitReader(split, SMALL, source=Memory(data))
        tracemalloc.start()
        assert sum(batch.captures.num_rows for batch in reader) == 9 * repeats
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] * 1.2 + 65_536


@pytest.mark.parametrize(
    ("name", "content", "found"),
    [
        ("a.warc.gz", b'<?xml version="1.0"?><Error><Code>SlowDown</Code><Message>x</Message></Error>', "SlowDown"),
        ("a.warc.gz", "<!DOCTYPE html><html>없는 문서</html>".encode(), "HTML"),
        ("a.warc", b"<html>", "HTML"),
        ("a.warc.zst", b"\x89PNG\r\n\x1a\n" + bytes(50), "89504e47"),
        ("a.warc.gz", gzip.compress(b"<html>packed</html>"), "HTML"),
    ],
)
def test_what_is_no_archive_is_named(tmp_path: Path, name: str, content: bytes, found: str) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    (split,) = plan_splits(expand_inputs([str(path)]), 1 << 20)
    with pytest.raises(BadInputError, match=found) as caught:
        list(SplitReader(split, IngestSettings()))
    assert str(path) in caught.value.message
    assert caught.value.fields["uri"] == str(path)


def test_the_name_does_not_decide_the_compression(tmp_path: Path) -> None:
    path = tmp_path / "unpacked-by-the-store.warc.gz"
    path.write_bytes(pack(pages(), "plain"))
    (split,) = plan_splits(expand_inputs([str(path)]), 1 << 20)
    assert sum(batch.captures.num_rows for batch in SplitReader(split, IngestSettings())) == 9


def test_batches_are_bounded_by_rows_and_by_bytes() -> None:
    data = pack(pages(), "gz")
    split = plan_splits([InputFile("a.warc", len(data), "f", Format.WARC)], 1 << 40)[0]

    def sizes(**limits: Any) -> list[int]:
        return [batch.captures.num_rows for batch in SplitReader(split, IngestSettings(**limits), source=Memory(data))]

    assert sizes(batch_rows=4) == [4, 4, 1]
    assert sizes(batch_bytes="1B") == [1] * 9


def test_the_real_pages_are_all_read_in_any_layout() -> None:
    path = SHARED / "data/html/dev-encodings.warc.gz"
    if not path.exists():
        pytest.skip("the shared data set is not here (set MALMOI_SHARED)")
    data = path.read_bytes()
    captures, bad = read(data, limits=IngestSettings())
    assert len(captures) == 112
    assert bad == []
    pieces, _ = read(data, 70_000, IngestSettings())
    assert [row["doc_id"] for row in pieces] == [row["doc_id"] for row in captures]
