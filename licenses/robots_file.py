"""The grammar of robots.txt: groups, rules, preferences and comments, each with its line (RFC 9309, section 2.2)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from licenses.paths import Matcher, canonical, matcher

_BOM = b"\xef\xbb\xbf"
_KNOWN = frozenset({"sitemap", "crawl-delay", "host", "request-rate", "visit-time", "clean-param", "noindex"})
"""Keys of other specifications: not prose, and not ours."""
_LINE_END = re.compile(rb"\r\n|\r|\n")
_TOKEN = re.compile(r"[A-Za-z_-]+")
_AGENT = ("user-agent", "useragent", "user agent")
_DISALLOW = ("disallow", "dissallow", "dissalow", "disalow", "diasllow", "disallaw")
"""Typing errors are forgiven where that denies more, never for Allow."""
_OURS = frozenset({*_AGENT, *_DISALLOW, "allow", "content-usage", "content-signal", "license"})
_WITHOUT_COLON = re.compile(rf"({'|'.join((*_AGENT, *_DISALLOW))})[ \t]+(\S+)[ \t]*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Rule:
    """An Allow or Disallow line."""

    allow: bool
    pattern: str
    matches: Matcher
    line: int
    literal: str


@dataclass(frozen=True, slots=True)
class Preference:
    """A Content-Usage or Content-Signal line. Without a path it speaks of every path."""

    kind: str
    pattern: str
    matches: Matcher
    value: str
    line: int
    literal: str


@dataclass(frozen=True, slots=True)
class LicenseLine:
    """A License line: where the terms are (RSL-SPEC-1.0, section 4.4)."""

    value: str
    line: int


@dataclass(slots=True)
class Group:
    """Consecutive User-agent lines and what follows them."""

    names: set[str] = field(default_factory=set)
    listed: set[str] = field(default_factory=set)
    """Names in a list after commas, which RFC 9309 does not know: whoever writes one means all of them."""
    rules: list[Rule] = field(default_factory=list)
    preferences: list[Preference] = field(default_factory=list)
    licenses: list[LicenseLine] = field(default_factory=list)

    def speaks_to(self, token: str) -> bool:
        """Whether the group names the product token (``*`` is a name of its own)."""
        return token.lower() in self.names

    def mentions(self, token: str) -> bool:
        """Whether the group names the token, by the grammar or in a list."""
        return self.speaks_to(token) or token.lower() in self.listed


@dataclass(slots=True)
class RobotsFile:
    """A parsed robots.txt."""

    groups: list[Group] = field(default_factory=list)
    prose: list[tuple[int, str]] = field(default_factory=list)
    """Comments and other running text, consecutive lines joined, each with its first line number; then the comments
    behind rules, each by itself."""
    licenses: list[LicenseLine] = field(default_factory=list)
    """License lines before the first group."""
    truncated: bool = False

    def groups_for(self, token: str) -> list[Group]:
        """The groups that hold for a crawler: all that name it, else all for ``*`` (section 2.2.1)."""
        return self.naming(token) or self.naming("*")

    def naming(self, token: str) -> list[Group]:
        """The groups that name ``token``."""
        return [group for group in self.groups if group.speaks_to(token)]


def deciding_rule(rules: Sequence[Rule], path: str) -> Rule | None:
    """The rule with the longest matching pattern, Allow before Disallow, earlier before later (section 2.2.2)."""
    if path == "/robots.txt":
        return None
    found = [rule for rule in rules if rule.matches(path)]
    return max(found, key=lambda rule: (len(rule.pattern), rule.allow, -rule.line), default=None)


def parse_robots(body: bytes, max_bytes: int) -> RobotsFile:
    """Parse the bytes of a robots.txt. Nothing in it is an error: what is not understood is prose or ignored."""
    file = RobotsFile(truncated=len(body) > max_bytes)
    group: Group | None = None
    collecting = False
    prose: list[tuple[int, str]] = []
    behind: list[tuple[int, str]] = []
    for number, raw in enumerate(_LINE_END.split(body[:max_bytes].removeprefix(_BOM)), start=1):
        key, value = _split(raw)
        if not key:
            text = _decode(raw).strip().lstrip("#").strip()
            prose.append((number, text))
            continue
        comment = raw.partition(b"#")[2].strip()
        if comment:
            behind.append((number, _decode(comment)))
        if key in _AGENT:
            if not collecting or group is None:
                group = Group()
                file.groups.append(group)
            collecting = True
            group.names |= _names(_decode(value))
            group.listed |= {name.strip().lower() for name in _decode(value).split(",")[1:]}
        elif group is not None and key in (*_DISALLOW, "allow"):
            collecting = False
            _add_rule(group, key == "allow", value, number, raw)
        elif group is not None and key in ("content-usage", "content-signal"):
            # Content-Usage is a rule by AIPREF attach; Content-Signal is unknown to RFC 9309 and must not end a group.
            collecting = collecting and key == "content-signal"
            group.preferences.append(_preference(key, value, number, raw))
        elif key == "license":
            # Unknown to RFC 9309: it must not end a group, nor the run of User-agent lines that begins one.
            (file if group is None else group).licenses.append(LicenseLine(_decode(value).strip(), number))
        elif key not in _OURS and key not in _KNOWN:
            prose.append((number, _decode(raw).strip()))
    file.prose = [*_joined(prose), *behind]
    return file


def _split(raw: bytes) -> tuple[str, bytes]:
    """Key in lower case and value of a line; an empty key for comments, empty lines and prose."""
    content = raw.partition(b"#")[0].strip(b" \t\x00")
    key, colon, value = content.partition(b":")
    name = key.strip().decode("latin-1").lower()
    if colon and len(name) <= 40 and re.fullmatch(r"[a-z][a-z0-9_-]*|user agent", name):  # noqa: PLR2004 - longer is prose
        return name, value.strip(b" \t")
    bare = _WITHOUT_COLON.fullmatch(content.decode("latin-1"))
    return (bare[1].lower(), bare[2].encode("latin-1")) if bare and not colon else ("", b"")


def _names(value: str) -> set[str]:
    """What a User-agent line names: the RFC's token, and the whole name, since known ones hold digits and spaces."""
    if re.match(r"\*(?:\s|$)", value):
        return {"*"}
    token = _TOKEN.match(value)
    whole = value.partition("/")[0].strip().lower()
    return {whole, token[0].lower()} if token else {whole}


def _add_rule(group: Group, allow: bool, value: bytes, number: int, raw: bytes) -> None:  # noqa: FBT001 - reads as a word
    if value:
        pattern = canonical(value)
        group.rules.append(Rule(allow, pattern, matcher(pattern), number, _decode(raw).strip()))


def _preference(key: str, value: bytes, number: int, raw: bytes) -> Preference:
    pattern, text = b"/", value
    if value.startswith(b"/"):
        pattern, _, text = value.replace(b"\t", b" ").partition(b" ")
    path = canonical(pattern)
    return Preference(key, path, matcher(path), _decode(text).strip(), number, _decode(raw).strip())


def _joined(lines: Sequence[tuple[int, str]]) -> Iterator[tuple[int, str]]:
    """Runs of consecutive lines that are not empty, joined by a space."""
    start, previous, words = 0, -1, list[str]()
    for number, text in [*lines, (-1, "")]:
        if words and (not text or number != previous + 1):
            yield start, " ".join(words)
            words = []
        if text:
            start = start if words else number
            words.append(text)
            previous = number


def _decode(raw: bytes) -> str:
    """Text of a line: UTF-8, else the legacy Korean encoding that old sites write comments in."""
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("cp949", "replace")
