"""Korean notices as patterns over one line of normalised text (sections 3.4 and 3.5; the table is data/notices.toml).

Lines are normalised without NFKC: it would turn ⓒ into the letter c and so delete the mark of the owner.
"""

import html
import re
import unicodedata
from collections.abc import Iterator

from licenses.axes import Axis
from licenses.tables import table, version_of

TABLE = "notices"
VERSION = version_of(TABLE)

_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_BRACKETS = {ord("〈"): "<", ord("〉"): ">", ord("《"): "<", ord("》"): ">", 0x3000: " ", 0xA0: " "}
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF, 0xAD))
_TRANSLATION = {**_FULL_WIDTH, **_BRACKETS, **_INVISIBLE}
_SPACES = re.compile(r"[^\S\n]+")
PIECE_CHARS = 1000
"""Longest piece of a line that patterns see at once: what they look around for is never that far away."""


def normalise(text: str) -> str:
    """Entities resolved, full-width forms and brackets made ASCII, spaces collapsed; line ends stay."""
    unescaped = html.unescape(text) if "&" in text else text
    composed = unicodedata.normalize("NFC", unescaped)
    return _SPACES.sub(" ", composed.translate(_TRANSLATION))


def pieces(line: str) -> Iterator[tuple[int, str]]:
    """Offset and text of the pieces of a line: itself, or what a long one holds between spaces near ``PIECE_CHARS``."""
    start = 0
    while len(line) - start > PIECE_CHARS:
        end = start + PIECE_CHARS
        cut = line.rfind(". ", start + PIECE_CHARS // 2, end) + 1 or line.rfind(" ", start + PIECE_CHARS // 2, end) + 1
        yield start, line[start : cut or end]
        start = cut or end
    yield start, line[start:]


def _pattern(name: str) -> re.Pattern[str]:
    return re.compile(table(TABLE)[name]["pattern"], re.IGNORECASE)


def denied_axes(name: str) -> tuple[Axis, ...]:
    """Axes that a match of the pattern denies."""
    return tuple(Axis(axis) for axis in table(TABLE)[name]["axes"])


def confidence_of(name: str) -> float:
    """Confidence, 0 to 1, in a match of the pattern."""
    return float(table(TABLE)[name]["confidence"])


AI_BAN = _pattern("ai_ban")
AI_CLAIM = _pattern("ai_claim")
REPRODUCTION_BAN = _pattern("reproduction_ban")
REPRODUCTION_WORDS = _pattern("reproduction_words")
CRAWL_BAN = _pattern("crawl_ban")
DB_BAN = _pattern("db_ban")
OWNER = _pattern("owner")
RESERVED = _pattern("reserved")
DOMESTIC_ONLY = _pattern("domestic_only")
FOREIGN_PARTY = _pattern("foreign_party")
EXPORT_BAN = _pattern("export_ban")
COMMERCIAL_BAN = _pattern("commercial_ban")
EXPORTED = _pattern("exported")
"""Whose export is banned: without one of these before it, the sentence is about maps or goods."""
LICENSED = _pattern("licensed")
CONSENT = _pattern("consent")
GRANT = _pattern("grant")

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
