"""``X-Robots-Tag`` and robots meta elements (section 1.7)."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licenses.agents import agents
from licenses.axes import TRAIN, Axis, AxisValues, Value, on
from licenses.evidence import Evidence, Source
from licenses.page import Page
from licenses.settings import RightsSettings

_EFFECTIVE = ("noai", "noindex", "none", "noarchive", "nosnippet", "max-snippet")
_VALUED = frozenset({"max-snippet", "max-image-preview", "max-video-preview", "unavailable_after"})
_SCOPE = re.compile(r"\s*(\*|[A-Za-z][\w-]*(?: [A-Za-z]+)?)\s*:\s*(.*)", re.DOTALL)
_EVERYBODY = "robots"
_NO_INDEX = ("noindex", "none")


@dataclass(frozen=True, slots=True)
class Directive:
    """A directive and the crawler it speaks to, both in lower case; ``robots`` is every crawler."""

    bot: str
    name: str


def robots_meta_signals(
    page: Page, headers: Sequence[tuple[str, str]], source: Source, settings: RightsSettings
) -> list[Evidence]:
    """Evidence of robots directives in headers and in the page."""
    found: list[Evidence] = []
    for name, value in headers:
        if name.lower() == "x-robots-tag":
            found += _evidence(header_directives(value), source, settings, f"{name}: {value}", "X-Robots-Tag")
    if any(word in page.meta_source for word in _EFFECTIVE):
        bots = {_EVERYBODY, settings.product_token.lower(), *agents()}
        for name, content in page.metas():
            if name in bots:
                literal = f'<meta name="{name}" content="{content}">'
                found += _evidence(meta_directives(name, content), source, settings, literal, f"meta[{name}]")
    return found


def header_directives(value: str) -> list[Directive]:
    """Directives of one header line. A token with a colon opens the scope of a crawler, unless its value follows."""
    bot, found = _EVERYBODY, []
    for part in value.split(","):
        scope = _SCOPE.fullmatch(part)
        text = part
        if scope and scope[1].lower() not in _VALUED:
            bot, text = scope[1].lower().replace("*", _EVERYBODY), scope[2]
        found += [Directive(bot, name) for name in _directive_names(text)]
    return found


def meta_directives(name: str, content: str) -> list[Directive]:
    """Directives of one meta element, whose name is the crawler."""
    joined = re.sub(r" ?: ?", ":", re.sub(r"\s+", " ", content))
    return [Directive(name, one) for part in re.split(r"[,;\s]+", joined) for one in _directive_names(part)]


def _directive_names(text: str) -> Iterator[str]:
    name = re.sub(r"\s+", "", text).lower()
    if name:
        yield name


def _evidence(
    directives: Sequence[Directive], source: Source, settings: RightsSettings, literal: str, locator: str
) -> Iterator[Evidence]:
    for rule, axes, confidence in _effects(directives, settings):
        yield source.evidence(
            "robots_meta", f"robots_meta.{rule}", literal, locator=locator, axes=axes, confidence=confidence
        )


def _effects(directives: Sequence[Directive], settings: RightsSettings) -> Iterator[tuple[str, AxisValues, float]]:
    addressed = {_EVERYBODY, settings.product_token.lower()}
    ours = {one.name for one in directives if one.bot in addressed}
    known = agents()
    theirs = {one.name for one in directives if one.bot in known and known[one.bot].foreign and known[one.bot].trains}
    if "noai" in ours:
        yield "noai", on(Value.DENY, *TRAIN), 0.9
    if ours.intersection(_NO_INDEX):
        yield "noindex", on(Value.DENY, Axis.REDIST, Axis.INDEX), 0.6
    if ours & {"noarchive", "nosnippet", "max-snippet:0"}:
        yield "noarchive", on(Value.DENY, Axis.REDIST), 0.7
    if theirs.intersection(("noai", *_NO_INDEX)):
        yield "foreign_bot", on(Value.DENY, Axis.TRAIN_FOR), 0.9
