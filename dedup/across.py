"""Near-duplicates between two sets of sketches: those on a list, and newcomers."""

import math
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa

from dedup._arrays import Scores
from dedup.lsh import band_keys
from dedup.minhash import signature_matrix
from dedup.settings import DEFAULTS, DedupSettings

_MATCH_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("a", pa.int64(), nullable=False),
    pa.field("b", pa.int64(), nullable=False),
    pa.field("jaccard", pa.float64(), nullable=False),
]
MATCH_SCHEMA = pa.schema(_MATCH_FIELDS)
"""A row of the list, a newcomer, and the Jaccard index that their signatures estimate (1.0 for equal texts)."""


def across(listed: pa.Table, newcomers: pa.Table, settings: DedupSettings = DEFAULTS) -> pa.Table:
    """Pairs of a listed and a new text that may reach the threshold; a table in `MATCH_SCHEMA`, sorted by a and b.

    Equal texts, and pairs that share a band and pass both bounds of `dedup.screen`.

    Args:
        listed: columns `text_digest`, `signature` and `n_shingles` as `sketch` makes them.
        newcomers: the same columns.
        settings: the settings of both.
    """
    equal = _equal_texts(listed, newcomers)
    sides = [_buckets(side, settings) for side in (listed, newcomers)]
    shared = sides[0].join(sides[1], on="key").select(pl.col("row").alias("a"), pl.col("row_right").alias("b")).unique()
    near = _screened(shared, listed, newcomers, settings)
    found = pl.concat([equal, near]).group_by("a", "b").agg(pl.col("jaccard").max()).sort("a", "b")
    return found.to_arrow().cast(MATCH_SCHEMA)


def alike(listed: pa.Table, newcomers: pa.Table, settings: DedupSettings = DEFAULTS) -> Scores:
    """The Jaccard index that the sketches of each two rows allow; 0.0 where they cannot reach the threshold.

    1.0 for equal texts, else the share of signature values in common if it passes both bounds of `dedup.screen`.

    Args:
        listed: columns `text_digest`, `signature` and `n_shingles` as `sketch` makes them.
        newcomers: the same columns, a row for each row of `listed`.
        settings: the settings of both.
    """
    rows = pl.DataFrame({"a": np.arange(len(listed)), "b": np.arange(len(listed))})
    signed = np.asarray(listed["signature"].is_valid()) & np.asarray(newcomers["signature"].is_valid())
    near = _screened(rows.filter(pl.Series(signed)), listed, newcomers, settings)
    scores = np.zeros(len(listed))
    scores[near.get_column("a").to_numpy()] = near.get_column("jaccard").to_numpy()
    digests = [pl.Series(values=side["text_digest"], dtype=pl.String) for side in (listed, newcomers)]
    scores[(digests[0] == digests[1]).fill_null(value=False).to_numpy()] = 1.0
    return scores


def sure_enough(settings: DedupSettings = DEFAULTS) -> float:
    """The estimate from which two texts count as near-duplicates where one of them cannot be read any more.

    Two standard deviations of the estimate below the threshold t: sqrt(t (1 - t) / k) each, k permutations. Of pairs
    right at the threshold 98 in 100 are found, and the better alike the more.
    """
    deviation = math.sqrt(settings.threshold * (1 - settings.threshold) / settings.permutations)
    return settings.threshold - 2 * deviation


def _equal_texts(listed: pa.Table, newcomers: pa.Table) -> pl.DataFrame:
    sides = [
        pl.DataFrame({"digest": pl.Series(values=side["text_digest"], dtype=pl.String)})
        .with_row_index("row")
        .with_columns(pl.col("row").cast(pl.Int64))
        .drop_nulls()
        for side in (listed, newcomers)
    ]
    joined = sides[0].join(sides[1], on="digest")
    return joined.select(pl.col("row").alias("a"), pl.col("row_right").alias("b"), pl.lit(1.0).alias("jaccard"))


def _buckets(side: pa.Table, settings: DedupSettings) -> pl.DataFrame:
    rows = pa.array(np.arange(side.num_rows, dtype=np.int64))
    bands = band_keys(rows, side["signature"], settings)
    return pl.DataFrame(pl.from_arrow(bands.select(["key", "row"])))


def _screened(pairs: pl.DataFrame, listed: pa.Table, newcomers: pa.Table, settings: DedupSettings) -> pl.DataFrame:
    a, b = (pairs.get_column(name).to_numpy() for name in ("a", "b"))
    sizes = [np.asarray(side["n_shingles"], dtype=np.int64) for side in (listed, newcomers)]
    low, high = np.minimum(sizes[0][a], sizes[1][b]), np.maximum(sizes[0][a], sizes[1][b])
    possible = np.flatnonzero((low > 0) & (low / np.maximum(high, 1) >= settings.threshold))
    a, b = a[possible], b[possible]
    values = [signature_matrix(side["signature"].take(pa.array(rows))) for side, rows in ((listed, a), (newcomers, b))]
    estimate = (values[0] == values[1]).mean(axis=1) if len(a) else np.empty(0)
    kept = estimate >= settings.threshold - settings.estimate_slack
    return pl.DataFrame(
        {"a": a[kept], "b": b[kept], "jaccard": estimate[kept]}, schema_overrides={"jaccard": pl.Float64}
    )
