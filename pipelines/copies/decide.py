"""Who is kept: the documents that are in no pair and equal no other are not looked at."""

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import CHOICE_SCHEMA, VERIFIED_SCHEMA, DedupSettings, choose
from pipelines.copies.documents import Column, Copies, Rows
from pipelines.copies.flat import fixed_bytes, ranks

DECISION_SCHEMA = CHOICE_SCHEMA.insert(0, pa.field("row", pa.int64(), nullable=False))
"""A document that is a copy or has copies, and ``dedup.CHOICE_SCHEMA``, where ``cluster`` is a row of the search."""


def decide(
    copies: Copies,
    orders: Callable[[Rows], Column],
    settings: DedupSettings,
    *,
    gone: npt.NDArray[np.bool_] | None = None,
) -> pa.Table:
    """Decide on every document that is involved in a pair or a group of equal texts.

    Args:
        copies: As ``find_copies`` found them.
        orders: Gives the order of preference (fixed-size binary, the smaller the better) of ascending rows:
            ``copies.orders_of``, or another order than that of the search.
        settings: For ``cluster_cap``.
        gone: For each row of the search whether it is out of the question, neither kept nor a reason to drop another.
            Of a text whose best copy is gone the others stand for it.

    Returns:
        ``DECISION_SCHEMA``, sorted by row: the involved rows that are not gone. All others are kept, alone.
    """
    equal = [np.asarray(copies.equal[name], dtype=np.int64) for name in ("row", "stands")]
    ends = [np.asarray(copies.pairs[name], dtype=np.int64) for name in ("a", "b")]
    rows = copies.involved
    text = np.arange(len(rows))
    text[np.searchsorted(rows, equal[0])] = np.searchsorted(rows, equal[1])
    left = np.flatnonzero(~gone[rows]) if gone is not None else np.arange(len(rows))
    # Any row of a text may stand for it in a pair: `choose` folds equal texts before it looks at pairs.
    stand_in = np.full(len(rows), -1, dtype=np.int64)
    stand_in[text[left]] = np.arange(len(left))
    a, b = (stand_in[text[np.searchsorted(rows, end)]] for end in ends)
    there = (a >= 0) & (b >= 0)
    jaccard = np.asarray(copies.pairs["jaccard"], dtype=np.float64)[there]
    pairs = pa.table([pa.array(a[there]), pa.array(b[there]), pa.array(jaccard)], schema=VERIFIED_SCHEMA)
    rows = rows[left]
    choice = choose(
        pa.array(text[left]).cast(pa.string()), pairs, ranks(fixed_bytes(orders(rows))), settings.cluster_cap
    )
    cluster = choice.schema.get_field_index("cluster")
    named = choice.set_column(cluster, choice.schema.field(cluster), pa.array(rows[np.asarray(choice["cluster"])]))
    return named.add_column(0, DECISION_SCHEMA.field(0), pa.array(rows))
