"""Train the quality model on labelled documents, and say how good it is on documents it has not seen.

The classifier's own word on a document it was trained on is worthless to the score, so the score is fitted on words
given by classifiers that had not seen its kind (cross-fitting, five folds).
"""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from filters.hangul import nfc
from filters.quality.classifier import card_path, classify
from filters.quality.figures import auc, balanced, even_weights
from filters.quality.labelled import Labelled, TrainSettings, fraction, split
from filters.quality.layout import Floats, Mask
from filters.quality.network import train_network
from filters.quality.score import AD_SIGNS, GOOD_SIGNS, Score, fit_score
from filters.quality.signals import measure_text

_FOLDS = 5
_HALF = 0.5
_AGAINST = 0.2  # of the other label, when a kind is left out


@dataclass(frozen=True, slots=True)
class HeldOut:
    """Figures on documents the model had not seen."""

    documents: int
    auc: float
    auc_signals_only: float
    auc_classifier_only: float
    auc_ad: float
    balanced: float
    kinds: Mapping[str, Mapping[str, float]]


def signals_of(documents: Sequence[Labelled]) -> dict[str, Floats]:
    """All signals that need no model, a column each."""
    return measure_text([nfc(document.text) for document in documents])


def evaluate_held_out(
    documents: Sequence[Labelled], signals: Mapping[str, Floats], held: Mask, settings: TrainSettings
) -> HeldOut:
    """Train on what is not held out and measure on what is."""
    good = np.array([document.good for document in documents])
    kinds = np.array([document.kind for document in documents])
    rest = _chosen(documents, ~held)
    words = classify(train_network(rest, settings), [nfc(document.text) for document in _chosen(documents, held)])
    seen = {name: column[~held] for name, column in signals.items()}
    unseen = {name: column[held] for name, column in signals.items()} | {"classifier": words}
    scores = _fit_scores(rest, seen, settings)
    plain = {name: sign for name, sign in GOOD_SIGNS.items() if name != "classifier"}
    weights = even_weights([(document.good, document.kind) for document in rest])
    alone = fit_score(seen, good[~held].astype(np.float64), weights, plain)(unseen)
    found, ads = scores["good"](unseen), scores["ad"](unseen)
    right, names = good[held], kinds[held]
    is_ad = np.isin(names, settings.ad_kinds) & ~right
    return HeldOut(
        documents=int(held.sum()),
        auc=auc(found[right], found[~right]),
        auc_signals_only=auc(alone[right], alone[~right]),
        auc_classifier_only=auc(words[right], words[~right]),
        auc_ad=auc(ads[is_ad], ads[right]),
        balanced=balanced(right, found >= _HALF),
        kinds={
            f"{'good' if label else 'bad'}: {name}": {
                "documents": int(rows.sum()),
                "kept": float((found[rows] >= _HALF).mean()),
                "mean_score": float(found[rows].mean()),
            }
            for label, name in sorted(set(zip(right.tolist(), names.tolist(), strict=True)))
            for rows in [(right == label) & (names == name)]
        },
    )


def leave_one_out(
    documents: Sequence[Labelled], signals: Mapping[str, Floats], settings: TrainSettings
) -> dict[str, dict[str, float]]:
    """Leave every kind out in turn, and with it a share of the other label to hold it against; AUC of each."""
    kinds = np.array([document.kind for document in documents])
    good = np.array([document.good for document in documents])
    against = split(documents, "hash", _AGAINST)
    found: dict[str, dict[str, float]] = {}
    for label, kind in sorted({(document.good, document.kind) for document in documents}):
        held = (kinds == kind) & (good == label) | against & (good != label)
        figures = evaluate_held_out(documents, signals, held, settings)
        name = f"{'good' if label else 'bad'}: {kind}"
        found[name] = {
            "documents": figures.kinds[name]["documents"],
            "auc": figures.auc,
            "auc_signals_only": figures.auc_signals_only,
            "auc_classifier_only": figures.auc_classifier_only,
        }
    return found


def train(
    documents: Sequence[Labelled],
    signals: Mapping[str, Floats],
    settings: TrainSettings,
    out: Path,
    about: Mapping[str, Any],
) -> dict[str, Any]:
    """Train on all documents, write the model and its card beside it, return the card.

    Args:
        documents: Labelled documents, good and bad ones.
        signals: Their `signals_of`.
        settings: How.
        out: File of the model; the card is the same name with `.json`.
        about: What else the card shall say: digests of the data, figures on held-out documents.
    """
    network = train_network(documents, settings)
    network.save_model(str(out))
    scores = _fit_scores(documents, signals, settings)
    card = {
        "sha256": hashlib.sha256(out.read_bytes()).hexdigest(),
        "settings": settings.model_dump(mode="json"),
        "documents": {
            label: sum(document.good == (label == "good") for document in documents) for label in ("good", "bad")
        },
        **about,
        "scores": {name: asdict(score) for name, score in scores.items()},
    }
    card_path(out).write_text(json.dumps(card, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return card


def _fit_scores(
    documents: Sequence[Labelled], signals: Mapping[str, Floats], settings: TrainSettings
) -> dict[str, Score]:
    good = np.array([document.good for document in documents])
    words = np.zeros(len(documents))
    for fold in _folds(documents):
        network = train_network(_chosen(documents, ~fold), settings)
        words[fold] = classify(network, [nfc(document.text) for document in _chosen(documents, fold)])
    known = dict(signals) | {"classifier": words}
    weights = even_weights([(document.good, document.kind) for document in documents])
    kinds = np.array([document.kind for document in documents])
    of_ads = good | np.isin(kinds, settings.ad_kinds)
    chosen = _chosen(documents, of_ads)
    return {
        "good": fit_score(known, good.astype(np.float64), weights, GOOD_SIGNS),
        "ad": fit_score(
            {name: column[of_ads] for name, column in known.items()},
            1.0 - good[of_ads],
            even_weights([(document.good, document.kind) for document in chosen]),
            AD_SIGNS,
        )
        if not good[of_ads].all()
        else Score(0.0, {}),
    }


def _chosen(documents: Sequence[Labelled], rows: Mask) -> list[Labelled]:
    return [document for document, chosen in zip(documents, rows.tolist(), strict=True) if chosen]


def _folds(documents: Sequence[Labelled]) -> Iterator[Mask]:
    """Parts of the documents; a kind lies in one part as a whole where its label has enough of them."""
    kinds = {label: {document.kind for document in documents if document.good == label} for label in (True, False)}
    many = {label for label, names in kinds.items() if len(names) >= _FOLDS}
    where = np.array(
        [int(fraction(document.kind if document.good in many else document.text) * _FOLDS) for document in documents]
    )
    for fold in range(_FOLDS):
        if (where == fold).any():
            yield where == fold
