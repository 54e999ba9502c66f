"""Keys by which a document is known again: 64-bit numbers, equal for what is equal.

A document has one key for itself, one for its canonical text, one for its URL in all variants and one for each band of
its signature. Keys of different kinds, and of bands cut from signatures of different settings, never meet but by chance
(n^2 / 2^64): whoever finds a key holds a candidate, which is then compared.
"""

import hashlib
from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from dedup._arrays import Column, Hashes
from dedup.lsh import band_keys
from dedup.settings import DEFAULTS, DedupSettings
from dedup.shingles import mix64

_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("key", pa.uint64()),
    pa.field("kind", pa.string()),
    pa.field("row", pa.int64()),
]
FINGERPRINT_SCHEMA = pa.schema(_FIELDS)
"""A key of the document in a row; ``kind`` is page, text, url or band."""

PAGE, TEXT, URL, BAND = "page", "text", "url", "band"


def fingerprints(
    doc_ids: Column,
    text_digests: Column,
    url_keys: Column,
    signatures: Column,
    settings: DedupSettings = DEFAULTS,
) -> pa.Table:
    """All keys of some documents, kind by kind; a table in `FINGERPRINT_SCHEMA`.

    Args:
        doc_ids: 32 hex digits of each document.
        text_digests: as `sketch` makes them. Nulls here and in the next two are left out.
        url_keys: a 64-bit number for all variants of a URL, signed or not.
        signatures: as `sketch` makes them.
        settings: the settings the signatures were made with.

    Raises:
        ValueError: lengths differ, a digest is not of 32 hex digits, or signatures are of another length than the
            settings say.
    """
    if len({len(column) for column in (doc_ids, text_digests, url_keys, signatures)}) > 1:
        raise ValueError("columns of documents differ in length")
    rows = pa.array(np.arange(len(doc_ids), dtype=np.int64))
    bands = band_keys(rows, signatures, settings)
    return pa.concat_tables(
        [
            _keys(PAGE, PAGE, _digest_numbers(doc_ids), _present(doc_ids)),
            _keys(TEXT, TEXT, _digest_numbers(text_digests), _present(text_digests)),
            _keys(URL, URL, _numbers(url_keys), _present(url_keys)),
            _keys(BAND, band_scheme(settings), np.asarray(bands["key"], dtype=np.uint64), np.asarray(bands["row"])),
        ]
    )


def band_scheme(settings: DedupSettings = DEFAULTS) -> str:
    """What bands depend on: only keys of one band scheme meet."""
    return f"{BAND} {settings.scheme} {settings.bands} {settings.rows}"


def _keys(kind: str, salt: str, values: Hashes, rows: npt.NDArray[np.int64]) -> pa.Table:
    seed = np.frombuffer(hashlib.blake2b(salt.encode(), digest_size=8).digest(), dtype="<u8")
    keys = mix64(np.bitwise_xor(values, seed))
    columns: Sequence[Any] = (pa.array(keys), pa.repeat(kind, len(keys)), pa.array(rows))
    return pa.table(columns, schema=FINGERPRINT_SCHEMA)


def _present(column: Column) -> npt.NDArray[np.int64]:
    return np.flatnonzero(np.asarray(column.is_valid())).astype(np.int64)


def _numbers(column: Column) -> Hashes:
    present = column.drop_null()
    return np.asarray(present, dtype=np.dtype("u8" if pa.types.is_unsigned_integer(column.type) else "i8")).view("u8")


def _digest_numbers(column: Column) -> Hashes:
    """The first half of each digest."""
    digests = pl.Series(values=column.drop_null(), dtype=pl.String)
    if len(digests) and not (digests.str.len_bytes() == 32).all():  # noqa: PLR2004 - 128 bits in hex
        raise ValueError("a digest has 32 hex digits")
    try:
        halves: Any = digests.str.slice(0, 16).str.decode("hex").cast(pl.Binary).to_arrow().cast(pa.binary(8))
    except pl.exceptions.ComputeError as error:
        raise ValueError("a digest has 32 hex digits") from error
    data = halves.buffers()[1]
    return np.frombuffer(memoryview(data), dtype="<u8", count=len(halves), offset=8 * halves.offset) if data else _NONE


_NONE: Hashes = np.empty(0, dtype=np.uint64)
