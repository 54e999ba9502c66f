"""What a document lacks for a request: the permissions that somebody would have to give."""

from licenses.axes import Value
from licenses.conditions import Request, unmet
from licenses.gate_rules import LEAST_CONFIDENCE, conditions_of, needed_axes, value_of
from licenses.resolve import Rights

_MISSING = frozenset({Value.DENY, Value.UNKNOWN})


def missing_permissions(rights: Rights, request: Request) -> tuple[str, ...]:
    """Everything on the axes that a release needs which holds a document back; the gate names only the first.

    Returns:
        Sorted: ``train_dom denied``, ``redist unknown``, ``train_for unsure`` (too little confidence) and
        ``condition agreement``. Nothing for a document that its rights let go.
    """
    needed = needed_axes(rights, request)
    answers = {axis: value_of(rights, axis) for axis in needed}
    said = {Value.DENY: "denied", Value.UNKNOWN: "unknown"}
    found = [f"{axis} {said[value]}" for axis, value in answers.items() if value in _MISSING]
    found += [
        f"{axis} unsure"
        for axis, value in answers.items()
        if value not in _MISSING and rights.confidence[axis] < LEAST_CONFIDENCE
    ]
    granted = [axis for axis, value in answers.items() if value not in _MISSING]
    found += [f"condition {one}" for one in unmet(conditions_of(rights, granted), request)]
    return tuple(sorted(found))
