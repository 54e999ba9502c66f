"""Small archives for tests, written by hand so that every byte is known."""

import datetime as dt
import gzip
import uuid
from pathlib import Path

DAY = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)


class Archive:
    """A WARC in the making, one gzip member a record."""

    def __init__(self, path: Path, *, packed: bool = True, level: int = 6) -> None:
        self._path = path
        self._packed = packed
        self._level = level
        path.write_bytes(b"")
        self._append("warcinfo", None, DAY, "application/warc-fields", b"software: test\r\n")

    def add(self, url: str, body: bytes, *, status="200 OK", kind="text/html", when=DAY, headers=()) -> None:
        lines = [f"HTTP/1.1 {status}", *([f"Content-Type: {kind}"] if kind else []), *headers, "", ""]
        self.add_message(url, "\r\n".join(lines).encode() + body, when=when)

    def add_message(self, url: str, message: bytes, *, when=DAY) -> None:
        """A response record around an HTTP message as it came over the wire."""
        self._append("response", url, when, "application/http; msgtype=response", message)

    def _append(self, kind: str, url: str | None, when: dt.datetime, content_type: str, block: bytes) -> None:
        head = [
            "WARC/1.1",
            f"WARC-Type: {kind}",
            *([f"WARC-Target-URI: {url}"] if url else []),
            f"WARC-Date: {when:%Y-%m-%dT%H:%M:%SZ}",
            f"WARC-Record-ID: <urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'{url}{when}')}>",
            f"Content-Type: {content_type}",
            f"Content-Length: {len(block)}",
        ]
        record = "\r\n".join([*head, "", ""]).encode() + block + b"\r\n\r\n"
        with self._path.open("ab") as file:
            file.write(gzip.compress(record, self._level) if self._packed else record)
