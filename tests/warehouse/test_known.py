import hashlib
import json
import sys
import threading
from collections import defaultdict

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import DEFAULTS, DedupSettings, fingerprints, sketch
from warehouse import TABLES, write_file
from warehouse.bloom import hash_words, may_hold, may_hold_each, xxh64
from warehouse.commit import commit_run
from warehouse.errors import WarehouseError
from warehouse.known import Known, compact, index_runs, maintain, write_fingerprints
from warehouse.known.footer import groups_of, openers
from warehouse.known.keyfile import KeyFile, equal_ranges
from warehouse.known.known import MOST_OF_A_KEY
from warehouse.known.plain import Whole, column, take

_KEY = np.dtype("<i8")


def _pages(start, count, *, site="누리.kr"):
    """Documents of unlike texts: doc_id, site, text, url_key."""
    numbers = range(start, start + count)
    return pa.table(
        {
            "doc_id": [hashlib.blake2b(f"{n}".encode(), digest_size=16).hexdigest() for n in numbers],
            "site": [f"{n % 5}.{site}" for n in numbers],
            "text": pa.array(
                [f"{n}번째 글 {hashlib.sha256(str(n).encode()).hexdigest()}" for n in numbers], pa.string()
            ),
            "url_key": pa.array([n * 0x9E3779B97F4A7C15 % 2**64 for n in numbers], pa.uint64()),
        }
    )


def _prints(pages, settings=DEFAULTS):
    sketches = sketch(pages["text"].to_pylist(), settings)
    keys = fingerprints(pages["doc_id"], sketches["text_digest"], pages["url_key"], sketches["signature"], settings)
    for name in ("doc_id", "site"):
        keys = keys.append_column(name, pages[name].combine_chunks().take(keys["row"].combine_chunks()))
    return keys


class Index:
    """Runs of documents in a warehouse, with fingerprints, signatures and texts."""

    def __init__(self, warehouse, rows, folder):
        self.warehouse, self.rows, self.folder = warehouse, rows, folder
        self.held = defaultdict(list)

    def commit(self, run_id, pages, *, finish=True, keys=True, settings=DEFAULTS):
        out = self.folder / run_id
        prints = _prints(pages, settings)
        batches = [prints.slice(at, 997) for at in range(0, prints.num_rows, 997)]
        options = {"warehouse": self.warehouse, "run_id": run_id}
        files = {"fingerprints": write_fingerprints(batches, out, **options) if keys else []}
        owned = [run_id] * pages.num_rows
        sketches = sketch(pages["text"].to_pylist(), settings)
        signatures = pa.table(
            {
                "doc_id": pages["doc_id"],
                **{name: sketches[name] for name in sketches.column_names},
                "scheme": [settings.scheme] * pages.num_rows,
                "site": pages["site"],
                "run_id": owned,
            }
        ).sort_by("doc_id")
        documents = (
            pages.drop_columns(["url_key"])
            .append_column("run_id", pa.array(owned))
            .sort_by([("site", "ascending"), ("doc_id", "ascending")])
        )
        for name, table in {"signatures": signatures, "documents": documents}.items():
            path = out / f"{name}.parquet"
            files[name] = [self.rows.file(self.warehouse, name, table, path, group_rows=40).path]
        if finish:
            recipe = json.dumps({"dedup": settings.model_dump()})
            commit_run(self.warehouse, run_id, files, {**self.rows.run_row(pages.num_rows), "recipe": recipe})
        return files

    def known(self, *runs):
        return Known.open(self.warehouse, runs)


@pytest.fixture
def index(warehouse, rows, tmp_path):
    return Index(warehouse, rows, tmp_path)


def _found(hits):
    return {(row["row"], row["kind"], row["doc_id"]) for row in hits.to_pylist()}


def test_a_document_is_known_again_by_page_text_url_and_bands(index):
    first = _pages(0, 300)
    index.commit("run-1", first)
    moved = first.slice(7, 1).set_column(0, "doc_id", pa.array(["a" * 32]))
    changed = first.slice(8, 1).set_column(2, "text", pa.array(["전혀 다른 이야기가 여기에 있다."]))
    near = first.slice(9, 1).set_column(2, "text", pc.binary_join_element_wise(first["text"].slice(9, 1), "끝", ""))
    near = near.set_column(0, "doc_id", pa.array(["b" * 32])).set_column(3, "url_key", pa.array([1], pa.uint64()))
    hits = index.known("run-1").hits(_prints(pa.concat_tables([moved, changed, near, _pages(900, 50)])))
    ids = first["doc_id"].to_pylist()
    assert _found(hits) == {
        *((0, kind, ids[7]) for kind in ("text", "url", "band")),
        *((1, kind, ids[8]) for kind in ("page", "url")),
        (2, "band", ids[9]),
    }
    assert {(row["doc_id"], row["site"]) for row in hits.to_pylist()} == {
        (ids[n], f"{n % 5}.누리.kr") for n in (7, 8, 9)
    }


def test_bands_of_other_settings_never_meet(index):
    pages = _pages(0, 20)
    index.commit("run-1", pages)
    other = DedupSettings(bands=9, rows=7)
    kinds = set(index.known("run-1").hits(_prints(pages, other))["kind"].to_pylist())
    assert kinds == {"page", "text", "url"}
    seeded = DedupSettings(seed=2)
    assert "band" not in index.known("run-1").hits(_prints(pages, seeded))["kind"].to_pylist()


def test_only_rows_of_the_runs_that_count_are_seen(index):
    index.commit("run-1", _pages(0, 50))
    index.commit("run-2", _pages(50, 50))
    files, asked = index.commit("run-3", _pages(100, 50), finish=False), _prints(_pages(0, 150))
    index.warehouse.table("fingerprints").add_files([str(path) for path in files["fingerprints"]])
    for runs, there in [(("run-1",), range(50)), (("run-2",), range(50, 100)), (("run-1", "run-2"), range(100))]:
        assert set(index.known(*runs).hits(asked)["row"].to_pylist()) == set(there)
    assert index.known().hits(asked).num_rows == 0


def test_compacted_files_give_the_same_rows(index):
    asked = _prints(_pages(0, 400))
    for number in range(4):
        index.commit(f"run-{number}", _pages(100 * number, 100))
    every = pa.concat_tables([_pages(0, 400)])["doc_id"].to_pylist()
    views = [("run-0",), ("run-1", "run-3"), tuple(f"run-{number}" for number in range(4))]
    before = [
        (index.known(*runs).hits(asked), index.known(*runs).signatures(every).sort_by("doc_id")) for runs in views
    ]
    assert compact(index.warehouse, "fingerprints", memory=20_000, file_bytes=100_000) == 4
    assert compact(index.warehouse, "signatures", memory=20_000, file_bytes=100_000) == 4
    after = [(index.known(*runs).hits(asked), index.known(*runs).signatures(every).sort_by("doc_id")) for runs in views]
    assert after == before
    assert before[1][0].num_rows == 200 * 4
    for name, key in (("fingerprints", "key"), ("signatures", "doc_id")):
        tables = [pq.read_table(_path(one)) for one in _files(index.warehouse, name)]
        values = pa.concat_tables(tables)[key].to_pylist()
        assert 1 < len(tables) < 4 * 3
        assert values == sorted(values)


def test_compaction_leaves_unfinished_runs_alone(index):
    for number in range(3):
        index.commit(f"run-{number}", _pages(100 * number, 20))
    files = index.commit("run-9", _pages(900, 20), finish=False)
    row = index.rows.run_row(20)
    unfinished = {"malmoi.run-id": "run-9"}
    index.warehouse.table("fingerprints").add_files([str(files["fingerprints"][0])], snapshot_properties=unfinished)
    assert compact(index.warehouse, "fingerprints") == 3
    left = [_path(one) for one in _files(index.warehouse, "fingerprints")]
    assert sorted(set(pq.read_table(path)["run_id"].to_pylist()) == {"run-9"} for path in left) == [False, True]
    commit_run(index.warehouse, "run-9", files, row)
    asked = _prints(_pages(900, 20))
    assert index.known("run-9").hits(asked).num_rows == 20 * 4


def test_maintenance_waits_for_many_small_files(index):
    for number in range(3):
        index.commit(f"run-{number}", _pages(100 * number, 20))
    assert maintain(index.warehouse, most_small=3) == []
    assert maintain(index.warehouse, most_small=2) == ["fingerprints", "signatures"]
    assert maintain(index.warehouse, most_small=0) == []
    assert len(_files(index.warehouse, "fingerprints")) == 1


def test_two_that_compact_at_once_lose_no_row(index):
    for number in range(4):
        index.commit(f"run-{number}", _pages(100 * number, 30))
    threads = [threading.Thread(target=compact, args=(index.warehouse, "fingerprints")) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    rows = index.warehouse.table("fingerprints").scan().to_arrow()
    assert rows.num_rows == sum(_prints(_pages(100 * number, 30)).num_rows for number in range(4))
    assert len(_files(index.warehouse, "fingerprints")) == 1


def test_texts_and_signatures_are_of_the_documents_asked_for(index):
    first, second = _pages(0, 200), _pages(200, 200, site="나라.kr")
    index.commit("run-1", first)
    index.commit("run-2", second)
    asked = pa.concat_tables([first.slice(3, 60), second.slice(150, 50), _pages(1000, 5)])
    ids, sites = asked["doc_id"].to_pylist(), asked["site"].to_pylist()
    texts = dict(zip(ids, asked["text"].to_pylist(), strict=True))
    for known_sites in (sites, [None] * len(ids), [site if n % 2 else None for n, site in enumerate(sites)]):
        batches = index.known("run-1", "run-2").texts(ids, known_sites)
        found = {row["doc_id"]: row["text"] for batch in batches for row in batch.to_pylist()}
        assert found == {one: texts[one] for one in ids[:110]}
        assert index.known("run-1", "run-2").kept(ids, known_sites).to_list() == sorted(ids[:110])
    assert index.known("run-2").kept(ids, sites).to_list() == sorted(ids[60:110])
    signatures = index.known("run-1", "run-2").signatures(ids)
    assert signatures.schema.equals(TABLES["signatures"].schema)
    expected = dict(zip(ids, sketch(asked["text"].to_pylist())["signature"].to_pylist(), strict=True))
    assert {row["doc_id"]: row["signature"] for row in signatures.to_pylist()} == {
        one: expected[one] for one in ids[:110]
    }


def test_a_crowded_key_brings_up_those_with_the_least_doc_id(index):
    alike = _pages(0, 3 * MOST_OF_A_KEY)
    alike = alike.set_column(2, "text", pa.array(["모두 같은 틀에서 나온 글이다."] * alike.num_rows))
    index.commit("run-1", alike.slice(0, 100))
    index.commit("run-2", alike.slice(100))
    asked = _prints(alike.slice(0, 1))
    texts = [row["doc_id"] for row in index.known("run-1", "run-2").hits(asked).to_pylist() if row["kind"] == "text"]
    assert texts == sorted(alike["doc_id"].to_pylist())[:MOST_OF_A_KEY]
    every = Known.open(index.warehouse, ["run-1", "run-2"], most=sys.maxsize).hits(asked).to_pylist()
    assert [row["doc_id"] for row in every if row["kind"] == "text"] == sorted(alike["doc_id"].to_pylist())
    compact(index.warehouse, "fingerprints")
    again = index.known("run-1", "run-2").hits(asked)
    assert [row["doc_id"] for row in again.to_pylist() if row["kind"] == "text"] == texts
    assert [row["doc_id"] for row in index.known("run-2").hits(asked).to_pylist() if row["kind"] == "text"] == sorted(
        alike["doc_id"].to_pylist()[100:]
    )[:MOST_OF_A_KEY]


def test_files_do_not_depend_on_memory_or_batches(index, tmp_path):
    prints = _prints(_pages(0, 3000))
    shuffled = prints.take(pa.array(np.random.default_rng(5).permutation(prints.num_rows)))
    options = {"warehouse": index.warehouse, "run_id": "run-1"}
    whole = write_fingerprints([prints], tmp_path / "a", **options)
    spilled = write_fingerprints(
        [shuffled.slice(at, 1000) for at in range(0, shuffled.num_rows, 1000)],
        tmp_path / "b",
        memory=1 << 20,
        **options,
    )
    assert [path.name for path in whole] == [path.name for path in spilled] == ["fingerprints-run-1-00000.parquet"]
    assert whole[0].read_bytes() == spilled[0].read_bytes()
    assert list((tmp_path / "b").iterdir()) == spilled
    keys = pq.read_table(whole[0])["key"].to_pylist()
    assert keys == sorted(keys)
    names = [name.hex() for name in pq.read_table(whole[0])["doc_id"].to_pylist()]
    expected = zip(np.asarray(prints["key"]).view(np.int64).tolist(), prints["doc_id"].to_pylist(), strict=True)
    assert list(zip(keys, names, strict=True)) == sorted(expected)
    assert write_fingerprints([], tmp_path / "c", **options) == []


def test_files_of_another_writer_are_searched_too(index):
    pages = _pages(0, 200)
    index.commit("run-1", pages)
    asked = _prints(pages)
    before = index.known("run-1").hits(asked)
    table = index.warehouse.table("fingerprints")
    table.overwrite(table.scan().to_arrow())
    (opener,) = openers(index.warehouse, "fingerprints")
    with opener() as source, pq.ParquetFile(source) as file:
        assert groups_of(file.metadata, ("key",))[0].blooms == {}
        assert isinstance(column(source, file, 0, "key", _KEY), Whole)
    assert index.known("run-1").hits(asked).equals(before)


def test_delete_files_are_refused(index, monkeypatch):
    index.commit("run-1", _pages(0, 5))
    table = index.warehouse.table("fingerprints")
    (task,) = table.scan().plan_files()
    task.delete_files.add(task.file)
    monkeypatch.setattr("pyiceberg.table.DataScan.plan_files", lambda _: [task])
    with pytest.raises(WarehouseError, match="delete files"):
        index.known("run-1").hits(_prints(_pages(0, 5)))
    with pytest.raises(WarehouseError, match="delete files"):
        compact(index.warehouse, "fingerprints")


@given(
    st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-40, 40), min_size=1, max_size=3000).map(sorted),
    st.lists(st.integers(-(2**63), 2**63 - 1) | st.integers(-45, 45), max_size=60),
)
@settings(max_examples=60, deadline=None)
def test_ranges_of_keys_are_those_of_a_search_of_all(values, more):
    column_of = Whole(np.array(values, dtype=np.int64))
    keys = np.unique(np.array([*more, *values[:: max(1, len(values) // 50)]], dtype=np.int64))
    starts, stops = equal_ranges(column_of, keys, (values[0], values[-1]))
    found = starts < stops
    wanted = [np.searchsorted(column_of.values, keys, side) for side in ("left", "right")]
    assert np.array_equal(found, wanted[0] < wanted[1])
    assert np.array_equal(starts[found], wanted[0][found])
    assert np.array_equal(stops[found], wanted[1][found])


def test_single_values_lie_where_arrow_reads_them(index):
    pages = _pages(0, 4000)
    (path,) = index.commit("run-1", pages, finish=False)["fingerprints"]
    rows = pa.array(np.sort(np.random.default_rng(1).choice(65_536, 300, replace=False)))
    with path.open("rb") as source, pq.ParquetFile(source) as file:
        for group in range(file.num_row_groups):
            here = rows.filter(pc.less(rows, file.metadata.row_group(group).num_rows))
            for name, kind in (("key", _KEY), ("doc_id", np.dtype("V16"))):
                plain = column(source, file, group, name, kind)
                assert not isinstance(plain, Whole)
                found = take(plain, np.asarray(here))
                expected = file.read_row_group(group, [name])[name].take(here).to_pylist()
                assert [value.tobytes() for value in found] == [
                    value if isinstance(value, bytes) else value.to_bytes(8, "little", signed=True)
                    for value in expected
                ]


@given(st.lists(st.binary(min_size=40, max_size=40), min_size=1, max_size=20), st.sampled_from([8, 16, 24, 32, 40]))
@settings(max_examples=60, deadline=None)
def test_hashes_of_many_values_are_those_of_each(values, size):
    words = np.array([np.frombuffer(value[:size], dtype="<u8") for value in values])
    assert hash_words(words).tolist() == [xxh64(value[:size]) for value in values]


@pytest.mark.parametrize("probes", [3, 2000])
def test_many_are_admitted_as_each_one_is(tmp_path, probes):
    path = tmp_path / "a.parquet"
    keys = np.random.default_rng(3).integers(-(2**63), 2**63 - 1, 5000)
    options = {"key": {"ndv": 5000, "fpp": 0.01}}
    pq.write_table(pa.table({"key": keys}), path, bloom_filter_options=options)
    chunk = pq.read_metadata(path).row_group(0).column(0)
    place = chunk.bloom_filter_offset, chunk.bloom_filter_length
    asked = np.concatenate([keys[:probes], np.random.default_rng(4).integers(-(2**63), 2**63 - 1, probes)])
    with path.open("rb") as file:
        each = [may_hold(file, *place, int(key).to_bytes(8, "little", signed=True)) for key in asked]
        assert may_hold_each(file, *place, hash_words(asked.view(np.uint64)[:, None])).tolist() == each
    assert all(each[:probes])
    assert sum(each) < probes * 1.1 + 1


def test_what_is_read_follows_the_question_and_not_the_warehouse(warehouse, rows, tmp_path):
    count = 1 << 20
    generator = np.random.default_rng(7)
    keys = np.sort(generator.integers(-(2**63), 2**63 - 1, count))
    ids = pa.FixedSizeBinaryArray.from_buffers(pa.binary(16), count, [None, pa.py_buffer(generator.bytes(16 * count))])
    table = pa.table({"key": keys, "doc_id": ids, "run_id": pa.repeat("run-1", count)})
    sizes = {}
    for part, name in ((1 << 17, "small"), (count, "large")):
        path = tmp_path / f"{name}.parquet"
        write_file(
            table.slice(0, part),
            path,
            TABLES["fingerprints"],
            warehouse.file_schema("fingerprints"),
            group_rows=1 << 16,
        )
        meter = _Meter(path)
        found = KeyFile(meter.open, ["run-1"], 10).find(keys[: 1 << 17 : 1 << 10])
        assert len(found.which) == 128
        sizes[name] = meter.bytes
    assert sizes["large"] < sizes["small"] * 1.5
    assert sizes["large"] < path.stat().st_size / 20


class _Meter:
    """Opens a file and counts what is read of it."""

    def __init__(self, path):
        self.path, self.bytes = path, 0

    def open(self):
        meter = self

        class Counting:
            def __init__(self):
                self.file = meter.path.open("rb")
                self.closed = False

            def read(self, *size):
                data = self.file.read(*size)
                meter.bytes += len(data)
                return data

            def __getattr__(self, name):
                return getattr(self.file, name)

            def __enter__(self):
                return self

            def __exit__(self, *_):
                self.file.close()

        return Counting()


def _files(warehouse, name):
    return sorted(task.file.file_path for task in warehouse.table(name).scan().plan_files())


def _path(location):
    return location.removeprefix("file://")


def test_runs_of_an_older_version_get_their_keys(index):
    older, newer = _pages(0, 120), _pages(120, 40)
    index.commit("run-1", older, keys=False)
    index.commit("run-2", newer)
    asked = _prints(pa.concat_tables([older, newer]))
    known = index.known("run-1", "run-2")
    assert set(known.hits(asked)["row"].to_pylist()) == set(range(120, 160))
    assert index_runs(index.warehouse, DEFAULTS) == ["run-1"]
    hits = index.known("run-1", "run-2").hits(asked).to_pylist()
    # Signatures of an older version have no URL key.
    assert {kind: sum(row["kind"] == kind for row in hits) for kind in ("page", "text", "url", "band")} == {
        "page": 160,
        "text": 160,
        "url": 40,
        "band": 160,
    }
    assert index_runs(index.warehouse, DEFAULTS) == []
    assert index.warehouse.unfinished(index.warehouse.table("fingerprints")) == set()


def test_a_search_with_other_bands_finds_what_was_kept(index):
    pages = _pages(0, 60)
    index.commit("run-1", pages)
    other = DedupSettings(threshold=0.6)
    assert index_runs(index.warehouse, other) == ["run-1"]
    hits = index.known("run-1").hits(_prints(pages, other)).to_pylist()
    assert sum(row["kind"] == "band" for row in hits) == 60
    assert index_runs(index.warehouse, other) == index_runs(index.warehouse, DEFAULTS) == []
    compact(index.warehouse, "fingerprints")
    assert index.known("run-1").hits(_prints(pages, other)).to_pylist() == hits
    assert index_runs(index.warehouse, other) == index_runs(index.warehouse, DEFAULTS) == []
