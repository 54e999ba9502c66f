"""Open licences in plain words: Naver's footer, CC names, 정보공유라이선스 (sections 2.1 rank 5 and 2.4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from licenses.catalogue import CC_UNSPECIFIED, FREE, UNREADABLE, VERSION, Terms, cc_id, terms_of
from licenses.credits import SUBJECT, is_credit, is_denied
from licenses.evidence import Evidence, Source
from licenses.licence_url import NamedLicence
from licenses.notice_patterns import normalise
from licenses.page import Line, Page

_NAVER = re.compile(r"이\s*저작물은\s*아래\s*조건\s*만족\s*시\s*별도\s*허가\s*없이\s*사용\s*가능")
_NAVER_CHARS = 200
_NAVER_ELEMENTS = (
    ("nc", re.compile(r"영리적\s*사용\s*불가")),
    ("nd", re.compile(r"내용\s*변경\s*불가")),
    ("sa", re.compile(r"동일\s*조건\s*유지\s*시\s*변경\s*허가")),
)
_NAVER_BY = re.compile(r"저작자\s*명시")

_VERSION = r"(?:[\s,(-]*(?:버전|version|v\.?)?\s*(?P<version>[1-4]\.[0-9]))?"
_PORT = r"(?:\s*(?P<port>(?:KR|Korea)(?![A-Za-z])|대한민국))?"
_SHORT = re.compile(
    rf"(?<![A-Za-z])CC[\s_-]*(?P<code>BY(?:[\s_–—/·,+-]*(?:NC|ND|SA)(?![A-Za-z]))*)(?![A-Za-z]){_VERSION}{_PORT}",
    re.IGNORECASE,
)
_KOREAN = re.compile(
    r"(?:크리에이티브\s*커먼[즈스]|CCL?\b)[^.\n]{0,20}?저작자\s*표시"
    r"(?P<elements>(?:[\s\-–/+,·]*(?:비영리|변경\s*금지|동일\s*조건\s*변경\s*허락))*)"
    rf"{_VERSION}{_PORT}"
)
_ENGLISH = re.compile(
    r"Creative\s+Commons\s+Attribution(?P<elements>(?:[\s\-–]*(?:Non-?Commercial|No-?Deriv(?:ative)?s?(?:\s+Works)?|Share-?Alike))*)"
    rf"{_VERSION}{_PORT}",
    re.IGNORECASE,
)
_TELLING = re.compile(r"(?<![A-Za-z])CC|크리에이티브|Creative\s+Commons", re.IGNORECASE)
_ZERO = re.compile(r"(?<![A-Za-z])CC-?0(?![\d.%-]|\w*[A-Za-z])|(?<![A-Za-z])CC\s*Zero\b", re.IGNORECASE)
_ELEMENTS = (
    ("nc", re.compile(r"(?<![A-Za-z])NC(?![A-Za-z])|비영리|Non-?Commercial", re.IGNORECASE)),
    ("nd", re.compile(r"(?<![A-Za-z])ND(?![A-Za-z])|변경\s*금지|No-?Deriv", re.IGNORECASE)),
    ("sa", re.compile(r"(?<![A-Za-z])SA(?![A-Za-z])|동일\s*조건|Share-?Alike", re.IGNORECASE)),
)
_ELEMENTS_CHARS = 60
"""After the name of a licence: elements written in brackets or otherwise than expected still hold."""
_PICTURE = re.compile(r"사진|이미지|아이콘|그림|photo|image|icon|figure", re.IGNORECASE)
_MOST_NAMES = 300
_CREDIT_CHARS = 120
_SHORT_CHARS = 120
_STOP = re.compile(r"[.!?]\s+|\n")
_WORDS, _WORDS_UNVERSIONED = 0.75, 0.6
_IPLEFT = re.compile(
    r"정보공유\s*라이(?:선|센)스\s*2\.0\s*[:\-]?\s*(?P<kind>영리[\s·ㆍ,]*개작\s*금지|영리\s*금지|개작\s*금지|허용)"
)
_IPLEFT_SUFFIX = {"영리개작금지": "-NC-ND", "영리금지": "-NC", "개작금지": "-ND", "허용": ""}
_NOT_LETTERS = re.compile(r"[^가-힣]")


@dataclass(frozen=True, slots=True)
class _Said:
    licence: str
    terms: Terms
    literal: str
    at: int
    confidence: float


def ccl_text_signals(page: Page, source: Source, *, marked: bool) -> list[Evidence]:
    """Evidence of licences in words.

    Args:
        page: The page.
        source: Where the page is from.
        marked: Whether markup states a licence, of whatever scope: a CC name in the text may then be its label.
    """
    said: list[_Said] = []
    if page.has("저작물은"):
        said += _naver(page)
    if page.has("정보공유"):
        said += _ipleft(page)
    if not said and not marked and page.has("크리에이티브", "CC", "reative Commons", "reative commons"):
        said += _cc_names(page)
    ids = sorted({one.licence for one in said})
    if len(ids) > 1:
        literal, locator = "\n".join(one.literal for one in said), "; ".join(ids)
        return [
            source.evidence(
                "ccl_text",
                "ccl_text.ambiguous",
                literal,
                locator=locator,
                axes=UNREADABLE,
                licence=CC_UNSPECIFIED,
                confidence=said[0].confidence,
                spec_version=VERSION,
            )
        ]
    return [
        source.evidence(
            "ccl_text",
            "ccl_text.words",
            one.literal,
            locator=f"text {one.at}",
            axes=one.terms.axes,
            conditions=one.terms.conditions,
            licence=one.licence,
            confidence=one.confidence,
            spec_version=VERSION,
        )
        for one in said[:1]
    ]


def _naver(page: Page) -> Iterator[_Said]:
    """Text of the footer of Naver Blog; its licences are the Korean port 2.0."""
    text = normalise(page.text)
    for match in _NAVER.finditer(text):
        after = text[match.end() : match.end() + _NAVER_CHARS]
        elements = [name for name, pattern in _NAVER_ELEMENTS if pattern.search(after)]
        if _NAVER_BY.search(after):
            code = "-".join(["by", *elements])
            yield _Said(cc_id(code, "2.0", "kr"), terms_of(frozenset(elements)), match[0] + after, match.start(), 0.85)


def _ipleft(page: Page) -> Iterator[_Said]:
    for match in _IPLEFT.finditer(normalise(page.text)):
        suffix = _IPLEFT_SUFFIX[_NOT_LETTERS.sub("", match["kind"])]
        elements = frozenset(suffix.lower().split("-")) - {""}
        yield _Said(f"LicenseRef-IPLeft-2.0{suffix}", terms_of(elements), match[0], match.start(), 0.85)


def licence_of_words(text: str) -> NamedLicence | None:
    """The Creative Commons licence that a field names in words; None if it names none or several."""
    said = list(_in_line(normalise(text), 0))
    found = {one.licence: one for one in said}
    if len(found) != 1 or is_denied(text):
        return None
    one = said[0]
    return NamedLicence(one.licence, one.terms, versioned=one.confidence >= _WORDS)


def _cc_names(page: Page) -> Iterator[_Said]:
    names = 0
    for line in page.lines(_TELLING):
        in_line = list(islice(_in_line(line.text, line.start), _MOST_NAMES + 1))
        # A line that compares licences is about none of them, unless a sentence says so.
        single = len({one.licence for one in in_line}) == 1
        for one in in_line:
            names += 1
            if names > _MOST_NAMES:
                page.overrun = True
                return
            at = one.at - line.start
            before = line.text[max(0, at - _CREDIT_CHARS) : at]
            sentence = _sentence(line.text, at, at + len(one.literal))
            ends = single and at + len(one.literal) >= line.tail
            if not is_credit(before) and not is_denied(sentence) and _speaks_of_page(line, sentence, at_end=ends):
                yield one


def _speaks_of_page(line: Line, sentence: str, *, at_end: bool) -> bool:
    """Whether a CC name is about the page: in a notice, at the end of the text, or in a sentence that says so."""
    if line.in_caption or line.in_comment:
        return False
    if SUBJECT.search(sentence):
        return True
    short = len(sentence) <= _SHORT_CHARS
    return (line.in_notice or (at_end and short)) and not _PICTURE.search(line.text)


def _sentence(text: str, start: int, end: int) -> str:
    """The sentence with the span; the point of a version ends none."""
    first = max((stop.end() for stop in _STOP.finditer(text, 0, start)), default=0)
    stop = _STOP.search(text, end)
    return text[first : stop.start() if stop else len(text)]


def _rest_of_name(text: str, start: int) -> str:
    rest = text[start : start + _ELEMENTS_CHARS]
    ends = [found.start() for found in (_STOP.search(rest), _TELLING.search(rest)) if found]
    return rest[: min(ends, default=len(rest))]


def _in_line(text: str, start: int) -> Iterator[_Said]:
    for pattern in (_SHORT, _KOREAN, _ENGLISH):
        for match in pattern.finditer(text):
            groups = match.groupdict()
            stated = re.sub("_", "-", match[0]) + _rest_of_name(text, match.end())
            elements = [name for name, element in _ELEMENTS if element.search(stated)]
            version, port = groups["version"], "kr" if groups["port"] else None
            licence = cc_id("-".join(["by", *elements]), version, port)
            confidence = _WORDS if version else _WORDS_UNVERSIONED
            yield _Said(licence, terms_of(frozenset(elements)), match[0], start + match.start(), confidence)
    for match in _ZERO.finditer(text):
        yield _Said("CC0-1.0", FREE, match[0], start + match.start(), _WORDS)
