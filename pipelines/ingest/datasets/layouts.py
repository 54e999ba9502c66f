"""Where text and metadata stand in a record of a data set."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from pipelines.ingest.datasets.settings import DatasetSource

MOST_DEPTH = 64
_METADATA_DEPTH = 3
_DAY = re.compile(
    r"(?P<year>(?:19|20)\d\d)\s?[-./년]?\s?(?P<month>0[1-9]|1[0-2])\s?[-./월]?\s?(?P<day>0[1-9]|[12]\d|3[01])"
)
_TABLE = {"text": ["text"], "id": ["id"], "title": ["title"], "author": ["author"], "date": ["date"]}


@dataclass(frozen=True, slots=True)
class Record:
    """What is taken of a record."""

    id: str | None
    text: str
    title: str | None
    author: str | None
    published_at: str | None
    """ISO 8601 day."""


@dataclass(frozen=True, slots=True)
class Layout:
    """Names of a kind of data set, with those that the recipe gives instead."""

    containers: frozenset[str]
    text: tuple[str, ...]
    inside: tuple[str, ...]
    id: tuple[str, ...]
    title: tuple[str, ...]
    author: tuple[str, ...]
    date: tuple[str, ...]
    declared: Mapping[str, str]
    """Dotted paths of fields that the recipe names."""

    def read(self, unit: Mapping[str, Any]) -> Record | None:
        """The record in an object; None where it has no text."""
        text = self._text(unit)
        if not text:
            return None
        day = _DAY.search(self._named(unit, "date", self.date) or "")
        return Record(
            id=self._named(unit, "id", self.id),
            text=text,
            title=self._named(unit, "title", self.title),
            author=self._named(unit, "author", self.author),
            published_at=f"{day['year']}-{day['month']}-{day['day']}" if day else None,
        )

    def _text(self, unit: Mapping[str, Any]) -> str:
        path = self.declared.get("text")
        if path is not None:
            return self.collect(at_path(unit, path))
        return self._search(unit, 0)

    def _search(self, unit: Mapping[str, Any], depth: int) -> str:
        """The first text by name, of the record itself before that of objects inside."""
        for name in self.text:
            if name in unit and not (isinstance(unit[name], Mapping) and name in self.inside):
                text = self.collect(unit[name])
                if text:
                    return text
        if depth < _METADATA_DEPTH:
            for name in self.inside:
                inner = unit.get(name)
                text = self._search(inner, depth + 1) or self.collect(inner) if isinstance(inner, Mapping) else ""
                if text:
                    return text
        return ""

    def collect(self, value: Any, depth: int = 0) -> str:
        """A text in one piece: sentences of a paragraph on one line, all other parts on lines of their own."""
        if isinstance(value, str):
            return value.strip()
        if depth > MOST_DEPTH:
            return ""
        if isinstance(value, Mapping):
            return self._of_object(value, depth)
        if isinstance(value, Sequence) and not isinstance(value, bytes):
            parts = [self.collect(one, depth + 1) for one in value]
            sentences = all(isinstance(one, Mapping) and "sentence" in one for one in value)
            return (" " if sentences else "\n").join(part for part in parts if part)
        return ""

    def _of_object(self, value: Mapping[str, Any], depth: int) -> str:
        for name in self.text:
            text = self.collect(value[name], depth + 1) if name in value else ""
            if text:
                return text
        if value and all(one is None or isinstance(one, str) for one in value.values()):
            return "\n".join(one.strip() for one in value.values() if one and one.strip())  # turns of a talk by number
        return ""

    def _named(self, unit: Mapping[str, Any], what: str, names: tuple[str, ...]) -> str | None:
        path = self.declared.get(what)
        found = [at_path(unit, path)] if path is not None else _by_name(unit, names)
        return next((text for value in found if (text := self._plain(value))), None)

    def _plain(self, value: Any) -> str:
        if isinstance(value, bool):
            return ""
        return str(value) if isinstance(value, int) else self.collect(value)


def layout_of(source: DatasetSource) -> Layout:
    """The layout of a data set."""
    names = _tables().get(source.kind, {**_TABLE, "containers": [], "inside": []})
    fields = {name: getattr(source, f"{name}_field") for name in ("text", "id", "title", "author", "date")}
    return Layout(
        containers=frozenset(names["containers"]),
        **{name: tuple(names[name]) for name in ("text", "inside", "id", "title", "author", "date")},
        declared={name: path for name, path in fields.items() if path is not None},
    )


def at_path(value: Any, path: str) -> Any:
    """What stands at a dotted path; a key with dots of its own is found as it is. None where there is nothing."""
    if isinstance(value, Mapping):
        if path in value:
            return value[path]
        first, dot, rest = path.partition(".")
        return at_path(value.get(first), rest) if dot else None
    return None


def _by_name(unit: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Any]:
    """Values by name, of the record itself before those of objects inside."""
    level = [unit]
    for _ in range(_METADATA_DEPTH):
        for name in names:
            yield from (one[name] for one in level if name in one)
        level = [inner for one in level for inner in one.values() if isinstance(inner, Mapping)]


@cache
def _tables() -> Mapping[str, Any]:
    text = (files("pipelines.ingest.datasets") / "data" / "layouts.toml").read_text(encoding="utf-8")
    return {kind: table for kind, table in tomllib.loads(text).items() if isinstance(table, dict)}
