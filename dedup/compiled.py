"""The compiled way through texts, and when it pays.

The compiled code takes 0.4 s of CPU to load, in which the NumPy code gets through some 12 MB of text; it does five
times as much. So a process begins with NumPy and goes over to compiled code when it has seen that much, or is told at
once by `expect`. Both ways give the same results, bit for bit.
"""

import hashlib
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup._arrays import Column, Hashes, Rows, Scores, Values
from dedup.code_points import canonical_table, identity_table
from dedup.shingles import canonical

PAYS_BYTES = 12 << 20
"""Text in UTF-8 that a process handles before it loads the compiled code."""

# Text that is worked on at a time: its canonical form stays in the level-2 or level-3 cache.
_PIECE = 1 << 20


class _Seen:
    """Bytes of text that this process was given or told of."""

    total = 0


class Sketches(NamedTuple):
    """Of each text: BLAKE2b of the canonical text (None if empty), signature, distinct shingles, code points."""

    digests: list[str | None]
    signatures: Values
    n_shingles: npt.NDArray[np.int32]
    chars: Rows


class Sets(NamedTuple):
    """Sorted shingle sets: that of text i is `hashes[starts[i] : stops[i]]`."""

    hashes: Hashes
    starts: Rows
    stops: Rows


def expect(size: int) -> None:
    """Say that so many bytes of text are to come, so that a long job is compiled from its first text on."""
    _Seen.total += size


def pays(texts: "Column | Sequence[str | None]") -> bool:
    """Whether compiled code should do these texts; counts them."""
    if isinstance(texts, (pa.Array, pa.ChunkedArray)):
        _Seen.total += texts.nbytes
    else:
        _Seen.total += 2 * sum(len(text or "") for text in texts)
    return _Seen.total > PAYS_BYTES


def sketches(texts: "Column | Sequence[str | None]", width: int, permutations: tuple[Values, Values]) -> Sketches:
    """What `dedup.sketch` needs of each text; a null text is an empty one.

    Raises:
        UnicodeError: a text holds a lone surrogate or is no UTF-8.
    """
    from dedup import kernels  # noqa: PLC0415  # loads numba

    count, length = len(texts), len(permutations[0])
    digests: list[str | None] = [None] * count
    signatures, n_shingles = np.empty((count, length), dtype=np.uint32), np.empty(count, dtype=np.int32)
    chars = np.empty(count, dtype=np.int64)
    for rows, data, offsets, table in _pieces(_column(texts), chars):
        form = np.empty(offsets[-1] - offsets[0], dtype=np.uint8)
        ends, found = np.empty((2, len(rows)), dtype=np.int64)
        sizes, matrix = np.empty(len(rows), dtype=np.int32), np.empty((len(rows), length), dtype=np.uint32)
        kernels.sketch_texts(data, offsets, table, width, *permutations, form, ends, found, sizes, matrix)
        chars[rows], n_shingles[rows], signatures[rows] = found, sizes, matrix
        view, start = form.data, 0
        for row, end in zip(rows.tolist(), ends.tolist(), strict=True):
            if end > start:
                digests[row] = hashlib.blake2b(view[start:end], digest_size=16).hexdigest()
            start = end
    return Sketches(digests, signatures, n_shingles, chars)


def shingle_sets(texts: "Column | Sequence[str | None]", width: int) -> Sets:
    """The shingle sets of texts; a null text is an empty one.

    Raises:
        UnicodeError: a text holds a lone surrogate or is no UTF-8.
    """
    from dedup import kernels  # noqa: PLC0415  # loads numba

    column = _column(texts)
    # A text has no more shingles than bytes; of this room only what is written becomes memory.
    hashes, held = np.empty(column.nbytes, dtype=np.uint64), 0
    chars, starts, stops = np.empty((3, len(texts)), dtype=np.int64)
    for rows, data, offsets, table in _pieces(column, chars):
        lacking = held + int(offsets[-1] - offsets[0]) + 1 - len(hashes)
        if lacking > 0:
            hashes = np.concatenate((hashes[:held], np.empty(len(hashes) - held + lacking, dtype=np.uint64)))
        ends, found = np.empty((2, len(rows)), dtype=np.int64)
        kernels.shingle_texts(data, offsets, table, width, hashes[held:], ends, found)
        chars[rows], stops[rows] = found, held + ends
        starts[rows] = held + np.concatenate(([0], ends[:-1]))
        held += int(ends[-1])
    return Sets(hashes[:held], starts, stops)


def jaccard_pairs(sets: Sets, a: Rows, b: Rows) -> Scores:
    """Exact Jaccard index of pairs of sets, given by their numbers; 0.0 where one is empty."""
    from dedup import kernels  # noqa: PLC0415  # loads numba

    scores = np.empty(len(a))
    kernels.jaccard_pairs(*sets, np.ascontiguousarray(a), np.ascontiguousarray(b), scores)
    return scores


def _column(texts: "Column | Sequence[str | None]") -> Column:
    return texts if isinstance(texts, (pa.Array, pa.ChunkedArray)) else pa.array(texts, pa.large_string())


def _pieces(texts: Column, chars: Rows) -> Iterator[tuple[Rows, npt.NDArray[np.uint8], Rows, Values]]:
    """Rows, UTF-8, offsets and table of code points for some texts at a time.

    The caller fills in `chars` of the rows before it takes the next piece: texts for which it is -1 come once more at
    the end, in canonical form.
    """
    for first, data, offsets in _utf8(texts):
        yield np.arange(first, first + len(offsets) - 1), data, offsets, canonical_table()
    odd = np.flatnonzero(chars < 0)
    forms = [canonical(texts[row].as_py() or "") for row in odd.tolist()]
    for first, data, offsets in _utf8(_column(forms)):
        yield odd[first : first + len(offsets) - 1], data, offsets, identity_table()


def _utf8(texts: Column) -> Iterator[tuple[int, npt.NDArray[np.uint8], Rows]]:
    """First row, bytes and offsets in them of some texts at a time; nulls are empty."""
    chunks: list[Any] = texts.chunks if isinstance(texts, pa.ChunkedArray) else [texts]
    first = 0
    for chunk in filter(len, chunks):
        array = chunk if chunk.type in {pa.string(), pa.large_string()} else chunk.cast(pa.large_string())
        array = array.fill_null("") if array.null_count else array
        _, ends, data = array.buffers()
        kind = np.int64 if array.type == pa.large_string() else np.int32
        offsets = np.frombuffer(ends, dtype=kind)[array.offset : array.offset + len(array) + 1].astype(np.int64)
        units = np.frombuffer(data or b"", dtype=np.uint8)
        start = 0
        while start < len(array):
            end = max(int(np.searchsorted(offsets, offsets[start] + _PIECE, side="right")) - 1, start + 1)
            yield first + start, units, offsets[start : end + 1]
            start = end
        first += len(array)
