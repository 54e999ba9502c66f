"""The whole road with the real command: the same rows however it is cut, stopped or driven."""

import gzip
import json
import os
import random
import signal
import subprocess
import time
from pathlib import Path

import duckdb
import polars as pl
import pyarrow.dataset as ds
import pytest

from pipelines.accounting import Accounts
from tests.pipelines._rows import ROOT, SAMPLE, command, cut, malmoi, rows, run
from warehouse.catalog import Warehouse
from warehouse.verify import verify_tables


@pytest.fixture(scope="module")
def archive(tmp_path_factory) -> Path:
    """A tenth of the sample: 37 real pages of 22 sites."""
    return cut(SAMPLE, tmp_path_factory.mktemp("in") / "small.warc.gz", 10)


@pytest.fixture(scope="module")
def finished(archive, tmp_path_factory) -> tuple[Path, dict]:
    """One plain run: one worker, one split."""
    warehouse = tmp_path_factory.mktemp("one") / "warehouse"
    return warehouse, run(archive, warehouse, "--workers", 1, "--split", "1 GiB")


def test_every_record_is_accounted_for(finished, archive):
    warehouse, report = finished
    totals = report["totals"]
    assert totals["in"] == 37
    assert totals["in"] == totals["kept"] + totals["dropped"] + totals["quarantined"]
    assert totals["kept"] > 15
    with Warehouse.open(str(warehouse), create=False) as store:
        assert store.scan("documents", columns=("doc_id",)).num_rows == totals["kept"]
        assert store.scan("drops", columns=("doc_id",)).num_rows == totals["dropped"] + totals["quarantined"]
        assert verify_tables(store)[report["run_id"]] == totals
    Accounts.from_json(report["accounts"]).check()


def test_a_second_run_has_nothing_to_do(finished, archive):
    warehouse, first = finished
    again = run(archive, warehouse, "--workers", 2)
    assert again["nothing_to_do"]
    assert again["run_id"] == first["run_id"]
    assert again["totals"] == first["totals"]


@pytest.mark.parametrize(("workers", "split"), [(2, "1 GiB"), (2, "64 KiB"), (1, "20 KiB")])
def test_same_rows_at_any_worker_count_and_split_size(finished, archive, tmp_path, workers, split):
    run(archive, tmp_path / "warehouse", "--workers", workers, "--split", split)
    assert rows(tmp_path / "warehouse") == rows(finished[0])


def test_one_flipped_byte_costs_one_record(finished, archive, tmp_path):
    data = bytearray(archive.read_bytes())
    data[len(data) // 2] ^= 0xFF
    broken = tmp_path / archive.name
    broken.write_bytes(data)
    report = run(broken, tmp_path / "warehouse", "--workers", 1)
    whole = finished[1]["totals"]
    assert report["totals"]["in"] == whole["in"]
    assert report["accounts"]["stages"]["read"]["quarantined"] != {}
    assert report["totals"]["quarantined"] == whole["quarantined"] + 1


def test_ctrl_c_ends_cleanly_and_the_next_run_goes_on(finished, archive, tmp_path):
    arguments = command("run", "--input", archive, "--warehouse", tmp_path / "w", "--workers", 2, "--split", "20 KiB")
    with subprocess.Popen(
        arguments, cwd=ROOT, stderr=subprocess.PIPE, stdout=subprocess.PIPE, start_new_session=True
    ) as process:
        wait_for_parts(tmp_path / "w", 2)
        os.killpg(process.pid, signal.SIGINT)
        _, complaint = process.communicate(timeout=60)
    assert process.returncode == 130
    assert b"goes on where" in complaint
    assert b"Traceback" not in complaint
    report = run(archive, tmp_path / "w", "--workers", 2, "--split", "20 KiB")
    assert report["resumed"]
    assert rows(tmp_path / "w") == rows(finished[0])


# polars names a faster reader of Iceberg than the one it comes with.
@pytest.mark.filterwarnings("ignore::polars.exceptions.PerformanceWarning")
def test_parquet_is_plain(finished):
    warehouse, report = finished
    kept = report["totals"]["kept"]
    files = f"{report['tables']['documents']}/**/*.parquet"
    assert pl.read_parquet(files).height == kept
    assert ds.dataset(report["tables"]["documents"], format="parquet").count_rows() == kept
    assert duckdb.sql(f"select count(*) from '{files}'").fetchall() == [(kept,)]
    with Warehouse.open(str(warehouse), create=False) as store:
        assert pl.scan_iceberg(store.table("documents")).collect().height == kept


def test_text_is_korean_nfc_without_broken_characters(finished):
    texts = pl.read_parquet(f"{finished[1]['tables']['documents']}/**/*.parquet").get_column("text").to_list()
    assert all("\ufffd" not in text for text in texts)
    assert all(any("가" <= char <= "힣" for char in text) for text in texts)


def test_explain_knows_kept_and_dropped(finished):
    warehouse, report = finished
    documents = pl.read_parquet(f"{report['tables']['documents']}/**/*.parquet")
    drops = pl.read_parquet(f"{report['tables']['drops']}/**/*.parquet")
    for key in (documents["doc_id"][0], documents["url"][0], drops["doc_id"][0]):
        done = malmoi("explain", key, "--warehouse", warehouse, "--json")
        assert done.returncode == 0, done.stderr
        finding = json.loads(done.stdout)["findings"][0]
        assert key in (finding["record"]["doc_id"], finding["record"]["url"])
        assert "text" not in finding["record"]
        if finding["table"] == "documents":
            assert finding["path"][-1] == "kept"
            assert finding["policy_class"]["policy_class_id"] == finding["record"]["policy_class_id"]
    assert malmoi("explain", "https://nowhere.kr/", "--warehouse", warehouse).returncode == 1
    shown = malmoi("explain", documents["url"][0], "--warehouse", warehouse).stdout
    assert "kept" in shown
    assert "train_dom" in shown


@pytest.mark.parametrize(
    ("content", "name", "complaint"),
    [
        (b"", "empty.warc.gz", "empty"),
        (b"<?xml version='1.0'?><Error><Code>SlowDown</Code></Error>", "slow.warc.gz", "slow.warc.gz"),
        (gzip.compress(b"<html>not found</html>"), "page.warc.gz", "page.warc.gz"),
    ],
)
def test_what_is_no_archive_is_refused_by_name(tmp_path, content, name, complaint):
    (tmp_path / name).write_bytes(content)
    done = malmoi("run", "--input", tmp_path / name, "--warehouse", tmp_path / "w", "--json")
    assert done.returncode in (1, 2)
    assert complaint in json.loads(done.stdout)["error"]
    assert "Traceback" not in done.stderr


def test_wrong_usage_is_exit_code_2(tmp_path):
    assert malmoi("run", "--input", tmp_path / "none*.warc.gz", "--warehouse", tmp_path / "w").returncode == 2
    assert malmoi("run", tmp_path / "none.toml").returncode == 2
    assert malmoi("run", "--no-such-option").returncode == 2
    assert malmoi("recipe", "check").returncode == 0
    assert json.loads(malmoi("recipe", "schema").stdout)["properties"]["dedup"]


@pytest.mark.slow
def test_same_rows_after_twenty_kills(tmp_path):
    """kill -9 of the run, of a worker or of everything, at random moments; then the same command again."""
    archive = cut(SAMPLE, tmp_path / "in.warc.gz", 3)
    run(archive, tmp_path / "calm", "--workers", 2)
    expected = rows(tmp_path / "calm")
    chance = random.Random(20261123)
    target, kills, finishes = tmp_path / "stormy-0", 0, 0
    while kills < 20:
        arguments = command("run", "--input", archive, "--warehouse", target, "--workers", 2, "--split", "64 KiB")
        with subprocess.Popen(
            arguments, cwd=ROOT, stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL, start_new_session=True
        ) as process:
            try:
                process.wait(chance.uniform(0.5, 14))
            except subprocess.TimeoutExpired:
                kills += 1
                kill_something(process.pid, chance)
            process.wait(300)
        if process.returncode == 0:
            assert rows(target) == expected
            finishes += 1
            target = tmp_path / f"stormy-{finishes}"
    run(archive, target, "--workers", 2, "--split", "64 KiB")
    assert rows(target) == expected


def kill_something(leader: int, chance: random.Random) -> None:
    """Kill the whole process group, only its leader, or one of the processes below it."""
    import psutil  # noqa: PLC0415

    below = psutil.Process(leader).children(recursive=True)
    victim = chance.choice(["group", "leader", "child"])
    if victim == "group":
        os.killpg(leader, signal.SIGKILL)
    elif victim == "leader" or not below:
        os.kill(leader, signal.SIGKILL)
    else:
        chance.choice(below).kill()


def wait_for_parts(warehouse: Path, count: int) -> None:
    deadline = time.monotonic() + 120
    while time.monotonic() < deadline:
        if len(list(warehouse.glob("runs/*/parts/*/*/part.json"))) >= count:
            return
        time.sleep(0.05)
    raise TimeoutError("no parts appeared")
