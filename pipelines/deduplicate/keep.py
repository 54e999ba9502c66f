"""Which copy is the better one, as ``--keep`` says it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from dedup import order_keys
from dedup.keep import Direction
from pipelines.deduplicate.parts import strings
from pipelines.errors import ConfigError

_DIRECTIONS: dict[str, Direction] = {"asc": "ascending", "desc": "descending"}
_STRING_BYTES = 24
_WORD = 8


@dataclass(frozen=True, slots=True)
class Order:
    """What copies are compared by: ``length`` and ``first`` without a direction, or a column with one."""

    keys: tuple[tuple[str, Direction | None], ...]

    @classmethod
    def parse(cls, text: str) -> "Order":
        """Read ``length,first,COLUMN:asc``.

        Raises:
            ConfigError: It says something else.
        """
        keys: list[tuple[str, Direction | None]] = []
        for word in filter(None, map(str.strip, text.split(","))):
            name, colon, direction = word.rpartition(":")
            if not colon and word in {"length", "first"}:
                keys.append((word, None))
            elif colon and name and direction in _DIRECTIONS:
                keys.append((name, _DIRECTIONS[direction]))
            else:
                raise ConfigError(f"--keep {word}: neither length nor first nor COLUMN:asc nor COLUMN:desc")
        return cls(tuple(keys))

    @property
    def columns(self) -> list[str]:
        """Columns that are read for it."""
        return [name for name, direction in self.keys if direction]

    def check(self, schema: pa.Schema) -> None:
        """Refuse what the documents cannot be compared by.

        Raises:
            ConfigError: A column is missing, or has no order.
        """
        for name in self.columns:
            if name not in schema.names:
                raise ConfigError(f"--keep {name}: no such column; there are {', '.join(schema.names)}")
            kind = schema.field(name).type
            if not pa.types.is_string(kind):
                try:
                    order_keys([(pa.nulls(0, kind), "ascending")], pa.nulls(0, pa.binary(16)))
                except ValueError as error:
                    raise ConfigError(f"--keep {name}: {error}") from error

    def of(self, batch: pa.RecordBatch, texts: Any, first: int, ids: Any, schema: pa.Schema) -> Any:
        """Orders of the documents of a batch (``dedup.order_keys``).

        Args:
            batch: Columns of the documents.
            texts: Their texts.
            first: Number of the first.
            ids: 16 bytes for each, which decide last.
            schema: Types of the columns that all documents share.
        """
        columns: list[tuple[Any, Direction]] = []
        for name, direction in self.keys:
            if direction is None:
                numbers: Any = pa.array(np.arange(first, first + batch.num_rows))
                columns.append((pc.utf8_length(texts), "descending") if name == "length" else (numbers, "ascending"))
            elif pa.types.is_string(schema.field(name).type):
                columns += [(word, direction) for word in _words(strings(batch, name))]
            else:
                at = batch.schema.get_field_index(name)
                there: Any = batch.column(at) if at >= 0 else pa.nulls(batch.num_rows)
                columns.append((there.cast(schema.field(name).type), direction))
        return order_keys(columns, ids)


def _words(column: Any) -> Sequence[Any]:
    """Strings as numbers of the same order, as far as their first 24 bytes go: dates and times in ISO 8601 do."""
    cut = np.array([(text or "").encode()[:_STRING_BYTES] for text in column.to_pylist()], dtype=f"S{_STRING_BYTES}")
    words = cut.view(">u8").reshape(-1, _STRING_BYTES // _WORD).astype(np.uint64)
    gone = np.asarray(column.is_null())
    return [pa.array(words[:, number], mask=gone) for number in range(words.shape[1])]
