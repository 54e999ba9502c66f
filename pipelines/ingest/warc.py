"""From a WARC record to a capture (WARC 1.1, section 6)."""

import datetime as dt
import re

from pipelines.ingest.captures import Auxiliary, Capture
from pipelines.ingest.faults import BadRecord, FaultError, Reason
from pipelines.ingest.payload import Headers, Response, header, parse_response
from pipelines.ingest.records import Record, target_uri
from pipelines.ingest.settings import IngestSettings

_CAPTURES = frozenset({"response", "resource", "conversion", "revisit"})
_AUXILIARY = frozenset({"warcinfo", "request", "metadata", "continuation"})
_DATE = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?Z")


def read_capture(record: Record, settings: IngestSettings) -> Capture | Auxiliary | BadRecord:
    """Turn one record into what it is: a capture, something else, or a fault.

    WET is WARC too: its ``conversion`` records are captures whose body is text. A ``response`` that is no HTTP
    (``dns:``) is a capture without a status.
    """
    kind = record.fields["warc-type"].lower()
    if kind not in _CAPTURES:
        return Auxiliary(kind if kind in _AUXILIARY else "other")
    url = target_uri(record.fields)
    if not url:
        error = f"a {kind} record without a WARC-Target-URI"
        return BadRecord(record.offset, Reason.BAD_WARC_HEADER, error, record.length, None, record.inner)
    try:
        return _capture(record, kind, url, settings)
    except FaultError as fault:
        return BadRecord(record.offset, fault.reason, fault.error, record.length, url, record.inner)


def _capture(record: Record, kind: str, url: str, settings: IngestSettings) -> Capture:
    stored_type = record.fields.get("content-type")
    is_http = kind == "response" and (stored_type or "application/http").lower().startswith("application/http")
    if kind == "revisit":
        response = _revisit_response(record.block, settings)
    else:
        response = _response(record.block, settings) if is_http else None
    headers: Headers = response.headers if response else []
    body = None if kind == "revisit" else response.body if response else record.block
    return Capture(
        url=url,
        offset=record.offset,
        length=record.length,
        record_type=kind,
        body=body,
        fetched_at=parse_date(record.fields.get("warc-date", "")),
        http_status=response.status if response else None,
        content_type=header(headers, "content-type") if response else stored_type,
        headers=headers,
        refers_to=record.fields.get("warc-payload-digest", ""),
    )


def _response(block: bytes, settings: IngestSettings) -> Response:
    return parse_response(block, settings.max_header_bytes, settings.max_record_bytes)


def _revisit_response(block: bytes, settings: IngestSettings) -> Response | None:
    """A revisit may repeat the headers, with or without the empty line; it need not (WARC 1.1, section 6.7)."""
    return _response(block + b"\r\n\r\n", settings) if block.startswith(b"HTTP/") else None


def parse_date(text: str) -> dt.datetime | None:
    """A WARC-Date (W3C profile of ISO 8601, UTC, at most nanoseconds), cut to microseconds; None when it is none."""
    match = _DATE.fullmatch(text)
    if not match:
        return None
    try:
        seconds = dt.datetime.fromisoformat(match[1]).replace(tzinfo=dt.UTC)
    except ValueError:
        return None
    return seconds.replace(microsecond=int((match[2] or "0")[:6].ljust(6, "0")))
