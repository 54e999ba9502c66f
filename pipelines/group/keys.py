"""The few columns of every document that choices are made by.

About 100 bytes a document, whatever its length: this, and the pairs of the duplicate search, are the only things of the
group phase that grow with the corpus.
"""

from collections.abc import Sequence
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from dedup import url_keys
from pipelines.group.withdrawn import Withdrawn

_DOCUMENT_COLUMNS = [
    "doc_id",
    "site",
    "source",
    "offset",
    "fetched_at",
    "n_chars",
    "quality_score",
    "text_digest",
]


_OWNER_COLUMNS = ["doc_id", "url", "host", "author"]
_RIGHTS_COLUMNS = ["rights_rank", "refused", "denies", "owns", "named"]


def load_keys(parts: Sequence[Path], rights: Sequence[Path], withdrawn: Withdrawn) -> pl.DataFrame:
    """One row for each document, part after part: ``row``, ``part`` and the columns that choices are made by.

    Args:
        parts: Part folders, in order.
        rights: The rights file of each part.
        withdrawn: What was withdrawn before.
    """
    frames = [
        _part_keys(number, part, file, withdrawn) for number, (part, file) in enumerate(zip(parts, rights, strict=True))
    ]
    keys = pl.concat(frames) if frames else _part_keys_schema()
    return keys.with_row_index("row").with_columns(pl.col("row").cast(pl.Int64))


def _part_keys(number: int, part: Path, rights: Path, withdrawn: Withdrawn) -> pl.DataFrame:
    documents = pl.DataFrame(pl.from_arrow(pq.read_table(part / "documents.parquet", columns=_DOCUMENT_COLUMNS)))
    judged = pl.DataFrame(pl.from_arrow(pq.read_table(rights, columns=_RIGHTS_COLUMNS)))
    owners = pq.read_table(part / "documents.parquet", columns=_OWNER_COLUMNS)
    gone = withdrawn.of(owners)
    both = documents.hstack(judged.drop("named")).hstack(gone)
    return both.with_columns(
        pl.coalesce("withdrawal_id", judged.get_column("named")).alias("withdrawal_id"),
        pl.Series("url_key", url_keys(owners["url"]), pl.UInt64),
        pl.lit(number, pl.Int32).alias("part"),
        pl.col("site").cast(pl.Categorical),
        pl.col("source").cast(pl.Categorical),
    )


def _part_keys_schema() -> pl.DataFrame:
    return pl.DataFrame(
        schema={
            "doc_id": pl.String,
            "site": pl.Categorical,
            "source": pl.Categorical,
            "offset": pl.Int64,
            "fetched_at": pl.Datetime("us", "UTC"),
            "n_chars": pl.Int64,
            "quality_score": pl.Float64,
            "text_digest": pl.String,
            "rights_rank": pl.Int16,
            "refused": pl.Boolean,
            "denies": pl.UInt8,
            "owns": pl.UInt8,
            "withdrawal_id": pl.String,
            "copied": pl.String,
            "alike": pl.Float64,
            "url_key": pl.UInt64,
            "part": pl.Int32,
        }
    )
