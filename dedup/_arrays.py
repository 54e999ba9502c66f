"""The arrays that the modules of this package hand to each other."""

from typing import Any, TypeAlias, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa

Column: TypeAlias = "pa.Array[Any] | pa.ChunkedArray[Any]"
"""An Arrow column, in one piece or several."""

Rows = npt.NDArray[np.int64]
"""Row numbers, or ranks by row number."""

Hashes = npt.NDArray[np.uint64]
"""64-bit hashes: shingles, band keys."""

Values = npt.NDArray[np.uint32]
"""Signature values."""

Scores = npt.NDArray[np.float64]
"""Jaccard indices."""

_Integer = TypeVar("_Integer", bound=np.integer[Any])


def distinct(values: npt.NDArray[_Integer]) -> npt.NDArray[_Integer]:
    """The distinct values, ascending.

    `np.unique` of NumPy 2.4 does it by hashing, which took 60 times as long on three million row pairs.
    """
    ordered = np.sort(values)
    keep = np.ones(len(ordered), dtype=np.bool_)
    np.not_equal(ordered[1:], ordered[:-1], out=keep[1:])
    return ordered[keep]
