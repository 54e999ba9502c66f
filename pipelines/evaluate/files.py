"""Files of labelled data: JSON lines, tab-separated tables, web archives; plain, gzip or zstd, told by their bytes.

Whatever is wrong with a file is a `BadInputError` that names the file and the line, and never what the line says.
"""

import datetime as dt
import fnmatch
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from fastwarc.warc import ArchiveIterator, WarcRecord, WarcRecordType

from pipelines.errors import BadInputError
from pipelines.evaluate.packed import BROKEN, opened
from pipelines.ingest.faults import FaultError
from pipelines.ingest.payload import header, parse_response
from pipelines.ingest.settings import IngestSettings
from pipelines.progress import LOG

Row: TypeAlias = dict[str, Any]
_T = TypeVar("_T")

_LIMITS = IngestSettings()
_NO_PAGE = "no WARC response with an address in it"


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
    for _, row in _rows(path, fields):
        yield row


def read_as(path: Path, fields: Mapping[str, type | tuple[type, ...]], make: Callable[[Row], _T]) -> Iterator[_T]:
    """What `make` makes of the objects of a JSON lines file.

    Raises:
        BadInputError: As `read_jsonl`, and where `make` raises KeyError, TypeError or ValueError.
    """
    for number, row in _rows(path, fields):
        try:
            yield make(row)
        except (KeyError, TypeError, ValueError) as error:
            why = str(error) if isinstance(error, ValueError) else type(error).__name__
            raise _bad(path, number, f"not a labelled row: {why}") from error


def read_table(path: Path, columns: Mapping[str, Callable[[str], Any]]) -> Iterator[Row]:
    """The rows of a tab-separated table whose first line names the columns.

    Args:
        path: The file.
        columns: Columns that the table must have, each with the function that reads a cell; others are left as text.
            `NAME_*` stands for all columns that begin so, of which there must be one.

    Raises:
        BadInputError: The file is missing or broken, a column is missing, a row is of another length, or a cell cannot
            be read.
    """
    lines = _lines(path)
    number, first = next(lines, (1, ""))
    names = first.split("\t")
    missing = [name for name in columns if not fnmatch.filter(names, name)]
    if missing:
        raise _bad(path, number, f"no column {', '.join(missing)}; the columns are {', '.join(names)}")
    readers = {name: read for pattern, read in columns.items() for name in fnmatch.filter(names, pattern)}
    for number, line in lines:
        cells = line.split("\t")
        if len(cells) != len(names):
            raise _bad(path, number, f"{len(cells)} cells under {len(names)} columns")
        row: Row = dict(zip(names, cells, strict=True))
        for name, read in readers.items():
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
    with opened(path) as stream:
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
        except BROKEN as error:
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


def _rows(path: Path, fields: Mapping[str, type | tuple[type, ...]]) -> Iterator[tuple[int, Row]]:
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
        yield number, row


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    """Number and text of each line that is not empty. Only a newline ends a line: JSON may hold U+2028 as it is."""
    number = 0
    with opened(path) as stream:
        try:
            for number, line in enumerate(stream, start=1):
                text = line.decode("utf-8-sig" if number == 1 else "utf-8").rstrip("\r\n")
                if text:
                    yield number, text
        except UnicodeDecodeError as error:
            raise _bad(path, number, "no UTF-8") from error
        except BROKEN as error:
            raise _bad(path, number + 1, f"the compressed data is broken ({type(error).__name__})") from error


def _bad(path: Path, number: int, what: str) -> BadInputError:
    return BadInputError(f"{path}, line {number}: {what}", uri=str(path), line=number)


def _names(kind: type | tuple[type, ...]) -> str:
    return " or ".join(one.__name__ for one in (kind if isinstance(kind, tuple) else (kind,)))
