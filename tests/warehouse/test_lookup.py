import random
from pathlib import Path

import pyarrow as pa
import pytest

from warehouse import TABLES, FileSettings, conform, write_file
from warehouse.catalog import Warehouse
from warehouse.commit import commit_run
from warehouse.lookup import Finding, find_document, rows_with

SMALL_GROUPS = FileSettings(row_group_bytes="64 KiB")


def _filled(table, **values):
    """One row of a table; required columns that are not given get an empty value of their type."""
    empty = {"string": "", "double": 0.0, "int32": 0, "bool": False}
    row = {}
    for field in TABLES[table].schema:
        default = None if field.nullable else empty.get(str(field.type), [])
        if pa.types.is_timestamp(field.type) and not field.nullable:
            default = 0
        row[field.name] = values.get(field.name, default)
    return pa.Table.from_pylist([row], TABLES[table].schema)


@pytest.fixture
def filled(warehouse, rows, tmp_path):
    """A run with a kept document, its two near-duplicates, and what its rights rest on."""
    kept = rows.doc_id(3)
    evidence = [
        _filled("evidence", evidence_id=f"{3:032x}", literal="무단전재 금지", doc_id=kept, run_id="run-1"),
        _filled("evidence", evidence_id=f"{3:032x}", literal="무단전재 금지", doc_id=rows.doc_id(5), run_id="run-1"),
        _filled("evidence", evidence_id=f"{4:032x}", literal="CC BY", doc_id=rows.doc_id(4), run_id="run-1"),
    ]
    tables = {
        "documents": rows.documents(300),
        "drops": rows.drops(2, partner=kept),
        "evidence": pa.concat_tables(evidence),
        "policy_classes": _filled("policy_classes", policy_class_id="class-1", run_id="run-1"),
    }
    files = {
        name: [rows.file(warehouse, name, table, tmp_path / f"{name}.parquet", settings=SMALL_GROUPS).path]
        for name, table in tables.items()
    }
    commit_run(warehouse, "run-1", files, rows.run_row(300, 2))
    return warehouse


@pytest.mark.parametrize("by", ["url", "doc_id"])
def test_kept_document_is_found_with_all_that_belongs_to_it(filled, rows, by):
    wanted = rows.documents(300).slice(3, 1).to_pylist()[0]
    (finding,) = find_document(filled, wanted[by])
    assert finding.table == "documents"
    assert finding.row["text"] == wanted["text"]
    assert finding.row["quality"] == {"글자": 3.0, "줄": None}
    assert [(each["literal"], each["doc_id"]) for each in finding.evidence] == [("무단전재 금지", rows.doc_id(3))]
    assert finding.policy_class["policy_class_id"] == "class-1"
    assert [each["doc_id"] for each in finding.cluster] == [
        rows.doc_id(3),
        rows.doc_id("drop 0"),
        rows.doc_id("drop 1"),
    ]
    assert all("text" not in each for each in finding.cluster)


def test_dropped_record_is_found_with_its_cluster(filled, rows):
    (finding,) = find_document(filled, "https://drop.kr/1")
    assert finding == Finding("drops", finding.row, [], None, finding.cluster)
    assert (finding.row["reason"], finding.row["jaccard"]) == ("near_duplicate", 0.9)
    assert finding.cluster[0]["doc_id"] == rows.doc_id(3)


@pytest.mark.parametrize("key", ["https://없음.kr/", "0" * 32, "", "누리1.kr"])
def test_unknown_record_is_no_finding(filled, key):
    assert find_document(filled, key) == []


def test_record_of_two_runs_is_found_twice(filled, rows, tmp_path):
    again = rows.file(filled, "documents", rows.documents(5, "run-2"), tmp_path / "2.parquet")
    commit_run(filled, "run-2", {"documents": [again.path]}, rows.run_row(5))
    assert [finding.row["run_id"] for finding in find_document(filled, rows.doc_id(3))] == ["run-1", "run-2"]


def test_rows_with_equals_a_full_scan(filled, rows):
    chosen = random.Random(3).sample(range(300), 20)
    values = [rows.doc_id(n) for n in chosen] + ["f" * 32]
    found = rows_with(filled, "documents", "doc_id", values, ["title", "doc_id"])
    assert found.column_names == ["title", "doc_id"]
    assert sorted(found["title"].to_pylist()) == sorted(f"제목 {n}" for n in chosen)
    by_class = rows_with(filled, "documents", "policy_class_id", ["class-1"], ["doc_id"])
    assert by_class.num_rows == 300
    assert rows_with(filled, "documents", "doc_id", []).num_rows == 0


def test_files_without_bloom_filters_are_searched_too(filled, rows):
    filled.table("documents").append(rows_of_another_writer(rows))
    # The row is of no finished run, but of no unfinished one either: it is seen, and verify_tables reports it.
    (finding,) = find_document(filled, rows.doc_id(900))
    assert finding.row["title"] == "제목 900"


def rows_of_another_writer(rows):
    return conform(rows.documents(5, "run-x", start=900), TABLES["documents"].schema)


def test_files_from_before_an_upgrade_are_searched_too(warehouse, rows, tmp_path):
    with warehouse.table("documents").update_schema() as update:
        update.delete_column("pii")
    schema = warehouse.file_schema("documents")
    old = write_file(rows.documents(9).drop_columns(["pii"]), tmp_path / "a.parquet", TABLES["documents"], schema)
    commit_run(warehouse, "run-1", {"documents": [old.path]}, rows.run_row(9))
    with Warehouse.open(warehouse.uri, upgrade=True) as upgraded:
        (finding,) = find_document(upgraded, rows.doc_id(3))
    assert (finding.row["title"], finding.row["pii"]) == ("제목 3", None)


def test_lookup_in_a_million_rows_reads_a_sliver(warehouse, rows, tmp_path):
    count = 1_000_000
    numbers = pa.array(range(count))
    state = random.Random(1)
    ids = [f"{state.getrandbits(128):032x}" for _ in range(count)]
    wide = pa.compute.cast(numbers, pa.string())
    table = pa.table(
        {
            "doc_id": ids,
            "site": pa.compute.binary_join_element_wise("누리", pa.compute.utf8_slice_codeunits(wide, 0, 3), ""),
            "url": pa.compute.binary_join_element_wise("https://누리.kr/", wide, ""),
            "text": pa.array(["글"] * count),
            "run_id": pa.array(["run-1"] * count),
        }
    ).sort_by([("site", "ascending"), ("doc_id", "ascending")])
    files = [
        rows.file(warehouse, "documents", table.slice(start, 250_000), tmp_path / f"{start}.parquet", group_rows=16_384)
        for start in range(0, count, 250_000)
    ]
    commit_run(warehouse, "run-1", {"documents": [file.path for file in files]}, rows.run_row(count))
    size = sum(file.bytes for file in files)
    for key in (ids[777_777], "https://누리.kr/123456"):
        before = _bytes_read()
        (finding,) = find_document(warehouse, key)
        read = _bytes_read() - before
        assert key in {finding.row["doc_id"], finding.row["url"]}
        assert read < size / 10, f"read {read} of {size} bytes"


def _bytes_read():
    counters = dict(line.split(": ") for line in Path("/proc/self/io").read_text().splitlines())
    return int(counters["rchar"])
