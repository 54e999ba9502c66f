"""Marks of licences in markup: links, JSON-LD, meta elements, widgets, with what they cover (sections 2.1 to 2.4).

Others find a licence link; this decides its scope. A link of a picture, an icon or a quoted work covers that alone.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licenses.ccl_text import licence_of_words
from licenses.credits import SUBJECT, is_credit, is_denied
from licenses.licence_url import NamedLicence, licence_of_url
from licenses.page import Element, Page, attribute_tokens, block_of, text_after, text_before, visible
from licenses.place import Place, place_of
from licenses.settings import RightsSettings

_GATE = ("creativecommons.org", "gnu.org/", "opendatacommons.org", "opensource.org", "apache.org/licenses", ".gov.uk/")
_SPELLINGS = (*_GATE, "CREATIVECOMMONS.ORG", "CreativeCommons.org", "Creativecommons.org")
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
_SENTENCE = re.compile(
    r"licen[cs]ed|licen[cs]e\b|라이(?:선|센)[스즈]|이용하실\s*수|이용할\s*수|이용허락|사용할\s*수|저작물", re.IGNORECASE
)
_EMBEDDED = "iframe,video,audio,embed,object"
_STOP = re.compile(r"[.!?]\s+|\n")
_MOST_LINKS = 300
_WORDS = 0.75
_RDF_LICENCE = re.compile(r"<license\s+rdf:resource\s*=\s*[\"']([^\"']+)", re.IGNORECASE)

_STATED, _DECLARED, _META, _PLATFORM, BARE = 1, 2, 3, 4, 5
"""Ranks of section 2.1; of ``BARE`` are links and words that no markup says to be a licence."""


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


def marks_of(page: Page, settings: RightsSettings) -> Iterator[Found]:
    """Every licence that the markup names, in no order that counts."""
    if not (page.has(*_SPELLINGS) or _has_fields(page)):
        return
    yield from _links(page, settings)
    yield from _json_ld(page)
    yield from _metas(page)
    yield from _rdfa(page)
    yield from _rdf_comment(page)


def _links(page: Page, settings: RightsSettings) -> Iterator[Found]:
    for element in page.at_most(page.select(_LINKS), _MOST_LINKS):
        licence = licence_of_url(element.getattr("href"))
        if licence is None:
            continue
        relations = attribute_tokens(element, "rel")
        if element.tag == "link":
            yield from _head_link(element, licence, relations)
            continue
        place = place_of(element)
        apart = place.caption or place.comments or place.other
        if "license" in relations:
            theme = licence.software and place.footer
            part = apart or place.cell or place.wiki_body or theme
            yield Found(licence, _STATED, 0.95, part, element.html, place.path)
        elif apart or place.wiki_body or licence.software:
            yield Found(licence, BARE, 0.7, True, element.html, place.path)
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
    own = visible(element)
    before = text_before(element, block, settings.credit_chars)
    embedded = block is not element and block.query_selector(_EMBEDDED) is not None
    if is_credit(before) or is_credit(own) or embedded:
        return found(BARE, 0.7, element_only=True)
    if place.widget:
        return found(_PLATFORM, 0.9)
    sentence = _STOP.split(before)[-1] + own + _STOP.split(text_after(element, block, settings.credit_chars))[0]
    if is_denied(sentence):
        return found(BARE, 0.7, element_only=True)
    limit = settings.notice_element_chars
    rights = place.rights is not None and len(visible(place.rights)) <= (3 * limit if place.footer else limit)
    if _SENTENCE.search(sentence) and (rights or SUBJECT.search(sentence)):
        return found(BARE, 0.9)
    line = sentence.strip()
    at_end = 0 < len(line) <= settings.notice_line_chars and page.ends_with(line)
    return found(BARE, 0.7, element_only=not (rights or at_end))


def _json_ld(page: Page) -> Iterator[Found]:
    for one in page.at_most(page.statements, _MOST_LINKS):
        if one.key != "notice":
            yield from _field(
                one.text, _DECLARED, 0.95, f'"{one.key}": "{one.text}"', "script[type=application/ld+json]"
            )


def _field(text: str, rank: int, confidence: float, literal: str, locator: str) -> Iterator[Found]:
    """The licence of a field that is there to name one: by its URLs, else by its words."""
    urls = _URL.findall(text)
    for url in urls[:_MOST_LINKS]:
        licence = licence_of_url(url)
        if licence is not None:
            yield Found(licence, rank, confidence, False, literal, locator)
    named = None if urls else licence_of_words(text)
    if named is not None:
        yield Found(named, rank, min(confidence, _WORDS), False, literal, locator)


def _metas(page: Page) -> Iterator[Found]:
    if not any(name in page.meta_source for name in ("licen", "rights", "copyright")):
        return
    for name, content in page.metas():
        if name in _META_NAMES:
            yield from _field(content, _META, 0.9, f'<meta name="{name}" content="{content}">', f"meta[{name}]")


def _rdfa(page: Page) -> Iterator[Found]:
    if not page.has("itemprop", ":license"):
        return
    for element in page.at_most(page.select(_RDFA_CSS), _MOST_LINKS):
        stated = {*attribute_tokens(element, "itemprop"), *attribute_tokens(element, "property")}
        related = set(attribute_tokens(element, "rel")) - {"license"}
        if element.tag == "meta" and not element.getattr("itemprop"):
            continue
        if not (stated | related) & _RDFA:
            continue
        target = element.getattr("href") or element.getattr("resource") or element.getattr("content") or element.text
        link = None if licence_of_url(target or "") else element.query_selector("a[href]")
        target = target if link is None else link.getattr("href")
        licence = licence_of_url(target or "")
        if licence is not None:
            place = place_of(element)
            part = place.caption or place.comments or place.cell or place.other or place.wiki_body
            yield Found(licence, _META, 0.9, part, element.html, place.path)


def _rdf_comment(page: Page) -> Iterator[Found]:
    """The RDF in a comment that Tistory writes after its widget; it counts where the link is missing, by its rank."""
    if "rdf:resource" in page.html:
        for url in page.at_most(_RDF_LICENCE.findall(page.html), _MOST_LINKS):
            licence = licence_of_url(url)
            if licence is not None:
                yield Found(licence, BARE, 0.9, False, url, "comment")


def _has_fields(page: Page) -> bool:
    """Whether a field that is there to name a licence may name one in words."""
    return ("licen" in page.meta_source or "rights" in page.meta_source or bool(page.scripts)) and page.has(
        "CC", "reative"
    )
