"""Notices of Korean press and owners, and prose that keeps texts in Korea (sections 3.4 and 3.5).

To a text cleaner these lines are boilerplate, to us evidence. A ban counts in a notice only; a story on bans is none.
"""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from licenses import notice_patterns as patterns
from licenses.axes import TRAIN, Axis, AxisValues, Value, on
from licenses.catalogue import ALL_RIGHTS_RESERVED
from licenses.evidence import Evidence, Source
from licenses.notice_patterns import is_lifted, is_reported, normalise, sentence_around
from licenses.page import Line, Page
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
)
_SPAN = re.compile(r"<[^<>\n]*>|\[[^\[\]\n]*\]")
_PICTURE_LINE = re.compile(r"^[\s\[(<*▲△◇※/]*(?:사진|이미지|그래픽|photo\b|image\b)", re.IGNORECASE)
_PICTURE_MAIL = re.compile(r"photo@\S+|^\s*\*\s*재판매", re.IGNORECASE)
_LICENCE_TERM_BEFORE = re.compile(r"(?:출처|저작자)\s*표시[\s+,\-–·및]*$|유형[\s:(]*[가-힣\s+]*$")
"""Before 상업적 이용금지 as the name of a condition of KOGL or CC, which is the business of those families."""
_TAG = re.compile(r"<[A-Za-z/!]")
_EXPORT_CHARS = 60


@dataclass(frozen=True, slots=True)
class _Ban:
    rule: str
    pattern: re.Pattern[str]
    axes: Callable[[re.Match[str]], AxisValues]
    confidence: float
    licence: str | None = None


def _ai_axes(match: re.Match[str]) -> AxisValues:
    use = re.search(r"활용|이용", match["between"])
    return on(Value.DENY, *TRAIN, *((Axis.AI_INPUT,) if use else ()))


_BANS = (
    _Ban("notice.ai_ban", patterns.AI_BAN, _ai_axes, 0.9),
    _Ban("notice.repro_ban", patterns.REPRO_BAN, lambda _: on(Value.DENY, Axis.REDIST), 0.95, ALL_RIGHTS_RESERVED),
    _Ban("notice.crawl_ban", patterns.CRAWL_BAN, lambda _: on(Value.DENY, Axis.CRAWL), 0.8),
    _Ban("notice.db_ban", patterns.DB_BAN, lambda _: on(Value.DENY, Axis.REDIST), 0.9),
    _Ban("notice.commercial_ban", patterns.COMMERCIAL_BAN, lambda _: on(Value.DENY, Axis.COMMERCIAL), 0.9),
)


def notice_signals(page: Page, source: Source, settings: RightsSettings, extra: Sequence[str] = ()) -> list[Evidence]:
    """Evidence of notices in the text of a page.

    Args:
        page: The page.
        source: Where the page is from.
        settings: What is near the end of a text.
        extra: Texts that are notices by where they stand, such as ``copyrightNotice`` of JSON-LD.
    """
    found: list[Evidence] = []
    if any(_stands_near(page, words, company) for words, company in _GATES):
        for line in page.lines(_TELLING):
            found += _of_line(line, source, settings)
            if not line.in_caption:
                found += _prose(line.text, line.start, source, strict=True)
    for text in extra:
        found += _of_line(Line(normalise(text), 0, in_notice=True, in_caption=False, at_end=True), source, settings)
    return found or list(_owner(page, source))


def _stands_near(page: Page, words: Sequence[str], company: re.Pattern[str]) -> bool:
    text = page.gate_text
    for word in words:
        for at in page.positions(word):
            if company.search(text, max(0, at - _NEAR_BEFORE), at + _NEAR_AFTER):
                return True
    return False


def terms_signals(text: str, source: Source) -> list[Evidence]:
    """Evidence of terms of use: every sentence counts, there is no zone to be in.

    Args:
        text: Plain text of the terms.
        source: Where they are from. The evidence is of scope ``site``.
    """
    found: list[Evidence] = []
    at = 0
    for raw in normalise(text).split("\n"):
        for ban in _BANS:
            matches = (match for match in ban.pattern.finditer(raw) if _bans(match))
            found += [_evidence(source, ban, match, at, scope="site") for match in matches]
        found += _prose(raw, at, source, strict=False)
        at += len(raw) + 1
    return found


def _of_line(line: Line, source: Source, settings: RightsSettings) -> Iterator[Evidence]:
    banned = False
    for ban in _BANS:
        for match in ban.pattern.finditer(line.text):
            if not _bans(match) or not _in_notice_zone(line, match, settings):
                continue
            banned = True
            yield _evidence(source, ban, match, line.start, scope=_scope(line, match))
    claim = patterns.AI_CLAIM.search(line.text)
    if claim and not patterns.AI_BAN.search(line.text) and _in_notice_zone(line, claim, settings):
        yield source.evidence(
            "notice",
            "notice.ai_permission_claim",
            line.text,
            locator=f"text {line.start}",
            axes=on(Value.UNKNOWN, *TRAIN),
            confidence=0.5,
        )
    word = patterns.REPRO_WORD.search(line.text)
    if not banned and word and "저작권자" in line.text and not is_reported(word):
        yield _evidence(source, _BANS[1], word, line.start, scope=_scope(line, word))


def _bans(match: re.Match[str]) -> bool:
    named = match.re is patterns.COMMERCIAL_BAN and _LICENCE_TERM_BEFORE.search(match.string[: match.start()])
    return not named and not is_lifted(match)


def _in_notice_zone(line: Line, match: re.Match[str], settings: RightsSettings) -> bool:
    """The zone rule of section 3.4."""
    if line.in_notice:
        return True
    for span in _SPAN.finditer(line.text):
        if span.start() <= match.start() and match.end() <= span.end():
            return _has_owner(span[0]) or (line.at_end and len(line.text) <= settings.notice_line_chars)
    if is_reported(match):
        return False
    return _has_owner(_clause(line.text, match)) or (line.at_end and len(line.text) <= settings.notice_line_chars)


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
    picture = _PICTURE_LINE.search(line.text) or _PICTURE_MAIL.search(before + match[0])
    return "element" if picture and not bracketed else "document"


def _evidence(source: Source, ban: _Ban, match: re.Match[str], start: int, *, scope: str) -> Evidence:
    return source.evidence(
        "notice",
        ban.rule,
        match.string if len(match.string) <= 500 else _clause(match.string, match),  # noqa: PLR2004 - length of a literal
        locator=f"text {start + match.start()}",
        scope=scope,
        axes=ban.axes(match),
        licence=ban.licence if scope != "element" else None,
        confidence=ban.confidence,
    )


def _prose(text: str, start: int, source: Source, *, strict: bool) -> Iterator[Evidence]:
    """Section 3.5. ``strict``: on a page, only a sentence about texts or data makes a condition of its permission."""

    def found(rule: str, match: re.Match[str], axes: AxisValues, conditions: tuple[str, ...] = ()) -> Evidence:
        return source.evidence(
            "notice",
            rule,
            sentence_around(text, match.start(), match.end()).strip(),
            locator=f"text {start + match.start()}",
            scope="document" if strict else "site",
            axes=axes,
            conditions=conditions,
            confidence=0.9,
        )

    for match in patterns.DOMESTIC_ONLY.finditer(text):
        sentence = sentence_around(text, match.start(), match.end())
        grants = patterns.GRANT.search(sentence) and (not strict or patterns.LICENSED.search(sentence))
        granted: AxisValues = on(Value.COND, Axis.TRAIN_DOM) if grants else ()
        yield found(
            "notice.domestic_only",
            match,
            (*granted, (Axis.TRAIN_FOR, Value.DENY)),
            ("agreement",) if granted else (),
        )
    for match in patterns.FOREIGN_PARTY.finditer(text):
        if patterns.CONSENT.search(sentence_around(text, match.start(), match.end())):
            yield found("notice.foreign_party", match, on(Value.DENY, Axis.TRAIN_FOR))
    for match in patterns.EXPORT_BAN.finditer(text):
        if patterns.EXPORTED.search(text[max(0, match.start() - _EXPORT_CHARS) : match.start()]):
            yield found("notice.export_ban", match, on(Value.DENY, Axis.TRAIN_FOR))


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
                confidence=0.9,
            )
            return
