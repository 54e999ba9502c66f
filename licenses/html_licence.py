"""Licences in markup: where they stand, whom they cover, which one counts (sections 2.1 to 2.4).

Others find a licence link; this decides its scope. A link of a picture, an icon or a quoted work is evidence of scope
``element`` and sets nothing on the document.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licenses.axes import Axis, Value, on
from licenses.catalogue import CC_UNSPECIFIED, UNREADABLE
from licenses.evidence import Evidence, Source
from licenses.json_ld import Statement, statements
from licenses.licence_url import NamedLicence, licence_of_url
from licenses.page import Element, Page, attribute_tokens, block_of, text_before, visible
from licenses.place import Place, place_of
from licenses.settings import RightsSettings

_GATE = ("creativecommons.org", "gnu.org/", "opendatacommons.org", "opensource.org", "apache.org/licenses", ".gov.uk/")
_LINKS = ",".join(f'{tag}[href*="{host}" i]' for tag in ("a", "link") for host in _GATE)
_RDFA_CSS = '[itemprop*="license" i],[property*="license" i],[rel*=":license" i]'
_META_NAMES = frozenset(
    [
        "license",
        "dc.rights",
        "dcterms.license",
        "dcterms.rights",
        "dc.rights.license",
        "copyright",
        "og:license",
        "cc:license",
        "rights",
    ]
)
_RDFA = frozenset(["license", "cc:license", "dct:license", "dcterms:license", "xhv:license"])
_URL = re.compile(r"(?:https?:)?//[^\s\"'<>()]+")
_CREDIT = re.compile(
    r"icons?\s+(?:used|by|from|made)|photograph|photo\s*(?:by|:)|image\s*(?:by|from|:)|사진\s*[:=]|사진\s*출처"
    r"|이미지\s*(?:출처|[:=])|그림\s*출처|아이콘|아이콘\s*출처|video\s*by|동영상\s*출처",
    re.IGNORECASE,
)
_SENTENCE = re.compile(
    r"licen[cs]ed|licen[cs]e\b|라이(?:선|센)[스즈]|이용하실\s*수|이용할\s*수|이용허락|사용할\s*수|저작물", re.IGNORECASE
)
_SUBJECT = re.compile(
    r"\b(?:this|all|the)\s+(?:\w+\s+){0,2}(?:posts?|works?|articles?|sites?|blogs?|pages?|documents?|contents?|documentation"
    r"|website)\b|except\s+where|unless\s+(?:otherwise|stating)|content\s+(?:is|on|of)"
    r"|(?:이|본|모든|해당)\s*(?:글|저작물|사이트|블로그|문서|게시물|게시글|포스트|페이지|웹사이트|콘텐츠|컨텐츠|자료|기사)"
    r"|따로\s*명시|별도(?:의|로)?\s*(?:언급|표시|명시)",
    re.IGNORECASE,
)
_TELLING = re.compile(r"license|usageInfo|copyrightNotice|isAccessibleForFree|conditionsOfAccess", re.IGNORECASE)
_REVOCABLE = re.compile(r"(?<!ir)(?<!non-)\brevocable|철회할\s*수\s*있", re.IGNORECASE)
_RDF_LICENCE = re.compile(r"<license\s+rdf:resource\s*=\s*[\"']([^\"']+)", re.IGNORECASE)

_STATED, _DECLARED, _META, _PLATFORM, _BARE = 1, 2, 3, 4, 5


@dataclass(frozen=True, slots=True)
class Found:
    """A licence and how it is stated. A lower rank is looked for first."""

    licence: NamedLicence
    rank: int
    confidence: float
    element: bool
    """Whether it covers a part of the page alone."""
    literal: str
    locator: str


def licence_signals(page: Page, source: Source, settings: RightsSettings) -> list[Evidence]:
    """Evidence of licences in links, JSON-LD, meta elements and platform widgets."""
    found = list(_all_found(page, settings)) if page.has(*_GATE) else []
    evidence = [_evidence(source, one) for one in found if one.element]
    evidence += _of_document(page, source, [one for one in found if not one.element])
    return [*evidence, *_paywall(page, source)]


def notices_of_json_ld(page: Page) -> list[str]:
    """Notice texts that the main entity of the page carries."""
    return [one.text for one in _statements(page) if one.key == "notice" and licence_of_url(one.text) is None]


def _of_document(page: Page, source: Source, found: Sequence[Found]) -> Iterator[Evidence]:
    """The licence of the best rank; several different ones of that rank are ambiguous."""
    known = [one for one in found if one.licence.terms] or list(found)
    best = [one for one in known if one.rank == min(other.rank for other in known)]
    versioned = [one for one in best if one.licence.versioned] or best
    ids = sorted({one.licence.id for one in versioned})
    if len(ids) > 1:
        yield source.evidence(
            "html_licence",
            "html_licence.ambiguous",
            "\n".join(one.literal for one in versioned),
            locator="; ".join(ids),
            axes=UNREADABLE,
            licence=CC_UNSPECIFIED,
            confidence=versioned[0].confidence,
        )
    elif versioned:
        chosen = max(versioned, key=lambda one: one.confidence)
        yield _evidence(source, chosen)
        if chosen.licence.terms and page.has("evocable", "철회") and _REVOCABLE.search(page.text):
            yield source.evidence(
                "html_licence",
                "html_licence.revocable",
                chosen.literal,
                locator="text",
                axes=UNREADABLE,
                confidence=0.5,
            )


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
    )


def _all_found(page: Page, settings: RightsSettings) -> Iterator[Found]:
    yield from _links(page, settings)
    yield from _json_ld(page)
    yield from _metas(page)
    yield from _rdfa(page)
    yield from _rdf_comment(page)


def _links(page: Page, settings: RightsSettings) -> Iterator[Found]:
    for element in page.select(_LINKS):
        licence = licence_of_url(element.getattr("href"))
        if licence is None:
            continue
        relations = attribute_tokens(element, "rel")
        if element.tag == "link":
            yield from _head_link(element, licence, relations)
            continue
        place = place_of(element)
        apart = place.caption or place.comments
        if "license" in relations:
            theme = licence.software and place.footer
            yield Found(licence, _STATED, 0.95, apart or place.cell or theme, element.html, place.path)
        elif apart or licence.software:
            yield Found(licence, _BARE, 0.7, True, element.html, place.path)
        else:
            yield _bare_link(element, place, licence, page, settings)


def _head_link(element: Element, licence: NamedLicence, relations: Sequence[str]) -> Iterator[Found]:
    if "license" in relations:
        yield Found(licence, _STATED, 0.95, False, element.html, "link[rel=license]")
    elif "copyright" in relations:
        yield Found(licence, _PLATFORM, 0.9, False, element.html, "link[rel=copyright]")


def _bare_link(element: Element, place: Place, licence: NamedLicence, page: Page, settings: RightsSettings) -> Found:
    """A link without rel=license: of a widget, with a licence sentence, in a footer, or of something quoted."""

    def found(rank: int, confidence: float, *, element_only: bool = False) -> Found:
        return Found(licence, rank, confidence, element_only, element.html, place.path)

    block = block_of(element)
    text = visible(block)
    before = text_before(element, block, settings.credit_chars)
    if place.wiki_body or _CREDIT.search(before) or _CREDIT.search(visible(element)):
        return found(_BARE, 0.7, element_only=True)
    if place.widget:
        return found(_PLATFORM, 0.9)
    if _SENTENCE.search(text) and (place.rights or _SUBJECT.search(text)):
        return found(_BARE, 0.9)
    at_end = bool(text.strip()) and page.ends_with(text.strip())
    return found(_BARE, 0.7, element_only=not (place.rights or at_end))


def _json_ld(page: Page) -> Iterator[Found]:
    for one in _statements(page):
        licence = licence_of_url(one.text) if one.key != "notice" else None
        if licence is not None:
            yield Found(
                licence, _DECLARED, 0.95, False, f'"{one.key}": "{one.text}"', "script[type=application/ld+json]"
            )


def _statements(page: Page) -> list[Statement]:
    bodies = [body for attributes, body in page.scripts if "ld+json" in attributes.lower()]
    telling = [body for body in bodies if _TELLING.search(body)]
    return list(statements(telling))


def _metas(page: Page) -> Iterator[Found]:
    if not any(host in page.meta_source for host in _GATE):
        return
    for name, content in page.metas():
        if name in _META_NAMES:
            for url in _URL.findall(content):
                licence = licence_of_url(url)
                if licence is not None:
                    yield Found(
                        licence, _META, 0.9, False, f'<meta name="{name}" content="{content}">', f"meta[{name}]"
                    )


def _rdfa(page: Page) -> Iterator[Found]:
    if not page.has("itemprop", ":license"):
        return
    for element in page.select(_RDFA_CSS):
        stated = {*attribute_tokens(element, "itemprop"), *attribute_tokens(element, "property")}
        related = set(attribute_tokens(element, "rel")) - {"license"}
        if element.tag == "meta" and not element.getattr("itemprop"):
            continue
        if not (stated | related) & _RDFA:
            continue
        target = element.getattr("href") or element.getattr("resource") or element.getattr("content") or element.text
        licence = licence_of_url(target or "")
        if licence is not None:
            place = place_of(element)
            yield Found(licence, _META, 0.9, place.caption or place.comments, element.html, place.path)


def _rdf_comment(page: Page) -> Iterator[Found]:
    """The RDF in a comment that Tistory writes after its widget; it counts where the link is missing, by its rank."""
    if "rdf:resource" in page.html:
        for url in _RDF_LICENCE.findall(page.html):
            licence = licence_of_url(url)
            if licence is not None:
                yield Found(licence, _BARE, 0.9, False, url, "comment")


def _paywall(page: Page, source: Source) -> Iterator[Evidence]:
    if any(one.key == "isaccessibleforfree" for one in _statements(page)):
        yield source.evidence(
            "paywall",
            "paywall.json_ld",
            "isAccessibleForFree: false",
            locator="script[type=application/ld+json]",
            axes=on(Value.DENY, Axis.REDIST),
            confidence=0.7,
        )
