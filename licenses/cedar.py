"""The gate in Cedar, for audit: the same table (``gate_rules.RULES``) as policies that another engine evaluates.

``cedar_policies`` is one ``permit`` and a ``forbid`` for each rule; where several forbid, the first in the order of
their ids is the code of the gate. ``cedar_schema`` says what they speak of, ``cedar_request`` asks them. Nothing here
needs an engine. https://docs.cedarpolicy.com/policies/syntax-grammar.html
"""

import json
from collections.abc import Iterable
from typing import Any

from licenses import gate_rules as gate
from licenses.axes import PLAIN_CONDITIONS, Axis
from licenses.conditions import Mode, Purpose, Request, kind_of, listed
from licenses.countries import KOREA, expand
from licenses.gate_rules import DocumentFacts, Rule
from licenses.resolve import Rights

_AXES = (Axis.TRAIN_DOM, Axis.TRAIN_FOR, Axis.REDIST, Axis.COMMERCIAL)
_SCALE = 10_000
"""Cedar has no fractions: confidence is in ten-thousandths."""

_DOMESTIC = (
    f'(principal has established_in && principal.established_in == "{KOREA}"'
    f' && principal has controlled_from && principal.controlled_from == "{KOREA}"'
    f' && !principal.processed_in.isEmpty() && ["{KOREA}"].containsAll(principal.processed_in))'
)
_COUNTRIES_KNOWN = (
    "(principal has established_in && principal has controlled_from && !principal.processed_in.isEmpty())"
)
_KOGL_AI = '["anti_memorization", "no_resale"]'


def _value(axis: Axis) -> str:
    """An answer; a permission without conditions of its own is unknown."""
    term = f"resource.{axis}"
    return f'(if {term}.value == "cond" && {term}.conditions.isEmpty() then "unknown" else {term}.value)'


def _model_use() -> str:
    marked = [
        f'(({domestic}) && resource.{axis}.value == "cond" && resource.{axis}.conditions.containsAll({_KOGL_AI}))'
        for axis, domestic in ((Axis.TRAIN_DOM, _DOMESTIC), (Axis.TRAIN_FOR, f"!{_DOMESTIC}"))
    ]
    return f'(context.mode == "{Mode.IN_PLACE}" && resource.kogl_ai && ({" || ".join(marked)}))'


_NEEDED = {
    Axis.TRAIN_DOM: _DOMESTIC,
    Axis.TRAIN_FOR: f"!{_DOMESTIC}",
    Axis.REDIST: f'context.mode == "{Mode.COPY}"',
    Axis.COMMERCIAL: f'(context.purpose == "{Purpose.COMMERCIAL}" && !{_model_use()})',
}
"""When an axis is needed."""

_QUESTIONS = {
    "withdrawn": "resource.withdrawn",
    "acquired": '(resource.channel == "authorised" || (resource.channel == "robots.txt"'
    ' && !["deny", "deny_temp"].contains(resource.crawl)))',
    "evidence": "resource.evidence",
    "expired": "resource.expired",
    "pii_clean": "resource.pii_clean",
    "domestic": _DOMESTIC,
    "purpose": "context.purpose",
    "mode": "context.mode",
    "train": f"(if {_DOMESTIC} then {_value(Axis.TRAIN_DOM)} else {_value(Axis.TRAIN_FOR)})",
    "train_dom": _value(Axis.TRAIN_DOM),
    "redist": _value(Axis.REDIST),
    "commercial": _value(Axis.COMMERCIAL),
    "model_use": _model_use(),
    "sure": "\n    && ".join(
        f"(!({needed}) || resource.{axis}.confidence >= {round(gate.LEAST_CONFIDENCE * _SCALE)})"
        for axis, needed in _NEEDED.items()
    ),
}
"""Questions of the table in Cedar."""

_UNMET = {
    "attribution": "!context.attribution",
    "geo": "!({known} && {axis} has geo && {axis}.geo.contains(principal.established_in)"
    " && {axis}.geo.contains(principal.controlled_from) && {axis}.geo.containsAll(principal.processed_in))",
    "no_resale": "context.sold",
    "non_commercial": f'context.purpose != "{Purpose.NONCOMMERCIAL}"',
    "payment": "!context.agreements.containsAll({axis}.payments)",
    "user": "!({axis} has users && !context.users.isEmpty() && {axis}.users.containsAll(context.users))",
    "verbatim": "true",
}
"""When a condition is not met; those that are not here are met by an agreement of their name."""


def cedar_policies() -> str:
    """The gate as Cedar policies."""
    policies = ["permit (principal, action, resource);"]
    for number, rule in enumerate(gate.RULES):
        if rule.code == gate.BLOCK_CONDITION:
            kinds = sorted({*PLAIN_CONDITIONS, "geo", "payment", "user"})
            policies += [
                _forbid(f"{number:02}.{place:02} {rule.code}:{kind}", _unmet(kind)) for place, kind in enumerate(kinds)
            ]
        else:
            policies.append(_forbid(f"{number:02} {rule.code}", _hits(rule)))
    return "\n\n".join(policies) + "\n"


def _forbid(name: str, when: str) -> str:
    return f'@id("{name}")\nforbid (principal, action, resource)\nwhen {{\n    {when}\n}};'


def _hits(rule: Rule) -> str:
    return "\n    && ".join(_is(question, sorted(hits)) for question, hits in rule.when.items())


def _is(question: str, hits: list[str]) -> str:
    asked = f"({_QUESTIONS[question]})"
    if hits in ([gate.YES], [gate.NO]):
        return asked if hits == [gate.YES] else f"!{asked}"
    return f"{asked} == {json.dumps(hits[0])}" if len(hits) == 1 else f"{json.dumps(hits)}.contains{asked}"


def _unmet(kind: str) -> str:
    failing = _UNMET.get(kind, f'!context.agreements.contains("{kind}")')
    return "\n    || ".join(
        f'(({needed}) && ["allow", "cond"].contains(resource.{axis}.value) && resource.{axis}.kinds.contains("{kind}")'
        f" && {failing.format(axis=f'resource.{axis}', known=_COUNTRIES_KNOWN)})"
        for axis, needed in _NEEDED.items()
    )


def cedar_schema() -> str:
    """What the policies speak of, in Cedar's schema language."""
    terms = ", ".join(f"{axis}: Terms" for axis in _AXES)
    return f"""\
type Terms = {{
    value: String, conditions: Set<String>, kinds: Set<String>, payments: Set<String>,
    geo?: Set<String>, users?: Set<String>, confidence: Long,
}};
entity Recipient = {{ established_in?: String, controlled_from?: String, processed_in: Set<String> }};
entity Document = {{
    withdrawn: Bool, channel: String, crawl: String, evidence: Bool, expired: Bool, pii_clean: Bool, kogl_ai: Bool,
    {terms},
}};
action receive appliesTo {{
    principal: Recipient, resource: Document,
    context: {{
        purpose: String, mode: String, attribution: Bool, sold: Bool, agreements: Set<String>, users: Set<String>,
    }},
}};
"""


def cedar_request(
    rights: Rights, facts: DocumentFacts, request: Request
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """A request for one document, and the entities that it names, in Cedar's JSON forms."""
    recipient, plan = request.recipient, request.plan
    countries = {"established_in": recipient.established_in, "controlled_from": recipient.controlled_from}
    principal = {name: code for name, code in countries.items() if code}
    resource = {
        "withdrawn": facts.withdrawn,
        "channel": {None: "robots.txt", True: "authorised", False: "none"}[facts.acquired],
        "crawl": str(rights.axes[Axis.CRAWL]),
        "evidence": facts.evidence,
        "expired": facts.expired,
        "pii_clean": facts.pii_clean,
        "kogl_ai": gate.is_kogl_ai(rights),
        **{axis.value: _terms(rights, axis) for axis in _AXES},
    }
    asked = {
        "principal": f'Recipient::"{recipient.recipient_id}"',
        "action": 'Action::"receive"',
        "resource": 'Document::"asked"',
        "context": {
            "purpose": str(request.purpose),
            "mode": str(request.mode),
            "attribution": plan.attribution,
            "sold": plan.sold,
            "agreements": sorted(plan.agreements),
            "users": sorted(_lists(plan.agreements, "user", union=True) or ()),
        },
    }
    entities = [
        _entity("Recipient", recipient.recipient_id, {**principal, "processed_in": list(recipient.processed_in)}),
        _entity("Document", "asked", resource),
    ]
    return asked, entities


def _entity(kind: str, name: str, attributes: dict[str, Any]) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": name}, "attrs": attributes, "parents": []}


def _terms(rights: Rights, axis: Axis) -> dict[str, Any]:
    conditions = rights.conditions[axis]
    lists = {"geo": _lists(conditions, "geo"), "users": _lists(conditions, "user")}
    return {
        "value": str(rights.axes[axis]),
        "conditions": list(conditions),
        "kinds": sorted({kind_of(one) for one in conditions}),
        "payments": [one for one in conditions if kind_of(one) == "payment"],
        "confidence": round(rights.confidence[axis] * _SCALE),
        **{name: sorted(codes) for name, codes in lists.items() if codes is not None},
    }


def _lists(conditions: Iterable[str], kind: str, *, union: bool = False) -> frozenset[str] | None:
    """What all conditions of a kind list alike (or any of them); None where there is none."""
    found = [listed(one) for one in conditions if kind_of(one) == kind]
    found = [expand(codes) for codes in found] if kind == "geo" else found
    if not found:
        return None
    return frozenset[str]().union(*found) if union else found[0].intersection(*found)
