"""HTTP responses as captured: status, headers, and the body as the page's author meant it (RFC 9110, RFC 9112).

Crawlers store bodies in many ways: as sent, with the transfer coding undone, with the content coding undone (Common
Crawl) and the headers unchanged in all cases. So a coding is undone where its bytes are there and passed over where
they are not.
"""

import re
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache

import brotli
import zstandard

from pipelines.ingest.faults import FaultError, Reason

Headers = list[tuple[str, str]]

_STATUS_LINE = re.compile(rb"HTTP/\d(?:\.\d)? +(\d{3})(?: [^\r\n]*)?\r?\n?")
_END = re.compile(rb"\r?\n\r?\n")
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,16})[ \t]*(?:;[^\r\n]*)?\r\n")
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_GZIP_MAGIC = b"\x1f\x8b\x08"
_ZSTD_MAGIC = b"\x28\xb5\x2f\xfd"
_ZLIB_CM = 8
_PIECE = 64 << 10
_ZSTD_PIECE = 256  # a zstd block of four bytes inflates to 128 KiB: few at a time


@dataclass(frozen=True, slots=True)
class Response:
    """An HTTP response."""

    status: int
    headers: Headers
    """Names in lower case, order and repeats kept."""
    body: bytes


def parse_response(block: bytes, max_header_bytes: int, max_body_bytes: int) -> Response:
    """Read a response message.

    A header line without a colon or with a name that is none is passed over, as browsers do; a line that begins with
    space continues the one before. Values are read as UTF-8, or else Latin-1.

    Args:
        block: The message.
        max_header_bytes: Most bytes of status line and headers.
        max_body_bytes: Most bytes of the decoded body.

    Raises:
        FaultError: ``bad_http_header``, ``bad_payload`` (a coding that is there but damaged) or ``too_large``.
    """
    status = _STATUS_LINE.match(block)
    if not status:
        raise FaultError(Reason.BAD_HTTP_HEADER, "the response does not begin with an HTTP status line")
    end = _END.search(block, max(0, status.end() - 2), max_header_bytes)
    if end is None:
        raise FaultError(Reason.BAD_HTTP_HEADER, "the HTTP header does not end")
    head, body = block[: end.start()], block[end.end() :]
    if b"\0" in head:
        raise FaultError(Reason.BAD_HTTP_HEADER, "the HTTP header has NUL bytes")
    headers = parse_headers(head[status.end() :])
    return Response(int(status[1]), headers, decode_body(body, headers, max_body_bytes))


def parse_headers(lines: bytes) -> Headers:
    """Names and values of header lines."""
    headers: Headers = []
    for line in decode_header(lines).split("\n"):
        if line[:1] in {" ", "\t"} and headers:
            name, value = headers[-1]
            headers[-1] = (name, f"{value} {line.strip()}".strip())
            continue
        name, colon, value = line.partition(":")
        name = field_name(name.rstrip(" \t"))
        if colon and name:
            headers.append((name, value.strip(" \t\r")))
    return headers


def header(headers: Headers, wanted: str) -> str | None:
    """Value of the first header of that name (lower case)."""
    return next((value for name, value in headers if name == wanted), None)


def decode_body(body: bytes, headers: Headers, limit: int) -> bytes:
    """Undo transfer and content codings that are there.

    Raises:
        FaultError: ``bad_payload`` or ``too_large``.
    """
    if "chunked" in _codings(headers, "transfer-encoding"):
        body = _dechunk(body)
    for coding in reversed(_codings(headers, "content-encoding")):
        if body and (decoder := _DECODERS.get(coding)):
            body = decoder(body, limit)
    return body


def _codings(headers: Headers, name: str) -> list[str]:
    return [coding.strip().lower() for key, value in headers if key == name for coding in value.split(",")]


def _dechunk(body: bytes) -> bytes:
    """Data of a chunked body (RFC 9112, section 7.1), as much as there is; a body that is not chunked as it is."""
    chunks = []
    position = 0
    while size := _CHUNK_SIZE.match(body, position):
        length = int(size[1], 16)
        chunk = body[size.end() : size.end() + length]
        chunks.append(chunk)
        position = size.end() + length
        if length == 0 or position >= len(body):
            return b"".join(chunks)
        if body[position : position + 2] != b"\r\n":
            return body
        position += 2
    return b"".join(chunks) if chunks and position >= len(body) else body


def _gzip(body: bytes, limit: int) -> bytes:
    return _bounded(_gunzip(body), limit) if body.startswith(_GZIP_MAGIC) else body


def _gunzip(body: bytes) -> Iterator[bytes]:
    """All members, as RFC 1952 has it; what follows them is passed over."""
    while body.startswith(_GZIP_MAGIC):
        inflater = zlib.decompressobj(zlib.MAX_WBITS | 16)
        yield from _inflate(inflater, body)
        body = inflater.unused_data


def _deflate(body: bytes, limit: int) -> bytes:
    """``deflate`` means zlib data (RFC 9110, section 8.4.1.2), but many servers send the bare stream."""
    is_zlib = len(body) > 1 and body[0] & 0x0F == _ZLIB_CM and (body[0] << 8 | body[1]) % 31 == 0
    inflater = zlib.decompressobj(zlib.MAX_WBITS if is_zlib else -zlib.MAX_WBITS)
    try:
        return _bounded(_inflate(inflater, body), limit)
    except FaultError as fault:
        if is_zlib or fault.reason is Reason.TOO_LARGE:
            raise
        return body  # nothing marks a bare stream: it was undone already


def _inflate(inflater: "zlib._Decompress", body: bytes) -> Iterator[bytes]:
    data = body
    while data and not inflater.eof:
        yield inflater.decompress(data, _PIECE)
        data = inflater.unconsumed_tail


def _brotli(body: bytes, limit: int) -> bytes:
    """Brotli has no magic and no checksum: what does not decode was undone already."""
    try:
        return _bounded(_unbrotli(body), limit)
    except FaultError as fault:
        if fault.reason is Reason.TOO_LARGE:
            raise
        return body


def _unbrotli(body: bytes) -> Iterator[bytes]:
    inflater = brotli.Decompressor()
    yield inflater.process(body, output_buffer_limit=_PIECE)
    while not inflater.is_finished() and (piece := inflater.process(b"", output_buffer_limit=_PIECE)):
        yield piece


def _zstd(body: bytes, limit: int) -> bytes:
    return _bounded(_unzstd(body), limit) if body.startswith(_ZSTD_MAGIC) else body


def _unzstd(body: bytes) -> Iterator[bytes]:
    inflater = zstandard.ZstdDecompressor().decompressobj()
    for start in range(0, len(body), _ZSTD_PIECE):
        if inflater.eof:
            return
        yield inflater.decompress(body[start : start + _ZSTD_PIECE])


def _bounded(pieces: Iterator[bytes], limit: int) -> bytes:
    """Join pieces. A body that merely ends early gives what is there, as in a browser.

    Raises:
        FaultError: There are more than ``limit`` bytes, or they are damaged.
    """
    parts: list[bytes] = []
    size = 0
    try:
        for piece in pieces:
            parts.append(piece)
            size += len(piece)
            if size > limit:
                raise FaultError(Reason.TOO_LARGE, f"the body decodes to more than {limit} bytes")
    except (zlib.error, zstandard.ZstdError, brotli.error) as error:
        raise FaultError(Reason.BAD_PAYLOAD, f"the Content-Encoding is damaged: {error}") from error
    return b"".join(parts)


_DECODERS: dict[str, Callable[[bytes, int], bytes]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _brotli,
    "zstd": _zstd,
}


@lru_cache(maxsize=4096)
def field_name(raw: str) -> str:
    """A field name in lower case; empty when it is none (RFC 9110, section 5.6.2; the same in WARC 1.1, section 4)."""
    return raw.lower() if _TOKEN.fullmatch(raw) else ""


def decode_header(raw: bytes) -> str:
    """Header bytes as text: UTF-8, else Latin-1, which any bytes are."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("latin-1")
