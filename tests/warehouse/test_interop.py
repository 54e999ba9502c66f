"""Other readers see the same rows."""

import warnings

import duckdb
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest

from warehouse.commit import commit_run


@pytest.fixture
def filled(warehouse, rows, tmp_path):
    documents = rows.documents(40)
    files = [
        rows.file(warehouse, "documents", documents.slice(0, 25), tmp_path / "a.parquet").path,
        rows.file(warehouse, "documents", documents.slice(25), tmp_path / "b.parquet").path,
    ]
    commit_run(warehouse, "run-1", {"documents": files}, rows.run_row(40))
    return warehouse


@pytest.fixture
def paths(filled):
    return sorted(filled.table("documents").inspect.files()["file_path"].to_pylist())


TITLES = [f"제목 {n}" for n in range(40)]


def test_pyiceberg_scans_them(filled):
    found = filled.table("documents").scan(row_filter="site = '누리2.kr'").to_arrow()
    assert sorted(found["offset"].to_pylist()) == list(range(2, 40, 7))


def test_polars_scans_the_iceberg_table(filled):
    with warnings.catch_warnings():
        # Polars would rather plan with a package of its own.
        warnings.simplefilter("ignore", pl.exceptions.PerformanceWarning)
        frame = pl.scan_iceberg(filled.table("documents"))
        found = frame.filter(pl.col("site") == "누리2.kr").sort("offset").collect()
        assert frame.select(pl.len()).collect().item() == 40
    assert found["offset"].to_list() == list(range(2, 40, 7))
    assert found["text"].to_list()[0].startswith("2번째 글입니다.")
    assert found["evidence_ids"].to_list()[0] == [f"{2:032x}"]


def test_duckdb_reads_the_files(paths, rows):
    with duckdb.connect() as connection:
        query = "select title, quality['글자'] from read_parquet(?) where doc_id = ?"
        assert connection.execute(query, [paths, rows.doc_id(30)]).fetchall() == [("제목 30", 30.0)]
        titles = connection.execute("select title from read_parquet(?) order by doc_id", [paths]).fetchall()
    assert sorted(title for (title,) in titles) == sorted(TITLES)


def test_arrow_dataset_reads_the_files(paths):
    found = ds.dataset(paths).to_table(filter=ds.field("site") == "누리2.kr")
    assert sorted(found["offset"].to_pylist()) == list(range(2, 40, 7))


def test_plain_readers_get_plain_columns(paths, rows):
    """As tools that load data sets do: a table by path, columns by name, no Iceberg."""
    found = pa.concat_tables([pq.read_table(path) for path in paths]).sort_by("offset")
    wanted = rows.documents(40)
    assert found["title"].to_pylist() == TITLES
    assert found["text"].to_pylist() == wanted["text"].to_pylist()
    assert found["quality"].to_pylist(maps_as_pydicts="strict") == wanted["quality"].to_pylist()
    frame = pl.read_parquet(paths).sort("offset")
    assert frame["title"].to_list() == TITLES
