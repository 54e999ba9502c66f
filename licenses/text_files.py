"""Small text files of a site: Spawning's ai.txt and JournalList's trust.txt (section 1.8)."""

import re
from collections.abc import Iterator

from licenses.axes import TRAIN, Value, on
from licenses.evidence import Evidence, Source
from licenses.paths import url_path
from licenses.robots_file import deciding_rule, parse_robots
from licenses.settings import RightsSettings

_ALL_TEXT = frozenset({"/", "*", "/*", "*.*", "/*.*", "*.txt", "/*.txt", "*.html", "/*.html", "*.htm", "/*.htm"})
_TRUST = re.compile(
    r"^[ \t]{0,80}datatrainingallowed[ \t]{0,80}=[ \t]{0,80}(yes|no)[ \t]{0,80}(?:#.*)?$", re.IGNORECASE | re.MULTILINE
)


class AiTxtRules:
    """A prepared ai.txt: robots grammar over file types. Its Allow lines never grant."""

    def __init__(self, source: Source, body: bytes, settings: RightsSettings) -> None:
        self._source = source
        file = parse_robots(body, settings.robots_max_bytes)
        if not file.groups:
            # Without a User-Agent line its rules are meant for everybody.
            file = parse_robots(b"User-Agent: *\n" + body.removeprefix(b"\xef\xbb\xbf"), settings.robots_max_bytes)
        groups = [*file.naming("*"), *file.naming(settings.product_token)]
        denials = [rule for group in groups for rule in group.rules if not rule.allow]
        self._all_text = [rule for rule in denials if rule.pattern.removesuffix("$") in _ALL_TEXT]
        self._paths = [rule for rule in denials if rule.pattern.startswith("/")]

    def signals(self, url: str) -> list[Evidence]:
        """Evidence about the text at ``url``; none if only pictures, sound, video or code are held back."""
        rule = self._all_text[0] if self._all_text else deciding_rule(self._paths, url_path(url))
        if rule is None:
            return []
        return [
            self._source.evidence(
                "ai_txt",
                "ai_txt.text_disallowed",
                rule.literal,
                locator=f"line {rule.line}",
                scope="site" if self._all_text else "path",
                axes=on(Value.DENY, *TRAIN),
                confidence=0.8,
                spec_version="Spawning ai.txt 2023",
            )
        ]


class TrustTxtRules:
    """A prepared trust.txt: ``datatrainingallowed=yes|no``."""

    def __init__(self, source: Source, body: bytes) -> None:
        self._evidence = list(_trust(source, body))

    def signals(self, url: str) -> list[Evidence]:  # noqa: ARG002 - the file speaks of the whole site
        """Evidence about any URL of the site."""
        return self._evidence


def _trust(source: Source, body: bytes) -> Iterator[Evidence]:
    for match in _TRUST.finditer(body.decode("utf-8-sig", "replace").replace("\r", "\n")):
        allowed = match[1].lower() == "yes"
        yield source.evidence(
            "trust_txt",
            "trust_txt.datatrainingallowed",
            match[0].strip(),
            locator=f"offset {match.start()}",
            scope="site",
            axes=on(Value.ALLOW if allowed else Value.DENY, *TRAIN),
            confidence=0.6 if allowed else 0.85,
            spec_version="trust.txt 1.6",
        )
