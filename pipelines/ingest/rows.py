"""Captures out of tables: one row of JSONL or Parquet is one capture.

Columns: ``url`` and one of ``body`` (as served), ``html``, ``text``; optional are ``fetched_at`` (ISO 8601, or
seconds since 1970), ``http_status``, ``content_type``, ``headers`` (object, list of pairs, or list of name and
value). Others are ignored.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from pipelines.ingest.captures import Capture
from pipelines.ingest.faults import BadRecord, FaultError, Reason
from pipelines.ingest.payload import Headers, header

BODY_TYPES = {"body": None, "html": "text/html", "text": "text/plain"}
"""Columns that can hold the payload, and the Content-Type that each implies."""

COLUMNS = ("url", *BODY_TYPES, "fetched_at", "http_status", "content_type", "headers")
"""All columns that are read."""

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class TableColumns(Generic[Item]):
    """Which columns of a table are read, and what a row of them is."""

    columns: tuple[str, ...]
    needs: tuple[frozenset[str], ...]
    """Sets of columns of each of which one must be there."""
    read: Callable[[Any, int, int, int], Item | BadRecord]
    """From a row's values, its offset, its length (both as ``row_capture`` has them) and the most bytes."""


_PAIR = 2
_STATUSES = range(100, 1000)


def row_capture(row: Any, offset: int, length: int, max_bytes: int) -> Capture | BadRecord:
    """Turn a row into a capture.

    Args:
        row: Values by column.
        offset: Where the row is.
        length: Its length, in the unit of ``offset``.
        max_bytes: Largest body.
    """
    url = row.get("url") if isinstance(row, Mapping) else None
    url = url if isinstance(url, str) and url and _is_unicode(url) else None
    if url is None:
        return BadRecord(offset, Reason.BAD_ROW, "the row is no object with a url", length)
    try:
        return _capture(row, url, offset, length, max_bytes)
    except FaultError as fault:
        return BadRecord(offset, fault.reason, fault.error, length, url)


def _capture(row: Mapping[str, Any], url: str, offset: int, length: int, max_bytes: int) -> Capture:
    column = next((name for name in BODY_TYPES if row.get(name) is not None), None)
    if column is None:
        raise FaultError(Reason.BAD_ROW, f"the row has none of {', '.join(BODY_TYPES)}")
    headers = _headers(row.get("headers"))
    content_type = _string(row, "content_type") or header(headers, "content-type") or BODY_TYPES[column]
    value = row[column]
    if isinstance(value, str):
        if not _is_unicode(value):
            raise FaultError(Reason.BAD_ROW, f"{column} has lone surrogates")
        value = value.encode()
        # the page may have been stored in another charset; from here on it is UTF-8 and must be read as such
        content_type = f"{content_type.split(';', 1)[0].strip()}; charset=utf-8" if content_type else None
    if not isinstance(value, bytes):
        raise FaultError(Reason.BAD_ROW, f"{column} is neither text nor bytes")
    if len(value) > max_bytes:
        raise FaultError(Reason.TOO_LARGE, f"a body of {len(value)} bytes")
    return Capture(
        url=url,
        offset=offset,
        length=length,
        record_type="row",
        body=value,
        fetched_at=_time(row.get("fetched_at")),
        http_status=_status(row.get("http_status")),
        content_type=content_type,
        headers=headers,
    )


def _headers(value: Any) -> Headers:
    if value is None:
        return []
    items: Iterable[Any] = (
        value.items() if isinstance(value, Mapping) else value if isinstance(value, list) else [value]
    )
    return [_pair(item) for item in items]


def _pair(item: Any) -> tuple[str, str]:
    if isinstance(item, Mapping):
        item = (item.get("name"), item.get("value"))
    if not isinstance(item, tuple | list) or len(item) != _PAIR:
        raise FaultError(Reason.BAD_ROW, "headers are no names and values")
    name, value = item
    if not isinstance(name, str) or not isinstance(value, str) or not _is_unicode(name + value):
        raise FaultError(Reason.BAD_ROW, "a header's name or value is no text")
    return name.lower(), value


def _string(row: Mapping[str, Any], column: str) -> str | None:
    value = row.get(column)
    if value is not None and not (isinstance(value, str) and _is_unicode(value)):
        raise FaultError(Reason.BAD_ROW, f"{column} is no text")
    return value


def _status(value: Any) -> int | None:
    if value is None:
        return None
    if not isinstance(value, int) or value not in _STATUSES:
        raise FaultError(Reason.BAD_ROW, "http_status is no HTTP status")
    return value


def _time(value: Any) -> dt.datetime | None:
    """A time; without a zone it is UTC."""
    if value is None:
        return None
    try:
        if isinstance(value, str):
            value = dt.datetime.fromisoformat(value)
        elif isinstance(value, int | float):
            value = dt.datetime.fromtimestamp(value, dt.UTC)
        if not isinstance(value, dt.datetime):
            raise FaultError(Reason.BAD_ROW, "fetched_at is no time")
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)
    except (ValueError, OverflowError, OSError) as error:
        raise FaultError(Reason.BAD_ROW, "fetched_at is no time") from error


def _is_unicode(text: str) -> bool:
    """Whether the text has no lone surrogates, which JSON can write and UTF-8 cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True


CAPTURES: TableColumns[Capture] = TableColumns(COLUMNS, (frozenset({"url"}), frozenset(BODY_TYPES)), row_capture)
"""Tables of captures."""
