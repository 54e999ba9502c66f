"""Parsers of rights signals as functions of bytes. None may raise, hang, or grant what nothing in the input grants."""

import json
from collections.abc import Callable
from typing import Any

from licenses import (
    Axis,
    Evidence,
    RightsSettings,
    SiteFile,
    Source,
    page_signals,
    resolve,
    site_signals,
    terms_signals,
)
from licenses.axes import GRANTS
from licenses.cawg import cawg_signals
from licenses.json_ld import statements
from licenses.licence_url import licence_of_url
from licenses.preferences import parse_preferences
from licenses.rsl import rsl_signals
from licenses.tdmrep import policy_signals, tdmrep_signals
from licenses.vectors import JUDGES, judge

SETTINGS = RightsSettings()
URL = "https://example.kr/글/1?b=2"
SOURCE = Source(URL, None, 200, "")
RESERVED = [SOURCE.evidence("tdmrep", "tdmrep.header", "", locator="header", confidence=0.95)]


def check(evidence: list[Evidence]) -> None:
    """Hold the resolution of what was found against its plainest promises."""
    rights = resolve(evidence)
    for axis in Axis:
        granting = [one for one in evidence if dict(one.axes).get(axis) in GRANTS and one.scope != "element"]
        if rights.axes[axis] in GRANTS and not granting:
            raise AssertionError(f"{axis} is granted by nobody")
        if rights.axes[axis] in GRANTS and any(
            dict(one.axes).get(axis) == "deny"
            and one.confidence >= 0.5
            and one.signal != "tdmrep"
            and one.scope != "element"
            for one in evidence
        ):
            raise AssertionError(f"{axis} is granted over a denial")


def site_file(kind: str, path: str) -> Callable[[bytes], None]:
    """What a site file of one kind says."""

    def target(data: bytes) -> None:
        check(
            site_signals(
                SiteFile(kind, f"https://example.kr{path}", "https://example.kr", None, 200, data, ""), URL, SETTINGS
            )
        )

    return target


def page(data: bytes) -> None:
    """All families of one page."""
    markup = data.decode("utf-8", "replace")
    check(page_signals(URL, [], markup, fetched_at=None, body_sha256="", http_status=200, settings=SETTINGS))


def headers(data: bytes) -> None:
    """Every header that says something, with the same value."""
    value = data.decode("utf-8", "replace")
    names = ("X-Robots-Tag", "Content-Usage", "Content-Signal", "tdm-reservation", "tdm-policy", "Link")
    pairs = [(name, value) for name in names]
    check(page_signals(URL, pairs, "", fetched_at=None, body_sha256="", http_status=200, settings=SETTINGS))


def words(data: bytes) -> None:
    """Terms of use, and the same words as a page."""
    text = data.decode("utf-8", "replace")
    check(terms_signals(text, SOURCE))
    page(f"<footer>{text}</footer><p>{text}</p>".encode())


def fields(data: bytes) -> None:
    """Fields of one line: URLs, preferences, JSON-LD."""
    text = data.decode("utf-8", "replace")
    licence_of_url(text)
    for kind in ("content-usage", "content-signal"):
        parse_preferences(kind, text)
    list(statements([text]))


def policy(data: bytes) -> None:
    """An ODRL policy behind a reservation."""
    reserving = tdmrep_signals_of_header()
    check([*reserving, *policy_signals(reserving, data, SOURCE, user_content=False)])


def tdmrep_signals_of_header() -> list[Evidence]:
    """A reservation with a policy."""
    from licenses.page import Page  # noqa: PLC0415 - for one target

    said = [("tdm-reservation", "1"), ("tdm-policy", "https://example.kr/policy.json")]
    return tdmrep_signals(Page("", SETTINGS), said, SOURCE, SETTINGS)


def cawg(data: bytes) -> None:
    """A CAWG assertion of a document."""
    check(cawg_signals("application/pdf", data.decode("utf-8", "replace"), SOURCE))


def rsl(data: bytes) -> None:
    """An RSL document."""
    check(rsl_signals(data, URL, SOURCE))


def vector(data: bytes) -> None:
    """A line of malmoi inspect: whatever it is, an answer or one of the errors that the command catches."""
    try:
        asked: Any = json.loads(data.decode("utf-8"))
        kind, given = asked["kind"], asked["input"]
        if kind in JUDGES and isinstance(given, dict):
            judge(kind, given)
    except (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError):
        return


TARGETS: dict[str, Callable[[bytes], None]] = {
    "robots": site_file("robots", "/robots.txt"),
    "tdmrep": site_file("tdmrep", "/.well-known/tdmrep.json"),
    "ai_txt": site_file("ai_txt", "/ai.txt"),
    "trust_txt": site_file("trust_txt", "/trust.txt"),
    "page": page,
    "headers": headers,
    "words": words,
    "fields": fields,
    "policy": policy,
    "rsl": rsl,
    "cawg": cawg,
    "vector": vector,
}
KINDS = {
    "robots": ("robots_txt",),
    "tdmrep": ("tdmrep_json",),
    "ai_txt": ("text",),
    "trust_txt": ("text",),
    "page": ("html", "text"),
    "headers": ("headers",),
    "words": ("text",),
    "fields": ("headers", "html"),
    "policy": ("policy",),
    "rsl": ("xml",),
    "cawg": ("assertion",),
}
"""Fields of vectors that seed a target."""
