"""TDMRep: reservation of text and data mining by file, header and meta element (section 1.6).

W3C Community Group Final Report, 10 May 2024. Its own priority is file < header < meta: a later source replaces, an
absent or invalid one never resets. ``resolve`` applies it by the rank at the end of ``rule_id``.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from licenses.axes import TRAIN, Value, on
from licenses.evidence import Evidence, Source
from licenses.page import Page
from licenses.paths import Matcher, canonical, matcher, url_path

SIGNAL = "tdmrep"
RANKS = ("tdmrep.file", "tdmrep.header", "tdmrep.meta")
"""Rule ids, weakest first."""
_VERSION = "TDMRep 2024-05-10"
_RESERVED, _OPEN = "1", "0"


@dataclass(frozen=True, slots=True)
class _Location:
    pattern: str
    matches: Matcher
    reservation: str
    policy: str | None


class TdmrepRules:
    """A prepared ``tdmrep.json``: the first rule that matches a URL is used, others are not looked at."""

    def __init__(self, source: Source, body: bytes) -> None:
        self._source = source
        self._locations = list(_locations(body))

    def signals(self, url: str) -> list[Evidence]:
        """Evidence about ``url``; none if no rule matches or the one that does is invalid."""
        path = url_path(url)
        first = next((one for one in self._locations if one.matches(path)), None)
        if first is None:
            return []
        literal = json.dumps(
            {"location": first.pattern, "tdm-reservation": first.reservation, "tdm-policy": first.policy}
        )
        return list(_evidence(self._source, RANKS[0], first.reservation, first.policy, literal, scope="path"))


def tdmrep_signals(page: Page, headers: Sequence[tuple[str, str]], source: Source) -> list[Evidence]:
    """Evidence of the ``tdm-reservation`` header and meta element."""
    in_headers = _stated([(name.lower(), value) for name, value in headers])
    in_metas = _stated(list(page.metas())) if "tdm-" in page.meta_source else []
    policy = next((value for name, value in [*in_metas, *in_headers] if name == "tdm-policy" and value), None)
    found: list[Evidence] = []
    for rule, said in ((RANKS[1], in_headers), (RANKS[2], in_metas)):
        for name, value in said:
            if name == "tdm-reservation":
                found += _evidence(source, rule, value, policy, f"{name}: {value}", scope="document")
    return found


def _stated(pairs: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value.strip()) for name, value in pairs if name.startswith("tdm-")]


def _locations(body: bytes) -> Iterator[_Location]:
    try:
        rules = json.loads(body.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        return
    for rule in rules if isinstance(rules, list) else [rules]:
        if isinstance(rule, dict) and isinstance(rule.get("location"), str):
            pattern = canonical(rule["location"].encode("utf-8", "surrogatepass"))
            policy = rule.get("tdm-policy")
            reservation = _json_reservation(rule.get("tdm-reservation"))
            yield _Location(
                pattern, matcher(pattern), reservation, policy if isinstance(policy, str) and policy else None
            )


def _json_reservation(value: object) -> str:
    """The number 1 or 0; of other spellings only the one that denies is understood."""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return _RESERVED if value == _RESERVED else ""


def _evidence(
    source: Source, rule: str, reservation: str, policy: str | None, literal: str, *, scope: str
) -> Iterator[Evidence]:
    if reservation not in (_RESERVED, _OPEN):
        return
    reserved = reservation == _RESERVED
    yield source.evidence(
        SIGNAL,
        rule,
        literal,
        locator=rule.removeprefix("tdmrep."),
        scope=scope,
        axes=on(Value.DENY if reserved else Value.ALLOW, *TRAIN),
        conditions=("policy_contact",) if reserved and policy else (),
        confidence=0.95 if reserved else 0.7,
        spec_version=_VERSION,
    )
