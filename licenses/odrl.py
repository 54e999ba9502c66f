"""TDM policies: Offers of ODRL 2.2 in the profile of TDMRep, with geography, duties and purposes (section 1.6).

A policy lifts a reservation for those whom its permissions name. What is not understood in a permission (a constraint,
a logical operator, an assignee) makes that permission of no use: the reservation stands.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from licenses.axes import TRAIN, Axis, Value
from licenses.json_safe import JsonError, listed, parse_json
from licenses.offers import Answer, Offer, Says, answers, within

_PROFILE = re.compile(r"https?://www\.w3\.org/ns/tdmrep[/#]?")
_OWN = re.compile(r"tdm:|https?://www\.w3\.org/ns/tdmrep[/#]")
_ODRL = re.compile(r"odrl:|https?://www\.w3\.org/ns/odrl/2/")
_COUNTRY = re.compile(r"(?i:urn:iso:3166:)([A-Z]{3})")
_MINING = "mine"
_INCLUDE_MINING = frozenset({_MINING, "use", "reproduce", "extract", "derive"})
_DUTIES = {"obtainConsent": "agreement", "compensate": "payment:compensate", "attribute": "attribution"}
"""Conditions of duties; what another duty demands is for an agreement to settle."""
_PURPOSES = {
    frozenset({"research"}): frozenset({"non_commercial", "user:research"}),
    frozenset({"non-research"}): frozenset({"user:non-research"}),
    frozenset({"research", "non-research"}): frozenset[str](),
}
_AMONG = frozenset({"eq", "isA", "isAnyOf", "isPartOf"})
_ORDER = (Value.DENY, None, Value.COND, Value.ALLOW)

Json = Mapping[str, Any]


class PolicyError(ValueError):
    """Not a policy that is understood. ``reason``: one word, for counting."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"policy is not understood: {reason}")
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Limits:
    """What constraints leave of a permission. None: they do not limit it."""

    territory: frozenset[str] | None
    purposes: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class _Permission:
    target: str
    duties: frozenset[str]
    limits: _Limits


@cache
def alpha3_codes() -> dict[str, str]:
    """ISO 3166-1: alpha-2 codes by alpha-3 codes (data/alpha3.tsv, after the territory aliases of Unicode CLDR)."""
    with (files("licenses") / "data" / "alpha3.tsv").open(encoding="utf-8") as file:
        return {row["alpha3"]: row["alpha2"] for row in csv.DictReader(file, delimiter="\t")}


def policy_answers(body: bytes) -> dict[Axis, Answer]:
    """What a policy says of mining for training, on both training axes.

    Raises:
        PolicyError: It is not JSON, no Offer of the profile, or nothing in it permits or prohibits mining in a way
            that is understood.
    """
    try:
        value = parse_json(body)
    except JsonError as error:
        raise PolicyError(error.reason) from error
    graph = [one for root in listed(value) if isinstance(root, Mapping) for one in listed(root.get("@graph", root))]
    policies = [one for one in graph if isinstance(one, Mapping) and any(_get(one, name) for name in _RULES)]
    found = [answer for policy in policies for answer in _of_policy(policy)]
    if not found:
        raise PolicyError("nothing_permitted" if policies else "no_policy")
    return {axis: min((one[axis] for one in found), key=_severity) for axis in TRAIN}


_RULES = ("permission", "prohibition")


def _severity(answer: Answer) -> tuple[int, int, list[str]]:
    return _ORDER.index(answer.value), -len(answer.conditions), sorted(answer.conditions)


def _of_policy(policy: Json) -> Iterator[dict[Axis, Answer]]:
    """Answers for each collection that permissions are about: which one a page is of, no policy says."""
    kinds = {_term(one) for one in (*listed(policy.get("@type")), *listed(policy.get("type")))}
    profiles = [_id(one) for one in listed(_get(policy, "profile"))]
    profiled = any(_PROFILE.fullmatch(one) for one in profiles)
    if (kinds and "Offer" not in kinds) or (profiles and not profiled):
        raise PolicyError("other_profile")
    everywhere = listed(_get(policy, "duty")) + listed(_get(policy, "obligation"))
    permissions = [
        found
        for one in listed(_get(policy, "permission"))
        if (found := _permission(one, policy, everywhere, profiled=profiled)) is not None
    ]
    forbidden = _prohibited(listed(_get(policy, "prohibition")))
    if forbidden is None:
        yield answers([[Offer(Says.PROHIBITED)]])
    for target in sorted({one.target for one in permissions}):
        offers = list(_offers([one for one in permissions if one.target == target]))
        yield answers(
            [[Offer(one.says, within(one.territory, forbidden or frozenset()), one.conditions) for one in offers]]
        )


def _offers(permissions: Sequence[_Permission]) -> Iterator[Offer]:
    """Permissions beside each other; two that share out the purposes are, taken together, one for every purpose."""
    for one in permissions:
        yield _offer(one.limits, one.duties)
        for other in permissions:
            if (
                one.limits.purposes
                and other.limits.purposes
                and one.limits.purposes < other.limits.purposes | one.limits.purposes
            ):
                both = _Limits(
                    _common(one.limits.territory, other.limits.territory), one.limits.purposes | other.limits.purposes
                )
                yield _offer(both, one.duties | other.duties)


def _offer(limits: _Limits, duties: frozenset[str]) -> Offer:
    purposes = frozenset[str]() if limits.purposes is None else _PURPOSES[limits.purposes]
    return Offer(Says.GRANTED, limits.territory, duties | purposes)


def _permission(one: object, policy: Json, duties: list[Any], *, profiled: bool) -> _Permission | None:
    """A permission to mine that is made to everybody and understood; None for any other."""
    if not isinstance(one, Mapping) or _get(one, "assignee") or _get(policy, "assignee"):
        return None
    actions = listed(_get(one, "action"))
    if not any(_term(action) == _MINING and (profiled or _OWN.match(_id(action))) for action in actions):
        return None
    refinements = [
        inner for action in actions if isinstance(action, Mapping) for inner in listed(_get(action, "refinement"))
    ]
    limits = _limits([*listed(_get(one, "constraint")), *listed(_get(policy, "constraint")), *refinements])
    if limits is None:
        return None
    demanded = [*listed(_get(one, "duty")), *duties]
    targets = sorted(_id(target) for target in listed(_get(one, "target")))
    return _Permission(" ".join(targets), frozenset(_duty(duty) for duty in demanded), limits)


def _duty(duty: object) -> str:
    actions = {_term(action) for action in listed(_get(duty, "action"))} if isinstance(duty, Mapping) else set()
    return _DUTIES.get(actions.pop(), "agreement") if len(actions) == 1 else "agreement"


def _prohibited(prohibitions: list[Any]) -> frozenset[str] | None:
    """Countries where mining is prohibited; None if it is everywhere, or in a way that is not understood."""
    found: frozenset[str] = frozenset()
    for one in prohibitions:
        if not isinstance(one, Mapping):
            return None
        if not {_term(action) for action in listed(_get(one, "action"))} & _INCLUDE_MINING:
            continue
        limits = _limits(listed(_get(one, "constraint")), strictly=True)
        if limits is None or not limits.territory or limits.purposes is not None:
            return None
        found |= limits.territory
    return found


def _limits(constraints: Sequence[object], *, strictly: bool = False) -> _Limits | None:
    """What constraints that all hold leave; None if one is not understood.

    A permission does without the countries that are not understood, a prohibition (``strictly``) does not.
    """
    territory: frozenset[str] | None = None
    purposes: frozenset[str] | None = None
    for one in constraints:
        if not isinstance(one, Mapping) or _term(_get(one, "operator")) not in _AMONG:
            return None
        values = [_id(value) for value in _operands(_get(one, "rightOperand"))]
        match _term(_get(one, "leftOperand")):
            case "spatial":
                codes = [_COUNTRY.fullmatch(value) for value in values]
                known = [alpha3_codes().get(code[1], "") if code else "" for code in codes]
                if strictly and "" in known:
                    return None
                territory = _common(territory, frozenset(known) - {""})
            case "purpose":
                named = frozenset(_term(value) for value in values) & {"research", "non-research"}
                purposes = _common(purposes, named)
            case _:
                return None
    return _Limits(territory, purposes) if purposes is None or purposes else None


def _common(one: frozenset[str] | None, other: frozenset[str] | None) -> frozenset[str] | None:
    if one is None or other is None:
        return other if one is None else one
    return one & other


def _operands(value: object) -> list[Any]:
    return listed(value["@list"]) if isinstance(value, Mapping) and "@list" in value else listed(value)


def _get(node: Json, name: str) -> Any:
    return node.get(name, node.get(f"odrl:{name}"))


def _id(value: object) -> str:
    """The identifier of a value that may be wrapped as JSON-LD does; empty if there is none."""
    for _ in range(3):
        if isinstance(value, Mapping):
            value = next((value[key] for key in ("@id", "@value", "rdf:value", "value", "uid") if key in value), None)
    return value.strip() if isinstance(value, str) else ""


def _term(value: object) -> str:
    """A term of ODRL or of the profile without its namespace; other terms as they are."""
    name = _id(value)
    for namespace in (_OWN, _ODRL):
        found = namespace.match(name)
        if found:
            return name[found.end() :]
    return name
