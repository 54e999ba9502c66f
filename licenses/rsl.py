"""RSL 1.0, Really Simple Licensing: what a document says of training on one URL (section 1.5).

RSL-SPEC-1.0, Recommendation of 10 December 2025 with errata to 7 August 2026. ``Ours`` of section 1.5 decides where the
specification leaves it open; nothing is ever licensed in doubt.
"""

from collections.abc import Iterator
from functools import lru_cache
from itertools import groupby

from licenses.axes import TRAIN, Value, on
from licenses.evidence import LITERAL_CHARS, Evidence, Source
from licenses.offers import Offer, Says, answers, spoken, within
from licenses.paths import url_path
from licenses.rsl_document import (
    GEO,
    TERRITORIES,
    TRAINING,
    USAGE,
    USER,
    USERS,
    Content,
    Document,
    License,
    is_document,
    prohibits_training,
    read_document,
    read_feed,
    usage,
)
from licenses.urls import canonical_url
from licenses.xml_safe import XmlError, parse_xml

SIGNAL = "rsl"
VERSION = "RSL-SPEC-1.0"
CONFIDENCE = 0.95
_INVALID = "rsl.invalid"
_RULES = {Value.DENY: "rsl.denial", Value.COND: "rsl.offer", Value.ALLOW: "rsl.offer"}


class RslRules:
    """A prepared document: ``signals`` may be asked for every URL that refers to it.

    Args:
        source: Where it was read.
        body: The document as served, or the content of an inline script.
    """

    def __init__(self, source: Source, body: bytes) -> None:
        self._source = source
        self._failure = ""
        self._start = body[:LITERAL_CHARS].decode("utf-8", "replace")
        self._document = Document((), ())
        try:
            root = parse_xml(body)
        except XmlError as error:
            self._failure = error.reason
        else:
            self._document = read_document(root) if is_document(root) else read_feed(root)
            if not is_document(root) and not self._document.contents:
                self._failure = "not_rsl"

    @property
    def origins(self) -> list[str]:
        """Origins (scheme://host[:port]) that the document names, sorted."""
        patterns = [content.pattern for content in self._document.contents]
        return sorted({one.origin for one in patterns if one is not None and one.origin is not None})

    def signals(self, url: str, *, scope: str = "path", denials_only: bool = False) -> list[Evidence]:
        """What the document says about ``url``.

        Args:
            url: URL of a page that refers to the document, or of the feed's own origin.
            scope: ``path`` where a site refers to it, ``document`` where the page does.
            denials_only: Whether it is not sure that the document is meant for us: then only denials are heard.
        """
        if self._failure:
            return [self._unread(f"{_INVALID}.{self._failure}", scope)]
        found = list(self._evidence(url, scope))
        if denials_only:
            found = [one for one in found if Value.DENY in dict(one.axes).values()]
        return found

    def _unread(self, rule_id: str, scope: str) -> Evidence:
        """There is a document, but not one that licenses: its axes are for a person to read."""
        return self._source.evidence(
            SIGNAL,
            rule_id,
            self._start,
            locator="document",
            scope=scope,
            axes=on(Value.UNKNOWN, *TRAIN),
            confidence=CONFIDENCE,
            spec_version=VERSION,
        )

    def _evidence(self, url: str, scope: str) -> Iterator[Evidence]:
        defects = self._document.defects
        matching = _matching(self._document, url, whole_page=scope != "path")
        heard = [content for content in matching if not defects or any(map(prohibits_training, content.licenses))]
        levels = [list(group) for _, group in groupby(heard, lambda one: _width(one, whole_page=scope != "path"))]
        if defects:
            # No order of scopes in a document that is invalid: every prohibition stands.
            levels = [[content] for content in heard]
        found = answers([[_offer(one) for content in level for one in content.licenses] for level in levels])
        if defects and not any(answer.value is Value.DENY for answer in found.values()):
            yield self._unread(f"{_INVALID}.{defects[0]}", scope)
            return
        deciding = [one for level in levels for content in level for one in content.licenses]
        for axes, conditions in spoken(found):
            value = axes[0][1]
            yield self._source.evidence(
                SIGNAL,
                _RULES[value],
                "\n".join(dict.fromkeys(one.literal for one in deciding)),
                locator="; ".join(f"content {content.url!r}" for level in levels for content in level)[:500],
                scope=scope,
                axes=axes,
                conditions=tuple(conditions),
                confidence=CONFIDENCE,
                spec_version=VERSION,
            )


class FeedRules:
    """A prepared feed of the site itself, which nobody needs to refer to; one that cannot be read says nothing."""

    def __init__(self, source: Source, body: bytes) -> None:
        self._rules = RslRules(source, body)

    def signals(self, url: str) -> list[Evidence]:
        """What the feed says about ``url``, which must be of its own origin."""
        return [one for one in self._rules.signals(url) if not one.rule_id.startswith(_INVALID)]


def _matching(document: Document, url: str, *, whole_page: bool) -> list[Content]:
    """Contents that speak of ``url``, the narrowest first."""
    path, here = url_path(url), canonical_url(url)
    found = [content for content in document.contents if _matches(content, path, here)]
    return sorted(found, key=lambda one: -_width(one, whole_page=whole_page))


def _matches(content: Content, path: str, url: str) -> bool:
    pattern = content.pattern
    if pattern is None or content.item not in (None, url):
        return False
    return pattern.origin in (None, _origin(url)) and pattern.matches(path)


def _width(content: Content, *, whole_page: bool) -> int:
    """The more, the narrower: octets of the pattern. Narrowest is an item of a feed, or what a page says of itself."""
    own = content.item is not None or (whole_page and content.url == "")
    return 1 << 30 if own else len(content.pattern.path) if content.pattern else 0


@lru_cache(maxsize=4096)
def _origin(url: str) -> str:
    """scheme://host[:port] of a canonical URL."""
    scheme, _, rest = url.partition("://")
    return f"{scheme}://{rest.partition('/')[0]}"


def _offer(licence: License) -> Offer:
    """What a licence says of training, by ``Ours`` of section 1.5."""
    permitted = licence.permits.get(USAGE)
    if prohibits_training(licence):
        return Offer(Says.PROHIBITED)
    says = Says.SILENT
    if permitted is not None:
        says = Says.GRANTED if TRAINING in usage(permitted) else Says.NOT_LISTED
    listed = licence.permits.get(GEO)
    territory = within(None if listed is None else listed & TERRITORIES, licence.prohibits.get(GEO, frozenset()))
    users = licence.permits.get(USER, USERS) & USERS - licence.prohibits.get(USER, frozenset())
    limited = USER in licence.permits or bool(licence.prohibits.get(USER))
    if limited and not users:
        return Offer(Says.NOT_LISTED)
    who = {f"user:{','.join(sorted(users))}"} if limited else set()
    return Offer(says, territory, licence.conditions | who)


def rsl_signals(
    xml: bytes, url: str, source: Source, *, scope: str = "path", denials_only: bool = False
) -> list[Evidence]:
    """What one document says about one URL; prepare ``RslRules`` to ask about many."""
    return RslRules(source, xml).signals(url, scope=scope, denials_only=denials_only)
