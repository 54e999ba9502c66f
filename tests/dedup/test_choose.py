"""The keep choice."""

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import CHOICE_SCHEMA, VERIFIED_SCHEMA, choose, fold_exact, keep_order, keep_rank

STEADY = settings(derandomize=True, deadline=None)


def verified(*edges: tuple[int, int, float]) -> pa.Table:
    cells = [dict(zip(("a", "b", "jaccard"), edge, strict=True)) for edge in edges]
    return pa.Table.from_pylist(cells, VERIFIED_SCHEMA)


def digests(*names: str | None) -> pa.Array:
    return pa.array(names, pa.string())


def test_rank_puts_rights_before_quality_and_ties_by_id():
    keys = pa.table(
        {
            "rights_rank": [1, 0, 0, 0, None],
            "quality": [0.9, 0.2, 0.5, 0.5, 1.0],
            "length": [500, 10, 20, 20, 900],
            "fetched_at": [1, 1, 1, 1, 1],
        }
    )
    order = keep_order(("rights", "quality", "length", "age"))
    assert keep_rank(keys, pa.array(["ㄱ", "ㄴ", "ㄹ", "ㄷ", "ㅁ"]), order).tolist() == [3, 2, 1, 0, 4]


def test_the_earlier_day_comes_before_better_rights():
    keys = pa.table(
        {"day": [2, 1], "rights_rank": [0, 9], "quality": [1.0, 0.1], "length": [9, 1], "fetched_at": [1, 2]}
    )
    assert keep_rank(keys, pa.array(["가", "나"]), keep_order()).tolist() == [1, 0]


def test_rank_must_be_total():
    keys = pa.table({"length": [1, 1]})
    with pytest.raises(ValueError, match="unique"):
        keep_rank(keys, pa.array(["가", "가"]), {"length": "ascending"})
    with pytest.raises(ValueError, match="unique"):
        keep_rank(keys, pa.array(["가", None]), {"length": "ascending"})
    with pytest.raises(ValueError, match="2 rows of keys but 1"):
        keep_rank(keys, pa.array(["가"]), {"length": "ascending"})
    with pytest.raises(KeyError):
        keep_rank(keys, pa.array(["가", "나"]), keep_order())


def test_chain_is_not_closed():
    """0 ~ 1 ~ 2: 1 goes for 0, and 2, which is no copy of 0, stays."""
    table = choose(digests("a", "b", "c"), verified((0, 1, 0.85), (1, 2, 0.9)), np.arange(3))
    assert table.schema == CHOICE_SCHEMA
    assert table.to_pydict() == {
        "kept": [True, False, True],
        "cluster": [0, 0, 2],
        "cluster_size": [2, 2, 1],
        "jaccard": [None, 0.85, None],
        "reason": [None, "near_duplicate", None],
    }


def test_a_full_cluster_gives_way_to_a_second_one():
    star = verified(*((a, b, 0.9) for a in range(6) for b in range(a + 1, 6)))
    table = choose(digests(*"abcdef"), star, np.arange(6), cap=2)
    assert table["cluster"].to_pylist() == [0, 0, 0, 3, 3, 3]
    assert table["cluster_size"].to_pylist() == [3] * 6


def test_best_ranked_kept_partner_wins_over_the_most_alike():
    table = choose(digests("a", "b", "c"), verified((2, 0, 0.81), (1, 2, 0.99)), np.arange(3))
    assert table["cluster"].to_pylist() == [0, 1, 0]
    assert table["jaccard"].to_pylist() == [None, None, 0.81]


def test_exact_copies_follow_what_they_are_copies_of():
    """1 = 3 (best 1), 1 ~ 0; 2 = 4 (best 2), kept."""
    table = choose(digests("a", "b", "c", "b", "c"), verified((3, 0, 0.9)), np.arange(5))
    assert table["cluster"].to_pylist() == [0, 0, 2, 0, 2]
    assert table["reason"].to_pylist() == [None, "near_duplicate", None, "near_duplicate", "exact_duplicate"]
    assert table["jaccard"].to_pylist() == [None, 0.9, None, 0.9, 1.0]
    assert table["cluster_size"].to_pylist() == [3, 3, 2, 3, 2]


def test_no_digest_is_no_duplicate():
    assert fold_exact(digests(None, "a", None, "a"), np.array([0, 3, 1, 2])).tolist() == [0, 3, 2, 3]
    assert choose(digests(None, None), verified(), np.arange(2))["kept"].to_pylist() == [True, True]


@pytest.mark.parametrize("rank", [[0, 0, 1], [0, 1, 3], [0, 1]])
def test_a_rank_that_is_no_order_is_refused(rank):
    with pytest.raises(ValueError, match="not a permutation of 3"):
        choose(digests("a", "b", "c"), verified(), np.array(rank))


@st.composite
def graphs(draw):
    count = draw(st.integers(1, 14))
    # Texts come first: an index belongs to a pair of texts, whichever of their copies carries it.
    names = draw(st.lists(st.integers(0, 11), min_size=count, max_size=count))
    rank = np.array(draw(st.permutations(range(count))))
    ends = draw(st.sets(st.tuples(st.integers(0, count - 1), st.integers(0, count - 1)), max_size=30))
    edges = [(a, b, 0.8 + (names[a] * names[b] % 20) / 100) for a, b in sorted(ends) if names[a] != names[b]]
    return names, rank, edges


@STEADY
@given(graphs(), st.randoms(use_true_random=False))
def test_every_drop_has_a_kept_partner_and_no_kept_pair_is_alike(graph, random):
    names, rank, edges = graph
    texts = digests(*map(str, names))
    table = choose(texts, verified(*edges), rank)
    rows = table.to_pylist()
    alike = {(a, b): score for x, y, score in edges for a, b in ((names[x], names[y]), (names[y], names[x]))}
    for i, row in enumerate(rows):
        partner = row["cluster"]
        assert rows[partner]["kept"]
        assert row["cluster_size"] == sum(other["cluster"] == partner for other in rows)
        if row["kept"]:
            assert partner == i
            assert row["jaccard"] is row["reason"] is None
            kept_names = [names[j] for j, other in enumerate(rows) if other["kept"] and j != i]
            assert names[i] not in kept_names
            assert not any((names[i], name) in alike for name in kept_names)
        else:
            exact = names[i] == names[partner]
            assert row["reason"] == ("exact_duplicate" if exact else "near_duplicate")
            assert row["jaccard"] == (1.0 if exact else alike[names[i], names[partner]])
            assert rank[partner] < rank[i]
    turned = [(b, a, score) if random.random() < 0.5 else (a, b, score) for a, b, score in edges]
    random.shuffle(turned)
    assert choose(texts, verified(*turned), rank).equals(table)
