"""robots.txt and the like, by origin and time.

A page is judged by the file that was in force when it was fetched: the newest capture that is not younger than the
page; if there is none, the oldest. (AIPREF attach, "When Preferences Apply": preferences come from the robots.txt that
was current at fetch time.)
"""

import datetime as dt
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path
from urllib.parse import urlsplit

import polars as pl

from licenses import Evidence, RightsSettings, SiteFile, SiteRules, prepare

_BEGINNING = dt.datetime(1, 1, 1, tzinfo=dt.UTC)


class SiteFiles:
    """Answers what a site says about a page of its own.

    Args:
        files: One Parquet file of site files for each part; read when an origin is first asked for.
        settings: Rights settings of the recipe.
    """

    def __init__(self, files: Sequence[Path], settings: RightsSettings) -> None:
        self._frame = pl.scan_parquet(list(files)) if files else None
        self._settings = settings
        self._of_origin = lru_cache(maxsize=100_000)(self._load)

    def load(self, origins: Sequence[str]) -> None:
        """Read the site files of many origins at once, before they are asked for one by one."""
        self._of_origin.cache_clear()
        wanted = sorted(set(origins))
        self._rows: dict[str, list[SiteFile]] = {}
        if self._frame is None or not wanted:
            return
        found = self._frame.filter(pl.col("origin").is_in(wanted)).collect(engine="streaming")
        order = found.sort("origin", "kind", "fetched_at", "url", "digest", nulls_last=False)
        for row in order.iter_rows(named=True):
            self._rows.setdefault(row["origin"], []).append(SiteFile(**row))

    def signals(self, url: str, fetched_at: dt.datetime | None) -> list[tuple[Evidence, str]]:
        """Evidence about ``url``, each with the digest of the file that holds it."""
        kinds = self._of_origin(origin_of(url))
        return [
            (evidence, file.digest)
            for versions in kinds
            for file, rules in [_in_force(versions, fetched_at or _BEGINNING)]
            for evidence in rules.signals(url)
        ]

    def _load(self, origin: str) -> list[list[tuple[SiteFile, SiteRules]]]:
        """Versions of each kind of file of an origin, oldest first."""
        kinds: dict[str, list[tuple[SiteFile, SiteRules]]] = {}
        for file in self._rows.get(origin, []):
            kinds.setdefault(file.kind, []).append((file, prepare(file, self._settings)))
        return [kinds[kind] for kind in sorted(kinds)]


def origin_of(url: str) -> str:
    """scheme://host[:port] of a URL, lower case."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}".lower()


def _in_force(versions: list[tuple[SiteFile, SiteRules]], when: dt.datetime) -> tuple[SiteFile, SiteRules]:
    before = [version for version in versions if (version[0].fetched_at or _BEGINNING) <= when]
    return before[-1] if before else versions[0]
