"""One number from many signals: how likely a document is good, and how likely it is advertising.

A logistic regression over signals, each allowed to count in one direction only: more insults never make a text better.
That costs little on known kinds of bad text and helps on unknown ones. Weights are made by `train` and lie in the card
of the model, so that they can be read.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from filters.quality.layout import Floats

_CLIP = 4.0  # standard deviations; beyond them a signal says no more
_RIDGE = 1.0
_STEPS = 50
_SMALL = 1e-6

# +1: more is better; -1: more is worse. Signals that tell the genre and not the quality are left out.
GOOD_SIGNS = {
    "hangul_run": -1,
    "loose_particles": -1,
    "mojibake": -1,
    "chat_marks": -1,
    "abuse": -1,
    "duplicate_lines": -1,
    "top_2gram": -1,
    "top_3gram": -1,
    "duplicate_2grams": -1,
    "duplicate_3grams": -1,
    "duplicate_5grams": -1,
    "top_stem": -1,
    "symbols": -1,
    "bullet_lines": -1,
    "ellipsis_lines": -1,
    "lines_per_word": -1,
    "finished_lines": 1,
    "fragments": -1,
    "sentences": 1,
    "word_order": 1,
    "particles": 1,
    "contacts": -1,
    "advertising": -1,
    "template": -1,
    "menu": -1,
    "pronouns": -1,
    "classifier": 1,
}
AD_SIGNS = {"advertising": 1, "contacts": 1, "template": 1, "pronouns": 1, "top_stem": 1, "symbols": 1}
_LINEAR = {"hangul_run", "fragments", "sentences", "word_order", "particles", "lines_per_word", "finished_lines"}


@dataclass(frozen=True, slots=True)
class Weight:
    """How one signal counts: weight x (signal - mean) / scale. Rates are taken by their root, since most are near 0."""

    mean: float
    scale: float
    weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """A logistic regression over signals."""

    bias: float
    weights: Mapping[str, Weight]

    def __call__(self, signals: Mapping[str, Floats]) -> Floats:
        """Probability for each document, 0..1."""
        total = np.full(next(iter(signals.values())).size, self.bias)
        for name, by in self.weights.items():
            total += by.weight * np.clip((_feature(name, signals[name]) - by.mean) / by.scale, -_CLIP, _CLIP)
        probability: Floats = 1 / (1 + np.exp(-total))
        return probability

    @classmethod
    def from_json(cls, value: Mapping[str, Any]) -> "Score":
        """Read a score from the card of a model."""
        return cls(value["bias"], {name: Weight(**weight) for name, weight in value["weights"].items()})


def fit_score(signals: Mapping[str, Floats], positive: Floats, importance: Floats, signs: Mapping[str, int]) -> Score:
    """Fit a score; signals whose weight comes out against its sign are left out, the worst first.

    Args:
        signals: A column for each signal.
        positive: 1 where the answer is yes, else 0.
        importance: How much each document counts.
        signs: Signals to use, and the direction each may count in.
    """
    names = list(signs)
    columns = {name: _feature(name, signals[name]) for name in names}
    means = {name: float(np.average(columns[name], weights=importance)) for name in names}
    scales = {
        name: float(np.sqrt(np.average((columns[name] - means[name]) ** 2, weights=importance))) for name in names
    }
    names = [name for name in names if scales[name] >= _SMALL]  # what never varies says nothing
    while True:
        design = np.stack(
            [np.clip((columns[name] - means[name]) / scales[name], -_CLIP, _CLIP) for name in names]
            + [np.ones(positive.size)],
            axis=1,
        )
        found = _newton(design, positive, importance)
        along = {name: weight * signs[name] for name, weight in zip(names, found, strict=False)}
        worst = min(along, key=along.__getitem__, default="")
        if along.get(worst, 0.0) >= 0:
            break
        names.remove(worst)
    weights = {
        name: Weight(round(means[name], 6), round(scales[name], 6), round(float(weight), 4))
        for name, weight in zip(names, found, strict=False)
    }
    return Score(round(float(found[-1]), 4), weights)


def _feature(name: str, values: Floats) -> Floats:
    return np.minimum(values, 20.0) if name in _LINEAR else np.sqrt(np.clip(values, 0.0, 1.0))


def _newton(design: Floats, positive: Floats, importance: Floats) -> Floats:
    """Weights of a ridge-penalised logistic regression, the last of them free."""
    ridge = np.eye(design.shape[1]) * _RIDGE
    ridge[-1, -1] = 0.0
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        probability = 1 / (1 + np.exp(-design @ weights))
        slope = design.T @ (importance * (probability - positive)) + ridge @ weights
        bend = (design.T * (importance * probability * (1 - probability))) @ design + ridge
        step = np.linalg.solve(bend, slope)
        weights -= step
        if np.abs(step).max() < _SMALL:
            break
    return weights
