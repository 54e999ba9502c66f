"""What a robots.txt says about a URL: crawling (1.1), AI crawlers by name and in prose (1.2), preferences (1.3-4)."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from http import HTTPStatus

from licenses.agents import VERSION as AGENTS_VERSION
from licenses.agents import agents
from licenses.axes import TRAIN, Axis, Value, on
from licenses.evidence import Evidence, Source
from licenses.notice_patterns import ai_ban
from licenses.paths import url_path
from licenses.preferences import on_user_content_host, preference_evidence
from licenses.robots_file import Group, Preference, RobotsFile, Rule, deciding_rule, parse_robots
from licenses.rsl_discovery import robots_references
from licenses.settings import RightsSettings

RFC = "RFC 9309"
_NAMED_DENIAL = 0.9
_PROSE_DENIAL = 0.8
_AI_TRAINING_BANNED = re.compile(
    r"\bAI TRAINING\b[^\n]{0,90}\b(?:(?<!\bNOT )(?:PROHIBITED|FORBIDDEN)|NOT (?:PERMITTED|ALLOWED))\b", re.IGNORECASE
)
_MARKUP_START = re.compile(rb"[\s\xef\xbb\xbf]*<")
_HTML_START = re.compile(rb"[\s\xef\xbb\xbf]*<(?:!doctype|html|head|body)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Named:
    """Crawlers that the same groups name, and what denying them says."""

    tokens: tuple[str, ...]
    groups: tuple[Group, ...]
    rules: tuple[Rule, ...]
    axis: Axis
    denies_training: bool
    """Whether a Disallow is about training; of search bots only explicit preferences are."""


class RobotsRules:
    """A prepared robots.txt: ``signals`` is cheap enough to be asked for every URL of a site."""

    def __init__(self, source: Source, body: bytes, settings: RightsSettings) -> None:
        self._source = source
        self._settings = settings
        self._file = parse_robots(body, settings.robots_max_bytes)
        self._fixed = _by_status(source, body, self._file)
        if self._fixed:
            self._file = RobotsFile()
        self._ours = self._file.groups_for(settings.product_token)
        self._our_rules = _merged(self._ours)
        self._named = list(_named_agents(self._file))
        references = robots_references(source, self._file, self._ours)
        self._always = [*self._fixed, *_prose_bans(source, self._file), *references]
        if self._file.truncated:
            self._always.append(_note(source, "robots.truncated", f"first {settings.robots_max_bytes} bytes"))
        self._seen: dict[tuple[object, ...], list[Evidence]] = {}

    def signals(self, url: str) -> list[Evidence]:
        """Evidence about ``url``, which must be of the origin that the file speaks for."""
        if self._fixed:
            return self._always
        path = url_path(url)
        ours = deciding_rule(self._our_rules, path)
        crawl_denied = ours is not None and not ours.allow
        named = [deciding_rule(one.rules, path) for one in self._named]
        said: list[tuple[tuple[Axis, ...], bool, list[Preference]]] = []
        if not crawl_denied:
            said.append((TRAIN, False, _preferences(self._ours, path)))
        for one, rule in zip(self._named, named, strict=True):
            if rule is None or rule.allow:
                said.append(((one.axis,), one.axis is Axis.TRAIN_DOM, _preferences(one.groups, path)))
        user_content = on_user_content_host(url, self._settings)
        key = (
            ours and ours.line,
            user_content,
            *(rule and rule.line for rule in named),
            *(one.line for _, _, those in said for one in those),
        )
        # Evidence depends on the rules that matched, not on the URL: of most files there are few combinations.
        if key not in self._seen:
            self._seen[key] = [
                self._crawl(ours, path),
                *_named_denials(self._source, self._named, named),
                *self._preferred(said, user_content=user_content),
                *self._always,
            ]
        return self._seen[key]

    def _crawl(self, rule: Rule | None, path: str) -> Evidence:
        denied = rule is not None and not rule.allow
        always_open = path == "/robots.txt"
        return self._source.evidence(
            "robots",
            "robots.always_open" if always_open else "robots.crawl",
            rule.literal if rule else "",
            locator=f"line {rule.line}" if rule else "no rule matches",
            scope="path",
            axes=on(Value.DENY if denied else Value.ALLOW, Axis.CRAWL),
            confidence=1.0,
            spec_version=RFC,
        )

    def _preferred(
        self, said: Iterable[tuple[tuple[Axis, ...], bool, list[Preference]]], *, user_content: bool
    ) -> Iterator[Evidence]:
        for train_axes, denials_only, preferences in said:
            for kind in ("content-usage", "content-signal"):
                those = [one for one in preferences if one.kind == kind]
                found = preference_evidence(
                    self._source,
                    kind,
                    [one.value for one in those],
                    "\n".join(one.literal for one in those),
                    locator="lines " + ",".join(str(one.line) for one in those),
                    scope="path",
                    user_content=user_content,
                    train_axes=train_axes,
                )
                for one in found:
                    if not denials_only or Value.DENY in dict(one.axes).values():
                        yield one


def _by_status(source: Source, body: bytes, file: RobotsFile) -> list[Evidence]:
    """Evidence where the status decides and no rules are read (section 1.1, table); empty for a file with rules."""
    status = source.http_status
    # A capture without a status, but with a body, is the file itself; without both the fetch failed.
    if status is None and body:
        status = HTTPStatus.OK
    served = status is not None and HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES
    markup = _HTML_START.match(body) or (_MARKUP_START.match(body) and not file.groups)
    if served and not markup:
        return []
    if served:
        return [_status_evidence(source, "robots.soft404", Value.ALLOW)]
    client_error = status is not None and HTTPStatus.BAD_REQUEST <= status < HTTPStatus.INTERNAL_SERVER_ERROR
    if client_error and status != HTTPStatus.TOO_MANY_REQUESTS:
        return [_status_evidence(source, "robots.unavailable", Value.ALLOW)]
    return [_status_evidence(source, "robots.unreachable", Value.DENY_TEMP)]


def _status_evidence(source: Source, rule_id: str, value: Value) -> Evidence:
    status = "no response" if source.http_status is None else f"status {source.http_status}"
    return source.evidence(
        "robots",
        rule_id,
        "",
        locator=status,
        scope="site",
        axes=on(value, Axis.CRAWL),
        confidence=1.0,
        spec_version=RFC,
    )


def _note(source: Source, rule_id: str, locator: str) -> Evidence:
    return source.evidence("robots", rule_id, "", locator=locator, scope="site", confidence=1.0, spec_version=RFC)


def _merged(groups: Iterable[Group]) -> tuple[Rule, ...]:
    return tuple(rule for group in groups for rule in group.rules)


def _named_agents(file: RobotsFile) -> Iterator[_Named]:
    """Known agents that the file names (never through ``*``), those of the same groups together."""
    by_groups: dict[tuple[tuple[int, ...], bool, bool], list[str]] = {}
    for token, agent in agents().items():
        numbers = tuple(number for number, group in enumerate(file.groups) if group.mentions(token))
        if numbers:
            by_groups.setdefault((numbers, agent.foreign, agent.trains), []).append(agent.token)
    for (numbers, foreign, trains), tokens in sorted(by_groups.items()):
        groups = tuple(file.groups[number] for number in numbers)
        axis = Axis.TRAIN_FOR if foreign else Axis.TRAIN_DOM
        yield _Named(tuple(tokens), groups, _merged(groups), axis, trains)


def _named_denials(source: Source, named: Sequence[_Named], rules: Sequence[Rule | None]) -> Iterator[Evidence]:
    """ROB-AI 1 and 2: one record for each axis that named crawlers are denied."""
    for axis in TRAIN:
        denied = [
            (one, rule)
            for one, rule in zip(named, rules, strict=True)
            if one.axis is axis and one.denies_training and rule is not None and not rule.allow
        ]
        if denied:
            yield source.evidence(
                "robots_ai",
                f"robots_ai.named.{axis}",
                "\n".join(rule.literal for _, rule in denied),
                locator="; ".join(f"line {rule.line} ({', '.join(one.tokens)})" for one, rule in denied),
                scope="path",
                axes=on(Value.DENY, axis),
                confidence=_NAMED_DENIAL,
                spec_version=f"{RFC}; {AGENTS_VERSION}",
            )


def _prose_bans(source: Source, file: RobotsFile) -> Iterator[Evidence]:
    """ROB-AI 3: comments and running text that ban training for everybody."""
    for line, text in file.prose:
        banned = _AI_TRAINING_BANNED.search(text)
        literal = banned[0] if banned else ai_ban(text)
        if literal:
            yield source.evidence(
                "robots_ai",
                "robots_ai.prose",
                literal,
                locator=f"line {line}",
                scope="site",
                axes=on(Value.DENY, *TRAIN),
                confidence=_PROSE_DENIAL,
                spec_version=RFC,
            )


def _preferences(groups: Iterable[Group], path: str) -> list[Preference]:
    """Of each kind the preferences with the longest matching path; equal paths hold together (attach, section 3)."""
    matching = [one for group in groups for one in group.preferences if one.matches(path)]
    longest = {kind: max((len(one.pattern) for one in matching if one.kind == kind), default=0) for kind in _KINDS}
    return [one for one in matching if len(one.pattern) == longest[one.kind]]


_KINDS = ("content-usage", "content-signal")
