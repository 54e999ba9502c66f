"""Training of the fastText classifier: every kind of document equally often, the same model every time."""

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import fasttext
import numpy as np

from filters.hangul import nfc
from filters.quality.classifier import BAD, GOOD, view
from filters.quality.labelled import Labelled, TrainSettings

_END = "</s>"  # fastText's word for the end of a line


def train_network(documents: Sequence[Labelled], settings: TrainSettings) -> Any:
    """A fastText model of the documents, every kind equally often."""
    rng = np.random.default_rng(settings.seed)
    groups: dict[tuple[bool, str], list[str]] = {}
    for document in documents:
        groups.setdefault((document.good, document.kind), []).append(document.text)
    lines: list[str] = []
    for (good, _), texts in sorted(groups.items()):
        rows = rng.choice(len(texts), settings.per_kind, replace=len(texts) < settings.per_kind).tolist()
        lines += [f"{GOOD if good else BAD} {view(nfc(texts[row]))}\n" for row in rows]
    with tempfile.TemporaryDirectory() as folder:
        file, vectors = Path(folder) / "documents.txt", Path(folder) / "vectors.txt"
        file.write_text("".join(lines[row] for row in rng.permutation(len(lines)).tolist()), encoding="utf-8")
        vectors.write_text(_random_vectors(lines, settings.dim, rng), encoding="utf-8")
        return fasttext.train_supervised(
            str(file),
            dim=settings.dim,
            epoch=settings.epochs,
            lr=settings.learning_rate,
            minCount=settings.min_count,
            pretrainedVectors=str(vectors),
            seed=settings.seed,
            wordNgrams=1,
            maxn=0,
            thread=1,
            verbose=0,
        )


def _random_vectors(lines: Sequence[str], dim: int, rng: np.random.Generator) -> str:
    """A first vector for every word.

    With one thread fastText sets a tenth of its vectors and takes the rest as it finds it in memory
    (DenseMatrix::uniform), so a model would depend on what was there before, and training may end in NaN.
    """
    words = [_END, *sorted({word for line in lines for word in line.split()})]
    values = rng.uniform(-1 / dim, 1 / dim, (len(words), dim))
    rows = (
        f"{word} {' '.join(format(value, '.6f') for value in row)}" for word, row in zip(words, values, strict=True)
    )
    return f"{len(words)} {dim}\n" + "\n".join(rows) + "\n"
