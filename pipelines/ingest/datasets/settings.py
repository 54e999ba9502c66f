"""What a recipe says of a data set."""

import datetime as dt
import json
import re
from collections.abc import Mapping
from typing import Literal, Self
from urllib.parse import quote

from pydantic import BaseModel, ConfigDict, Field, model_validator

from licenses.origins import Origin, find_origin
from licenses.terms_label import MOST_CHARS
from pipelines.ingest.inputs import Format

_JSON_FILES = {".json": Format.JSON, ".zip": Format.ZIP}
DATASET_SUFFIXES: Mapping[str, Mapping[str, Format]] = {
    "aihub": _JSON_FILES,
    "modu": _JSON_FILES,
    "jsonl": {".jsonl": Format.JSONL, ".jsonl.gz": Format.JSONL_GZ, ".jsonl.zst": Format.JSONL_ZST},
    "parquet": {".parquet": Format.PARQUET},
}
"""Recognised ends of file names, by kind."""

_KIND_ORIGINS = {"aihub": "aihub.or.kr", "modu": "corpus.korean.go.kr"}
_HOST = re.compile(r"[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?")


class DatasetSource(BaseModel):
    """A data set: its files, how they are laid out, and where it comes from.

    Fields of records are named by their keys, those inside of objects with dots (``body.text``).
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(
        pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="What the data set is called in URLs of its documents."
    )
    kind: Literal["aihub", "modu", "jsonl", "parquet"] = Field(
        description="Layout: JSON or zip of AI-Hub or 모두의 말뭉치, or tables of records."
    )
    paths: tuple[str, ...] = Field(min_length=1, description="Files, folders, patterns or fsspec URLs.")
    origin: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Where it was first published: host, URL or name. Kinds aihub and modu say it themselves.",
    )
    terms: str | None = Field(
        default=None, max_length=MOST_CHARS, description="The origin's own label, such as its 이용허락범위."
    )
    mirror: str | None = Field(
        default=None, max_length=200, description="Where it was got instead, if not from the origin; changes no terms."
    )
    obtained: dt.date | None = Field(default=None, description="Day on which it was obtained.")
    text_field: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Field of the text; by default what the layout has, text in tables.",
    )
    id_field: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Field of the id; by default the layout's, id in tables; without one the text names it.",
    )
    title_field: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Field of the title; by default what the layout has, title in tables.",
    )
    author_field: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Field of the author; by default what the layout has, author in tables.",
    )
    date_field: str | None = Field(
        default=None,
        min_length=1,
        max_length=200,
        description="Field of the day of publication; by default what the layout has, date in tables.",
    )
    members: tuple[str, ...] = Field(
        default=("*.json",), min_length=1, description="Patterns of files that are read in zip archives."
    )

    @model_validator(mode="after")
    def _has_origin(self) -> Self:
        if self.origin is None and self.kind not in _KIND_ORIGINS:
            raise ValueError(f"a data set of kind {self.kind} needs its origin")
        return self

    def declared(self) -> tuple[str, str | None]:
        """Origin and mirror. A layout that only one origin has outweighs what is said of the origin."""
        of_kind = _KIND_ORIGINS.get(self.kind)
        origin = self.origin or of_kind or ""
        if of_kind is None or find_origin(origin) == find_origin(of_kind):
            return origin, self.mirror
        return of_kind, "; ".join(one for one in (origin, self.mirror) if one)

    @property
    def host(self) -> str:
        """Host of the origin; the data set's name where it has none."""
        origin, mirror = self.declared()
        found: Origin | None = find_origin(origin, mirror)
        if found:
            return found.hosts[0]
        bare = origin.strip().lower().split("://")[-1].split("/")[0]
        return bare if "." in bare and _HOST.fullmatch(bare) else self.name

    @property
    def place(self) -> str:
        """Where its documents' URLs begin: no address of the web, so that no robots.txt speaks of them."""
        return f"dataset://{self.host}/{self.name}/"

    @property
    def obtained_at(self) -> dt.datetime | None:
        """The beginning of the day on which it was obtained, UTC."""
        return dt.datetime.combine(self.obtained, dt.time(), dt.UTC) if self.obtained else None

    def url(self, record_id: str) -> str:
        """URL of a record."""
        return f"{self.place}{quote(record_id, safe='')}"

    def declaration(self) -> bytes:
        """What is declared of its rights, as JSON: stored as it is and read by ``licenses.datasets``."""
        origin, mirror = self.declared()
        said = {"kind": self.kind, "name": self.name, "origin": origin, "terms": self.terms, "mirror": mirror}
        return json.dumps(said, ensure_ascii=False, sort_keys=True).encode()
