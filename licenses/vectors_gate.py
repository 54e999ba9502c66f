"""Single inputs to the gate, as vectors of kind ``gate`` give them (section 10): one flat document, one recipient.

What is not said grants nothing: an axis is unknown, evidence is missing, personal data was not looked for.
"""

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from licenses.axes import GRANTS, Axis, Value, check_condition
from licenses.catalogue import DEFAULT_LICENCE
from licenses.conditions import Mode, Purpose, ReleasePlan, Request, kind_of
from licenses.countries import countries
from licenses.gate import DocumentFacts, decide
from licenses.gate_rules import KOGL_AI_CONDITIONS
from licenses.recipients import Recipient
from licenses.resolve import Rights

_GATED = (Axis.TRAIN_DOM, Axis.TRAIN_FOR, Axis.REDIST, Axis.COMMERCIAL)
_OF_KOGL_TYPES = frozenset({"attribution", "non_commercial", "verbatim"})
_AI_MARK = re.compile(r"(?:KOGL|공공누리).*AI", re.IGNORECASE)
_CHANNELS = frozenset({"api", "contract", "dump"})
_CODE = re.compile(r"[A-Z]{2}")


def gate_vector(given: Mapping[str, Any]) -> dict[str, Any]:
    """What the gate says to one document.

    Args:
        given: ``doc``: axes (flat or under ``axes``); ``conditions`` as a list for every axis that is ``cond`` or as
            lists by axis, ``train_conditions`` and ``redist_conditions`` where they differ; ``confidence`` as a number
            or by axis; ``licence``; the facts ``evidence``, ``pii_clean``, ``withdrawn``, ``acquired``, ``expired`` or
            ``expires_at``. ``recipient``, ``purpose``, ``mode``. ``plan``: ``attribution``, ``sold``, and further
            conditions that are met, by name. ``at``: the time that counts, now by default.

    Returns:
        ``decision``, and whether the recipient is ``domestic``.

    Raises:
        KeyError: A part of the input is missing.
        TypeError: A field is of another type than it must be.
        ValueError: A field holds what is not of its closed list.
    """
    doc = _mapping(given, "doc")
    recipient = _recipient(_mapping(given, "recipient"))
    plan = given.get("plan")
    request = Request(
        recipient,
        Purpose(given["purpose"]),
        Mode(given["mode"]),
        _plan(_mapping(given, "plan") if plan is not None else {}, doc),
    )
    decision = decide(_rights(doc), _facts(doc, given.get("at")), request)
    return {"decision": decision.code, "domestic": recipient.domestic}


def _mapping(given: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = given[key]
    if not isinstance(value, Mapping):
        raise TypeError(f"{key} is no object")
    return value


def _recipient(given: Mapping[str, Any]) -> Recipient:
    processed = given.get("processed_in")
    if not isinstance(processed, list | None):
        raise TypeError("processed_in is no list")
    places = [_country(code) for code in processed or ()]
    return Recipient(
        recipient_id="asked",
        name="asked",
        established_in=_country(given.get("established_in")),
        controlled_from=_country(given.get("controlled_from")),
        # A place that nobody knows makes the whole list unknown.
        processed_in=() if None in places else tuple(code for code in places if code),
    )


def _country(code: Any) -> str | None:
    """A code; None where none is given, or one that is not assigned: neither is Korea."""
    if code in (None, ""):
        return None
    if not isinstance(code, str):
        raise TypeError(f"no country code: {code!r}")
    if not _CODE.fullmatch(code):
        raise ValueError(f"no ISO 3166-1 alpha-2 code: {code!r}")
    return code if code in countries() else None


def _rights(doc: Mapping[str, Any]) -> Rights:
    said = {**_mapping({"axes": doc.get("axes") or {}}, "axes"), **doc}
    axes = {axis: _value(axis, said.get(axis)) for axis in Axis}
    shared = doc.get("conditions") or []
    licence = _licence(doc, _names(shared) if isinstance(shared, list) else [])
    return Rights(
        axes=axes,
        conditions={axis: _conditions(doc, axis, axes, licence) for axis in Axis},
        confidence={axis: _confidence(doc.get("confidence"), axis) for axis in Axis},
        licence=licence,
        conflict=False,
        review="none",
    )


def _value(axis: Axis, value: Any) -> Value:
    found = Value.UNKNOWN if value is None else Value(value)
    if found is Value.DENY_TEMP and axis is not Axis.CRAWL:
        raise ValueError("deny_temp is for crawl alone")
    return found


def _conditions(doc: Mapping[str, Any], axis: Axis, axes: Mapping[Axis, Value], licence: str) -> tuple[str, ...]:
    """Conditions of one axis: its own where it has some, else those of the document."""
    own = doc.get(f"{axis}_conditions", doc.get("train_conditions") if axis in _TRAIN else None)
    shared = doc.get("conditions") or []
    if own is None and isinstance(shared, Mapping):
        own = shared.get(axis) or []
    if own is not None:
        return tuple(sorted(set(_names(own))))
    names = set(_names(shared))
    if axis in _TRAIN and licence == _KOGL_AI:
        names -= _OF_KOGL_TYPES  # they are of copies; the AI mark sets the terms of training (section 3.1)
    # Conditions belong to what is conditional; where nothing is, they must belong to what is allowed.
    conditional = any(axes[one] is Value.COND for one in _GATED)
    bound = axes[axis] is Value.COND if conditional else axes[axis] in GRANTS
    return tuple(sorted(names)) if bound else ()


_TRAIN = (Axis.TRAIN_DOM, Axis.TRAIN_FOR)
_KOGL_AI = "LicenseRef-KOGL+AI"
_SEEMS_KOGL_AI = "LicenseRef-KOGL-AI"


def _licence(doc: Mapping[str, Any], shared: list[str]) -> str:
    named = doc.get("licence")
    if not isinstance(named, str | None):
        raise TypeError("licence is no string")
    if doc.get("kogl_ai") is True or (named and " AND " not in named and _AI_MARK.search(named)):
        return _KOGL_AI
    if named is None and frozenset(_names(doc.get("train_conditions") or shared)) >= KOGL_AI_CONDITIONS:
        return _SEEMS_KOGL_AI  # no other signal sets both
    return named or DEFAULT_LICENCE


def _confidence(given: Any, axis: Axis) -> float:
    number = given.get(axis, 0.0) if isinstance(given, Mapping) else given
    if number is None:
        return 0.0
    if isinstance(number, bool) or not isinstance(number, int | float):
        raise TypeError("confidence is no number")
    if not 0 <= number <= 1:
        raise ValueError(f"confidence is not within 0 to 1: {number}")
    return float(number)


def _facts(doc: Mapping[str, Any], at: Any) -> DocumentFacts:
    now = _time(at) if at is not None else dt.datetime.now(dt.UTC)
    ends = doc.get("expires_at") or doc.get("expires")
    channel = doc.get("channel") in _CHANNELS
    evidence = doc.get("evidence")
    return DocumentFacts(
        withdrawn=_fact(doc, "withdrawn") or _fact(doc, "takedown") or doc.get("withdrawn_at") is not None,
        acquired=True if channel else doc["acquired"] if isinstance(doc.get("acquired"), bool) else None,
        evidence=bool(evidence) if isinstance(evidence, list) else _fact(doc, "evidence"),
        expired=_fact(doc, "expired") or (ends is not None and _time(ends) <= now),
        pii_clean=_fact(doc, "pii_clean"),
    )


def _fact(doc: Mapping[str, Any], key: str) -> bool:
    value = doc.get(key)
    if not isinstance(value, bool | None):
        raise TypeError(f"{key} is neither true nor false")
    return bool(value)


def _time(given: Any) -> dt.datetime:
    if not isinstance(given, str):
        raise TypeError("a time is no string")
    found = dt.datetime.fromisoformat(given)
    return found if found.tzinfo else found.replace(tzinfo=dt.UTC)


def _plan(given: Mapping[str, Any], doc: Mapping[str, Any]) -> ReleasePlan:
    met = {one for key in ("agreements", "conditions", "met") for one in _names(given.get(key) or [])}
    for key, value in given.items():
        if key in ("attribution", "sold", "agreements", "conditions", "met"):
            continue
        kind = _LISTED.get(key)
        if value is True and kind == "payment":
            met |= {one for one in _all_conditions(doc) if kind_of(one) == kind}
        elif value is True:
            met.add(key)
        elif kind and value:
            met |= {f"{kind}:{one}" for one in ([value] if isinstance(value, str) else _strings(value))}
    sold = given.get("sold")
    if not isinstance(sold, bool | None):
        raise TypeError("sold is neither true nor false")
    return ReleasePlan(
        attribution=_fact(given, "attribution") or "attribution" in met,
        sold=sold is not False and not (sold is None and "no_resale" in met),
        agreements=frozenset(one for one in met if _is_agreement(one)),
    )


_LISTED = {"payment": "payment", "payments": "payment", "user": "user", "users": "user"}


def _is_agreement(condition: str) -> bool:
    """Whether a plan can meet it by saying so; what it says beyond that grants nothing."""
    try:
        ReleasePlan(attribution=False, sold=True, agreements=frozenset({condition}))
    except ValueError:
        return False
    return True


def _all_conditions(doc: Mapping[str, Any]) -> set[str]:
    lists = [value for key, value in doc.items() if key.endswith("conditions")]
    flat = [one for value in lists for one in (value.values() if isinstance(value, Mapping) else [value])]
    return {name for value in flat for name in _names(value or [])}


def _names(given: Any) -> list[str]:
    """Conditions of the closed list."""
    return [check_condition(one) for one in _strings(given)]


def _strings(given: Any) -> list[str]:
    if not isinstance(given, list) or not all(isinstance(one, str) for one in given):
        raise TypeError("a list of conditions is no list of strings")
    return given
