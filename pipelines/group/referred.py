"""RSL documents and TDM policies: site files that are known only by what refers to them, whatever site holds them.

They are few, so where they are is kept in memory, and their bodies are read when a page refers to them. Which capture
of a document counts is decided as for robots.txt: the newest that is not younger than the page, else the oldest.
"""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from licenses import Lookup, Referred, Source
from licenses.site_files import REFERRED_KINDS
from pipelines.ingest import canonical_url

_BEGINNING = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_AT_HAND = 512


class _Capture(NamedTuple):
    path: str
    kind: str
    url: str
    fetched_at: dt.datetime | None
    http_status: int | None
    digest: str


class ReferredFiles:
    """Finds what pages refer to.

    Args:
        files: One Parquet file of site files for each part.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._captures: dict[tuple[str, str], list[_Capture]] = {}
        for path in files:
            frame = pl.scan_parquet(path).filter(pl.col("kind").is_in(REFERRED_KINDS))
            for row in frame.select(_Capture._fields[1:]).collect(engine="streaming").iter_rows():
                one = _Capture(str(path), *row)
                self._captures.setdefault((one.kind, canonical_url(one.url)), []).append(one)
        for captures in self._captures.values():
            captures.sort(key=lambda one: (one.fetched_at or _BEGINNING, one.digest))
        self._read = lru_cache(maxsize=_AT_HAND)(_read)

    def lookup(self, fetched_at: dt.datetime | None) -> Lookup:
        """What a page that was fetched at a time finds at a URL."""

        def found(kind: str, url: str) -> Referred | None:
            captures = self._captures.get((kind, canonical_url(url)))
            if not captures:
                return None
            before = [one for one in captures if (one.fetched_at or _BEGINNING) <= (fetched_at or _BEGINNING)]
            return self._read(before[-1] if before else captures[0])

        return found


def _read(capture: _Capture) -> Referred:
    wanted = (pl.col("digest") == capture.digest) & (pl.col("kind") == capture.kind)
    body = pl.scan_parquet(capture.path).filter(wanted).select("body").head(1).collect().item()
    source = Source(capture.url, capture.fetched_at, capture.http_status, capture.digest)
    return Referred.of(capture.kind, source, body)
