"""Licences in markup: which of those that a page names counts (sections 2.1 and 2.3), and payment walls.

What covers a part of the page is evidence of scope ``element`` and sets nothing on the document.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from licenses.axes import Axis, Value, on
from licenses.catalogue import CC_UNSPECIFIED, UNREADABLE, VERSION
from licenses.evidence import Evidence, Source
from licenses.licence_marks import BARE, Found, marks_of
from licenses.licence_url import NamedLicence, licence_of_url
from licenses.page import Page
from licenses.settings import RightsSettings

_REVOCABLE = re.compile(r"(?<!ir)(?<!non-)\brevocable|철회할\s*수\s*있", re.IGNORECASE)
_LOCKED = re.compile(r"locked|metered|paid|premium|subscri", re.IGNORECASE)
_REVOCABLE_CONFIDENCE = 0.5


def licence_signals(page: Page, source: Source, settings: RightsSettings) -> list[Evidence]:
    """Evidence of licences in links, JSON-LD, meta elements and platform widgets."""
    found = list(marks_of(page, settings))
    evidence = [_evidence(source, one) for one in found if one.element]
    evidence += _of_document(page, source, [one for one in found if not one.element])
    return [*evidence, *_paywall(page, source)]


def notices_of_json_ld(page: Page) -> list[str]:
    """Notice texts that the main entity of the page carries."""
    return [one.text for one in page.statements if one.key == "notice" and licence_of_url(one.text) is None]


def _of_document(page: Page, source: Source, found: Sequence[Found]) -> Iterator[Evidence]:
    """The licence of the best rank, unless several are meant: then nobody but a person can say which."""
    named = [one for one in found if one.licence.named] or list(found)
    rank = min((one.rank for one in named), default=BARE)
    best = [one for one in named if one.rank == rank]
    meant = _without_lesser_names(best)
    chosen = max(meant, key=lambda one: one.confidence, default=None)
    if chosen is None:
        return
    stricter = [one for one in named if one.rank < BARE and _holds_back_more(one.licence, chosen.licence)]
    ids = sorted({one.licence.id for one in [*meant, *stricter]})
    if len(ids) > 1:
        yield source.evidence(
            "html_licence",
            "html_licence.ambiguous",
            "\n".join(one.literal for one in [*meant, *stricter]),
            locator="; ".join(ids),
            axes=UNREADABLE,
            licence=CC_UNSPECIFIED,
            confidence=chosen.confidence,
            spec_version=VERSION,
        )
        return
    revocable = chosen.licence.terms and page.has("evocable", "철회") and _REVOCABLE.search(page.text)
    if revocable:
        chosen = replace(chosen, confidence=_REVOCABLE_CONFIDENCE)
        yield source.evidence(
            "html_licence",
            "html_licence.revocable",
            chosen.literal,
            locator="text",
            axes=UNREADABLE,
            confidence=_REVOCABLE_CONFIDENCE,
            spec_version=VERSION,
        )
    yield _evidence(source, chosen)


def _without_lesser_names(found: Sequence[Found]) -> list[Found]:
    """Without those that name a licence of others less exactly: by its code, but no version."""
    versioned = {one.licence.id.partition("-")[2].rstrip("0123456789.-") for one in found if one.licence.versioned}
    return [
        one
        for one in found
        if one.licence.versioned
        or one.licence.id.removeprefix("LicenseRef-").removesuffix("-unversioned").partition("-")[2] not in versioned
    ]


def _holds_back_more(one: NamedLicence, other: NamedLicence) -> bool:
    """Whether ``one`` denies, or makes conditional, what ``other`` does not."""
    if one.terms is None or other.terms is None:
        return one.id != other.id
    theirs = dict(other.terms.axes)
    denied = any(value is Value.DENY and theirs[axis] is not Value.DENY for axis, value in one.terms.axes)
    return denied or not set(one.terms.conditions) <= set(other.terms.conditions)


def _evidence(source: Source, found: Found) -> Evidence:
    terms = None if found.element else found.licence.terms
    return source.evidence(
        "html_licence",
        f"html_licence.rank{found.rank}",
        found.literal,
        locator=found.locator,
        scope="element" if found.element else "document",
        axes=terms.axes if terms else (),
        conditions=terms.conditions if terms else (),
        licence=found.licence.id,
        confidence=found.confidence if found.licence.versioned else min(found.confidence, 0.6),
        spec_version=VERSION,
    )


def _paywall(page: Page, source: Source) -> Iterator[Evidence]:
    found = []
    if any(one.key == "isaccessibleforfree" for one in page.statements):
        found.append(("paywall.json_ld", "isAccessibleForFree: false", "script[type=application/ld+json]"))
    if "content_tier" in page.meta_source:
        locked = [content for name, content in page.metas() if name.endswith(":content_tier")]
        found += [
            ("paywall.meta", content, "meta[article:content_tier]") for content in locked if _LOCKED.search(content)
        ]
    for rule, literal, locator in found:
        yield source.evidence(
            "paywall", rule, literal, locator=locator, axes=on(Value.DENY, Axis.REDIST), confidence=0.7
        )
