"""TDMRep: reservation of text and data mining by file, header and meta element (section 1.6).

W3C Community Group Final Report, 10 May 2024. Its own priority is file < header < meta: a later source replaces, an
absent or invalid one never resets. ``resolve`` applies it by the rank of ``rule_id``; what the policy of a reservation
says (odrl) stands one rank above the reservation itself.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urljoin

from licenses.axes import TRAIN, Axis, Value, on
from licenses.evidence import LITERAL_CHARS, Evidence, Source
from licenses.json_safe import JsonError, listed, parse_json
from licenses.odrl import PolicyError, policy_answers
from licenses.offers import Answer, spoken
from licenses.page import Page
from licenses.paths import Matcher, canonical, matcher, url_path
from licenses.preferences import on_user_content_host
from licenses.settings import RightsSettings

SIGNAL = "tdmrep"
POLICY_SIGNAL = "tdm_policy"
_SOURCES = ("tdmrep.file", "tdmrep.header", "tdmrep.meta")
RANKS = tuple(rank for source in _SOURCES for rank in (source, f"{source}.policy"))
"""Rule ids, weakest first."""
REFERENCES = tuple(f"tdm_policy.{source.removeprefix('tdmrep.')}" for source in _SOURCES)
"""Rule ids of references to policies, weakest first; their literal is the URL."""
_VERSION = "TDMRep 2024-05-10"
_RESERVED, _OPEN = "1", "0"
_DENIAL, _PERMISSION, _PERMISSION_UGC = 0.95, 0.7, 0.4


@dataclass(frozen=True, slots=True)
class _Location:
    pattern: str
    matches: Matcher
    reservation: str
    policy: str | None


class TdmrepRules:
    """A prepared ``tdmrep.json``: the first rule that matches a URL is used, others are not looked at."""

    def __init__(self, source: Source, body: bytes, settings: RightsSettings) -> None:
        self._source = source
        self._settings = settings
        self._failure = ""
        self._locations: list[_Location] = []
        try:
            self._locations = [found for rule in listed(parse_json(body)) if (found := _location(rule, source.url))]
        except JsonError as error:
            self._failure = error.reason

    def signals(self, url: str) -> list[Evidence]:
        """Evidence about ``url``; none if no rule matches. A file that cannot be read is recorded as such."""
        if self._failure:
            return [_note(self._source, f"tdmrep.invalid.{self._failure}", "", locator="file", scope="site")]
        path = url_path(url)
        first = next((one for one in self._locations if one.matches(path)), None)
        if first is None:
            return []
        literal = json.dumps(
            {"location": first.pattern, "tdm-reservation": first.reservation, "tdm-policy": first.policy}
        )
        user_content = on_user_content_host(url, self._settings)
        found = _reservation(
            self._source, 0, first.reservation, first.policy, literal, scope="path", user_content=user_content
        )
        return [*found, *_reference(self._source, 0, first.policy, scope="path")]


def tdmrep_signals(
    page: Page, headers: Sequence[tuple[str, str]], source: Source, settings: RightsSettings
) -> list[Evidence]:
    """Evidence of the ``tdm-reservation`` and ``tdm-policy`` headers and meta elements."""
    in_headers = _stated([(name.lower(), value) for name, value in headers])
    in_metas = _stated(list(page.metas())) if "tdm-" in page.meta_source else []
    policy = next((value for name, value in [*in_metas, *in_headers] if name == "tdm-policy" and value), None)
    user_content = bool(in_headers or in_metas) and on_user_content_host(source.url, settings)
    found: list[Evidence] = []
    for rank, said in ((1, in_headers), (2, in_metas)):
        for name, value in said:
            if name == "tdm-reservation":
                literal = f"{name}: {value}"
                found += _reservation(source, rank, value, policy, literal, scope="document", user_content=user_content)
            elif name == "tdm-policy":
                found += _reference(source, rank, value, scope="document")
    return found


def policy_signals(evidence: Sequence[Evidence], body: bytes, source: Source, *, user_content: bool) -> list[Evidence]:
    """What the policy of the reservation in ``evidence`` says; nothing where nothing is reserved.

    Args:
        evidence: All evidence about a page.
        body: The policy that it refers to, as served.
        source: Where the policy was read.
        user_content: Whether the host speaks for texts of its users: then its permission weighs less.
    """
    reserving = reservation_in_force(evidence)
    if reserving is None:
        return []
    try:
        answers = policy_answers(body)
    except PolicyError as error:
        literal = body[:LITERAL_CHARS].decode("utf-8", "replace")
        return [_note(source, f"tdm_policy.invalid.{error.reason}", literal, locator="policy", scope=reserving.scope)]
    return list(_of_policy(answers, body, source, reserving, user_content=user_content))


def reservation_in_force(evidence: Sequence[Evidence]) -> Evidence | None:
    """The reservation of highest rank, if that rank reserves (several of one rank: if one of them does)."""
    stated = [one for one in evidence if one.signal == SIGNAL and one.rule_id in _SOURCES and one.scope != "element"]
    highest = max((_SOURCES.index(one.rule_id) for one in stated), default=0)
    reserving = (one for one in stated if one.rule_id == _SOURCES[highest] and (Axis.TRAIN_DOM, Value.DENY) in one.axes)
    return next(reserving, None)


def _of_policy(
    answers: dict[Axis, Answer], body: bytes, source: Source, reserving: Evidence, *, user_content: bool
) -> Iterator[Evidence]:
    start = max(body.find(b'"permission"'), 0)
    for axes, conditions in spoken(answers):
        denied = axes[0][1] is Value.DENY
        yield source.evidence(
            SIGNAL,
            f"{reserving.rule_id}.policy",
            body[start : start + LITERAL_CHARS].decode("utf-8", "replace"),
            locator="permission",
            scope=reserving.scope,
            axes=axes,
            conditions=("policy_contact",) if denied else tuple(conditions),
            confidence=_DENIAL if denied else _PERMISSION_UGC if user_content else _PERMISSION,
            spec_version=_VERSION,
            declarer="host" if user_content else "owner",
        )


def _stated(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value.strip()) for name, value in pairs if name.startswith("tdm-")]


def _location(rule: object, file_url: str) -> _Location | None:
    if not isinstance(rule, dict) or not isinstance(rule.get("location"), str):
        return None
    # A path by the report; some write the URL of their own site.
    path = rule["location"].removeprefix(file_url.rpartition("/.well-known/")[0] or file_url)
    pattern = canonical(path.encode("utf-8", "surrogatepass"))
    policy = rule.get("tdm-policy")
    reservation = _json_reservation(rule.get("tdm-reservation"))
    return _Location(pattern, matcher(pattern), reservation, policy if isinstance(policy, str) and policy else None)


def _json_reservation(value: object) -> str:
    """The number 1 or 0; of other spellings only the one that denies is understood."""
    if value == _RESERVED or (value == 1 and not isinstance(value, bool)):
        return _RESERVED
    return _OPEN if value == 0 and not isinstance(value, bool) else ""


def _reservation(
    source: Source,
    rank: int,
    reservation: str,
    policy: str | None,
    literal: str,
    *,
    scope: str,
    user_content: bool,
) -> Iterator[Evidence]:
    if reservation not in (_RESERVED, _OPEN):
        return
    reserved = reservation == _RESERVED
    yield source.evidence(
        SIGNAL,
        _SOURCES[rank],
        literal,
        locator=_SOURCES[rank].removeprefix("tdmrep."),
        scope=scope,
        axes=on(Value.DENY if reserved else Value.ALLOW, *TRAIN),
        conditions=("policy_contact",) if reserved and policy else (),
        confidence=_DENIAL if reserved else _PERMISSION_UGC if user_content else _PERMISSION,
        spec_version=_VERSION,
        declarer="host" if user_content else "owner",
    )


def _reference(source: Source, rank: int, policy: str | None, *, scope: str) -> Iterator[Evidence]:
    """Where a policy is: recorded, and followed once all is known."""
    if policy:
        yield source.evidence(
            POLICY_SIGNAL,
            REFERENCES[rank],
            absolute(source.url, policy),
            locator=REFERENCES[rank].removeprefix("tdm_policy."),
            scope=scope,
            confidence=_DENIAL,
            spec_version=_VERSION,
        )


def absolute(base: str, reference: str) -> str:
    """A URL that may be relative to ``base``; as it is where it is no URL."""
    try:
        return urljoin(base, reference.strip())
    except ValueError:
        return reference.strip()


def _note(source: Source, rule_id: str, literal: str, *, locator: str, scope: str) -> Evidence:
    """Something is there that cannot be read: for a person to look at."""
    return source.evidence(
        POLICY_SIGNAL,
        rule_id,
        literal,
        locator=locator,
        scope=scope,
        axes=on(Value.UNKNOWN, *TRAIN),
        confidence=_DENIAL,
        spec_version=_VERSION,
    )
