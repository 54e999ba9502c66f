"""Usage preferences: AIPREF ``Content-Usage`` (vocab-08, attach-05) and Cloudflare ``Content-Signal`` (1.3, 1.4).

Both say of a label that its use is wanted or not. Neither fills in a label that is absent.
"""

import re
from collections.abc import Iterator, Sequence
from urllib.parse import urlsplit

from licenses.axes import TRAIN, Axis, AxisValues, Value, on
from licenses.evidence import Evidence, Source
from licenses.settings import RightsSettings
from licenses.structured import NotADictionaryError, tokens_of_dictionary

VERSIONS = {
    "content-usage": "draft-ietf-aipref-vocab-08",
    "content-signal": "cloudflare-content-signals-2025-09",
}
_FAMILY = {"content-usage": "aipref", "content-signal": "content_signal"}
_LABELS: dict[str, dict[str, tuple[Axis, ...]]] = {
    "content-usage": {"train-ai": TRAIN, "ai-use": (Axis.AI_INPUT,), "search": (Axis.INDEX,)},
    "content-signal": {"ai-train": TRAIN, "ai-input": (Axis.AI_INPUT,), "search": (Axis.INDEX,)},
}
_DENIAL = 0.95
_PERMISSION = 0.7
_PERMISSION_UGC = 0.4
_SIGNAL = re.compile(r"\s*([A-Za-z][\w-]*)\s*=\s*([A-Za-z]+)\s*")


def on_user_content_host(url: str, settings: RightsSettings) -> bool:
    """Whether users, not the host, own the texts at ``url``."""
    host = (urlsplit(url).hostname or "").lower()
    return any(host == one or host.endswith(f".{one}") for one in settings.ugc_hosts)


def parse_preferences(kind: str, value: str) -> dict[str, Value]:
    """Wanted (allow), unwanted (deny) or unreadable (unknown) by label; empty if nothing can be read."""
    if kind == "content-signal":
        return _parse_signals(value)
    try:
        members = tokens_of_dictionary(value)
    except NotADictionaryError:
        return {}
    meaning = {"y": Value.ALLOW, "n": Value.DENY}
    return {label: meaning.get(token or "", Value.UNKNOWN) for label, token in members.items()}


def _parse_signals(value: str) -> dict[str, Value]:
    """Comma-separated ``key=yes|no``; of equal keys the denial stands."""
    meaning = {"yes": Value.ALLOW, "no": Value.DENY}
    said: dict[str, Value] = {}
    for part in re.split(r"[,;]", value):
        signal = _SIGNAL.fullmatch(part)
        if signal is None:
            continue
        label, answer = signal[1].lower(), meaning.get(signal[2].lower(), Value.UNKNOWN)
        said[label] = Value.DENY if Value.DENY in (said.get(label), answer) else answer
    return said


def preference_evidence(
    source: Source,
    kind: str,
    values: Sequence[str],
    literal: str,
    *,
    locator: str,
    scope: str,
    user_content: bool,
    train_axes: Sequence[Axis] = TRAIN,
) -> Iterator[Evidence]:
    """Evidence of one preference, a record for each label that reaches an axis.

    Args:
        source: Where it was read.
        kind: ``content-usage`` or ``content-signal``.
        values: Field values that hold together: of one header, or of the rules with the same path (these combine).
        literal: What was read.
        locator: Header or line.
        scope: path for robots.txt, document for a header.
        user_content: Whether the host speaks for texts of its users.
        train_axes: Training axes that it may reach: of a group that names a foreign crawler only the foreign one.
    """
    combined = _combine([parse_preferences(kind, value) for value in values])
    for label, value in sorted(combined.items()):
        axes = _LABELS[kind].get(label, ())
        training = axes == TRAIN
        if training or tuple(train_axes) != TRAIN:
            axes = tuple(train_axes) if training else ()
        reached: AxisValues = on(value, *axes) if value is not Value.UNKNOWN else ()
        permission = _PERMISSION_UGC if training and user_content else _PERMISSION
        yield source.evidence(
            _FAMILY[kind],
            f"{_FAMILY[kind]}.{label}",
            literal,
            locator=locator,
            scope=scope,
            axes=reached,
            confidence=_DENIAL if value is Value.DENY else permission,
            spec_version=VERSIONS[kind],
            declarer="host" if user_content else "owner",
        )


def _combine(several: Sequence[dict[str, Value]]) -> dict[str, Value]:
    """Vocab 5.1: any disallow, else any allow, else unknown."""
    order = (Value.DENY, Value.ALLOW, Value.UNKNOWN)
    labels = sorted({label for one in several for label in one})
    return {label: min((one[label] for one in several if label in one), key=order.index) for label in labels}
