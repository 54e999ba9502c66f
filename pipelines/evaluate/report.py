"""What an evaluation says: a tree of plain values, ready for JSON.

Numbers and names on top are facts; a list of flat objects is a table, and so is an object of objects, one row each.
"""

import dataclasses
import math
from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, TypeAlias

from pydantic import BaseModel

Report: TypeAlias = dict[str, Any]

_DIGITS = 4


def plain(value: Any) -> Any:
    """The value as dicts, lists, strings and numbers; ratios rounded to four decimals, NaN as None.

    Takes pydantic models, dataclasses, named tuples, mappings, sequences, sets and NumPy numbers.
    """
    fields = _fields(value)
    if fields is not None:
        return {_key(key): plain(item) for key, item in fields.items()}
    if isinstance(value, Enum):
        return plain(value.value)
    if isinstance(value, set | frozenset):
        return sorted(map(plain, value))
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [plain(item) for item in value]
    return _scalar(value)


def _fields(value: Any) -> Mapping[Any, Any] | None:
    """What an object holds by name; None of one that has no names."""
    if isinstance(value, Mapping):
        return value
    if isinstance(value, BaseModel):
        return value.model_dump()
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    named: Mapping[str, Any] | None = value._asdict() if hasattr(value, "_asdict") else None
    return named


def _scalar(value: Any) -> Any:
    if hasattr(value, "item"):
        value = value.item()
    if isinstance(value, float):
        return None if math.isnan(value) else round(value, _DIGITS)
    return value if isinstance(value, str | int) or value is None else str(value)


def _key(key: Any) -> str:
    if isinstance(key, Enum):
        return str(key.value)
    return " / ".join(map(str, key)) if isinstance(key, tuple) else str(key)
