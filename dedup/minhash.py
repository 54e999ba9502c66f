"""MinHash signatures of texts.

A. Z. Broder, "On the resemblance and containment of documents", 1997: two sets agree on a random permutation's least
element with a probability equal to their Jaccard index. The permutations are those of the scheme "affine32" of
datasketch 2.0: h -> a*h + b mod 2^32 with odd a, after the 32-bit finaliser of MurmurHash3 (Austin Appleby, public
domain), so that a signature made here equals the one datasketch makes of the same shingle hashes.
"""

import functools
import hashlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import pyarrow as pa

from dedup import compiled
from dedup._arrays import Column, Hashes, Values
from dedup.settings import DEFAULTS, DedupSettings
from dedup.shingles import canonical, shingle_sets

# Shingles that go through all permutations while they are in the level-2 cache.
_CHUNK_SHINGLES = 1 << 15


def sketch_schema(settings: DedupSettings) -> pa.Schema:
    """Schema of `sketch` under these settings."""
    fields: list[pa.Field[Any]] = [
        pa.field("text_digest", pa.string()),
        pa.field("signature", pa.binary(4 * settings.permutations)),
        pa.field("n_shingles", pa.int32(), nullable=False),
    ]
    return pa.schema(fields)


SKETCH_SCHEMA = sketch_schema(DEFAULTS)
"""What dedup knows of a text: `text_digest` (128-bit BLAKE2b of the canonical text, 32 hex digits; null for an empty
text, so that no two of them are equal), `signature` (one little-endian uint32 per permutation; null for texts under
`min_chars`) and `n_shingles` (distinct ones)."""


def sketch(texts: "Column | Sequence[str | None]", settings: DedupSettings = DEFAULTS) -> pa.Table:
    """Digest, signature and shingle count of each text; a table in `sketch_schema(settings)`, rows as in `texts`.

    A null text counts as an empty one. The result depends on nothing but each text's canonical form.

    Raises:
        UnicodeEncodeError: a Python string holds a lone surrogate.
    """
    permutations = _permutations(settings.permutations, settings.seed)
    if compiled.pays(texts):
        found = compiled.sketches(texts, settings.shingle_width, permutations)
    else:
        found = _sketches(texts, settings)
    signed: Any = np.packbits(found.chars >= settings.min_chars, bitorder="little")
    values: Any = found.signatures
    schema = sketch_schema(settings)
    kind: Any = schema.field("signature").type
    signatures: Any = pa.Array.from_buffers(kind, len(values), [pa.py_buffer(signed), pa.py_buffer(values)])
    columns = {"text_digest": found.digests, "signature": signatures, "n_shingles": pa.array(found.n_shingles)}
    return pa.table(columns, schema=schema)


def _sketches(texts: "Column | Sequence[str | None]", settings: DedupSettings) -> compiled.Sketches:
    strings = texts.to_pylist() if isinstance(texts, (pa.Array, pa.ChunkedArray)) else texts
    forms = [canonical(text or "") for text in strings]
    counts: list[int] = []
    parts = [np.empty((0, settings.permutations), dtype="<u4")]
    for sets in _chunks(shingle_sets(forms, settings.shingle_width)):
        counts += map(len, sets)
        parts.append(signatures_of(sets, settings))
    digests = [hashlib.blake2b(form.encode(), digest_size=16).hexdigest() if form else None for form in forms]
    sizes, chars = np.array(counts, dtype=np.int32), np.array([len(form) for form in forms], dtype=np.int64)
    return compiled.Sketches(digests, np.concatenate(parts), sizes, chars)


def signatures_of(sets: Sequence[Hashes], settings: DedupSettings = DEFAULTS) -> Values:
    """MinHash signatures of sets of 64-bit hashes; shape (len(sets), permutations), dtype little-endian uint32.

    The low 32 bits of a hash enter: of a million shingles about one in 8,600 collides with another (n / 2^33), far
    below what 128 permutations resolve. An empty set keeps the largest value everywhere.
    """
    result = np.full((len(sets), settings.permutations), 0xFFFFFFFF, dtype="<u4")
    sizes = np.array([len(hashes) for hashes in sets], dtype=np.int64)
    filled = np.flatnonzero(sizes)
    if not len(filled):
        return result
    starts = np.concatenate(([0], np.cumsum(sizes[filled])[:-1]))
    values = _fmix32(np.concatenate([hashes for hashes in sets if len(hashes)]).astype(np.uint32))
    permuted = np.empty_like(values)
    for column, (factor, shift) in enumerate(zip(*_permutations(settings.permutations, settings.seed), strict=True)):
        np.multiply(values, factor, out=permuted)
        np.add(permuted, shift, out=permuted)
        result[filled, column] = np.minimum.reduceat(permuted, starts)
    return result


def signature_matrix(signatures: Column) -> Values:
    """A signature column without nulls as a matrix, shape (rows, permutations).

    Raises:
        ValueError: the column has nulls or is not one of fixed-size binary values.
    """
    if not pa.types.is_fixed_size_binary(signatures.type):
        raise ValueError(f"signatures must be fixed-size binary, not {signatures.type}")
    if signatures.null_count:
        raise ValueError("texts without a signature must be left out")
    array = signatures.combine_chunks() if isinstance(signatures, pa.ChunkedArray) else signatures
    width = array.type.byte_width // 4
    data = array.buffers()[1]
    if data is None or not len(array):
        return np.empty((0, width), dtype="<u4")
    matrix: Values = np.frombuffer(memoryview(data), dtype=np.dtype("<u4")).reshape(-1, width)
    return matrix[array.offset : array.offset + len(array)]


def _chunks(sets: Iterator[Hashes]) -> Iterator[list[Hashes]]:
    chunk: list[Hashes] = []
    held = 0
    for hashes in sets:
        chunk.append(hashes)
        held += len(hashes)
        if held >= _CHUNK_SHINGLES:
            yield chunk
            chunk, held = [], 0
    if chunk:
        yield chunk


@functools.cache
def _permutations(count: int, seed: int) -> tuple[Values, Values]:
    # The old generator and the order of these two draws are part of datasketch's scheme.
    generator = np.random.RandomState(seed)
    factors = generator.randint(0, 1 << 31, count, dtype=np.uint32) * np.uint32(2) + np.uint32(1)
    return factors, generator.randint(0, 1 << 32, count, dtype=np.uint32)


def _fmix32(values: Values) -> Values:
    values ^= values >> np.uint32(16)
    values *= np.uint32(0x85EBCA6B)
    values ^= values >> np.uint32(13)
    values *= np.uint32(0xC2B2AE35)
    values ^= values >> np.uint32(16)
    return values
