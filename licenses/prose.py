"""Prose that keeps texts in Korea or from being sold (section 3.5). It needs no notice zone, in pages or in terms."""

import re
from collections.abc import Iterator

from licenses import notice_patterns as patterns
from licenses.axes import Axis, AxisValues, Value, on
from licenses.evidence import Evidence, Source
from licenses.notice_patterns import is_lifted, is_reported, sentence_around

_EXPORT_CHARS = 60
_TERM_CHARS = 40
_LICENCE_TERM_BEFORE = re.compile(r"(?:출처|저작자)\s*표시[\s+,\-–·및]*$|유형[\s:(]*[가-힣\s+]*$")
"""Before 상업적 이용금지 as the name of a condition of KOGL or CC, which is the business of those families."""


def prose_signals(text: str, start: int, source: Source, *, strict: bool) -> Iterator[Evidence]:
    """Evidence of one line.

    Args:
        text: The line, normalised.
        start: Its offset in the page or terms.
        source: Where it is from.
        strict: Of a page, where only a sentence about texts or data makes a condition of its permission, and a sentence
            that tells of a ban is none. Terms are of scope ``site``, pages of scope ``document``.
    """

    def found(rule: str, match: re.Match[str], axes: AxisValues, conditions: tuple[str, ...] = ()) -> Evidence:
        return source.evidence(
            "notice",
            f"notice.{rule}",
            sentence_around(text, match.start(), match.end()).strip(),
            locator=f"text {start + match.start()}",
            scope="document" if strict else "site",
            axes=axes,
            conditions=conditions,
            confidence=patterns.confidence_of(rule),
            spec_version=patterns.VERSION,
        )

    for match in patterns.DOMESTIC_ONLY.finditer(text):
        sentence = sentence_around(text, match.start(), match.end())
        grants = patterns.GRANT.search(sentence) and (not strict or patterns.LICENSED.search(sentence))
        granted: AxisValues = on(Value.COND, Axis.TRAIN_DOM) if grants else ()
        denied = on(Value.DENY, *patterns.denied_axes("domestic_only"))
        yield found("domestic_only", match, (*granted, *denied), ("agreement",) if granted else ())
    for match in patterns.FOREIGN_PARTY.finditer(text):
        if patterns.CONSENT.search(sentence_around(text, match.start(), match.end())):
            yield found("foreign_party", match, on(Value.DENY, *patterns.denied_axes("foreign_party")))
    for match in patterns.EXPORT_BAN.finditer(text):
        if patterns.EXPORTED.search(text[max(0, match.start() - _EXPORT_CHARS) : match.start()]):
            yield found("export_ban", match, on(Value.DENY, *patterns.denied_axes("export_ban")))
    for match in patterns.COMMERCIAL_BAN.finditer(text):
        term = _LICENCE_TERM_BEFORE.search(text[max(0, match.start() - _TERM_CHARS) : match.start()])
        if not (term or is_lifted(match) or (strict and is_reported(match))):
            yield found("commercial_ban", match, on(Value.DENY, *patterns.denied_axes("commercial_ban")))
