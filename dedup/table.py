"""Near-duplicate removal of a table that fits in memory."""

import numpy as np
import pyarrow as pa

from dedup._arrays import Column, Rows
from dedup.choose import choose, fold_exact, keep_rank
from dedup.lsh import band_keys, candidates
from dedup.minhash import sketch
from dedup.settings import DEFAULTS, DedupSettings
from dedup.verify import screen, verify


def dedup_table(
    doc_ids: Column, texts: Column, rank: Rows | None = None, settings: DedupSettings = DEFAULTS
) -> pa.Table:
    """Decide which documents to keep: the columns of `CHOICE_SCHEMA` after `doc_id` and `cluster_doc_id`.

    `cluster_doc_id` names the kept document that a document belongs to. Without a rank the text of the most distinct
    shingles is kept, of equally rich ones that with the lowest doc_id.

    Args:
        doc_ids: unique identifiers.
        texts: one string per document; null counts as empty, and empty texts are never duplicates.
        rank: order of preference, as `keep_rank` makes it.
        settings: what a near-duplicate is.

    Raises:
        ValueError: doc_ids repeat, or lengths differ.
    """
    if len(doc_ids) != len(texts):
        raise ValueError(f"{len(doc_ids)} doc_ids but {len(texts)} texts")
    strings = texts.to_pylist()
    sketches = sketch(strings, settings)
    if rank is None:
        rank = keep_rank(sketches, doc_ids, {"n_shingles": "descending"})

    # Folded copies would only fill the buckets of the one that stands for them.
    distinct = np.flatnonzero(fold_exact(sketches["text_digest"], rank) == np.arange(len(rank)))
    bands = band_keys(pa.array(distinct), sketches["signature"].take(distinct), settings)
    likely = screen(candidates(bands, rank, settings).pairs, sketches.take, settings)
    verified = verify(likely, lambda rows: [strings[row] or "" for row in rows], settings)
    choice = choose(sketches["text_digest"], verified, rank)
    return choice.add_column(0, "doc_id", doc_ids).add_column(1, "cluster_doc_id", doc_ids.take(choice["cluster"]))
