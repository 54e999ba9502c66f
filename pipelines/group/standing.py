"""What a page refuses and what its own owner grants, as a few bits: the rule that keeps copies from laundering.

The rule, for two pages of the same text (exact duplicates, or a verified pair of near-duplicates) of which x refuses
something: **y goes as well, unless y refuses the same itself or y's own owner grants it.** What is refused:

| bit | x refuses it when | y is free of it by |
|---|---|---|
| ``TRAIN_DOM``, ``TRAIN_FOR`` | its rights deny the axis | denying the axis too, or an own grant on that axis |
| ``REFUSED`` | it may not be crawled | an own grant on a training axis |
| ``WITHDRAWN`` | its owner withdrew it | an own grant on a training axis |

An own grant is what ``licenses.own_grants`` takes for one: said by the owner, of this document, with confidence.

A page that denies training may still be kept, since the corpus has other uses and a contract may lift the denial of its
owner. Then the copy that says nothing goes and the denying page stays: were it the other way, as quality or unknown
rights would have it, a contract with whoever copied the text, or a licence read off their site, would release what the
owner refused (section 8, rule 8: a contract cannot lift a different owner's denial). If two pages each deny what the
other does not, both go, for the same reason. Copies and redistribution are not part of the rule: print views and feeds
of a page often carry ``noindex``, and would take the page itself with them; the gate asks the kept copy for both.

The rule looks at pairs of pages alone, never at chains of pairs, so the order of pages has no part in it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa

from licenses import Axis, Evidence, Rights, Value, own_grants

TRAIN_DOM, TRAIN_FOR, REFUSED, WITHDRAWN = 1, 2, 4, 8
_AXES: Mapping[Axis, int] = {Axis.TRAIN_DOM: TRAIN_DOM, Axis.TRAIN_FOR: TRAIN_FOR}

Rows = npt.NDArray[np.int64]
Bits = npt.NDArray[np.uint8]

_PER_GROUP = 2
"""Pages of a group of equal texts that are asked for each set of refusals: a page is never its own partner."""


def denies(rights: Rights, *, refused: bool) -> int:
    """What a page refuses; of a page that may not be crawled nothing else is asked."""
    if refused:
        return REFUSED
    return sum(bit for axis, bit in _AXES.items() if rights.axes[axis] is Value.DENY)


def owns(evidence: Iterable[Evidence]) -> int:
    """What the page's own owner grants."""
    granted = own_grants(evidence)
    return sum(_AXES[axis] for axis in granted) + (REFUSED | WITHDRAWN if granted else 0)


def launderers(folded: Rows, verified: pa.Table, refusals: Bits, grants: Bits, rank: Rows) -> pl.DataFrame:
    """Pages that would launder what a copy of theirs refuses.

    Args:
        folded: For each row the row that stands for its text (``dedup.fold_exact``).
        verified: Pairs of such rows at the threshold (``dedup.VERIFIED_SCHEMA``).
        refusals: What each row refuses.
        grants: What its own owner grants.
        rank: Position of each row in the order of preference; breaks ties between partners.

    Returns:
        One row for each: ``row``; ``partner``, the row that refuses most and is most alike; ``jaccard``; ``withdrawn``,
        whether the partner is withdrawn. Sorted by row.
    """
    group = np.zeros(len(folded), np.uint8)
    np.bitwise_or.at(group, folded, refusals)
    a, b = (np.asarray(verified[name], dtype=np.int64) for name in ("a", "b"))
    around = group.copy()
    np.bitwise_or.at(around, a, group[b])
    np.bitwise_or.at(around, b, group[a])
    lacking = around[folded] & ~refusals & ~grants
    (found,) = np.nonzero(lacking)
    if not len(found):
        return pl.DataFrame(
            schema={"row": pl.Int64, "partner": pl.Int64, "jaccard": pl.Float64, "withdrawn": pl.Boolean}
        )
    edges = _edges(a, b, np.asarray(verified["jaccard"], dtype=np.float64), folded[found])
    mine = pl.DataFrame({"row": found, "text": folded[found], "lacking": lacking[found]})
    return (
        mine.join(edges, on="text")
        .join(_refusing(folded, refusals, rank), left_on="other", right_on="text")
        .with_columns(pl.col("lacking").and_(pl.col("refuses")).alias("shared"))
        .filter(pl.col("shared") > 0, pl.col("row") != pl.col("partner"))
        .sort("row", "shared", "jaccard", "rank", descending=[False, True, True, False])
        .unique("row", keep="first", maintain_order=True)
        .select("row", "partner", "jaccard", pl.col("shared").ge(WITHDRAWN).alias("withdrawn"))
    )


def _edges(a: Rows, b: Rows, jaccard: npt.NDArray[np.float64], texts: Rows) -> pl.DataFrame:
    """From each text to itself and to its near-duplicates."""
    pairs: dict[str, Any] = {
        "text": np.concatenate([a, b]),
        "other": np.concatenate([b, a]),
        "jaccard": np.concatenate([jaccard, jaccard]),
    }
    itself = pl.DataFrame({"text": np.unique(texts)}).select(
        "text", pl.col("text").alias("other"), pl.lit(1.0).alias("jaccard")
    )
    return pl.concat([itself, pl.DataFrame(pairs)])


def _refusing(folded: Rows, refusals: Bits, rank: Rows) -> pl.DataFrame:
    """Of each text the best ranked pages that refuse something, for each set of refusals."""
    (rows,) = np.nonzero(refusals)
    frame = pl.DataFrame({"text": folded[rows], "partner": rows, "refuses": refusals[rows], "rank": rank[rows]})
    return frame.sort("rank").group_by("text", "refuses", maintain_order=True).head(_PER_GROUP)
