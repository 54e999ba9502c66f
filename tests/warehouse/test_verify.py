import pytest

from warehouse import UnbalancedError
from warehouse.commit import commit_run
from warehouse.verify import verify_tables


def _commit(warehouse, rows, tmp_path, row):
    files = {
        "documents": [rows.file(warehouse, "documents", rows.documents(5), tmp_path / "a.parquet").path],
        "drops": [rows.file(warehouse, "drops", rows.drops(2), tmp_path / "b.parquet").path],
    }
    commit_run(warehouse, "run-1", files, row)


def test_balanced_tables_pass(warehouse, rows, tmp_path):
    _commit(warehouse, rows, tmp_path, rows.run_row(5, 2))
    assert verify_tables(warehouse) == {"run-1": {"in": 7, "kept": 5, "dropped": 2, "quarantined": 0}}


def test_empty_warehouse_passes(warehouse):
    assert verify_tables(warehouse) == {}


@pytest.mark.parametrize(
    ("counted", "message"),
    [
        ((6, 2), "documents holds 5 rows of run-1, but 6 were counted"),
        ((5, 3), "drops holds 2 rows of run-1 / dedup / dropped / near_duplicate, but 3 were counted"),
        ((5, 0), "drops holds 2 rows of run-1 / dedup / dropped / near_duplicate, but 0 were counted"),
    ],
)
def test_each_difference_is_named(warehouse, rows, tmp_path, counted, message):
    _commit(warehouse, rows, tmp_path, rows.run_row(*counted))
    with pytest.raises(UnbalancedError, match=message):
        verify_tables(warehouse)


def test_sums_of_a_run_that_differ_are_named(warehouse, rows, tmp_path):
    row = rows.run_row(5, 2)
    row["counts"] = row["counts"].replace('"in": 7', '"in": 9')
    _commit(warehouse, rows, tmp_path, row)
    with pytest.raises(UnbalancedError, match="run-1 took 9 records in"):
        verify_tables(warehouse)


def test_rows_without_a_run_are_named(warehouse, rows, tmp_path):
    stray = rows.file(warehouse, "documents", rows.documents(3, "run-x"), tmp_path / "x.parquet")
    warehouse.table("documents").add_files([str(stray.path)])
    with pytest.raises(UnbalancedError, match="3 rows are of run run-x"):
        verify_tables(warehouse)
