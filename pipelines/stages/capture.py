"""Is this capture a page at all?

Decided by what the server said (status, Content-Type) and, where it said nothing, by the first bytes as the WHATWG MIME
Sniffing Standard does; never by a content guesser, which takes whole classes of Korean pages for XML or JavaScript.
Answers for robots.txt and the other site files are no pages whatever their status: they leave here as evidence, and so
do RSL documents, feeds with RSL and TDM policies, which are known by what they hold.
"""

import hashlib
import re
from typing import Any
from urllib.parse import urlsplit

import pyarrow as pa
from pydantic import BaseModel, ConfigDict, Field

from licenses import referred_kind, site_file_kind
from licenses.datasets import KIND as DATASET
from licenses.site_files import SNIFFED_BYTES
from pipelines.ingest import canonical_url
from pipelines.ingest.datasets import DatasetSource
from pipelines.stages.base import Outcome, Verdict, divide, values

_SITE_FILE_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("digest", pa.string(), nullable=False),
    pa.field("kind", pa.string(), nullable=False),
    pa.field("url", pa.string(), nullable=False),
    pa.field("origin", pa.string(), nullable=False),
    pa.field("fetched_at", pa.timestamp("us", tz="UTC")),
    pa.field("http_status", pa.int32()),
    pa.field("location", pa.string()),
    pa.field("body", pa.large_binary()),
]
SITE_FILES_SCHEMA = pa.schema(_SITE_FILE_FIELDS)
"""A site file as it was served. ``origin`` is scheme://host[:port], ``location`` where a redirect points."""

_SNIFF_BYTES = 512
_HTML_START = re.compile(
    rb"^(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)?\s*(?:<\?xml[^>]*>\s*)?(?>(?:<!--(?>.*?-->)\s*)*)"
    rb"<(?:!doctype\s+html|html|head|body|script|iframe|h1|div|font|table|a|style|title|b|br|p|meta|link)[\s>/]",
    re.IGNORECASE | re.DOTALL,
)
_BINARY_START = (
    b"%PDF-",
    b"\x89PNG",
    b"GIF8",
    b"\xff\xd8\xff",
    b"PK\x03\x04",
    b"\x1f\x8b",
    b"RIFF",
    b"\x00\x00\x01\x00",
)


class CaptureSettings(BaseModel):
    """Which captures are pages."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    statuses: tuple[int, ...] = Field(default=(200, 203), description="HTTP statuses whose body is the page asked for.")
    html_types: tuple[str, ...] = Field(
        default=("text/html", "application/xhtml+xml"), description="Content-Types that are HTML."
    )
    text_types: tuple[str, ...] = Field(
        default=("text/plain",), description="Content-Types that are text already; nothing is extracted from them."
    )
    sniffed_types: tuple[str, ...] = Field(
        default=(
            "",
            "application/octet-stream",
            "application/unknown",
            "unknown/unknown",
            "text/xml",
            "application/xml",
            "*/*",
        ),
        description="Content-Types that say too little: the first bytes decide.",
    )


class CaptureStage:
    """Drops what is no page and takes the site files out. Adds ``plain``: the body is text, not HTML."""

    name = "capture"

    def __init__(self, settings: CaptureSettings) -> None:
        self._settings = settings

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        types = [_essence(value) for value in values(batch, "content_type")]
        bodies = [body.as_buffer() if body.is_valid else None for body in batch.column("body")]
        statuses = values(batch, "http_status")
        urls = values(batch, "url")
        kinds = [self._kind(*capture) for capture in zip(urls, statuses, types, bodies, strict=True)]
        captures = zip(values(batch, "record_type"), statuses, types, bodies, strict=True)
        verdicts = [
            Verdict("site_file") if kind else self._judge(*capture)
            for kind, capture in zip(kinds, captures, strict=True)
        ]
        plain = pa.array([essence in self._settings.text_types for essence in types])
        site_files = _site_files(batch, kinds)
        return divide(self.name, batch.append_column("plain", plain), verdicts, {"site_files": site_files})

    def _kind(self, url: str | None, status: int | None, essence: str, body: pa.Buffer | None) -> str | None:
        """The kind of site file that a capture is; None for pages."""
        known = site_file_kind(url) if url else None
        if known or not url or body is None or (status is not None and status not in self._settings.statuses):
            return known
        html = essence in self._settings.html_types
        start = body.slice(0, min(_SNIFF_BYTES if html else SNIFFED_BYTES, body.size)).to_pybytes()
        return referred_kind(essence, start)

    def _judge(self, record: str, status: int | None, essence: str, body: pa.Buffer | None) -> Verdict | None:
        if record == "revisit":
            return Verdict("revisit")
        if status is not None and status not in self._settings.statuses:
            return Verdict("http_status", score=float(status))
        if body is None or body.size == 0:
            return Verdict("empty_body")
        start = body.slice(0, min(_SNIFF_BYTES, body.size)).to_pybytes()
        return self._judge_type(essence, start)

    def _judge_type(self, essence: str, start: bytes) -> Verdict | None:
        if essence in self._settings.text_types:
            return Verdict("not_text") if b"\x00\x00" in start else None
        if essence in self._settings.html_types:
            return Verdict("not_html") if start.startswith(_BINARY_START) else None
        sniffed = essence in self._settings.sniffed_types and _HTML_START.match(start)
        return None if sniffed else Verdict("content_type")


def _essence(content_type: str | None) -> str:
    """``type/subtype`` of a Content-Type, lower case; empty when there is none (RFC 9110, section 8.3)."""
    return (content_type or "").split(";", 1)[0].split(",", 1)[0].strip().lower()


def _site_files(batch: pa.RecordBatch, kinds: list[str | None]) -> pa.Table:
    rows = [_site_file(kind, batch.slice(row, 1).to_pylist()[0]) for row, kind in enumerate(kinds) if kind is not None]
    return pa.Table.from_pylist(rows, schema=SITE_FILES_SCHEMA)


def _site_file(kind: str, row: dict[str, Any]) -> dict[str, Any]:
    parts = urlsplit(canonical_url(row["url"]))
    body = row["body"] or b""
    location = next((one["value"] for one in row["headers"] or [] if one["name"] == "location"), None)
    return {
        "digest": hashlib.sha256(body).hexdigest(),
        "kind": kind,
        "url": row["url"],
        "origin": f"{parts.scheme}://{parts.netloc}",
        "fetched_at": row["fetched_at"],
        "http_status": row["http_status"],
        "location": location,
        "body": body,
    }


def declaration(dataset: DatasetSource) -> pa.Table:
    """What a recipe declares of a data set, kept as a site file of the place where its documents are."""
    body = dataset.declaration()
    row = {
        "digest": hashlib.sha256(body).hexdigest(),
        "kind": DATASET,
        "url": dataset.place,
        "origin": f"dataset://{dataset.host}",
        "fetched_at": dataset.obtained_at,
        "http_status": None,
        "location": None,
        "body": body,
    }
    return pa.Table.from_pylist([row], schema=SITE_FILES_SCHEMA)
