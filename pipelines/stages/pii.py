"""Personal data leaves the text before anything is made of it."""

import os
from collections import Counter
from collections.abc import Sequence
from typing import Any

import pyarrow as pa

from filters.pii import COUNTS_TYPE, PiiSettings, counts_array, key_id, mask_texts
from filters.pii.mask import MIN_KEY_BYTES
from pipelines.errors import ConfigError
from pipelines.stages.base import Outcome, divide, values, with_columns


class PiiStage:
    """Masks ``text``, ``title`` and ``author``; adds ``pii``, the finds by entity. Drops nothing.

    Raises:
        ConfigError: The key of the pseudonyms cannot be read, or is another than the run began with.
    """

    name = "pii"

    def __init__(self, settings: PiiSettings) -> None:
        self._settings = settings
        self._key = read_key(settings) if settings.enabled else None

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        verdicts = [None] * batch.num_rows
        if not self._settings.enabled:
            return divide(self.name, with_columns(batch, {"pii": pa.nulls(batch.num_rows, COUNTS_TYPE)}), verdicts)
        counts: list[list[Any]] = []
        for name in ("text", "title", "author"):
            masked, found = mask_texts(values(batch, name), self._settings, self._key)
            batch = _replaced(batch, name, masked)
            counts.append(found.to_pylist())
        batch = _replaced(batch, "n_chars", pa.array([len(text) for text in values(batch, "text")], pa.int64()))
        return divide(self.name, with_columns(batch, {"pii": _sum(counts)}), verdicts)


def read_key(settings: PiiSettings) -> bytes | None:
    """The secret key that the settings point at; None where they point at none.

    Raises:
        ConfigError: The key cannot be read, is too short, or is not the one that ``key_id`` names.
    """
    if settings.key_variable is None and settings.key_file is None:
        return None
    if settings.key_variable is not None:
        where = f"the environment variable {settings.key_variable}"
        key = os.environ.get(settings.key_variable, "").strip().encode()
    else:
        where = f"the key file {settings.key_file}"
        try:
            key = settings.key_file.read_bytes().strip() if settings.key_file else b""
        except OSError as error:
            raise ConfigError(f"pii: cannot read {where}: {error.strerror}") from error
    if len(key) < MIN_KEY_BYTES:
        raise ConfigError(f"pii: {where} holds {len(key)} bytes; a key needs at least {MIN_KEY_BYTES}")
    if settings.key_id not in (None, key_id(key)):
        raise ConfigError(f"pii: {where} holds key {key_id(key)}, and the run is for key {settings.key_id}")
    return key


def with_key_id(settings: PiiSettings) -> PiiSettings:
    """The settings with the name of their key, and so with another digest for another key.

    Raises:
        ConfigError: See ``read_key``.
    """
    key = read_key(settings) if settings.enabled else None
    return settings if key is None else settings.model_copy(update={"key_id": key_id(key)})


def _replaced(batch: pa.RecordBatch, name: str, column: "pa.Array[Any]") -> pa.RecordBatch:
    place = batch.schema.get_field_index(name)
    field = batch.schema.field(name)
    return batch.set_column(place, field, column.cast(field.type))


def _sum(columns: Sequence[Sequence[Any]]) -> "pa.Array[Any]":
    """Counts of several columns together, by entity in alphabetical order."""
    rows = [Counter[str]() for _ in columns[0]]
    for column in columns:
        for total, counts in zip(rows, column, strict=True):
            total.update(dict(counts))
    return counts_array(sorted(row.items()) for row in rows)
