"""What reading gives: captures and bad records, as Arrow batches."""

import datetime as dt
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import pyarrow as pa

from pipelines.ingest.faults import BadRecord
from pipelines.ingest.identity import bad_record_id, canonical_url, document_id, host_of, site_of
from pipelines.ingest.payload import Headers
from pipelines.ingest.settings import IngestSettings

_HEADER_FIELDS: "list[pa.Field[Any]]" = [pa.field("name", pa.string()), pa.field("value", pa.string())]

_CAPTURE_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("doc_id", pa.string(), nullable=False),
    pa.field("url", pa.string(), nullable=False),
    pa.field("host", pa.string(), nullable=False),
    pa.field("site", pa.string(), nullable=False),
    pa.field("source", pa.string(), nullable=False),
    pa.field("offset", pa.int64(), nullable=False),
    pa.field("length", pa.int64()),
    pa.field("fetched_at", pa.timestamp("us", tz="UTC")),
    pa.field("record_type", pa.string(), nullable=False),
    pa.field("http_status", pa.int32()),
    pa.field("content_type", pa.string()),
    pa.field("headers", pa.list_(pa.struct(_HEADER_FIELDS)), nullable=False),
    pa.field("payload_digest", pa.string()),
    pa.field("body", pa.large_binary()),
]

CAPTURE_SCHEMA = pa.schema(_CAPTURE_FIELDS)
"""A page or other payload as it was fetched.

``url`` is as captured; ``doc_id`` is of its canonical form and the payload, ``host`` and ``site`` are of the
canonical form. ``offset`` and ``length`` are bytes of the member in ``source`` (``length`` is null where several
records share one member), for compressed JSONL of the unpacked lines, for Parquet row number and 1. ``record_type``
is response, resource, conversion, revisit or row. Header names are in lower case. ``payload_digest`` is the SHA-256
(hex) of ``body``; both are null for revisits.
"""

_BAD_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("doc_id", pa.string(), nullable=False),
    pa.field("url", pa.string()),
    pa.field("source", pa.string(), nullable=False),
    pa.field("offset", pa.int64(), nullable=False),
    pa.field("length", pa.int64()),
    pa.field("reason", pa.string(), nullable=False),
    pa.field("error", pa.string(), nullable=False),
]

BAD_SCHEMA = pa.schema(_BAD_FIELDS)
"""A record that is quarantined. ``length`` reaches to where reading went on; null inside of a shared member."""


@dataclass(frozen=True, slots=True)
class Capture:
    """One payload before it is a row."""

    url: str
    offset: int
    length: int | None
    record_type: str
    body: bytes | None
    fetched_at: dt.datetime | None = None
    http_status: int | None = None
    content_type: str | None = None
    headers: Headers = field(default_factory=list)
    refers_to: str = ""
    """What stands for the payload in the id of a revisit: the digest that it names."""


@dataclass(frozen=True, slots=True)
class Auxiliary:
    """A record that is no capture (warcinfo, request, metadata …)."""

    kind: str


@dataclass(frozen=True, slots=True)
class IngestBatch:
    """What a reader hands on at a time."""

    captures: pa.RecordBatch
    """Rows of ``CAPTURE_SCHEMA``."""
    bad: pa.RecordBatch
    """Rows of ``BAD_SCHEMA``."""
    auxiliary: dict[str, int]
    """Records that are no captures, by type."""
    position: int
    """Bytes of the split that were consumed so far, for progress."""


class Batcher:
    """Collects what is read until a batch is full.

    Args:
        source: URI of the file.
        settings: Rows and bytes of a batch.
    """

    def __init__(self, source: str, settings: IngestSettings) -> None:
        self._source = source
        self._settings = settings
        self._clear()

    def add(self, item: Capture | BadRecord | Auxiliary) -> bool:
        """Take one item; True when the batch is full."""
        match item:
            case Capture():
                self._captures.append(item)
                self._bytes += len(item.body or b"")
            case BadRecord():
                self._bad.append(item)
            case Auxiliary(kind):
                self._auxiliary[kind] = self._auxiliary.get(kind, 0) + 1
        rows = len(self._captures) + len(self._bad)
        return rows >= self._settings.batch_rows or self._bytes >= self._settings.batch_bytes

    def take(self, position: int) -> IngestBatch:
        """The batch so far; the next one begins empty."""
        captures = capture_rows(self._captures, self._source)
        batch = IngestBatch(captures, bad_rows(self._bad, self._source), self._auxiliary, position)
        self._clear()
        return batch

    def __bool__(self) -> bool:
        return bool(self._captures or self._bad or self._auxiliary)

    def _clear(self) -> None:
        self._captures: list[Capture] = []
        self._bad: list[BadRecord] = []
        self._auxiliary: dict[str, int] = {}
        self._bytes = 0


def capture_rows(captures: Sequence[Capture], source: str) -> pa.RecordBatch:
    """Rows of ``CAPTURE_SCHEMA``."""
    canonical = [canonical_url(capture.url) for capture in captures]
    digests = [None if capture.body is None else hashlib.sha256(capture.body).hexdigest() for capture in captures]
    payloads = [digest or f"revisit {capture.refers_to}" for digest, capture in zip(digests, captures, strict=True)]
    hosts = [host_of(url) for url in canonical]
    values: dict[str, Sequence[object]] = {
        "doc_id": [document_id(url, payload) for url, payload in zip(canonical, payloads, strict=True)],
        "url": [capture.url for capture in captures],
        "host": hosts,
        "site": [site_of(host) for host in hosts],
        "source": [source] * len(captures),
        "payload_digest": digests,
    }
    for name in ("offset", "length", "fetched_at", "record_type", "http_status", "content_type", "body"):
        values[name] = [getattr(capture, name) for capture in captures]
    columns = [
        _header_lists(captures) if column.name == "headers" else pa.array(values[column.name], column.type)
        for column in CAPTURE_SCHEMA
    ]
    return pa.RecordBatch.from_arrays(columns, schema=CAPTURE_SCHEMA)


def bad_rows(bad: Sequence[BadRecord], source: str) -> pa.RecordBatch:
    """Rows of ``BAD_SCHEMA``."""
    rows = [
        {
            "doc_id": bad_record_id(source, record.offset, record.inner),
            "url": record.url,
            "source": source,
            "offset": record.offset,
            "length": record.length,
            "reason": record.reason.value,
            "error": record.error,
        }
        for record in bad
    ]
    return pa.RecordBatch.from_pylist(rows, schema=BAD_SCHEMA)


def _header_lists(captures: Sequence[Capture]) -> "pa.Array[Any]":
    """The ``headers`` column, built flat: several times as fast as from nested Python objects."""
    offsets = [0]
    for capture in captures:
        offsets.append(offsets[-1] + len(capture.headers))
    pairs = _flatten(captures)
    names, values = zip(*pairs, strict=True) if offsets[-1] else ((), ())
    structs = pa.StructArray.from_arrays(
        [pa.array(names, pa.string()), pa.array(values, pa.string())], fields=_HEADER_FIELDS
    )
    return pa.ListArray.from_arrays(pa.array(offsets, pa.int32()), structs)


def _flatten(captures: Sequence[Capture]) -> Iterator[tuple[str, str]]:
    return (pair for capture in captures for pair in capture.headers)
