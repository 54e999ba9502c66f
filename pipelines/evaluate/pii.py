"""Personal data: finds against labelled spans.

A find and a span match if they have the same type and overlap; each is matched once. Of the spans that have to be
masked it is further told how many vanish whole: no letter or digit of them stays.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TypeAlias

from filters.pii import Entity, PiiSettings, detect, masks
from pipelines.evaluate.pii_set import Example, labelled_set

Span: TypeAlias = tuple[int, int, str]
"""Start, end and type of a find."""
Finder: TypeAlias = Callable[[str], Sequence[Span]]

SEED = 1
"""Of the labelled set that is measured when nobody brings another."""
_SETTINGS = PiiSettings()
_PEER_NAMES = {
    "EMAIL_ADDRESS": "EMAIL",
    "CREDIT_CARD": "CARD",
    "KR_BANK_ACCOUNT": "KR_ACCOUNT",
    "KR_DRIVER_LICENSE": "KR_DRIVER",
    "PHONE_NUMBER": "KR_PHONE",
}
_KINDS = frozenset(map(str, Entity))
_PHONES = {"KR_PHONE", "KR_BIZ_PHONE"}


def evaluate(examples: Iterable[Example | Mapping[str, Any]] | None = None) -> dict[str, Any]:
    """Measure detection and masking with the default settings.

    Args:
        examples: Labelled examples, or their JSON objects (see `example_of`); without them, both splits of the
            built-in set, each on its own.

    Returns:
        ``examples``, ``negatives`` (examples without a span), ``negatives_with_finds``, ``masking`` (see `masking`)
        and ``types``: for all and for each type spans, found, finds, precision, recall, f1. ``cpu_s`` is the time of
        detection. Of the built-in set the same for each split.

    Raises:
        KeyError: A row lacks a field.
        ValueError: A span lies outside its text.
    """
    if examples is None:
        return {split: evaluate(labelled_set(SEED, split)) for split in ("development", "held_out")}
    known = [example if isinstance(example, Example) else example_of(example) for example in examples]
    began = time.process_time()
    answers = [find_spans(example.text) for example in known]
    seconds = time.process_time() - began
    return {**score(known, answers), "cpu_s": round(seconds, 3), "masking": masking(known)}


def find_spans(text: str) -> list[Span]:
    """What Malmoi finds with its default settings, from the threshold on."""
    return [(m.start, m.end, str(m.entity)) for m in detect(text, _SETTINGS) if m.score >= _SETTINGS.threshold]


def score(examples: Sequence[Example], answers: Sequence[Sequence[Sequence[Any]]]) -> dict[str, Any]:
    """Hold finds of any tool against the labels.

    Args:
        examples: Labelled examples.
        answers: For each example its finds as [start, end, type]; names that peers use for a type are understood,
            and finds of types that are never labelled (such as IP addresses) are left out.
    """
    spans, found, finds = Counter[str](), Counter[str](), Counter[str]()
    disturbed = 0
    for example, answer in zip(examples, answers, strict=True):
        known = ((int(start), int(end), _PEER_NAMES.get(kind, str(kind))) for start, end, kind in answer)
        named = [find for find in known if find[2] in _KINDS]
        pairs = _matched(example, named)
        hits = {find for _, find in pairs}
        disturbed += not example.spans and bool(named)
        spans.update(kind for _, _, kind, _ in example.spans)
        found.update(kind for kind, _ in pairs)
        # A matched find counts under the label's type: a peer that knows telephones only as such is not wrong on 1588.
        finds.update(kind for kind, _ in pairs)
        finds.update(find[2] for place, find in enumerate(named) if place not in hits)
    return {
        "examples": len(examples),
        "negatives": sum(not example.spans for example in examples),
        "negatives_with_finds": disturbed,
        "types": {
            "all": _scores(spans.total(), found.total(), finds.total()),
            **{kind: _scores(spans[kind], found[kind], finds[kind]) for kind in sorted({*spans, *finds})},
        },
    }


def masking(examples: Iterable[Example]) -> dict[str, int]:
    """What the default masking does to labelled spans.

    Returns:
        ``to_mask`` (spans), ``masked_whole``, ``not_to_mask`` and ``masked_wrongly`` (those of which any part goes).
    """
    counts = {"to_mask": 0, "masked_whole": 0, "not_to_mask": 0, "masked_wrongly": 0}
    for example in examples:
        gone = {i for m in detect(example.text, _SETTINGS) if masks(m, _SETTINGS) for i in range(m.start, m.end)}
        for start, end, _, mask in example.spans:
            places = [i for i in range(start, end) if example.text[i].isalnum()]
            counts["to_mask" if mask else "not_to_mask"] += 1
            counts["masked_whole"] += mask and all(i in gone for i in places)
            counts["masked_wrongly"] += not mask and any(i in gone for i in places)
    return counts


def example_of(row: Mapping[str, Any]) -> Example:
    """One labelled example from its JSON object: ``{"text", "spans": [{"start", "end", "type", "mask"}]}``.

    Raises:
        KeyError: A field is missing.
        ValueError: A span lies outside the text.
    """
    text = row["text"]
    spans = tuple((int(s["start"]), int(s["end"]), str(s["type"]), bool(s.get("mask", True))) for s in row["spans"])
    if any(not 0 <= start < end <= len(text) for start, end, _, _ in spans):
        raise ValueError("a span lies outside the text")
    return Example(text, spans, str(row.get("register", "")))


def _matched(example: Example, answer: Sequence[Span]) -> list[tuple[str, int]]:
    """Spans that are found: their types, and which find it was."""
    left = dict(enumerate(answer))
    pairs = []
    for start, end, kind, _ in example.spans:
        alike = _PHONES if kind in _PHONES else {kind}
        hit = next((i for i, find in left.items() if find[2] in alike and find[0] < end and start < find[1]), None)
        if hit is not None:
            del left[hit]
            pairs.append((kind, hit))
    return pairs


def _scores(spans: int, found: int, finds: int) -> dict[str, float]:
    recall = found / spans if spans else 1.0
    precision = found / finds if finds else 1.0
    f1 = 2 * precision * recall / (precision + recall) if found else 0.0
    rounded = {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}
    return {"spans": spans, "found": found, "finds": finds, **rounded}
