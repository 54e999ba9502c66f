"""Inputs of vectors read leniently where that grants nothing: missing paths, statuses, scopes; never wrong types."""

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias
from urllib.parse import urlsplit

from licenses.axes import Axis, Value
from licenses.evidence import Evidence, Source
from licenses.settings import RightsSettings

Given: TypeAlias = Mapping[str, Any]
"""The ``input`` of a vector."""

ORIGIN = "https://example.kr"
_FIRST_STATUS, _LAST_STATUS = 100, 599
_MOST_REDIRECTS = 5
_REDIRECTED = 310
"""Stands for a chain of redirects that was given up: a status that is neither an answer nor a client error."""
_WITHDRAWALS = frozenset({"withdrawal", "takedown"})
_NEEDS_NO_CONDITION = "agreement"


def text_of(given: Given, key: str) -> str:
    """A field that must be a string.

    Raises:
        KeyError: It is not there.
        TypeError: It is something else.
    """
    value = given[key]
    if not isinstance(value, str):
        raise TypeError(f"{key} is no string")
    return value


def url_of(given: Given) -> str:
    """The URL that is asked about: ``url``, or ``path`` at ``host`` or at a host that stands for any.

    Raises:
        TypeError: A field is no string.
        ValueError: There is no such URL.
    """
    url = text_of(given, "url") if given.get("url") else ""
    path = text_of(given, "path") if given.get("path") else ""
    if urlsplit(path).scheme in ("http", "https"):
        return path
    if url and not path:
        return url
    parts = urlsplit(url)
    host = f"{parts.scheme}://{parts.netloc}" if url else ORIGIN
    if given.get("host"):
        host = "https://" + text_of(given, "host").rpartition("://")[2].strip("/")
    return host + (path if path.startswith("/") else f"/{path}")


def status_of(given: Given) -> int | None:
    """HTTP status of the site file: 200 where nothing is said, None for whatever is no status (there was no answer).

    Raises:
        TypeError: ``redirects`` is no number.
    """
    hops = given.get("redirects", 0)
    count = len(hops) if isinstance(hops, list) else hops
    if not isinstance(count, int):
        raise TypeError("redirects is no number")
    if count > _MOST_REDIRECTS:
        return _REDIRECTED
    status = given.get("status", 200)
    if isinstance(status, str) and status.strip().isdecimal():
        status = int(status)
    there = isinstance(status, int) and not isinstance(status, bool) and _FIRST_STATUS <= status <= _LAST_STATUS
    return status if there else None


def settings_of(given: Given) -> RightsSettings:
    """Settings with the product token of the input, without the version that may follow it.

    Raises:
        TypeError: ``token`` is no string.
    """
    settings = RightsSettings()
    if given.get("token") is None:
        return settings
    token = text_of(given, "token").partition("/")[0].strip()
    # Not validated: names of others, with digits and spaces, may be asked about too.
    return settings.model_copy(update={"product_token": token})


def resolve_signals(given: Given) -> tuple[list[Evidence], bool]:
    """Evidence of flat signals, and whether any of it says anything.

    A signal without a scope speaks of the document, one without a confidence is certain.

    Raises:
        KeyError: ``signals`` is missing.
        TypeError: A signal is no object, or a field of it is of a wrong type.
        ValueError: A value, scope or condition that is not of its closed list.
    """
    signals = given["signals"]
    if not isinstance(signals, list) or not all(isinstance(one, Mapping) for one in signals):
        raise TypeError("signals is no list of objects")
    evidence = [one for number, said in enumerate(signals) for one in _signal(number, said)]
    return evidence, any(one.axes or one.licence for one in evidence)


def _signal(number: int, said: Given) -> Iterator[Evidence]:
    """One record for what is said of the text, one for crawling: a denial for now stands by itself."""
    family = str(said.get("signal") or said.get("family") or "vector")
    stated = {axis: said[axis.value] for axis in Axis if said.get(axis.value) is not None}
    axes = {axis: Value(value) for axis, value in stated.items()}
    if family in _WITHDRAWALS and not axes:
        axes = dict.fromkeys(Axis, Value.DENY)
    conditions = tuple(said.get("conditions") or ())
    if said.get("licence") is not None:
        text_of(said, "licence")
    if Value.COND in axes.values() and not conditions:
        conditions = (_NEEDS_NO_CONDITION,)
    confidence = 1.0 if said.get("confidence") is None else float(said["confidence"])
    source = Source(ORIGIN, None, None, "")
    crawl = tuple((axis, value) for axis, value in axes.items() if axis is Axis.CRAWL)
    uses = tuple((axis, value) for axis, value in axes.items() if axis is not Axis.CRAWL)
    for spoken, licence in ((uses, said.get("licence")), (crawl, None)):
        if spoken or licence or (not axes and spoken is uses):
            yield source.evidence(
                family,
                str(said.get("rule_id") or "vector"),
                "",
                locator=str(number),
                scope=str(said.get("scope") or "document"),
                axes=spoken,
                conditions=conditions,
                licence=licence,
                confidence=confidence,
                declarer="unknown",
            )
