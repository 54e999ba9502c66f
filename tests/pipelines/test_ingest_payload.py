"""HTTP messages as crawlers store them: codings that are there, that are not, and that are broken."""

import gzip
import zlib

import brotli
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from pipelines.ingest.faults import FaultError
from pipelines.ingest.payload import parse_response

PAGE = ("<html><body>" + "한국어 문서의 본문입니다. " * 200 + "</body></html>").encode()
CODERS = {
    "gzip": gzip.compress,
    "x-gzip": gzip.compress,
    "deflate": zlib.compress,
    "br": brotli.compress,
    "zstd": zstandard.compress,
}


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


def chunked(body: bytes, size: int = 1000) -> bytes:
    pieces = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(piece), piece) for piece in pieces) + b"0\r\n\r\n"


def body(stored: bytes, *headers: str, limit: int = 1 << 20) -> bytes:
    head = "\r\n".join(["HTTP/1.1 200 OK", *headers, "", ""]).encode()
    return parse_response(head + stored, 65_536, limit).body


@pytest.mark.parametrize("coding", CODERS)
def test_a_coding_is_undone_where_it_is_and_passed_over_where_it_is_not(coding: str) -> None:
    packed = CODERS[coding](PAGE)
    assert body(packed, f"Content-Encoding: {coding}") == PAGE
    assert body(packed, f"content-encoding: {coding.upper()}") == PAGE
    assert body(PAGE, f"Content-Encoding: {coding}") == PAGE
    assert body(b"", f"Content-Encoding: {coding}") == b""
    assert body(packed) == packed


def test_bare_deflate_streams_are_understood() -> None:
    assert body(raw_deflate(PAGE), "Content-Encoding: deflate") == PAGE


def test_codings_are_undone_from_the_last_to_the_first() -> None:
    twice = gzip.compress(brotli.compress(PAGE))
    assert body(twice, "Content-Encoding: br, gzip") == PAGE
    assert body(twice, "Content-Encoding: br", "Content-Encoding: gzip") == PAGE


@given(st.binary(max_size=3000), st.integers(1, 700))
def test_chunks_are_joined(content: bytes, size: int) -> None:
    assert body(chunked(content, size), "Transfer-Encoding: chunked") == content


@pytest.mark.parametrize("stored", [PAGE, b"", b"0123 not chunks", b"a\r\nshort\r\nnot hex\r\n" + PAGE])
def test_a_body_that_is_not_chunked_stays(stored: bytes) -> None:
    assert body(stored, "Transfer-Encoding: chunked") == stored


def test_chunks_with_extensions_trailers_and_a_compressed_body() -> None:
    packed = gzip.compress(PAGE)
    stored = b"%x;name=value\r\n%b\r\n0\r\nTrailer: x\r\n\r\n" % (len(packed), packed)
    assert body(stored, "Transfer-Encoding: chunked", "Content-Encoding: gzip") == PAGE


def test_what_ends_early_gives_what_there_is() -> None:
    first = b"%x\r\n" % 1000
    assert body(first + PAGE[:700], "Transfer-Encoding: chunked") == PAGE[:700]
    cut = body(gzip.compress(PAGE, 0)[:-300], "Content-Encoding: gzip")
    assert len(cut) > 1000
    assert PAGE.startswith(cut)


def test_a_damaged_coding_is_a_fault() -> None:
    packed = bytearray(gzip.compress(PAGE))
    packed[len(packed) // 2] ^= 0xFF
    with pytest.raises(FaultError) as caught:
        body(bytes(packed), "Content-Encoding: gzip")
    assert caught.value.reason == "bad_payload"


@pytest.mark.parametrize("coding", CODERS)
def test_a_bomb_is_stopped_at_the_limit(coding: str) -> None:
    with pytest.raises(FaultError) as caught:
        body(CODERS[coding](bytes(30 << 20)), f"Content-Encoding: {coding}", limit=100_000)
    assert caught.value.reason == "too_large"


def test_headers_keep_their_order_and_repeats() -> None:
    block = b"HTTP/1.1 200 OK\r\nX-Robots-Tag: noai\r\nServer:a\r\nx-robots-tag:  noimageai \r\n\r\nx"
    response = parse_response(block, 65_536, 100)
    assert response.headers == [("x-robots-tag", "noai"), ("server", "a"), ("x-robots-tag", "noimageai")]


@pytest.mark.parametrize(
    ("block", "headers"),
    [
        (b"HTTP/1.0 404\r\nA: b\r\n\r\nx", [("a", "b")]),
        (b"HTTP/1.1 200 OK\nA: b\n\nx", [("a", "b")]),
        (b"HTTP/1.1 200 OK\r\nA: b\r\n  c\r\nno field here\r\nbad name: x\r\n\r\nx", [("a", "b c")]),
        ("HTTP/1.1 200 좋음\r\nA: 가\r\n\r\nx".encode(), [("a", "가")]),
        ("HTTP/1.1 200 OK\r\nA: é\r\n\r\nx".encode("latin-1"), [("a", "é")]),
        (b"HTTP/2 200\r\n\r\nx", []),
    ],
)
def test_odd_but_readable_headers(block: bytes, headers: list[tuple[str, str]]) -> None:
    response = parse_response(block, 65_536, 100)
    assert response.headers == headers
    assert response.body == b"x"


@pytest.mark.parametrize(
    "block",
    [
        b"",
        b"<html>",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"A: b\r\n" * 20_000 + b"\r\n",
        b"HTTP/1.1 200 OK",
    ],
)
def test_no_http_is_a_fault(block: bytes) -> None:
    with pytest.raises(FaultError) as caught:
        parse_response(block, 65_536, 100)
    assert caught.value.reason == "bad_http_header"


@given(st.binary(max_size=300), st.sampled_from([*CODERS, "identity", "없음", "gzip, br"]), st.booleans())
def test_no_bytes_break_the_parser(content: bytes, coding: str, is_chunked: bool) -> None:
    headers = [f"Content-Encoding: {coding}"] + ["Transfer-Encoding: chunked"] * is_chunked
    reason = None
    try:
        found = body(content, *headers)
    except FaultError as fault:
        found, reason = b"", fault.reason
    assert isinstance(found, bytes)
    assert reason in {None, "bad_payload", "too_large"}
