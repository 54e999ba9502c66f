"""The grammar of RSL 1.0 documents and of the ``rsl:content`` of feeds (section 1.5; RSL-SPEC-1.0, sections 3 and 4.7).

What is not of the grammar makes a document invalid: it licenses nothing any more, but what it prohibits is still heard.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from licenses.countries import countries
from licenses.licence_url import licence_of_url
from licenses.paths import Matcher, canonical, matcher
from licenses.urls import canonical_url, host_of
from licenses.xml_safe import Node

NAMESPACE = "https://rslstandard.org/rsl"
USAGE, USER, GEO = "usage", "user", "geo"
TRAINING = "ai-train"
USERS = frozenset({"commercial", "non-commercial", "education", "government", "personal"})
TERRITORIES = countries() | {"EU"}

_AI = frozenset({"ai-all", TRAINING, "ai-input", "ai-index"})
_INCLUDED = {"all": _AI | {"all", "search"}, "ai-all": _AI}
_OLD_NAMES = frozenset({"ai", "genai", "tdm", "train-ai", "train-genai", "training"})
"""Names of training in drafts and in other vocabularies: heard where they prohibit, never where they permit."""
_TYPES = (USAGE, USER, GEO)
_CHILDREN = {
    "rsl": {"content"},
    "content": {"license", "alternate", "schema", "copyright", "terms"},
    "license": {"permits", "prohibits", "payment", "reporting", "legal"},
    "payment": {"standard", "custom", "amount", "accepts"},
}
_SINGLE = {"license": {"payment"}, "payment": {"standard", "custom", "amount", "accepts"}}
_FREE = frozenset({"", "free", "none"})
_PAYMENT = re.compile(r"[a-z0-9][a-z0-9._:-]{0,39}")
_TOKENS = re.compile(r"[\s,]+")
_NEAR_NAMESPACE = re.compile(r"(?:https?://(?:www\.)?rslstandard\.org/rsl/?)?", re.IGNORECASE)
_ABSOLUTE = re.compile(r"(?:(https?):)?//([^/?]*)(.*)", re.IGNORECASE)
_NOT_OF_THE_WEB = re.compile(r"(?!https?:)[a-z][a-z0-9+.-]*:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class License:
    """One set of terms. A type that is not there is not spoken of."""

    permits: Mapping[str, frozenset[str]]
    prohibits: Mapping[str, frozenset[str]]
    conditions: frozenset[str]
    """Of payment, reporting and licence server, as section 0.1 names them."""
    literal: str


@dataclass(frozen=True, slots=True)
class Pattern:
    """What a ``url`` matches: paths (RFC 9309, 2.2.2), of one origin or of whatever origin refers to the document."""

    origin: str | None
    path: str
    matches: Matcher


@dataclass(frozen=True, slots=True)
class Content:
    """One asset with its licences, which are alternatives."""

    url: str
    pattern: Pattern | None
    """None where ``url`` speaks of what is not on the web: nothing is matched."""
    licenses: tuple[License, ...]
    item: str | None = None
    """In feeds: canonical URL of the item that holds it; empty if it has none."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed document. With ``defects`` it is invalid."""

    contents: tuple[Content, ...]
    defects: tuple[str, ...]


def read_document(root: Node) -> Document:
    """A document whose root is ``rsl``."""
    defects = list(_defects(root))
    # What stands within elements of others is theirs to interpret, and what is nested otherwise is a defect.
    contents = [_content(node, defects) for node in root.children if node.name == "content" and _ours(node)]
    return Document(tuple(contents), tuple(dict.fromkeys(defects)))


def read_feed(root: Node) -> Document:
    """The ``rsl:content`` elements of a feed; those of an item speak of that item alone."""
    contents = []
    for parent in root.walk():
        for node in parent.children:
            if node.namespace == NAMESPACE and node.name == "content":
                # An item that is broken does not invalidate the others.
                defects = list(_defects(node))
                content = _content(node, defects, _item_url(parent))
                contents.append(_prohibitions(content) if defects else content)
    return Document(tuple(contents), ())


def is_document(root: Node) -> bool:
    """Whether a root element means to be one of RSL, in whatever namespace."""
    return root.name == "rsl"


def _item_url(parent: Node) -> str | None:
    if parent.name not in ("item", "entry"):
        return None
    links = [one for one in parent.children if one.name == "link"]
    urls = [one.text.strip() or one.attributes.get("href", "") for one in links if one.attributes.get("rel") != "self"]
    return canonical_url(next(filter(None, urls), ""))


def _prohibitions(content: Content) -> Content:
    """What is left of a content that is invalid."""
    kept = tuple(one for one in content.licenses if prohibits_training(one))
    return Content(content.url, content.pattern, kept, content.item)


def _ours(node: Node) -> bool:
    """Whether an element is of RSL. Without a namespace, or in a misspelt one, it means to be."""
    return _NEAR_NAMESPACE.fullmatch(node.namespace) is not None


def _defects(root: Node) -> Iterator[str]:
    """What is against the grammar, below and including ``root``."""
    for parent in root.walk():
        if not _ours(parent):
            continue
        if parent.namespace != NAMESPACE:
            yield "namespace"
        inner = [node for node in parent.children if _ours(node)]
        if any(node.name not in _CHILDREN.get(parent.name, ()) for node in inner):
            yield "unknown_element"
        counts = Counter(node.name for node in inner)
        if any(counts[name] > 1 for name in _SINGLE.get(parent.name, ())):
            yield "repeated_element"
        if parent.name == "content" and not counts["license"]:
            yield "no_license"
        if parent.name == "license":
            types = Counter((node.name, _type(node)) for node in inner if node.name in ("permits", "prohibits"))
            if any(kind not in _TYPES for _, kind in types):
                yield "unknown_type"
            if types and max(types.values()) > 1:
                yield "repeated_type"


def _content(node: Node, defects: list[str], item: str | None = None) -> Content:
    url = node.attributes.get("url")
    pattern = None if url is None else _pattern(url.strip())
    if url is None or (pattern is None and not _NOT_OF_THE_WEB.match(url.strip())):
        defects.append("url")
    server = {"licence_token"} if node.attributes.get("server", "").strip() else set()
    licences = [_license(one, server, defects) for one in node.children if one.name == "license" and _ours(one)]
    return Content(url or "", pattern, tuple(licences), item)


def _pattern(url: str) -> Pattern | None:
    url = url.partition("#")[0]
    absolute = _ABSOLUTE.fullmatch(url)
    if absolute:
        origin = canonical_url(f"{absolute[1] or 'https'}://{absolute[2]}/").rstrip("/")
        if "*" in origin or not host_of(origin):
            return None
        rest = absolute[3] if absolute[3].startswith("/") else f"/{absolute[3]}"
        path = canonical(rest.encode("utf-8", "surrogatepass"))
        return Pattern(origin, path, matcher(path))
    if url and url[0] not in "/*":
        return None
    path = canonical(url.encode("utf-8", "surrogatepass"))
    return Pattern(None, path, matcher(path))


def _license(node: Node, server: set[str], defects: list[str]) -> License:
    permits = _lists(node, "permits")
    prohibits = {kind: frozenset(map(_loosely, tokens)) for kind, tokens in _lists(node, "prohibits").items()}
    if GEO in prohibits:
        prohibits[GEO] = frozenset(map(str.upper, prohibits[GEO]))
        if not prohibits[GEO] <= TERRITORIES:
            defects.append("territory")
    if not prohibits.get(USER, frozenset()) <= USERS:
        defects.append("user")
    conditions = {condition for one in node.children if _ours(one) for condition in _conditions(one)}
    return License(permits, prohibits, frozenset(conditions | server), node.literal)


def _lists(node: Node, name: str) -> dict[str, frozenset[str]]:
    """Values by type; of a type that is repeated, what all of its permissions or any of its prohibitions list."""
    found: dict[str, frozenset[str]] = {}
    for one in node.children:
        kind = _type(one)
        if one.name == name and kind in _TYPES and _ours(one):
            # Version 0.9 of RSL separated by commas.
            tokens = frozenset(filter(None, _TOKENS.split(one.text)))
            before = found.get(kind, tokens)
            found[kind] = before & tokens if name == "permits" else before | tokens
    return found


def _loosely(token: str) -> str:
    """A token that prohibits is heard however it is spelt."""
    return token.lower().replace("_", "-")


def _type(node: Node) -> str:
    return node.attributes.get("type", "").strip()


def _conditions(node: Node) -> Iterator[str]:
    """Conditions of one child of a licence."""
    if node.name == "reporting":
        # A client that cannot report as demanded is not licensed (3.12); whether we can is for an agreement to say.
        yield "agreement"
    if node.name == "payment":
        kind = node.attributes.get("type", "").strip().lower()
        if kind not in _FREE | {"attribution"}:
            yield f"payment:{kind if _PAYMENT.fullmatch(kind) else 'unknown'}"
        else:
            if kind == "attribution":
                yield "attribution"
            yield from _further_terms([one for one in node.children if _ours(one)])


def _further_terms(children: Sequence[Node]) -> Iterator[str]:
    """What is demanded where nothing is to be paid by the type of payment: a framework, a process, an amount."""
    for one in children:
        text = one.text.strip()
        framework = licence_of_url(text) if one.name == "standard" and text else None
        if framework is not None and framework.terms is not None:
            yield from framework.terms.conditions
        elif one.name != "amount" or text.strip("0.") != "":
            yield "agreement"


def usage(tokens: frozenset[str]) -> frozenset[str]:
    """Uses with those that they include."""
    return tokens.union(*(_INCLUDED.get(token, frozenset()) for token in tokens))


def prohibits_training(licence: License) -> bool:
    """Whether a licence prohibits training, by a name of today or of earlier drafts."""
    named = usage(licence.prohibits.get(USAGE, frozenset()))
    return TRAINING in named or bool(named & _OLD_NAMES)
