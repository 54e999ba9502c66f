"""The closed vocabulary of rights: what is asked (axes), what is answered (values), what an answer depends on."""

from enum import StrEnum


class Axis(StrEnum):
    """One question about a document (consent specification, section 0.1). An unknown name raises ``ValueError``."""

    CRAWL = "crawl"
    TRAIN_DOM = "train_dom"
    """Training by a domestic recipient."""
    TRAIN_FOR = "train_for"
    """Training by a foreign recipient."""
    REDIST = "redist"
    """Giving the text to somebody else."""
    COMMERCIAL = "commercial"
    DERIVATIVES = "derivatives"
    INDEX = "index"
    """Side axis: being found by search."""
    AI_INPUT = "ai_input"
    """Side axis: being given to a model as context."""


class Value(StrEnum):
    """An answer, never a boolean: ``unknown`` is neither ``allow`` nor ``deny``. Other names raise ``ValueError``."""

    ALLOW = "allow"
    COND = "cond"
    """Allowed under a condition list that is not empty."""
    DENY = "deny"
    UNKNOWN = "unknown"
    DENY_TEMP = "deny_temp"
    """For ``crawl`` only: denied until robots.txt can be read."""


TRAIN = (Axis.TRAIN_DOM, Axis.TRAIN_FOR)
DENIALS = frozenset({Value.DENY, Value.DENY_TEMP})
GRANTS = frozenset({Value.ALLOW, Value.COND})

AxisValues = tuple[tuple[Axis, Value], ...]


def on(value: Value, *axes: Axis) -> AxisValues:
    """The same answer on several axes."""
    return tuple((axis, value) for axis in axes)


PLAIN_CONDITIONS = frozenset(
    {
        "agreement",
        "anti_memorization",
        "attribution",
        "licence_token",
        "no_resale",
        "non_commercial",
        "policy_contact",
        "share_alike",
        "verbatim",
    }
)
_VALUED_CONDITIONS = ("geo:", "payment:", "user:")


def check_condition(condition: str) -> str:
    """Return ``condition`` if the closed list of section 0.1 has it.

    Raises:
        ValueError: The list does not have it.
    """
    valued = any(condition.startswith(kind) and len(condition) > len(kind) for kind in _VALUED_CONDITIONS)
    if valued or condition in PLAIN_CONDITIONS:
        return condition
    raise ValueError(f"not a condition: {condition!r}")
