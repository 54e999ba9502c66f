"""Training-mining assertions of CAWG, and of C2PA before version 2.0, in the manifest of an asset (section 1.8).

An assertion speaks of its asset alone: that of an image says nothing of the text of the page that shows it. Whether the
manifest's signature holds is not checked here, so a permission weighs no more than a preference does.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from licenses.axes import TRAIN, Axis, AxisValues, Value, on
from licenses.evidence import Evidence, Source
from licenses.json_safe import JsonError, listed, parse_json

SIGNAL = "cawg"
_VERSION = "CAWG training and data mining 1.1"
_LABELS = ("cawg.training-mining", "c2pa.training-mining")
_PREFIXES = ("cawg.", "c2pa.")
_USES: dict[str, tuple[Axis, ...]] = {
    "ai_generative_training": TRAIN,
    "ai_training": TRAIN,
    "ai_inference": (Axis.AI_INPUT,),
}
_ANSWERS = {"allowed": Value.ALLOW, "notAllowed": Value.DENY, "constrained": Value.COND}
_STRICTEST = (Value.DENY, Value.COND, Value.UNKNOWN, Value.ALLOW)
_NO_TEXT = ("image/", "audio/", "video/", "font/", "model/")
_TEXT = (
    "text/",
    "application/pdf",
    "application/epub+zip",
    "application/xhtml+xml",
    "application/msword",
    "application/vnd.openxmlformats-officedocument",
    "application/vnd.oasis.opendocument.text",
    "application/hwp",
    "application/x-hwp",
    "application/vnd.hancom",
)
_DENIAL, _PERMISSION = 0.95, 0.7
_DEEPEST = 5
"""A manifest holds assertions, these data, and these entries."""


def cawg_signals(media: str, assertion: object, source: Source) -> list[Evidence]:
    """Evidence of one assertion.

    Args:
        media: Media type of the asset that holds it.
        assertion: The assertion as JSON, parsed or as text: with its label and data, the data, or its entries alone;
            or a manifest or list of assertions.
        source: The asset.
    """
    value = assertion
    if isinstance(value, str):
        value = value.encode("utf-8", "surrogatepass")
    try:
        value = parse_json(value) if isinstance(value, bytes) else value
    except JsonError as error:
        return [_evidence(source, media, f"cawg.invalid.{error.reason}", "", on(Value.UNKNOWN, *TRAIN))]
    found: list[Evidence] = []
    for entries in _entries(value):
        found += _of_entries(entries, media, source)
    return found


def _entries(value: object, depth: int = 0) -> Iterator[Mapping[str, Any]]:
    """Entries of every training-mining assertion in what may be an assertion, its data, or what holds some."""
    for one in listed(value) if depth < _DEEPEST else ():
        if not isinstance(one, Mapping) or one.get("label", _LABELS[0]) not in _LABELS:
            continue
        inner = [one[key] for key in ("assertions", "data", "assertion", *_LABELS, "entries") if key in one]
        if "entries" in one or not inner:
            entries = one.get("entries", one)
            if isinstance(entries, Mapping):
                yield entries
        else:
            for held in inner:
                yield from _entries(held, depth + 1)


def _of_entries(entries: Mapping[str, Any], media: str, source: Source) -> Iterator[Evidence]:
    said: dict[tuple[Axis, ...], dict[str, Value]] = {}
    for name, entry in entries.items():
        use = next((str(name)[len(prefix) :] for prefix in _PREFIXES if str(name).startswith(prefix)), "")
        if use in _USES:
            said.setdefault(_USES[use], {})[str(name)] = _answer(entry)
    for axes, answers in said.items():
        value = min(answers.values(), key=_STRICTEST.index)
        literal = json.dumps({name: {"use": _use(entries[name])} for name in answers}, ensure_ascii=False)
        yield _evidence(
            source, media, f"cawg.{'training' if axes == TRAIN else 'inference'}", literal, on(value, *axes)
        )


def _answer(entry: object) -> Value:
    """What an entry says; of other spellings only the one that denies is understood."""
    use = _use(entry) or ""
    denied = use.replace("_", "").replace("-", "").strip().lower() == "notallowed"
    return Value.DENY if denied else _ANSWERS.get(use, Value.UNKNOWN)


def _use(entry: object) -> str | None:
    use = entry.get("use") if isinstance(entry, Mapping) else entry
    return use if isinstance(use, str) else None


def _evidence(source: Source, media: str, rule_id: str, literal: str, axes: AxisValues) -> Evidence:
    value = axes[0][1]
    kind = media.partition(";")[0].strip().lower()
    # Of an asset whose kind is not known only a denial is taken to be about text.
    of_text = kind.startswith(_TEXT) or (value is Value.DENY and not kind.startswith(_NO_TEXT))
    return source.evidence(
        SIGNAL,
        rule_id,
        literal,
        locator=kind,
        scope="document" if of_text else "element",
        axes=axes,
        conditions=("policy_contact",) if value is Value.COND else (),
        confidence=_DENIAL if value is Value.DENY else _PERMISSION,
        spec_version=_VERSION,
    )
