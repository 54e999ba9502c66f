"""Files of labelled data: JSON lines, tab-separated tables, web archives; plain, gzip or zstd, told by their bytes.

Whatever is wrong with a file is a `BadInputError` that names the file and the line, and never what the line says.
"""

import datetime as dt
import gzip
import io
import json
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, TypeAlias, cast

import zstandard
from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipelines.errors import BadInputError
from pipelines.ingest.faults import FaultError
from pipelines.ingest.payload import header, parse_response
from pipelines.ingest.settings import IngestSettings
from pipelines.progress import LOG

Row: TypeAlias = dict[str, Any]

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_LIMITS = IngestSettings()
_NO_PAGE = "no WARC response with an address in it"
_CHUNK = 1 << 17
_BROKEN = (OSError, EOFError, zlib.error, zstandard.ZstdError)


@dataclass(frozen=True, slots=True)
class Page:
    """A response of a web archive: the body without transfer and content coding, and what the server said of it."""

    url: str
    body: bytes
    content_type: str | None
    fetched_on: dt.date | None


def read_jsonl(path: Path, fields: Mapping[str, type | tuple[type, ...]]) -> Iterator[Row]:
    """The objects of a JSON lines file; empty lines are passed over.

    Args:
        path: The file.
        fields: Fields that every object must have, each with its type.

    Raises:
        BadInputError: The file is missing or broken, a line is no JSON object, or a field is missing or of another
            type.
    """
    for number, line in _lines(path):
        try:
            row = json.loads(line)
        except ValueError as error:
            where = f" at character {error.pos}" if isinstance(error, json.JSONDecodeError) else ""
            raise _bad(path, number, f"no JSON{where}") from error
        if not isinstance(row, dict):
            raise _bad(path, number, f"a JSON {type(row).__name__} where an object belongs")
        for name, kind in fields.items():
            if name not in row:
                raise _bad(path, number, f"no field {name!r}; the fields are {', '.join(map(repr, row))}")
            if not isinstance(row[name], kind):
                raise _bad(path, number, f"field {name!r} is a {type(row[name]).__name__}, not {_names(kind)}")
        yield row


def read_table(path: Path, columns: Mapping[str, Callable[[str], Any]]) -> Iterator[Row]:
    """The rows of a tab-separated table whose first line names the columns.

    Args:
        path: The file.
        columns: Columns that the table must have, each with the function that reads a cell; others are left as text.

    Raises:
        BadInputError: The file is missing or broken, a column is missing, a row is of another length, or a cell cannot
            be read.
    """
    lines = _lines(path)
    number, first = next(lines, (1, ""))
    names = first.split("\t")
    missing = [name for name in columns if name not in names]
    if missing:
        raise _bad(path, number, f"no column {', '.join(missing)}; the columns are {', '.join(names)}")
    for number, line in lines:
        cells = line.split("\t")
        if len(cells) != len(names):
            raise _bad(path, number, f"{len(cells)} cells under {len(names)} columns")
        row: Row = dict(zip(names, cells, strict=True))
        for name, read in columns.items():
            try:
                row[name] = read(row[name])
            except ValueError as error:
                raise _bad(path, number, f"column {name} cannot be read as {read.__name__}") from error
        yield row


def read_pages(path: Path) -> Iterator[Page]:
    """The HTTP responses of a web archive, in order, as a run reads them; those it cannot read are counted in the log.

    Raises:
        BadInputError: The file is missing, broken, or holds no response.
    """
    count = faults = 0
    with _opened(path) as stream:
        try:
            for record in ArchiveIterator(stream, record_types=WarcRecordType.response, parse_http=False):
                block = bytes(record.reader.read())
                if len(block) < record.content_length:
                    raise EOFError("the last record has no end")
                try:
                    page = _page(record, block)
                except FaultError:
                    faults += 1
                    continue
                if page is not None:
                    count += 1
                    yield page
        except _BROKEN as error:
            what = f"broken after {count} responses" if count else _NO_PAGE
            raise BadInputError(f"{path}: {what} ({type(error).__name__})") from error
    if not count:
        raise BadInputError(f"{path}: {_NO_PAGE}")
    if faults:
        LOG.warning("%s: %d responses could not be read", path, faults)


def _page(record: WarcRecord, block: bytes) -> Page | None:
    url = record.headers.get("WARC-Target-URI")
    if not url or not block.startswith(b"HTTP/"):
        return None
    response = parse_response(block, _LIMITS.max_header_bytes, _LIMITS.max_record_bytes)
    date = record.record_date
    return Page(
        url=str(url).strip("<>"),
        body=response.body,
        content_type=header(response.headers, "content-type"),
        fetched_on=date.date() if date is not None else None,
    )


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each line that is not empty. Only a newline ends a line: JSON may hold U+2028 as it is."""
    number = 0
    with _opened(path) as stream:
        try:
            for number, line in enumerate(stream, start=1):
                text = line.decode("utf-8").rstrip("\r\n")
                if text:
                    yield number, text
        except UnicodeDecodeError as error:
            raise _bad(path, number, "no UTF-8") from error
        except _BROKEN as error:
            raise _bad(path, number + 1, f"the compressed data is broken ({type(error).__name__})") from error


def _opened(path: Path) -> AbstractContextManager[BinaryIO]:
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or type(error).__name__}") from error
    magic = raw.peek(4)[:4] if path.is_file() else b""
    if magic.startswith(_GZIP) and not _is_archive(path):
        return cast("BinaryIO", _Packed(gzip.GzipFile(fileobj=raw), raw))
    if magic.startswith(_ZSTD):
        return cast("BinaryIO", _Packed(_ZstdFrames(raw), raw))
    return raw


def _is_archive(path: Path) -> bool:
    """Whether fastwarc unpacks the file itself, which is faster and goes on after a member that is broken."""
    return ".warc" in path.suffixes


class _Packed(io.BufferedReader):
    """A decompressed stream that closes the file below it."""

    def __init__(self, unpacked: Any, raw: BinaryIO) -> None:
        super().__init__(unpacked)
        self._below = raw

    def close(self) -> None:
        super().close()
        self._below.close()


class _ZstdFrames(io.RawIOBase):
    """Frame after frame decompressed. Unlike the library's own reader it does not take a cut frame for the end."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._inside = False
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            packed = self._frame.unused_data if self._frame.eof else b""
            packed = packed or self._raw.read(_CHUNK)
            if not packed:
                if self._inside:
                    raise EOFError("the last frame has no end")
                return 0
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._ready = self._frame.decompress(packed)
            self._inside = not self._frame.eof
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size


def _bad(path: Path, number: int, what: str) -> BadInputError:
    return BadInputError(f"{path}, line {number}: {what}", uri=str(path), line=number)


def _names(kind: type | tuple[type, ...]) -> str:
    return " or ".join(one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,)))
