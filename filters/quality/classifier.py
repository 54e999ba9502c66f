"""A fastText model (Joulin et al. 2016) that has read good and bad documents, and the card that says what it is.

It reads the last two syllables of every eojeol, the particles and endings, so that it learns how texts are written and
less what they are about.
"""

import functools
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import fasttext
import numpy as np

from filters._data import DataFileError, data_file
from filters.quality.layout import Floats
from filters.quality.score import Score

GOOD, BAD = "__label__good", "__label__bad"
_READ = 3000  # characters from the beginning
_TAIL = 2  # syllables
_LINE = "⏎"  # a line end is a word too
_FLOOR = 1e-4


@dataclass(frozen=True, slots=True)
class QualityModel:
    """A classifier with its scores."""

    network: Any
    good: Score
    """Probability that a document is good, from all signals."""
    ad: Score
    """Probability that a document is advertising or made for search engines."""

    @property
    def uses_classifier(self) -> bool:
        """Whether training found that the classifier adds to the other signals."""
        return any("classifier" in score.weights for score in (self.good, self.ad))

    def classify(self, texts: Sequence[str]) -> Floats:
        """Probability that each text (NFC) is good by its words alone, 0..1."""
        return classify(self.network, texts)


def classify(network: Any, texts: Sequence[str]) -> Floats:
    """Probability of the label good for each text (NFC), 0..1."""
    # The public predict() copies through NumPy for every call; the bound function returns plain pairs.
    found = [dict(map(reversed, network.f.predict(view(text) + "\n", 2, 0.0, "strict"))) for text in texts]
    good = np.array([pairs.get(GOOD, 0.0) for pairs in found], np.float64)
    return np.clip(good, _FLOOR, 1 - _FLOOR)


def view(text: str) -> str:
    """What the model reads of a text: one line of word ends."""
    words = text[:_READ].replace("\n", f" {_LINE} ").split()
    return " ".join([word[-_TAIL:] for word in words])


def load_model(path: Path) -> QualityModel:
    """Read a model written by `malmoi quality train`, and the card beside it.

    Raises:
        DataFileError: A file is missing, or the card belongs to another model.
    """
    try:
        card = json.loads(card_path(path).read_text(encoding="utf-8"))
        digest = hashlib.sha256(path.read_bytes()).hexdigest()
    except (OSError, ValueError) as error:
        raise DataFileError(f"the quality model {path} or its card cannot be read: {error}") from error
    if card["sha256"] != digest:
        raise DataFileError(f"the card beside {path} is that of another model")
    return QualityModel(
        fasttext.load_model(str(path)), Score.from_json(card["scores"]["good"]), Score.from_json(card["scores"]["ad"])
    )


def card_path(model: Path) -> Path:
    """Where the card of a model lies."""
    return model.with_suffix(".json")


@functools.cache
def quality_model(path: str = "") -> QualityModel:
    """The model at a path, or the one in this package; read once per process."""
    if path:
        return load_model(Path(path))
    data_file("quality.json")
    return load_model(data_file("quality.ftz"))
