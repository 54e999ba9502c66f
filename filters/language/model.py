"""fastText's lid.176: which of the languages that share a script a text is in.

Joulin et al. 2016, "Bag of Tricks for Efficient Text Classification".
"""

import functools
from typing import Any, NamedTuple

import fasttext

from filters._data import data_file

_PREFIX = "__label__"


class Guess(NamedTuple):
    """A language by the code of lid.176 (ISO 639), and its probability, 0..1."""

    language: str
    probability: float


class Identifier:
    """Asks the model, which is read when first needed.

    Raises:
        DataFileError: The model file is damaged; raised at first use.
    """

    def guess(self, text: str, best: int = 2) -> list[Guess]:
        """Return the most probable languages of a text, best first, at most `best`; none of an empty text."""
        line = " ".join(text.split())
        if not line:
            return []
        # The public predict() of the module copies through NumPy for every call; the bound function returns plain
        # pairs.
        pairs = self._model.f.predict(line + "\n", best, 0.0, "strict")
        return [Guess(label.removeprefix(_PREFIX), min(1.0, float(probability))) for probability, label in pairs]

    @functools.cached_property
    def _model(self) -> Any:
        return fasttext.load_model(str(data_file("lid.176.ftz")))
