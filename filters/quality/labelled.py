"""Labelled documents, what they are divided by, and how a model is made of them."""

import hashlib
from collections.abc import Sequence
from typing import Literal, NamedTuple

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from filters.quality.layout import Mask


class Labelled(NamedTuple):
    """One document with what is known of it."""

    text: str
    good: bool
    kind: str
    source: str


class TrainSettings(BaseModel):
    """How the model is made. The same documents and settings give the same model on the same machine."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    dim: int = Field(default=8, ge=1, description="Dimensions of a word.")
    epochs: int = Field(default=20, ge=1, description="Times every document is read.")
    learning_rate: float = Field(default=0.5, gt=0, description="fastText's lr.")
    min_count: int = Field(default=2, ge=1, description="Times a word end must occur.")
    per_kind: int = Field(default=120, ge=1, description="Documents taken of each kind, repeated where it has fewer.")
    seed: int = Field(default=0, ge=0, description="Seed of the choice and order of documents.")
    ad_kinds: tuple[str, ...] = Field(
        default=("advertisement", "search-engine post"),
        description="Bad kinds that the score for advertising is about.",
    )


def split(documents: Sequence[Labelled], by: Literal["source", "kind", "hash"], share: float) -> Mask:
    """Choose what is held out: whole sources or kinds until each label has its share, or documents by their hash."""
    if by == "hash":
        return np.array([fraction(document.text) < share for document in documents], np.bool_)
    held = np.zeros(len(documents), np.bool_)
    for label in (True, False):
        rows = np.array([document.good == label for document in documents])
        names = np.array([getattr(document, by) for document in documents])
        for name in sorted(set(names[rows].tolist()), key=fraction):
            if held[rows].sum() >= share * rows.sum():
                break
            held |= rows & (names == name)
    return held


def fraction(text: str) -> float:
    """A number in [0, 1) that depends on the text alone."""
    return int.from_bytes(hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:6], "big") / 2.0**48
