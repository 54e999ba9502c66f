"""Korean notices as patterns over one line of normalised text (sections 3.4 and 3.5).

Lines are normalised without NFKC: it would turn ⓒ into the letter c and so delete the mark of the owner.
"""

import html
import re
import unicodedata

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BRACKETS = {ord("〈"): "<", ord("〉"): ">", ord("《"): "<", ord("》"): ">", 0x3000: " ", 0xA0: " "}
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD))
_TABLE = {**_FULL_WIDTH, **_BRACKETS, **_INVISIBLE}
_SPACES = re.compile(r"[^\S\n]+")


def normalise(text: str) -> str:
    """Entities resolved, full-width forms and brackets made ASCII, spaces collapsed; line ends stay."""
    unescaped = html.unescape(text) if "&" in text else text
    composed = unicodedata.normalize("NFC", unescaped)
    return _SPACES.sub(" ", composed.translate(_TABLE))


_AI = r"(?:생성형\s*)?(?:\bAI|A\.I\.|인공\s*지능|머신\s*러닝|기계\s*학습|\bLLM)"
_BANNED = r"금지|금합니다|금함|불허"

AI_BAN = re.compile(
    rf"{_AI}[^.\n<>]{{0,12}}?(?:학습|훈련)(?P<between>[^.\n<>]{{0,24}}?)(?:{_BANNED}|불가|허용하지\s*않)", re.IGNORECASE
)
AI_CLAIM = re.compile(
    rf"{_AI}[^.\n<>]{{0,12}}?(?:학습|훈련)[^.\n<>]{{0,24}}?(?:허용(?!하지)|가능|할\s*수\s*있)", re.IGNORECASE
)
REPRO_BAN = re.compile(
    rf"(?:무단|불법)\s*(?:전재|복제|복사|도용|게재|배포|재배포|사용|이용)[^\n<>]{{0,40}}?(?:{_BANNED})"
)
REPRO_WORD = re.compile(r"무단\s*전재")
CRAWL_BAN = re.compile(rf"(?:크롤링|스크래핑|자동\s*(?:화된\s*수단|수집))[^\n<>]{{0,20}}?(?:{_BANNED})")
DB_BAN = re.compile(r"재판매\s*및\s*DB\s*금지", re.IGNORECASE)
OWNER = re.compile(r"저작권자|[ⓒⒸ©]|\(c\)|Copyright|All rights reserved", re.IGNORECASE)
RESERVED = re.compile(r"무단")

DOMESTIC_ONLY = re.compile(
    r"(?:국내에서만"
    r"|국내(?:\s*[가-힣A-Za-z]{0,6}(?:기업|기관|연구자|법인|단체|거주자|이용자))?(?:에\s*한(?:하여|해|정)|만)"
    r"|대한민국\s*내에서만)[^.\n]{0,40}(?:이용|사용|학습|활용)"
)
FOREIGN_PARTY = re.compile(r"국외에\s*소재하는\s*(?:법인|단체|개인)")
EXPORT_BAN = re.compile(
    r"(?:국외|해외)\s*(?:로의\s*)?(?:반출|이전|제공|유출)[^.\n]{0,40}?"
    r"(?:금지|불가|제한(?!\s*(?:이\s*)?없)|별도[^.\n]{0,20}(?:합의|승인|동의))"
)
COMMERCIAL_BAN = re.compile(r"(?:상업적|영리적?)\s*(?:목적의\s*)?(?:이용|사용)[^.\n]{0,12}?(?:금지|금합니다|불가)")

EXPORTED = re.compile(r"데이터|자료|저작물|말뭉치")
"""Whose export is banned: without one of these before it, the sentence is about maps or goods."""
LICENSED = re.compile(r"데이터|자료|저작물|말뭉치|콘텐츠|컨텐츠|게시물|기사|학습")
CONSENT = re.compile(r"합의|승인|동의")
GRANT = re.compile(r"할\s*수\s*있|될\s*수\s*있")

_LIFTED_BEFORE = re.compile(r"허용(?!하지)|가능(?!하지)")
_LIFTED_AFTER = re.compile(
    r"\s*(?:하지\s*(?:않|아니)|되지\s*(?:않|아니)|하는\s*것은\s*아|은\s*아니|가\s*아니|하지\s*는\s*않)"
)
_REPORTED = re.compile(
    r"['\"’”」]?\s*(?:를|을|라는|라고|이라|하라|하는(?!\s*(?:바|것을\s*알))|해야|하도록|하자|했|시키"
    r"|령|법|론"
    r"|에\s*(?:대|관|반대|찬성|나서)|여부|조항|방침|규정|문구|논란|요구|소송|추진|주장|선언|등을|등의|된다|될|됐|되는)"
)
"""What follows the word of a ban in a story about it; ``금지합니다``, ``금지하며`` and a bare ``금지`` are notices."""


def is_lifted(match: re.Match[str]) -> bool:
    """Whether a ban is none: permission stands within it, or its predicate is negated."""
    return bool(_LIFTED_BEFORE.search(match[0]) or _LIFTED_AFTER.match(match.string, match.end()))


def is_reported(match: re.Match[str]) -> bool:
    """Whether the sentence goes on about the ban instead of ending with it."""
    return bool(_REPORTED.match(match.string, match.end()))


def ai_ban(text: str) -> str | None:
    """The words with which ``text`` bans AI training, if it does; for text that is a notice throughout."""
    for match in AI_BAN.finditer(normalise(text)):
        if not is_lifted(match):
            return match[0]
    return None


def sentence_around(text: str, start: int, end: int) -> str:
    """The sentence of ``text`` with the span, ended by full stops and line ends."""
    first = max(text.rfind(".", 0, start), text.rfind("\n", 0, start)) + 1
    stops = [at for at in (text.find(".", end), text.find("\n", end)) if at >= 0]
    return text[first : min(stops, default=len(text))]
