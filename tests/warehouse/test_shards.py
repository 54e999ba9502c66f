import json
import random

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from warehouse import TABLES, FileSettings, write_shards

SPEC = TABLES["documents"]


def _parts(folder, table, lengths):
    """A table as part files of these lengths."""
    folder.mkdir(parents=True)
    parts, start = [], 0
    for number, length in enumerate(lengths):
        parts.append(folder / f"{number}.parquet")
        pq.write_table(table.slice(start, length), parts[-1], row_group_size=max(1, length // 2))
        start += length
    return parts


def _choice(table, lengths, keep):
    """Which rows of the parts are kept; the cluster is decided here and not in the parts."""
    places = [(part, row) for part, length in enumerate(lengths) for row in range(length)]
    kept = [n for n in range(len(places)) if keep(n)]
    rows = table.take(pa.array(kept, pa.int64()))
    return pa.table(
        {
            "part": pa.array([places[n][0] for n in kept], pa.int64()),
            "row": pa.array([places[n][1] for n in kept], pa.int64()),
            "bytes": pa.array([len(text.encode()) + 200 for text in rows["text"].to_pylist()], pa.int64()),
            "site": rows["site"],
            "doc_id": rows["doc_id"],
            "cluster_size": pa.array([1 + n % 3 for n in kept], pa.int32()),
        }
    )


def _write(warehouse, parts, choice, out, **options):
    return write_shards(
        parts, choice, out, spec=SPEC, schema=warehouse.file_schema("documents"), prefix="documents", **options
    )


@pytest.fixture
def table(rows):
    order = list(range(500))
    random.Random(7).shuffle(order)
    return rows.documents(500).take(order)


def test_shards_hold_the_chosen_rows_in_order(warehouse, table, tmp_path):
    lengths = [120, 0, 379, 1]
    choice = _choice(table, lengths, lambda n: n % 4)
    shards = _write(
        warehouse, _parts(tmp_path / "parts", table, lengths), choice, tmp_path / "out", target_bytes=20_000
    )
    assert len(shards) > 3
    found = pa.concat_tables([pq.read_table(shard.path) for shard in shards])
    keys = list(zip(found["site"].to_pylist(), found["doc_id"].to_pylist(), strict=True))
    assert keys == sorted(keys)
    wanted = table.take([n for n in range(500) if n % 4]).sort_by([("site", "ascending"), ("doc_id", "ascending")])
    for name in ("doc_id", "text", "title", "offset", "evidence_ids"):
        assert found[name].to_pylist() == wanted[name].to_pylist()
    sizes = dict(zip(choice["doc_id"].to_pylist(), choice["cluster_size"].to_pylist(), strict=True))
    assert found["cluster_size"].to_pylist() == [sizes[each] for each in found["doc_id"].to_pylist()]
    assert [shard.rows for shard in shards] == [pq.read_metadata(shard.path).num_rows for shard in shards]


def test_shards_are_of_about_equal_size(warehouse, table, tmp_path):
    choice = _choice(table, [500], lambda _: True)
    out = tmp_path / "out"
    shards = _write(warehouse, _parts(tmp_path / "parts", table, [500]), choice, out, target_bytes=20_000)
    sizes = dict(zip(choice["doc_id"].to_pylist(), choice["bytes"].to_pylist(), strict=True))
    held = [sum(sizes[each] for each in pq.read_table(shard.path)["doc_id"].to_pylist()) for shard in shards]
    largest = max(sizes.values())
    assert max(held) <= 20_000 + largest
    assert min(held) >= 20_000 / 2


@given(
    cuts=st.lists(st.integers(0, 500), max_size=5),
    target=st.sampled_from([10_000, 60_000, 1 << 30]),
)
@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_do_not_depend_on_the_parts(warehouse, table, tmp_path_factory, cuts, target):
    ends = [*sorted(cuts), 500]
    lengths = [end - start for start, end in zip([0, *ends], ends, strict=False)]
    digests = []
    for case in ([500], lengths):
        folder = tmp_path_factory.mktemp("case")
        choice = _choice(table, case, lambda n: n % 7)
        shards = _write(warehouse, _parts(folder / "parts", table, case), choice, folder / "out", target_bytes=target)
        digests.append([(shard.path.name, shard.sha256) for shard in shards])
    assert digests[0] == digests[1]


def test_order_of_parts_does_not_matter(warehouse, table, tmp_path):
    parts = _parts(tmp_path / "parts", table, [200, 300])
    choice = _choice(table, [200, 300], lambda _: True)
    swapped = choice.set_column(0, "part", pa.array([1 - part for part in choice["part"].to_pylist()], pa.int64()))
    one = _write(warehouse, parts, choice, tmp_path / "one")
    two = _write(warehouse, parts[::-1], swapped.take(list(range(499, -1, -1))), tmp_path / "two")
    assert [shard.sha256 for shard in one] == [shard.sha256 for shard in two]


def test_no_rows_make_no_shards(warehouse, table, tmp_path):
    parts = _parts(tmp_path / "parts", table, [500])
    assert _write(warehouse, parts, _choice(table, [500], lambda _: False), tmp_path / "out") == []


def test_row_larger_than_a_shard_gets_one(warehouse, table, tmp_path):
    choice = _choice(table, [500], lambda n: n < 4)
    shards = _write(warehouse, _parts(tmp_path / "parts", table, [500]), choice, tmp_path / "out", target_bytes=1)
    assert [shard.rows for shard in shards] == [1, 1, 1, 1]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda choice: pa.concat_tables([choice, choice.slice(0, 1)]), "key of another row"),
        (lambda choice: choice.set_column(0, "part", pa.array([9] * 500, pa.int64())), "a part beyond the 1"),
        (lambda choice: choice.set_column(1, "row", pa.array([9999] * 500, pa.int64())), "a row beyond the 500"),
    ],
)
def test_choice_that_cannot_be_is_refused_and_leaves_nothing(warehouse, table, tmp_path, change, message):
    parts = _parts(tmp_path / "parts", table, [500])
    with pytest.raises(ValueError, match=message):
        _write(warehouse, parts, change(_choice(table, [500], lambda _: True)), tmp_path / "out")
    assert not (tmp_path / "out").exists() or not list((tmp_path / "out").iterdir())


def test_nothing_but_shards_is_left(warehouse, table, tmp_path):
    choice = _choice(table, [500], lambda _: True)
    shards = _write(
        warehouse,
        _parts(tmp_path / "parts", table, [500]),
        choice,
        tmp_path / "out",
        target_bytes=20_000,
        settings=FileSettings(row_group_bytes="4 KiB"),
    )
    assert sorted((tmp_path / "out").iterdir()) == [shard.path for shard in shards]
    assert pq.read_metadata(shards[0].path).num_row_groups > 2


PEAK = """
import json, sys
from pathlib import Path
import numpy as np, pyarrow as pa, pyarrow.parquet as pq
from warehouse import TABLES, FileSettings, write_shards
from warehouse.catalog import Warehouse

folder, count, target = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
random = np.random.default_rng(5)
parts, choices = [], []
for number in range(count):
    ids = [f"{value:032x}" for value in random.integers(0, 2**62, 250)]
    text = [random.integers(0xAC00, 0xD7A3, 8000, dtype="<u2").tobytes().decode("utf-16-le") for _ in ids]
    table = pa.table({"doc_id": ids, "site": [f"{each[-2:]}.kr" for each in ids], "text": text, "run_id": ["r"] * 250})
    parts.append(folder / f"{number}.parquet")
    pq.write_table(table, parts[-1], row_group_size=50)
    choices.append(pa.table({"part": pa.array([number] * 250), "row": pa.array(range(250)),
        "bytes": pa.array([24_100] * 250), "site": table["site"], "doc_id": table["doc_id"]}))
    del table, text
with Warehouse.open(str(folder / "w")) as opened:
    schema = opened.file_schema("documents")
pool = pa.system_memory_pool()
pa.set_memory_pool(pool)
before = pool.max_memory()
shards = write_shards(parts, pa.concat_tables(choices), folder / "out", spec=TABLES["documents"], schema=schema,
    prefix="d", target_bytes=target, settings=FileSettings(row_group_bytes=1 << 20))
print(json.dumps({"peak": pool.max_memory(), "rows": sum(s.rows for s in shards), "shards": len(shards)}))
"""


def test_memory_is_bounded_by_the_target_and_not_by_the_rows(tmp_path, python):
    target = 8 << 20
    found = []
    for count in (3, 9):
        folder = tmp_path / str(count)
        folder.mkdir()
        with python(PEAK, folder, count, target) as process:
            found.append(json.loads(process.communicate()[0]))
    small, large = found
    assert large["rows"] == 3 * small["rows"] == 2250
    assert large["shards"] > 5
    assert large["peak"] < 5 * target
    assert large["peak"] < 1.5 * small["peak"]
