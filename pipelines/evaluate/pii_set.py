"""A labelled set for personal data: hand-written Korean contexts, filled with invented values by seed.

The contexts are in ``data/pii_contexts.txt`` (development) and ``data/pii_contexts_held_out.txt`` (held out: no rule
was written from them, but their totals by type were seen while rules still changed). Both come from the same hand, so a
set from elsewhere is the better judge.
"""

import random
import re
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import resources
from typing import Literal, TypeAlias

from pipelines.evaluate.pii_lookalikes import LOOKALIKES
from pipelines.evaluate.pii_values import POSITIVE, Maker

Split: TypeAlias = Literal["development", "held_out"]

_FILES: Mapping[Split, str] = {"development": "pii_contexts.txt", "held_out": "pii_contexts_held_out.txt"}
_MAKERS: Mapping[str, Maker] = {**POSITIVE, **LOOKALIKES}
_SLOT = re.compile(r"\{\{|\}\}|\{(\w+)\}")
_FILLINGS = {"positive": 12, "negative": 32}
"""How often each context is filled: enough for 1,000 positive spans and 2,000 negatives in the development split."""


@dataclass(frozen=True, slots=True)
class Example:
    """A text and what is personal in it.

    ``spans`` are (start, end, type, mask): code point offsets, the entity, and whether it has to be masked. An example
    without spans is a hard negative.
    """

    text: str
    spans: tuple[tuple[int, int, str, bool], ...]
    register: str
    split: Split = "development"


def labelled_set(seed: int, split: Split | None = None) -> list[Example]:
    """Every context of a split (both without one) filled with values; the same seed gives the same examples."""
    return [example for name in _FILES if split in (None, name) for example in _split(seed, name)]


def _split(seed: int, split: Split) -> list[Example]:
    rng = random.Random(f"{split} {seed}")  # noqa: S311  not for secrets
    lines = resources.files("pipelines.evaluate").joinpath("data", _FILES[split]).read_text("utf-8").splitlines()
    examples = []
    for line in lines:
        if line and not line.startswith("#"):
            head, context = line.split(" | ", 1)
            negative = head.startswith("- ")
            for _ in range(_FILLINGS["negative" if negative else "positive"]):
                text, spans = _fill(
                    context.replace("\\n", "\n").replace("\\t", "\t"), rng, held_out=split == "held_out"
                )
                examples.append(Example(text, spans, head.removeprefix("- "), split))
    return examples


def _fill(context: str, rng: random.Random, *, held_out: bool) -> tuple[str, tuple[tuple[int, int, str, bool], ...]]:
    text, spans, done = "", [], 0
    for slot in _SLOT.finditer(context):
        text += context[done : slot.start()]
        done = slot.end()
        if slot[1] is None:
            text += slot[0][0]
            continue
        value = _MAKERS[slot[1]](rng, held_out)
        if value.entity is not None:
            spans.append((len(text) + value.start, len(text) + len(value.text), value.entity, value.mask))
        text += value.text
    return text + context[done:], tuple(spans)
