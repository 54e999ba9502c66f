"""Records of a data set as rows that go on to the language test: what extraction makes of a page."""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from filters import nfc
from pipelines.ingest.captures import IngestBatch, bad_rows
from pipelines.ingest.datasets.layouts import Layout, Record
from pipelines.ingest.datasets.settings import DatasetSource
from pipelines.ingest.faults import BadRecord, Reason
from pipelines.ingest.identity import canonical_url, document_id, host_of, site_of
from pipelines.ingest.settings import IngestSettings

_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("doc_id", pa.string(), nullable=False),
    pa.field("url", pa.string(), nullable=False),
    pa.field("host", pa.string(), nullable=False),
    pa.field("site", pa.string(), nullable=False),
    pa.field("source", pa.string(), nullable=False),
    pa.field("offset", pa.int64(), nullable=False),
    pa.field("length", pa.int64()),
    pa.field("fetched_at", pa.timestamp("us", tz="UTC")),
    pa.field("payload_digest", pa.string()),
    pa.field("http_status", pa.int32()),
    pa.field("title", pa.string()),
    pa.field("author", pa.string()),
    pa.field("published_at", pa.string()),
    pa.field("text", pa.large_string()),
    pa.field("visible", pa.large_string()),
    pa.field("encoding", pa.string()),
    pa.field("charset_source", pa.string()),
    pa.field("broken_bytes", pa.int32()),
    pa.field("extractor", pa.string()),
]
RECORD_SCHEMA = pa.schema(_FIELDS)
"""A record as its data set holds it. ``payload_digest`` is the SHA-256 (hex) of its text in UTF-8; ``offset`` is a byte
of the file where it can be cut (the line, or the file within a zip archive), else the number of the record."""

_EXTRACTOR = "dataset"


@dataclass(frozen=True, slots=True)
class Placed:
    """A record and where it was."""

    record: Record
    offset: int
    length: int | None = None


Row = Callable[[Any, int, int, int], Placed | BadRecord]
"""From a row of a table (values, offset, length, most bytes) to its record."""


def table_row(layout: Layout) -> Row:
    """The reader of one row of JSONL or Parquet."""

    def read(row: Any, offset: int, length: int, max_bytes: int) -> Placed | BadRecord:
        record = layout.read(row) if isinstance(row, Mapping) else None
        if record is None:
            return BadRecord(offset, Reason.BAD_ROW, "the row has no text where it should", length)
        return checked(Placed(record, offset, length), max_bytes)

    return read


def checked(placed: Placed, max_bytes: int, inner: int = 0) -> Placed | BadRecord:
    """The record if it may go on: a text of Unicode, not too large."""
    record = placed.record
    try:
        size = len("".join((record.text, record.id or "", record.title or "", record.author or "")).encode())
    except UnicodeEncodeError:
        return BadRecord(placed.offset, Reason.BAD_ROW, "a text has lone surrogates", placed.length, None, inner)
    if size > max_bytes:
        return BadRecord(placed.offset, Reason.TOO_LARGE, f"a record of {size} bytes", placed.length, None, inner)
    return placed


class RecordBatcher:
    """Collects records until a batch is full.

    Args:
        source: URI of the file.
        dataset: The data set.
        settings: Rows and bytes of a batch.
    """

    def __init__(self, source: str, dataset: DatasetSource, settings: IngestSettings) -> None:
        self._source = source
        self._dataset = dataset
        self._settings = settings
        self._clear()

    def add(self, item: Placed | BadRecord) -> bool:
        """Take one item; True when the batch is full."""
        if isinstance(item, BadRecord):
            self._bad.append(item)
        else:
            self._records.append(item)
            self._chars += len(item.record.text)
        rows = len(self._records) + len(self._bad)
        return rows >= self._settings.batch_rows or self._chars * 3 >= self._settings.batch_bytes

    def take(self, position: int) -> IngestBatch:
        """The batch so far; the next one begins empty."""
        records = record_rows(self._records, self._source, self._dataset)
        batch = IngestBatch(records, bad_rows(self._bad, self._source), {}, position)
        self._clear()
        return batch

    def __bool__(self) -> bool:
        return bool(self._records or self._bad)

    def _clear(self) -> None:
        self._records: list[Placed] = []
        self._bad: list[BadRecord] = []
        self._chars = 0


def record_rows(placed: Sequence[Placed], source: str, dataset: DatasetSource) -> pa.RecordBatch:
    """Rows of ``RECORD_SCHEMA``."""
    texts = [nfc(one.record.text) for one in placed]
    digests = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    # A record without an id is named by its text, so that another order of the file changes nothing.
    ids = [one.record.id or digest[:32] for one, digest in zip(placed, digests, strict=True)]
    urls = [canonical_url(dataset.url(record_id)) for record_id in ids]
    hosts = [host_of(url) for url in urls]
    count = len(placed)
    values: dict[str, Sequence[Any]] = {
        "doc_id": [document_id(url, digest) for url, digest in zip(urls, digests, strict=True)],
        "url": urls,
        "host": hosts,
        "site": [site_of(host) for host in hosts],
        "source": [source] * count,
        "offset": [one.offset for one in placed],
        "length": [one.length for one in placed],
        "fetched_at": [dataset.obtained_at] * count,
        "payload_digest": digests,
        "title": [nfc(one.record.title) if one.record.title else None for one in placed],
        "author": [nfc(one.record.author) if one.record.author else None for one in placed],
        "published_at": [one.record.published_at for one in placed],
        "text": texts,
        "visible": texts,
        "encoding": ["utf-8"] * count,
        "charset_source": [_EXTRACTOR] * count,
        "broken_bytes": [0] * count,
        "extractor": [_EXTRACTOR] * count,
    }
    columns = [pa.array(values.get(one.name, [None] * count), one.type) for one in RECORD_SCHEMA]
    return pa.RecordBatch.from_arrays(columns, schema=RECORD_SCHEMA)
