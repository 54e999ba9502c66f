import json
import signal

import pyarrow as pa
import pytest

from warehouse import PartWriter, clean_temp, read_part, write_part

ROWS = pa.table({"doc_id": ["가", "나"], "n": [1, 2]})
DROPS = pa.table({"reason": pa.array([], pa.string())})


def test_part_reads_back_what_was_written(tmp_path):
    path = tmp_path / "runs" / "part-0"
    written = write_part(path, {"documents": ROWS, "drops": DROPS}, {"in": 2, "이름": "첫째"})
    part = read_part(path)
    assert part == written
    assert part.read("documents").equals(ROWS)
    assert part.read("documents", ["n"]).column_names == ["n"]
    assert part.read("drops").schema == DROPS.schema
    assert (part.tables["documents"].rows, part.tables["drops"].rows) == (2, 0)
    assert part.meta == {"in": 2, "이름": "첫째"}
    assert list(path.parent.iterdir()) == [path]


def test_many_small_batches_become_one_row_group_in_order(tmp_path):
    with PartWriter(tmp_path / "part") as part:
        for n in range(300):
            part.write("documents", pa.record_batch({"n": [n]}))
        part.meta["batches"] = 300
    assert part.part.meta == {"batches": 300}
    assert part.part.read("documents")["n"].to_pylist() == list(range(300))
    assert pa.parquet.read_metadata(part.part.file("documents")).num_row_groups == 1


def test_missing_part_is_none(tmp_path):
    assert read_part(tmp_path / "nothing") is None


def test_error_leaves_nothing(tmp_path):
    def write_and_fail():
        with PartWriter(tmp_path / "part") as part:
            part.write("documents", ROWS)
            raise RuntimeError("꺼짐")

    with pytest.raises(RuntimeError, match="꺼짐"):
        write_and_fail()
    assert not list(tmp_path.iterdir())


def test_rows_of_another_schema_are_refused(tmp_path):
    with PartWriter(tmp_path / "part") as part:
        part.write("documents", ROWS)
        with pytest.raises(ValueError, match="another schema"):
            part.write("documents", DROPS)
    assert part.part.read("documents").equals(ROWS)


def _flip(path):
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: _flip(path / "documents.parquet"),
        lambda path: (path / "documents.parquet").unlink(),
        lambda path: (path / "part.json").unlink(),
        lambda path: (path / "part.json").write_text("{"),
        lambda path: (path / "part.json").write_text("[]"),
        lambda path: (path / "part.json").write_text((path / "part.json").read_text().replace('"in": 2', '"in": 3')),
    ],
)
def test_damaged_part_is_reported_removed_and_can_be_written_again(tmp_path, caplog, damage):
    path = tmp_path / "part-7"
    write_part(path, {"documents": ROWS}, {"in": 2})
    damage(path)
    assert read_part(path) is None
    assert "part-7 is damaged" in caplog.text
    assert not path.exists()
    write_part(path, {"documents": ROWS}, {"in": 2})
    assert read_part(path).read("documents").equals(ROWS)


def test_first_of_two_writers_of_a_part_stands(tmp_path):
    with PartWriter(tmp_path / "part", {"by": "second"}) as second:
        second.write("documents", ROWS)
        write_part(tmp_path / "part", {"documents": ROWS}, {"by": "first"})
    assert second.part.meta == {"by": "first"}
    assert read_part(tmp_path / "part").meta == {"by": "first"}
    assert list(tmp_path.iterdir()) == [tmp_path / "part"]


WRITE_FOREVER = """
import sys, pyarrow as pa
from pathlib import Path
from warehouse import PartWriter
with PartWriter(Path(sys.argv[1])) as part:
    for n in range(10**9):
        part.write("documents", pa.table({"text": [f"{n}번째 글 " * 1000] * 1000}))
        print(n, flush=True)
"""


def test_killed_writer_leaves_no_part_and_its_rest_is_cleaned(tmp_path, python):
    path = tmp_path / "part"
    with python(WRITE_FOREVER, path) as process:
        for _ in range(5):
            process.stdout.readline()
        left = list(tmp_path.iterdir())
        assert clean_temp(tmp_path) == []
        assert list(left[0].iterdir()), "the writer was not in the middle of a file"
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert read_part(path) is None
    assert clean_temp(tmp_path) == left
    assert not list(tmp_path.iterdir())
    write_part(path, {"documents": ROWS}, {})
    assert read_part(path).read("documents").equals(ROWS)


def test_temporary_directories_of_other_machines_stay(tmp_path):
    (tmp_path / ".tmp-another.host-1-abc").mkdir()
    assert clean_temp(tmp_path) == []


def test_manifest_is_plain_json(tmp_path):
    part = write_part(tmp_path / "part", {"documents": ROWS}, {"in": 2})
    body = json.loads((part.path / "part.json").read_text())
    assert body["tables"]["documents"]["rows"] == 2
    assert len(body["tables"]["documents"]["sha256"]) == 64
