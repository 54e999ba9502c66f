"""robots.txt and the like, by origin and time.

A page is judged by the file that was in force when it was fetched: the newest capture that is not younger than the
page; if there is none, the oldest. (AIPREF attach, "When Preferences Apply": preferences come from the robots.txt that
was current at fetch time.) A file that redirects is followed to captures of its targets, at most five times and across
hosts; its rules still are those of the first host (RFC 9309, section 2.3.1.2). Where a target was not captured the
redirect stands as it is, which the rules take for "no access".
"""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import polars as pl

from licenses import Evidence, RightsSettings, SiteFile, SiteRules, follow, prepare
from licenses.site_files import REFERRED_KINDS
from pipelines.group.referred import ReferredFiles
from pipelines.ingest import canonical_url

_BEGINNING = dt.datetime(1, 1, 1, tzinfo=dt.UTC)
_MOST_REDIRECTS = 5
_REDIRECTS = range(300, 400)

Row = dict[str, Any]
"""A capture of a site file: the columns of ``SITE_FILES_SCHEMA``."""


class SiteFiles:
    """Answers what a site says about a page of its own.

    Args:
        files: One Parquet file of site files for each part.
        settings: Rights settings of the recipe.
    """

    def __init__(self, files: Sequence[Path], settings: RightsSettings) -> None:
        self._frame = pl.scan_parquet(list(files)).filter(~pl.col("kind").is_in(REFERRED_KINDS)) if files else None
        self._referred = ReferredFiles(files)
        self._settings = settings
        self._captures: dict[str, dict[tuple[str, str], list[Row]]] = {}
        self._of_origin = lru_cache(maxsize=None)(self._prepare)

    def load(self, origins: Sequence[str]) -> None:
        """Read the site files of these origins, and of those that they redirect to; forget all others."""
        self._of_origin.cache_clear()
        self._captures = {}
        wanted = set(origins)
        for _ in range(_MOST_REDIRECTS + 1):
            rows = self._read(wanted - self._captures.keys())
            self._captures |= {origin: {} for origin in wanted - self._captures.keys()}
            for row in rows:
                self._captures[row["origin"]].setdefault((row["kind"], row["url"]), []).append(row)
            wanted = {origin_of(target) for row in rows if (target := _target(row))}

    def signals(self, url: str, fetched_at: dt.datetime | None) -> list[tuple[Evidence, str]]:
        """Evidence about ``url``, each with the digest of the file that holds it."""
        return [
            (evidence, file.digest)
            for versions in self._of_origin(origin_of(url))
            for file, rules in [_in_force(versions, fetched_at)]
            for evidence in rules.signals(url)
        ]

    def follow(self, evidence: Sequence[Evidence], url: str, fetched_at: dt.datetime | None) -> list[Evidence]:
        """What the documents say that a page and its site refer to; see ``licenses.follow``."""
        return follow(evidence, url, self._referred.lookup(fetched_at), self._settings)

    def _read(self, origins: set[str]) -> list[Row]:
        """Captures of site files of these origins, oldest first."""
        if self._frame is None or not origins:
            return []
        found = self._frame.filter(pl.col("origin").is_in(sorted(origins))).collect(engine="streaming")
        return found.sort("origin", "kind", "url", "fetched_at", "digest", nulls_last=False).to_dicts()

    def _prepare(self, origin: str) -> list[list[tuple[SiteFile, SiteRules]]]:
        """Versions of each site file of an origin, oldest first."""
        found = self._captures.get(origin, {})
        files = [[self._followed(row) for row in found[key]] for key in sorted(found)]
        return [[(file, prepare(file, self._settings)) for file in versions] for versions in files]

    def _followed(self, row: Row) -> SiteFile:
        """A capture as a site file of its own origin, redirects followed."""
        last = row
        for _ in range(_MOST_REDIRECTS):
            target = _target(last)
            captures = self._captures.get(origin_of(target), {}).get((row["kind"], target), []) if target else []
            if not captures:
                break
            before = [one for one in captures if _time(one["fetched_at"]) <= _time(row["fetched_at"])]
            last = before[-1] if before else captures[0]
        return SiteFile(
            kind=row["kind"],
            url=last["url"],
            origin=row["origin"],
            fetched_at=row["fetched_at"],
            http_status=last["http_status"],
            body=last["body"],
            digest=last["digest"],
        )


def origin_of(url: str) -> str:
    """scheme://host[:port] of a URL in canonical form."""
    parts = urlsplit(canonical_url(url))
    return f"{parts.scheme}://{parts.netloc}"


def _target(row: Row) -> str | None:
    """Where a capture redirects to, if it does."""
    if row["http_status"] not in _REDIRECTS or not row["location"]:
        return None
    return str(urljoin(row["url"], row["location"]))


def _time(fetched_at: dt.datetime | None) -> dt.datetime:
    return fetched_at or _BEGINNING


def _in_force(versions: list[tuple[SiteFile, SiteRules]], fetched_at: dt.datetime | None) -> tuple[SiteFile, SiteRules]:
    before = [version for version in versions if _time(version[0].fetched_at) <= _time(fetched_at)]
    return before[-1] if before else versions[0]
