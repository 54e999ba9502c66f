"""Notices of Korean press and owners (section 3.4).

To a text cleaner these lines are boilerplate, to us evidence. A ban counts in a notice only; a story on bans is none.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licenses import notice_patterns as patterns
from licenses.axes import TRAIN, Axis, AxisValues, Value, on
from licenses.catalogue import ALL_RIGHTS_RESERVED, USE_AXES
from licenses.evidence import Evidence, Source
from licenses.notice_patterns import is_lifted, is_reported, normalise, pieces
from licenses.page import Line, Page
from licenses.prose import prose_signals
from licenses.settings import RightsSettings

_GATES: tuple[tuple[tuple[str, ...], re.Pattern[str]], ...] = (
    (
        ("금지", "금합니다", "금함", "불허", "불가", "허용하지"),
        re.compile(r"무단|불법|학습|훈련|크롤링|스크래핑|자동|재판매|상업|영리"),
    ),
    (("국내", "대한민국"), re.compile(r"(?:국내|국)[^<]{0,12}?(?:에서만|에\s*한|만\s)|내에서만")),
    (("국외", "해외"), re.compile(r"소재|반출|이전|제공|유출")),
    (("무단",), re.compile(r"저작권자")),
    (("저작권자", "무단", "ⓒ", "©", "&copy;"), patterns.AI_CLAIM),
)
"""Words of which a notice holds one, and what must stand near it in the source: other pages are not parsed."""
_TELLING = re.compile(r"금지|금합니다|금함|불허|불가|허용하지|무단|국[내외]|해외|대한민국|학습|훈련")
"""What every line of a notice or of domestic-only prose holds."""
_NEAR_BEFORE, _NEAR_AFTER = 250, 200
_LONGEST_COMPANY = 100
"""Characters that a match of a second pattern of ``_GATES`` has at most."""
_OWNER_WORDS = (
    "저작권자",
    "©",
    "&copy;",
    "ⓒ",
    "Ⓒ",
    "opyright",
    "OPYRIGHT",
    "ights reserved",
    "ights Reserved",
    "IGHTS RESERVED",
    "(c)",
    "(C)",
)
_SPAN = re.compile(r"<[^<>\n]*>|\[[^\[\]\n]*\]")
_PICTURE_LINE = re.compile(r"^[\s\[(<*▲△◇※/]*(?:사진|이미지|그래픽|photo\b(?!@)|image\b)", re.IGNORECASE)
_PICTURE_MAIL = re.compile(r"photo@\S+|^\s*\*\s*재판매", re.IGNORECASE)
_TAG = re.compile(r"<[A-Za-z/!]")
_MOST_OF_A_RULE = 100
"""Most records of one rule on one page: a page that repeats a notice a thousand times says no more by it."""
_DOUBTFUL = 0.4
_LITERAL = 500


@dataclass(frozen=True, slots=True)
class _Ban:
    rule: str
    pattern: re.Pattern[str]
    axes: tuple[Axis, ...]
    confidence: float
    licence: str | None = None


def _ban(name: str, rule: str, licence: str | None = None) -> _Ban:
    pattern = getattr(patterns, name.upper())
    return _Ban(f"notice.{rule}", pattern, patterns.denied_axes(name), patterns.confidence_of(name), licence)


_REPRODUCTION_BAN = _ban("reproduction_ban", "repro_ban", ALL_RIGHTS_RESERVED)
_BANS = (_ban("ai_ban", "ai_ban"), _REPRODUCTION_BAN, _ban("crawl_ban", "crawl_ban"), _ban("db_ban", "db_ban"))


def notice_signals(page: Page, source: Source, settings: RightsSettings, extra: Sequence[str] = ()) -> list[Evidence]:
    """Evidence of notices in the text of a page.

    Args:
        page: The page.
        source: Where the page is from.
        settings: What is near the end of a text.
        extra: Texts that are notices by where they stand, such as ``copyrightNotice`` of JSON-LD.
    """
    found: list[Evidence] = []
    said: Counter[str] = Counter()
    if any(_stands_near(page, words, company) for words, company in _GATES):
        for line in page.lines(_TELLING):
            of_line = list(_of_line(line, source, settings, said))
            if not line.in_caption and said["prose"] < _MOST_OF_A_RULE:
                of_prose = list(prose_signals(line.text, line.start, source, strict=True))
                said["prose"] += len(of_prose)
                of_line += of_prose
            found += of_line
            said.update(one.rule_id for one in of_line if one.scope == "document")
    for text in extra:
        for start, piece in pieces(normalise(text)):
            line = Line(piece, start, in_notice=True, in_caption=False, in_comment=False, tail=0, chars=len(piece))
            found += _of_line(line, source, settings, said)
    found = list(_capped(found)) or list(_owner(page, source))
    return [*found, *_unread(page, source)]


def terms_signals(text: str, source: Source) -> list[Evidence]:
    """Evidence of terms of use: every sentence counts, there is no zone to be in.

    Args:
        text: Plain text of the terms.
        source: Where they are from. The evidence is of scope ``site``.
    """
    found: list[Evidence] = []
    at = 0
    for raw in normalise(text).split("\n"):
        for start, piece in pieces(raw):
            for ban in _BANS:
                matches = (match for match in ban.pattern.finditer(piece) if not is_lifted(match))
                found += [_evidence(source, ban, match, at + start, scope="site") for match in matches]
            found += prose_signals(piece, at + start, source, strict=False)
        at += len(raw) + 1
    return list(_capped(found))


def _capped(found: Sequence[Evidence]) -> Iterator[Evidence]:
    seen: dict[tuple[str, str], int] = {}
    for one in found:
        key = (one.rule_id, one.scope)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] <= _MOST_OF_A_RULE:
            yield one


def _stands_near(page: Page, words: Sequence[str], company: re.Pattern[str]) -> bool:
    text = page.gate_text
    for word in words:
        looked = 0
        for at in page.positions(word):
            # What a window shares with the one before has been looked at.
            if company.search(text, max(0, at - _NEAR_BEFORE, looked - _LONGEST_COMPANY), at + _NEAR_AFTER):
                return True
            looked = at + _NEAR_AFTER
    return False


def _of_line(line: Line, source: Source, settings: RightsSettings, said: Counter[str]) -> Iterator[Evidence]:
    """Evidence of one line. ``said``: how often each rule has fired on the page; beyond the most nothing is added."""
    banned = False
    for ban in _BANS:
        if said[ban.rule] >= _MOST_OF_A_RULE:
            banned = True
            continue
        for match in ban.pattern.finditer(line.text):
            scope = _scope(line, match)
            # A caption that reserves its picture needs no zone: it says nothing of the page.
            if is_lifted(match) or not (scope == "element" or _in_notice_zone(line, match, settings)):
                continue
            banned = True
            yield _evidence(source, ban, match, line.start, scope=scope)
    claim = patterns.AI_CLAIM.search(line.text)
    if claim and not patterns.AI_BAN.search(line.text) and _in_notice_zone(line, claim, settings):
        yield source.evidence(
            "notice",
            "notice.ai_permission_claim",
            line.text,
            locator=f"text {line.start}",
            axes=on(Value.UNKNOWN, *TRAIN),
            confidence=patterns.confidence_of("ai_claim"),
            spec_version=patterns.VERSION,
        )
    word = patterns.REPRODUCTION_WORDS.search(line.text)
    if not banned and word and "저작권자" in line.text and not is_reported(word):
        yield _evidence(source, _REPRODUCTION_BAN, word, line.start, scope=_scope(line, word))


def _in_notice_zone(line: Line, match: re.Match[str], settings: RightsSettings) -> bool:
    """The zone rule of section 3.4."""
    if line.in_notice:
        return True
    short_at_end = line.at_end and line.chars <= settings.notice_line_chars
    for span in _SPAN.finditer(line.text):
        if span.start() <= match.start() and match.end() <= span.end():
            return _has_owner(span[0]) or short_at_end
    if is_reported(match):
        return False
    return _has_owner(_clause(line.text, match)) or short_at_end


def _clause(text: str, match: re.Match[str]) -> str:
    """The part of a line between sentences that end in 다: a story in one line is not one notice."""
    start = max((stop.end() for stop in re.finditer(r"[다요]\.\s", text[: match.start()])), default=0)
    stop = re.search(r"[다요]\.\s", text[match.end() :])
    return text[start : match.end() + stop.end() if stop else len(text)]


def _has_owner(text: str) -> bool:
    return bool(patterns.OWNER.search(text) or patterns.RESERVED.search(text))


def _scope(line: Line, match: re.Match[str]) -> str:
    """Captions and picture credits bind the picture alone; a notice in brackets after one binds the page."""
    if line.in_caption:
        return "element"
    before = line.text[: match.start()]
    bracketed = "저작권자" in before
    # In a footer the star and the address of the picture desk mark no caption.
    mailed = not line.in_notice and _PICTURE_MAIL.search(before + match[0])
    picture = _PICTURE_LINE.search(line.text) or mailed
    return "element" if picture and not bracketed else "document"


def _evidence(source: Source, ban: _Ban, match: re.Match[str], start: int, *, scope: str) -> Evidence:
    axes = ban.axes
    if match.re is patterns.AI_BAN and re.search(r"활용|이용", match["between"]):
        axes = (*axes, Axis.AI_INPUT)
    return source.evidence(
        "notice",
        ban.rule,
        match.string if len(match.string) <= _LITERAL else _clause(match.string, match),
        locator=f"text {start + match.start()}",
        scope=scope,
        axes=on(Value.DENY, *axes),
        licence=ban.licence if scope != "element" else None,
        confidence=ban.confidence,
        spec_version=patterns.VERSION,
    )


def _owner(page: Page, source: Source) -> Iterator[Evidence]:
    """The mark of an owner without a ban: rights are reserved, and no more is said. Read without parsing the page."""
    for word in _OWNER_WORDS:
        at = page.html.rfind(word)
        if at < 0 or page.html.rfind("<script", 0, at) > page.html.rfind("</script", 0, at):
            continue
        start, end = page.html.rfind(">", 0, at) + 1, page.html.find("<", at)
        if _TAG.search(page.html, start, at):
            continue
        literal = normalise(page.html[start : end if end >= 0 else len(page.html)]).strip()
        if patterns.OWNER.search(literal):
            yield source.evidence(
                "notice",
                "notice.owner",
                literal,
                locator=f"source {start}",
                licence=ALL_RIGHTS_RESERVED,
                confidence=patterns.confidence_of("owner"),
                spec_version=patterns.VERSION,
            )
            return


def _unread(page: Page, source: Source) -> Iterator[Evidence]:
    """A page with more marks than are read may hold a ban that is not: a denial in doubt keeps it from a grant."""
    if page.overrun:
        axes: AxisValues = on(Value.DENY, *USE_AXES)
        yield source.evidence("notice", "notice.unread_part", "", locator="page", axes=axes, confidence=_DOUBTFUL)
