"""Data sets: what follows from where they come from (consent specification, section 3.6, rows 16 and 17).

A copy of a data set under other terms (a mirror) changes nothing: the terms of the origin hold, and the label of the
mirror is not read. An origin that is not in the table is unknown, whatever label comes with it.
"""

import json
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from licenses.axes import AxisValues, Value, on
from licenses.catalogue import UNREADABLE, USE_AXES
from licenses.evidence import Evidence, Source
from licenses.terms_label import read_label

SIGNAL = "origin"
_MIRRORED = 0.75
"""Confidence in a free work that came through a copy: who made the copy may have rights in the selection (art. 93)."""
_HOST = re.compile(r"(?<![\w.@-])(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}(?![\w-])")
_NOT_LETTERS = re.compile(r"[\W_]+")

Mirror: TypeAlias = str | bool | Mapping[str, Any] | None


@dataclass(frozen=True, slots=True)
class Origin:
    """A row of ``data/origins.toml``."""

    id: str
    title: str
    reads: str
    """fixed, label or class."""
    hosts: tuple[str, ...]
    names: tuple[str, ...]
    """Lower case, without spaces and punctuation."""
    axes: AxisValues
    conditions: tuple[str, ...]
    licence: str | None
    unrestricted: bool
    """Whether the portal defines terms of its own, such as 제한 없음."""
    confidence: float

    @property
    def sticky(self) -> bool:
        """Whether its terms hold for whatever names it, in any place."""
        return self.reads == "fixed"


@cache
def origins() -> tuple[Origin, ...]:
    """Every known origin, those with fixed terms first."""
    text = (files("licenses") / "data" / "origins.toml").read_text(encoding="utf-8")
    rows = [_origin(row) for row in tomllib.loads(text)["origins"]]
    return tuple(sorted(rows, key=lambda row: not row.sticky))


def _origin(row: Mapping[str, Any]) -> Origin:
    return Origin(
        id=row["id"],
        title=row["title"],
        reads=row["reads"],
        hosts=tuple(row["hosts"]),
        names=tuple(_bare(name) for name in row["names"]),
        axes=tuple((axis, Value(row[axis])) for axis in USE_AXES if axis in row),
        conditions=tuple(row.get("conditions", ())),
        licence=row.get("licence"),
        unrestricted=row.get("unrestricted", False),
        confidence=row["confidence"],
    )


def find_origin(origin: str, mirror: Mirror = None) -> Origin | None:
    """The origin that is meant.

    Args:
        origin: A host, a URL, a subdomain or a name, Korean or English. Origins with fixed terms are also found inside
            longer names and paths; the others only where the whole of it names them.
        mirror: What is known of the copy; searched for origins with fixed terms alone.
    """
    said = [_plain(origin), *(_plain(text) for text in _strings(mirror))]
    sticky = next((one for one in origins() if one.sticky and any(_mentions(text, one) for text in said)), None)
    return sticky or next((one for one in origins() if not one.sticky and _is(said[0], one)), None)


def origin_signals(origin: str, terms: str | None, mirror: Mirror, source: Source) -> list[Evidence]:
    """Evidence of a data set's origin; always one piece or more, with scope ``dataset``.

    Args:
        origin: See ``find_origin``.
        terms: The origin's label of the data set or item, such as its 이용허락범위; None if there is none.
        mirror: Where the copy was got if not from the origin: a name or URL, an object with its label, or true.
        source: The data set.
    """
    literal = _literal(origin, terms, mirror)
    found = find_origin(origin, mirror)
    if found is None:
        return [_evidence(source, "unknown", literal, UNREADABLE, 0.5, declarer="unknown")]
    if found.reads == "fixed":
        return [
            _evidence(
                source,
                found.id,
                literal,
                found.axes,
                found.confidence,
                licence=found.licence,
                conditions=found.conditions,
            )
        ]
    if found.reads == "class":
        sure = _MIRRORED if mirror else found.confidence
        return [_evidence(source, found.id, literal, on(Value.ALLOW, *USE_AXES), sure, licence=found.licence)]
    label = read_label(terms, portal=found.licence, confidence=found.confidence) if terms else None
    if label is None:
        return [_evidence(source, f"{found.id}.unread", literal, UNREADABLE, found.confidence)]
    return [
        _evidence(source, found.id, literal, part.axes, sure, licence=label.licence, conditions=part.conditions)
        for part, sure in label.parts
    ]


def _evidence(
    source: Source,
    rule: str,
    literal: str,
    axes: AxisValues,
    confidence: float,
    *,
    licence: str | None = None,
    conditions: tuple[str, ...] = (),
    declarer: str = "government",
) -> Evidence:
    return source.evidence(
        SIGNAL,
        f"origin.{rule}",
        literal,
        locator="origin",
        scope="dataset",
        axes=axes,
        conditions=conditions,
        licence=licence,
        confidence=confidence,
        declarer=declarer,
    )


def _literal(origin: str, terms: str | None, mirror: Mirror) -> str:
    """What was declared, as JSON: it can be read again."""
    said = {"origin": origin, "terms": terms, "mirror": mirror}
    return json.dumps({name: value for name, value in said.items() if value}, ensure_ascii=False, sort_keys=True)


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _strings(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _strings(one)


def _plain(text: str) -> str:
    return unicodedata.normalize("NFKC", text).strip().lower()


def _bare(text: str) -> str:
    return _NOT_LETTERS.sub("", _plain(text))


def _mentions(text: str, origin: Origin) -> bool:
    """Whether a text names the origin anywhere: one of its hosts, or a name outside of host names."""
    if any(_within(host, origin.hosts) for host in _HOST.findall(text)):
        return True
    rest = _bare(_HOST.sub(" ", text))
    return any(name in rest for name in origin.names)


def _is(text: str, origin: Origin) -> bool:
    """Whether the whole of a text names the origin."""
    host = _host(text)
    if host is not None:
        return _within(host, origin.hosts)
    bare = _bare(re.sub(r"\([^()]*\)$", _own_host(origin), text))
    return bare in origin.names


def _own_host(origin: Origin) -> Any:
    """A replacement that leaves out parentheses with a host of the origin alone."""
    return lambda found: "" if _within(found[0].strip("() "), origin.hosts) else found[0]


def _host(text: str) -> str | None:
    """The host if the text is a URL or a host; None for names."""
    address = text if "://" in text else f"//{text}"
    try:
        host = (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return None
    if any(letter.isspace() for letter in text):
        return None
    return host if _HOST.fullmatch(host) else None


def _within(host: str, domains: tuple[str, ...]) -> bool:
    return any(host == domain or host.endswith(f".{domain}") for domain in domains)
