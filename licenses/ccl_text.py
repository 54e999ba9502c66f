"""Open licences in plain words: Naver's footer, CC names, 정보공유라이선스 (sections 2.1 rank 5 and 2.4)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from licenses.catalogue import CC_UNSPECIFIED, FREE, UNREADABLE, Terms, cc_id, terms_of
from licenses.evidence import Evidence, Source
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

_VERSION = r"(?:[\s,(]*(?:버전|version|v\.?)?\s*(?P<version>[1-4]\.[0-9]))?"
_PORT = r"(?:\s*(?P<port>KR\b|Korea\b|대한민국))?"
_SHORT = re.compile(rf"\bCC[\s-]*(?P<code>BY(?:[\s-]*(?:NC|ND|SA))*)(?![A-Za-z]){_VERSION}{_PORT}", re.IGNORECASE)
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
_TELLING = re.compile(r"\bCC|크리에이티브|Creative\s+Commons", re.IGNORECASE)
_ZERO = re.compile(r"\bCC[\s-]*0\b|\bCC\s*Zero\b", re.IGNORECASE)
_ELEMENTS = (
    ("nc", re.compile(r"NC|비영리|Non-?Commercial", re.IGNORECASE)),
    ("nd", re.compile(r"ND|변경\s*금지|No-?Deriv", re.IGNORECASE)),
    ("sa", re.compile(r"SA|동일|Share-?Alike", re.IGNORECASE)),
)
_OWN = re.compile(
    r"(?:이|본|모든|해당)\s*(?:글|저작물|사이트|블로그|문서|게시물|포스트|페이지|콘텐츠|컨텐츠|자료|기사)"
    r"|\b(?:this|all|the)\s+(?:\w+\s+){0,2}(?:posts?|works?|articles?|sites?|blogs?|pages?|contents?)\b"
    r"|licensed\s+under|에\s*따라\s*이용|따릅니다|라이(?:선|센)스\s*:",
    re.IGNORECASE,
)
_PICTURE = re.compile(r"사진|이미지|아이콘|그림|photo|image|icon|figure", re.IGNORECASE)
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


def _cc_names(page: Page) -> Iterator[_Said]:
    for line in page.lines(_TELLING):
        if _speaks_of_page(line):
            yield from _in_line(line)


def _speaks_of_page(line: Line) -> bool:
    """Whether a CC name in the line is about the page: a notice, the end of the text, or a sentence that says so."""
    if line.in_caption:
        return False
    own = bool(_OWN.search(line.text))
    return own or ((line.in_notice or line.at_end) and not _PICTURE.search(line.text))


def _in_line(line: Line) -> Iterator[_Said]:
    for pattern in (_SHORT, _KOREAN, _ENGLISH):
        for match in pattern.finditer(line.text):
            groups = match.groupdict()
            stated = groups.get("code") or groups.get("elements") or ""
            elements = [name for name, element in _ELEMENTS if element.search(stated)]
            version, port = groups["version"], "kr" if groups["port"] else None
            licence = cc_id("-".join(["by", *elements]), version, port)
            confidence = 0.75 if version else 0.6
            yield _Said(licence, terms_of(frozenset(elements)), match[0], line.start + match.start(), confidence)
    for match in _ZERO.finditer(line.text):
        yield _Said("CC0-1.0", FREE, match[0], line.start + match.start(), 0.75)
