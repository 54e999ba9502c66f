"""Where pages and sites say that RSL documents are (section 1.5; RSL-SPEC-1.0, sections 4.4 to 4.6).

References are evidence that says nothing yet: ``references.follow`` replaces them by what the document says, once it is
known whether it is in the archive. Inline documents are read at once.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import islice
from urllib.parse import urljoin

from licenses.agents import agents
from licenses.axes import TRAIN, Value, on
from licenses.evidence import Evidence, Source
from licenses.page import Element, Page, attribute_tokens
from licenses.robots_file import Group, LicenseLine, RobotsFile
from licenses.rsl import CONFIDENCE, SIGNAL, VERSION, RslRules

REFERENCE = "rsl.reference"
"""The document speaks for what refers to it."""
WEAK_REFERENCE = "rsl.reference.denials"
"""It is not sure that the document is meant for us: only what it denies is heard."""
FOREIGN_REFERENCE = "rsl.reference.foreign"
"""The document is meant for crawlers that train abroad: what it denies them is heard."""
MOST_REFERENCES = 32
"""Of one group, header or page that are followed: sites have one or two, and every page bears them all."""
MEDIA_TYPE = "application/rsl+xml"
_WHOLE = ("head", "body", "html", "main", "article", "#document")
"""Parents of a link or script that make it speak of the page: head, or all of the text."""
_ABSOLUTE = re.compile(r"https?://", re.IGNORECASE)
_LINK = re.compile(r'\s*<([^<>]*)>((?:[^,"<>]|"(?:[^"\\]|\\.)*+")*+)')
_PARAMETER = re.compile(r';\s*([A-Za-z*]+)\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|([^;,\s"]*))')


def robots_references(source: Source, file: RobotsFile, ours: Sequence[Group]) -> Iterator[Evidence]:
    """``License`` lines of robots.txt: those of our group, else global ones (4.4.2).

    The lines of groups for others are heard where they deny: abroad if the group names a crawler that trains there, and
    everywhere if there is no other line, since one at the end of the file that is meant for everybody belongs to the
    last group by the grammar.
    """
    sure = [line for group in ours for line in group.licenses] or file.licenses
    for line in sure[:MOST_REFERENCES]:
        rule_id = REFERENCE if _ABSOLUTE.match(line.value) else WEAK_REFERENCE
        yield _of_line(source, line, rule_id)
    for group in file.groups:
        if group not in ours and (not sure or _trains_abroad(group)):
            for line in group.licenses[:MOST_REFERENCES]:
                yield _of_line(source, line, FOREIGN_REFERENCE if sure else WEAK_REFERENCE)


def _of_line(source: Source, line: LicenseLine, rule_id: str) -> Evidence:
    return reference(source, line.value, locator=f"line {line.line}", scope="site", rule_id=rule_id)


def _trains_abroad(group: Group) -> bool:
    return any(agent.foreign and agent.trains and group.speaks_to(token) for token, agent in agents().items())


def page_rsl_signals(page: Page, headers: Sequence[tuple[str, str]], source: Source) -> Iterator[Evidence]:
    """References in ``Link`` headers and link elements, and inline documents."""
    for name, value in headers:
        if name.lower() == "link" and "rsl+xml" in value.lower():
            for url in islice(linked(value), MOST_REFERENCES):
                yield reference(source, url, locator=name, scope="document")
    if MEDIA_TYPE in page.html or MEDIA_TYPE.upper() in page.html:
        yield from islice(_elements(page, source), MOST_REFERENCES)


def linked(value: str) -> Iterator[str]:
    """Targets of a ``Link`` field that are licences of RSL for the page itself (RFC 8288, section 3)."""
    for target, parameters in _LINK.findall(value):
        said: dict[str, str] = {}
        for name, quoted, token in _PARAMETER.findall(parameters):
            # Of equal parameters the first counts (3.3, 3.4.1).
            said.setdefault(name.lower(), re.sub(r"\\(.)", r"\1", quoted) or token)
        relations = said.get("rel", "").lower().split()
        if "license" in relations and _is_rsl(said.get("type", "")) and "anchor" not in said:
            yield target.strip()


def reference(source: Source, url: str, *, locator: str, scope: str, rule_id: str = REFERENCE) -> Evidence:
    """Evidence that a document is referred to; its literal is the URL, made absolute."""
    return source.evidence(
        SIGNAL,
        rule_id,
        _absolute(source.url, url),
        locator=locator,
        scope=scope,
        confidence=CONFIDENCE,
        spec_version=VERSION,
    )


def _elements(page: Page, source: Source) -> Iterator[Evidence]:
    for element in page.select('link[rel~="license" i][href]'):
        if _is_rsl(element.getattr("type") or "") and "license" in attribute_tokens(element, "rel"):
            yield reference(source, element.getattr("href"), locator="link", scope=_scope(element))
    for element in page.select("script[type]"):
        if _is_rsl(element.getattr("type") or ""):
            yield from _inline(str(element.text or ""), source, _scope(element))


def _inline(script: str, source: Source, scope: str) -> Iterator[Evidence]:
    """What an inline document says; one that says nothing of training here is for a person to read."""
    rules = RslRules(source, script.strip().encode("utf-8", "replace"))
    yield from rules.signals(source.url, scope=scope) or [
        source.evidence(
            SIGNAL,
            "rsl.silent",
            script.strip(),
            locator="script",
            scope=scope,
            axes=on(Value.UNKNOWN, *TRAIN),
            confidence=CONFIDENCE,
            spec_version=VERSION,
        )
    ]


def _scope(element: Element) -> str:
    parent = element.parent
    return "document" if parent is None or parent.tag in _WHOLE else "element"


def _is_rsl(media_type: str) -> bool:
    return media_type.partition(";")[0].strip().lower() == MEDIA_TYPE


def _absolute(base: str, url: str) -> str:
    try:
        return urljoin(base, url.strip())
    except ValueError:
        return url.strip()
