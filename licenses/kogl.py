"""공공누리 (KOGL): the free use marks of Korean public bodies (section 3.1).

Type 0 and the AI type exist since 28 January 2026. A type holds for one work, never for a site, so a page that shows
several types says nothing about itself.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from licenses.axes import TRAIN, Value, on
from licenses.catalogue import ALL_RIGHTS_RESERVED, FREE, UNREADABLE, Terms, terms_of
from licenses.credits import is_credit
from licenses.evidence import Evidence, Source
from licenses.page import Element, Page, block_of
from licenses.place import place_of

_GATE = ("공공누리", "kogl", "KOGL", "공공저작물", "자유이용", "자유 이용")
_QUOTES = re.compile(r"[“”\"'‘’「」『』<>\s\u200b]")
_LINK = re.compile(r"licensetype(ai|[0-4])\.do", re.IGNORECASE)
_OLD_LINK = re.compile(r"license_info/(by(?:-nc)?(?:-nd)?)\.do", re.IGNORECASE)
_OLD_TYPES = {"by": 1, "by-nc": 2, "by-nd": 3, "by-nc-nd": 4}
_IMAGE = re.compile(
    r"(?:opentype|opencode|koglopen|kogl_open_|mark_open|ggnr_type|nuri_type|copyright0?)_?0?([0-4])(?:\D|$)",
    re.IGNORECASE,
)
_MARKS = ",".join(
    (
        'a[href*="licensetype" i]',
        'a[href*="license_info/" i]',
        *(f'img[src*="{name}" i]' for name in ("open", "ggnr", "nuri", "copyright")),
    )
)
_TELLING = re.compile(r"공공\s*누리|KOGL|자유\s*이용|AI\s*유형|이용하였으며|24\s*조의\s*2", re.IGNORECASE)
_NAME = re.compile(r"공공누리|KOGL", re.IGNORECASE)
_TYPE_WORDS = re.compile(
    r"(?:공공누리|KOGL)(?:(?!공공누리|KOGL).){0,40}?(?:제?([0-4])유형|TYPE([0-4])(?!\d))", re.IGNORECASE
)
_CONDITION_WORDS = re.compile(
    r"(?:공공누리|공공저작물자유이용허락).{0,40}?출처표시(?P<nc>[+,·/\-및과]*(?:상업[가-힣]{0,6}?금지|비상업[가-힣]{0,3}))?"
    r"(?P<nd>[+,·/\-및과]*변경금지)?"
)
_AI_WORDS = re.compile(r"(?:공공누리|KOGL).{0,40}?AI유형|AI유형.{0,4}인공지능학습용", re.IGNORECASE)
_CITED = re.compile(r"개방한.{0,80}이용하였으며")
_NOT_APPLIED = re.compile(r"자유이용허락표시적용안함")
_ART_24_2 = re.compile(r"제?24조의2")
_SENTENCE_END = re.compile(r"(?<=다)\.(?!\d)")
_GRANT = re.compile(
    r"조건에(?:의해|의하여)?따라|조건으로|이용할수|이용하실수|이용이가능|이용가능|자유이용|적용됩니다|적용되|개방합니다|개방된"
)
_OWN = re.compile(r"(?:본|이|해당)(?:공공)?(?:저작물|자료|게시물|콘텐츠|컨텐츠|페이지|누리집|문서|기사)")
_STORY_END = re.compile(r"(?<!니)다$")
_LABEL_CHARS = 60
_MOST_MARKS = 100
_REFUSED = re.compile(r"않|아님|아니|미적용|해당없음|제외(?:됨|됩)")
_EXPLAINED = re.compile(r"안내|이란|소개|검색|바로가기|설명|방법|종류|신설|도입|비교|차이|확대|개편|[?]")
"""In a label: it leads to a page about the mark, or heads one."""


@dataclass(frozen=True, slots=True)
class _Mark:
    """A type as one kind of mark shows it. ``type`` 0 to 4, or None for the AI type."""

    kind: str
    type: int | None
    literal: str
    locator: str


def kogl_signals(page: Page, source: Source) -> list[Evidence]:
    """Evidence of KOGL marks: links, sentences, images and condition words, in this order of trust."""
    if not page.has(*_GATE):
        return []
    sentences = list(_sentences(page))
    cited = [text for text in sentences if _CITED.search(text)]
    said = [text for text in sentences if not _CITED.search(text)]
    evidence = [_stated(source, "kogl.cited", text, scope="element") for text in cited]
    if any(_NOT_APPLIED.search(text) for text in said):
        refused = next(text for text in said if _NOT_APPLIED.search(text))
        return [*evidence, _stated(source, "kogl.not_applied", refused, licence=ALL_RIGHTS_RESERVED)]
    words = list(_marks_of_words(said))
    # A mark beside the sentence with which users name their source is of that source, unless the page says its own.
    marks = words if cited and not words else [*_marks_of_elements(page), *words]
    article = next((text for text in said if _ART_24_2.search(text) and "자유이용" in text), None)
    if article and not marks:
        evidence.append(_stated(source, "kogl.art24_2_candidate", article, unreadable=True))
    return [*evidence, *_resolved(source, marks)]


def _stated(
    source: Source,
    rule: str,
    literal: str,
    *,
    scope: str = "document",
    licence: str | None = None,
    unreadable: bool = False,
) -> Evidence:
    return source.evidence(
        "kogl",
        rule,
        literal,
        locator="text",
        scope=scope,
        licence=licence,
        axes=UNREADABLE if unreadable else (),
        confidence=0.9,
        declarer="government",
    )


def _sentences(page: Page) -> Iterator[str]:
    """Sentences of the page without white space and quotes, compatibility forms resolved."""
    for line in page.lines(_TELLING):
        if not (line.in_caption or line.in_comment):
            for sentence in _SENTENCE_END.split(_bare(line.text)):
                if sentence:
                    yield sentence


def _bare(text: str) -> str:
    return _QUOTES.sub("", unicodedata.normalize("NFKC", text))


def _marks_of_elements(page: Page) -> Iterator[_Mark]:
    for element in page.at_most(page.select(_MARKS), _MOST_MARKS):
        link = element.tag == "a"
        address = element.getattr("href" if link else "src") or ""
        mark = _link_mark(address) if link else _image_mark(element, address)
        if mark is None:
            continue
        place = place_of(element)
        if place.caption or place.comments or place.other:
            continue
        if not _CITED.search(_bare(block_of(element).text)):
            yield _Mark("link" if link else "image", mark[0], element.html, element.tag)


def _link_mark(address: str) -> tuple[int | None] | None:
    found = _LINK.search(address)
    if found:
        return (None,) if found[1].lower() == "ai" else (int(found[1]),)
    old = _OLD_LINK.search(address)
    return (_OLD_TYPES[old[1].lower()],) if old and "kogl" in address.lower() else None


def _image_mark(element: Element, address: str) -> tuple[int | None] | None:
    found = _IMAGE.search(address)
    if found is None:
        return None
    block = block_of(element)
    named = "kogl" in address.lower() or _NAME.search(f"{element.getattr('alt') or ''} {block.text}")
    linked = block.query_selector('[href*="kogl.or.kr" i],[src*="kogl.or.kr" i]') is not None
    return (int(found[1]),) if named or linked else None


def _marks_of_words(sentences: list[str]) -> Iterator[_Mark]:
    for text in sentences:
        if not _NAME.search(text) and "자유이용허락" not in text and "AI유형" not in text:
            continue
        if not _grants(text):
            continue
        for match in _TYPE_WORDS.finditer(text):
            if not is_credit(text[: match.start()]):
                yield _Mark("type", int(match[1] or match[2]), text, "text")
        for match in _CONDITION_WORDS.finditer(text):
            if is_credit(text[: match.start()]):
                continue
            yield _Mark("conditions", 1 + bool(match["nc"]) + 2 * bool(match["nd"]), text, "text")
        if _AI_WORDS.search(text):
            yield _Mark("type", None, text, "text")


def _grants(text: str) -> bool:
    """Whether a sentence gives the mark to this page, where a story or a guide only tells of it."""
    if _REFUSED.search(text):
        return False
    if _GRANT.search(text) and (not _STORY_END.search(text) or _OWN.search(text)):
        return True
    return len(text) <= _LABEL_CHARS and not text.endswith("다") and not _EXPLAINED.search(text)


def _resolved(source: Source, marks: list[_Mark]) -> Iterator[Evidence]:
    kinds: dict[str, set[int]] = {}
    for mark in marks:
        if mark.type is not None:
            kinds.setdefault(mark.kind, set()).add(mark.type)
    ai = next((mark for mark in marks if mark.type is None), None)
    literal = "\n".join(dict.fromkeys(mark.literal for mark in marks))
    locator = "; ".join(dict.fromkeys(f"{mark.kind} {mark.locator}" for mark in marks))
    if any(len(types) > 1 for types in kinds.values()):
        yield source.evidence(
            "kogl", "kogl.several", literal, locator=locator, axes=UNREADABLE, confidence=0.9, declarer="government"
        )
        return
    shown = {next(iter(types)) for types in kinds.values()}
    if shown:
        strictest = _strictest(shown)
        rule = "kogl.mark" if len(shown) == 1 else "kogl.conflicting_marks"
        yield from _licensed(source, rule, strictest, ai=ai is not None, literal=literal, locator=locator)
    if ai:
        base = f"-{_strictest(shown)}+AI" if shown else "-AI"
        yield source.evidence(
            "kogl",
            "kogl.ai",
            ai.literal,
            locator=ai.locator,
            axes=on(Value.COND, *TRAIN),
            conditions=("anti_memorization", "no_resale"),
            licence=f"LicenseRef-KOGL{base}",
            confidence=0.9,
            declarer="government",
        )


def _licensed(source: Source, rule: str, number: int, *, ai: bool, literal: str, locator: str) -> Iterator[Evidence]:
    """The mark of a type, on training with less confidence than on copies: the government itself found it unclear."""
    terms = _terms(number)
    licence = f"LicenseRef-KOGL-{number}{'+AI' if ai else ''}"
    on_training = tuple((axis, value) for axis, value in terms.axes if axis in TRAIN)
    on_copies = tuple((axis, value) for axis, value in terms.axes if axis not in TRAIN)
    parts = [(rule, on_copies, 0.95 if number < _FIRST_ND else 0.9)]
    if not ai:
        parts.append((f"{rule}.training", on_training, {0: 0.95, 1: 0.75, 2: 0.75}.get(number, 0.9)))
    for name, axes, confidence in parts:
        yield source.evidence(
            "kogl",
            name,
            literal,
            locator=locator,
            axes=axes,
            conditions=terms.conditions,
            licence=licence,
            confidence=confidence,
            declarer="government",
        )


_FIRST_ND = 3


def _terms(number: int) -> Terms:
    if number == 0:
        return FREE
    bits = number - 1
    return terms_of(frozenset(name for name, bit in (("nc", 1), ("nd", 2)) if bits & bit))


def _strictest(types: set[int]) -> int:
    """The type that holds all that any of the types holds back."""
    bits = 0
    for number in types:
        bits |= max(number - 1, 0)
    return bits + 1 if types != {0} else 0
