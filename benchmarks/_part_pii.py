"""Personal data in labelled texts."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from _malmoi import evaluate
from _peers import failed, run_peers, speeds, versions
from _table import Details, Line, Measure, Part, lines_of

from pipelines.evaluate.pii import find_spans
from pipelines.evaluate.pii_set import Example, labelled_set
from pipelines.evaluate.rooms import SEED, SPLITS

TOOLS = ("Presidio", "Presidio at 0.5", "datatrove", "dps")
# What Presidio has a recognizer for: telephone, e-mail, card and the Korean numbers.
KNOWN = ("CARD", "EMAIL", "KR_BIZ_PHONE", "KR_BRN", "KR_DRIVER", "KR_FRN", "KR_PASSPORT", "KR_PHONE", "KR_RRN")
SHOWN = (
    Measure("f1", "personal data, F1, any type", chart=True),
    Measure("recall", "personal data found, any type (recall)"),
    Measure("known_recall", "the same, of the types that Presidio knows"),
    Measure("precision", "finds that are personal data (precision)"),
    Measure("disturbed", "texts without any in which something is found", lower_is_better=True),
    Measure("texts_per_cpu_s", "personal data, texts per CPU s", "per_cpu_s"),
)
MEANING = """\
Hand-written Korean contexts filled with invented values; a find counts when it overlaps a labelled span, whatever it is
called, since the peers' types are coarser; overlapping finds are one. Three in four examples are hard negatives: order
numbers, barcodes, dates, versions. The held-out contexts and writing forms share their author with the others, and they
are no blind test any more: the first figures on them (F1 0.981, nearly every wrong find an address) were printed while
rules were being made, and rules for addresses changed afterwards. Texts from elsewhere will give lower figures."""
Span = Sequence[Any]


def run(data: Path, work: Path) -> Part:  # noqa: ARG001  the labelled texts come with Malmoi
    """Run it."""
    report = evaluate("pii")
    examples = {split: labelled_set(SEED, split) for split in SPLITS}
    every = [example for some in examples.values() for example in some]
    results = run_peers("peer_pii.py", ({"text": example.text} for example in every), work, TOOLS)
    began = time.process_time()
    finds: dict[str, list[Sequence[Span]]] = {"malmoi": [find_spans(example.text) for example in every]}
    rates = {"malmoi": len(every) / (time.process_time() - began), **speeds(results)}
    finds |= {name: [found or () for found in results[name]["results"]] for name in speeds(results)}
    lines: list[Line] = []
    details = []
    start = 0
    for split, some in examples.items():
        part = slice(start, start + len(some))
        start += len(some)
        scores = {name: {**_scores(some, found[part]), "texts_per_cpu_s": rates[name]} for name, found in finds.items()}
        title = f"built-in texts, {split.replace('_', ' ')}"
        shown = SHOWN if split == SPLITS[-1] else [one for one in SHOWN if one.key in {"f1", "precision", "recall"}]
        shown = [one if split == SPLITS[-1] else Measure(one.key, one.title) for one in shown]
        lines += lines_of(shown, scores, title, len(some), reasons=failed(results))
        details.append(Details(f"Found by type, any name counts: {title}", _by_type(some, finds, part)))
        typed = [{"type": kind, **row} for kind, row in report[split]["types"].items()]
        details.append(Details(f"Malmoi, the type has to be right too: {title}", typed))
        details.append(Details(f"Masking by default: {title}", [report[split]["masking"]]))
    return Part("pii", lines, details, MEANING, versions(results))


def _scores(examples: Sequence[Example], finds: Sequence[Sequence[Span]]) -> Mapping[str, float]:
    spans, found = _count(examples, finds)
    merged = [_merged(some) for some in finds]
    total = sum(map(len, merged))
    right = sum(
        any(a < end and start < b for start, end, *_ in example.spans)
        for example, some in zip(examples, merged, strict=True)
        for a, b in some
    )
    negatives = [bool(some) for example, some in zip(examples, merged, strict=True) if not example.spans]
    recall, precision = found.total() / spans.total(), right / total if total else 0.0
    return {
        "recall": recall,
        "precision": precision,
        "f1": 2 * recall * precision / (recall + precision) if right else 0.0,
        "known_recall": sum(found[kind] for kind in KNOWN) / sum(spans[kind] for kind in KNOWN),
        "disturbed": sum(negatives) / len(negatives),
    }


def _count(examples: Sequence[Example], finds: Sequence[Sequence[Span]]) -> tuple[Counter[str], Counter[str]]:
    """Labelled spans by type, and those that a find overlaps."""
    spans, found = Counter[str](), Counter[str]()
    for example, some in zip(examples, finds, strict=True):
        for start, end, kind, _ in example.spans:
            spans[kind] += 1
            found[kind] += any(a < end and start < b for a, b, *_ in some)
    return spans, found


def _merged(spans: Sequence[Span]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end, *_ in sorted(spans, key=lambda span: (span[0], span[1])):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _by_type(
    examples: Sequence[Example], finds: Mapping[str, Sequence[Sequence[Span]]], part: slice
) -> list[dict[str, Any]]:
    counts = {name: _count(examples, found[part]) for name, found in finds.items()}
    spans = counts["malmoi"][0]
    return [
        {"type": kind, "spans": spans[kind], **{name: found[kind] for name, (_, found) in counts.items()}}
        for kind in sorted(spans)
    ]
