import json
import signal
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from warehouse import SchemaMismatchError, commit
from warehouse.catalog import runs_of
from warehouse.commit import commit_run
from warehouse.lookup import find_document
from warehouse.verify import damaged_files, verify_tables


@pytest.fixture
def files(warehouse, rows, tmp_path):
    documents = rows.documents(6)
    return {
        "documents": [
            rows.file(warehouse, "documents", documents.slice(0, 4), tmp_path / "a.parquet").path,
            rows.file(warehouse, "documents", documents.slice(4), tmp_path / "b.parquet").path,
        ],
        "drops": [rows.file(warehouse, "drops", rows.drops(2), tmp_path / "drops.parquet").path],
        "evidence": [],
    }


def test_run_is_one_snapshot_per_table_with_its_provenance(warehouse, rows, files):
    assert commit_run(warehouse, "run-1", files, rows.run_row(6, 2), {"malmoi.note": "첫 실행"}) == [
        "documents",
        "drops",
        "runs",
    ]
    for name in ("documents", "drops", "runs"):
        (snapshot,) = warehouse.table(name).metadata.snapshots
        assert snapshot.summary["malmoi.run-id"] == "run-1"
        assert snapshot.summary["malmoi.recipe-digest"] == "r" * 64
        assert snapshot.summary["malmoi.code-version"] == "0.1.0"
        assert snapshot.summary["malmoi.models"] == '{"lid.176": "' + "a" * 64 + '"}'
        assert snapshot.summary["malmoi.note"] == "첫 실행"
    assert warehouse.table("evidence").metadata.snapshots == []
    (run,) = warehouse.scan("runs").to_pylist(maps_as_pydicts="strict")
    assert run["run_id"] == "run-1"
    assert run["models"] == {"lid.176": "a" * 64}
    assert run["inputs"] == [{"uri": "crawl/첫째.warc.gz", "size": 10, "fingerprint": None}]


def test_rows_come_back_as_they_were(warehouse, rows, files):
    commit_run(warehouse, "run-1", files, rows.run_row(6, 2))
    wanted = rows.documents(6)
    found = warehouse.scan("documents").sort_by("offset").select(wanted.column_names)
    for name in set(wanted.column_names) - {"quality"}:
        assert found[name].to_pylist() == wanted[name].to_pylist()
    assert found["quality"].to_pylist(maps_as_pydicts="strict") == wanted["quality"].to_pylist()


def test_second_commit_of_a_run_changes_nothing(warehouse, rows, files):
    commit_run(warehouse, "run-1", files, rows.run_row(6, 2))
    assert commit_run(warehouse, "run-1", files, rows.run_row(6, 2)) == []
    assert warehouse.scan("documents").num_rows == 6
    assert len(warehouse.table("documents").metadata.snapshots) == 1


def test_sources_may_be_removed_after_the_commit(warehouse, rows, files):
    commit_run(warehouse, "run-1", files, rows.run_row(6, 2))
    for paths in files.values():
        for path in paths:
            path.unlink()
    assert warehouse.scan("documents").num_rows == 6


def test_rows_are_hidden_until_their_run_is_finished(warehouse, rows, files, monkeypatch):
    def crash(*_, **__):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("warehouse.commit.write_file", crash)
        with pytest.raises(KeyboardInterrupt):
            commit_run(warehouse, "run-1", files, rows.run_row(6, 2))
    assert runs_of(warehouse.table("documents")) == {"run-1"}
    assert warehouse.table("documents").scan().to_arrow().num_rows == 6
    assert warehouse.scan("documents").num_rows == 0
    assert warehouse.scan("documents", "site = '누리1.kr'", ("title",)).num_rows == 0
    assert find_document(warehouse, rows.doc_id(1)) == []
    assert verify_tables(warehouse) == {}
    assert commit_run(warehouse, "run-1", files, rows.run_row(6, 2)) == ["runs"]
    assert warehouse.scan("documents").num_rows == 6
    assert find_document(warehouse, rows.doc_id(1))


def test_file_of_another_run_is_refused_before_anything_is_committed(warehouse, rows, files, tmp_path):
    other = rows.file(warehouse, "drops", rows.drops(2, run_id="run-9"), tmp_path / "other.parquet")
    with pytest.raises(SchemaMismatchError, match="other runs"):
        commit_run(warehouse, "run-1", {**files, "drops": [other.path]}, rows.run_row(6, 2))
    assert warehouse.table("documents").metadata.snapshots == []


def test_file_of_another_table_is_refused(warehouse, rows, files):
    with pytest.raises(SchemaMismatchError, match="not written for the table drops"):
        commit_run(warehouse, "run-1", {"drops": files["documents"]}, rows.run_row(6))


def test_file_without_field_ids_is_refused(warehouse, rows, tmp_path):
    pq.write_table(rows.documents(2), tmp_path / "plain.parquet")
    with pytest.raises(SchemaMismatchError, match="not written for"):
        commit_run(warehouse, "run-1", {"documents": [tmp_path / "plain.parquet"]}, rows.run_row(2))


def test_finished_run_tells_its_counts(warehouse, rows, files):
    assert warehouse.run("run-1") is None
    commit_run(warehouse, "run-1", files, rows.run_row(6, 2))
    assert warehouse.run("run-1")["stages"]["dedup"]["kept"] == 6
    assert warehouse.runs() == {"run-1"}
    documents = Path(warehouse.folders()["documents"])
    assert len(list(documents.rglob("*.parquet"))) == 2


def test_unknown_table_is_refused(warehouse, rows, files):
    with pytest.raises(SchemaMismatchError, match="모름"):
        commit_run(warehouse, "run-1", {"모름": files["drops"]}, rows.run_row(0))


def test_damage_after_the_commit_is_found(warehouse, rows, files):
    commit_run(warehouse, "run-1", files, rows.run_row(6, 2))
    assert damaged_files(warehouse) == []
    (drops,) = warehouse.table("drops").inspect.files()["file_path"].to_pylist()
    content = bytearray(Path(drops).read_bytes())
    content[-100] ^= 1
    Path(drops).write_bytes(content)
    assert damaged_files(warehouse) == [drops]


COMMIT = """
import json, os, signal, sys
from pathlib import Path
import warehouse.commit as commit
from warehouse.catalog import Warehouse
from warehouse.commit import commit_run

place, run_id, row, files, die_at = sys.argv[1:]
files = {name: [Path(path) for path in paths] for name, paths in json.loads(files).items()}
real = commit._place

def place_or_die(table, path, run):
    if table.name()[-1] == die_at:
        real(table, path, run)
        os.kill(os.getpid(), signal.SIGKILL)
    return real(table, path, run)

commit._place = place_or_die
with Warehouse.open(place) as opened:
    print(json.dumps(commit_run(opened, run_id, files, json.loads(row))))
"""


def _arguments(warehouse, run_id, row, files, die_at=""):
    paths = {name: [str(path) for path in each] for name, each in files.items()}
    return warehouse.uri, run_id, json.dumps(row), json.dumps(paths), die_at


@pytest.mark.parametrize("die_at", ["documents", "drops", "runs"])
def test_commit_killed_between_tables_is_finished_by_the_next_and_never_doubles(warehouse, rows, files, python, die_at):
    row = rows.run_row(6, 2)
    killed = python(COMMIT, *_arguments(warehouse, "run-1", row, files, die_at))
    killed.communicate()
    assert killed.returncode == -signal.SIGKILL
    assert warehouse.scan("documents").num_rows == 0
    done = {"documents": [], "drops": ["documents"], "runs": ["documents", "drops"]}[die_at]
    committed = commit_run(warehouse, "run-1", files, row)
    assert committed == [name for name in ("documents", "drops", "runs") if name not in done]
    assert sorted(warehouse.scan("documents")["title"].to_pylist()) == [f"제목 {n}" for n in range(6)]
    assert verify_tables(warehouse)["run-1"] == {"in": 8, "kept": 6, "dropped": 2, "quarantined": 0}


def test_processes_that_commit_at_once_all_get_through_once(warehouse, rows, tmp_path, python):
    runs = [f"run-{n}" for n in range(2)]
    files = {}
    for n, run_id in enumerate(runs):
        documents = rows.documents(4, run_id, start=4 * n)
        files[run_id] = {"documents": [rows.file(warehouse, "documents", documents, tmp_path / f"{n}.parquet").path]}
    # Each run is committed by two processes, as after a restart that took a living worker for dead.
    processes = [
        python(COMMIT, *_arguments(warehouse, run_id, rows.run_row(4), files[run_id])) for run_id in runs for _ in "12"
    ]
    outputs = [process.communicate()[0] for process in processes]
    assert [process.returncode for process in processes] == [0] * 4, outputs
    assert warehouse.scan("documents").num_rows == 8
    assert sorted(warehouse.scan("runs")["run_id"].to_pylist()) == runs
    assert verify_tables(warehouse) == {run_id: {"in": 4, "kept": 4, "dropped": 0, "quarantined": 0} for run_id in runs}


def test_stale_commit_is_tried_again(warehouse, rows, tmp_path, monkeypatch):
    """Another run commits between the loading of the table and the commit."""
    one = rows.file(warehouse, "documents", rows.documents(4, "run-1"), tmp_path / "1.parquet").path
    two = rows.file(warehouse, "documents", rows.documents(4, "run-2", 4), tmp_path / "2.parquet").path
    real = commit._place
    calls = []

    def place_late(table, path, run_id):
        calls.append(path)
        if path == one:
            commit_run(warehouse, "run-2", {"documents": [two]}, rows.run_row(4))
        return real(table, path, run_id)

    monkeypatch.setattr(commit, "_place", place_late)
    assert commit_run(warehouse, "run-1", {"documents": [one]}, rows.run_row(4)) == ["documents", "runs"]
    assert calls.count(one) == 1
    assert warehouse.scan("documents").num_rows == 8
    assert len(warehouse.table("documents").metadata.snapshots) == 2
