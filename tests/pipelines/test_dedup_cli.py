"""``malmoi dedup``: what comes out of files of documents, and what is said of rows that are none."""

import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest
import zstandard

from dedup import DedupSettings, dedup_table, jaccard, shingle_set
from pipelines.cli import main

# The command keeps Arrow from pandas, and other tests of this process may want both.
pa.array(np.arange(1)).to_pandas()

SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[3] / "shared"))

NEWS = (
    "국립국어원은 새로 나온 말을 모아 해마다 목록을 낸다. 올해 목록에는 이백예순 개의 낱말이 올랐다."
    " 그 가운데 절반은 누리소통망에서 먼저 쓰인 말이다. 심의회는 뜻풀이를 다듬어 가을에 펴낸다."
)
TALE = (
    "옛날 어느 마을에 마음씨 고운 나무꾼이 살았다. 하루는 사슴이 숨을 헐떡이며 달려와 숨겨 달라고 하였다."
    " 나무꾼은 나뭇단 속에 사슴을 감추어 주었다. 사냥꾼이 지나가자 사슴은 은혜를 갚겠다고 말하였다."
)
COPY = NEWS.replace(" ", "", 2) + " 끝이다."


def malmoi(*arguments: str) -> int:
    before = sys.argv
    sys.argv = ["malmoi", *map(str, arguments)]
    try:
        main()
    except SystemExit as stop:
        return stop.code or 0
    finally:
        sys.argv = before
    raise AssertionError("the command did not exit")


def lines(path: Path, rows: list) -> Path:
    data = "".join((row if isinstance(row, str) else json.dumps(row, ensure_ascii=False)) + "\n" for row in rows)
    opened = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}.get(path.suffix, bytes)
    path.write_bytes(opened(data.encode("utf-8", "surrogatepass")))
    return path


def outcome(out: Path) -> tuple[dict, list[dict], list[dict], list[dict]]:
    kept = pl.read_parquet(sorted(out.glob("kept-*.parquet")), missing_columns="insert")
    rejected = [json.loads(line) for line in (out / "rejected.jsonl").read_text("utf-8").splitlines()]
    duplicates = pq.read_table(out / "duplicates.parquet").to_pylist()
    return json.loads((out / "report.json").read_text("utf-8")), kept.to_dicts(), duplicates, rejected


def test_copies_go_and_are_named_with_their_partners(tmp_path):
    rows = [
        {"id": "ㄱ", "text": NEWS, "year": 2020, "tags": ["말"]},
        {"id": "ㄴ", "text": COPY, "year": 2021, "tags": []},
        {"id": "ㄷ", "text": TALE, "year": None, "tags": ["옛날"]},
        {"id": "ㄹ", "text": TALE.replace(" ", "\n").replace("\n", "", 1), "year": 2022, "tags": []},
        {"id": "ㅁ", "text": "", "year": 1, "tags": []},
        {"id": "ㅂ", "text": "", "year": 1, "tags": []},
    ]
    source = lines(tmp_path / "글.jsonl", rows)
    assert malmoi("dedup", source, "--out", tmp_path / "out") == 0
    report, kept, duplicates, rejected = outcome(tmp_path / "out")
    assert kept == [
        {**rows[1], "tags": "[]", "cluster_id": "ㄴ", "cluster_size": 2},
        {**rows[2], "tags": '["옛날"]', "cluster_id": "ㄷ", "cluster_size": 2},
        {**rows[4], "tags": "[]", "cluster_id": "ㅁ", "cluster_size": 1},
        {**rows[5], "tags": "[]", "cluster_id": "ㅂ", "cluster_size": 1},
    ]
    near = jaccard(shingle_set(NEWS), shingle_set(COPY))
    assert 0.8 <= near < 1
    assert duplicates == [
        {"id": "ㄱ", "partner_id": "ㄴ", "jaccard": near, "reason": "near_duplicate", "cluster_id": "ㄴ"},
        {"id": "ㄹ", "partner_id": "ㄷ", "jaccard": 1.0, "reason": "exact_duplicate", "cluster_id": "ㄷ"},
    ]
    assert rejected == []
    assert report["counts"] == {"read": 6, "kept": 4, "exact_duplicate": 1, "near_duplicate": 1, "rejected": 0}
    assert report["clusters"]["documents_alone"] == 2
    assert report["clusters"]["2"] == 2
    assert sorted(path.name for path in tmp_path.iterdir()) == ["out", "글.jsonl"]


def test_rows_that_are_no_documents_are_counted_and_named_without_their_text(tmp_path):
    secret = "새어서는 안 되는 글"
    first = lines(
        tmp_path / "a.jsonl",
        [
            {"id": "1", "text": NEWS},
            '{"id": "2", "text": "' + secret,
            "",
            "[1, 2]",
            {"id": "3", "text": None},
            {"id": None, "text": secret},
            {"text": secret},
            {"id": "1", "text": secret},
            '{"id": "4", "text": "반쪽 \\ud83d 글자"}',
            '{"id": "5", "text": NaN}',
            '{"id": "6", "text": "온전한 \\ud83d\\ude00 글자"}',
        ],
    )
    second = tmp_path / "b.parquet"
    pq.write_table(pa.table({"id": ["6", "7", None], "text": [secret, TALE, secret]}), second)
    assert malmoi("dedup", first, second, "--out", tmp_path / "out") == 0
    report, kept, duplicates, rejected = outcome(tmp_path / "out")
    assert [(row["id"], row["text"]) for row in kept] == [("1", NEWS), ("6", "온전한 😀 글자"), ("7", TALE)]
    assert duplicates == []
    a, b = str(first), str(second)
    assert rejected == [
        {"file": a, "line": 2, "reason": "broken_line"},
        {"file": a, "line": 4, "reason": "broken_line"},
        {"file": a, "line": 9, "reason": "broken_line"},
        {"file": a, "line": 10, "reason": "broken_line"},
        {"file": a, "line": 5, "id": "3", "reason": "no_text"},
        {"file": a, "line": 6, "id": None, "reason": "no_id"},
        {"file": a, "line": 7, "id": None, "reason": "no_id"},
        {"file": a, "line": 8, "id": "1", "reason": "repeated_id"},
        {"file": b, "row": 0, "id": "6", "reason": "repeated_id"},
        {"file": b, "row": 2, "id": None, "reason": "no_id"},
    ]
    assert report["counts"]["read"] == 13
    assert report["counts"]["rejected"] == 10
    assert report["rejected"] == {"broken_line": 4, "no_id": 3, "no_text": 1, "repeated_id": 2}
    assert [(one["read"], one["kept"], one["rejected"]) for one in report["inputs"]] == [(10, 2, 8), (3, 1, 2)]
    assert secret not in "".join(path.read_text("utf-8") for path in (tmp_path / "out").glob("*.json*"))


@pytest.mark.parametrize("name", ["a.jsonl", "a.jsonl.gz", "a.ndjson.zst", "a.parquet"])
def test_every_form_of_input_gives_the_same(tmp_path, name):
    rows = [{"id": number, "text": text} for number, text in enumerate([NEWS, COPY, TALE, TALE])]
    if name.endswith("parquet"):
        pq.write_table(pa.Table.from_pylist(rows), tmp_path / name)
    else:
        lines(tmp_path / name, rows)
    assert malmoi("dedup", tmp_path, "--out", tmp_path.with_name(f"{tmp_path.name}-out"), "--keep", "first") == 0
    report, kept, duplicates, _ = outcome(tmp_path.with_name(f"{tmp_path.name}-out"))
    assert [(row["id"], row["cluster_id"], row["cluster_size"]) for row in kept] == [(0, "0", 2), (2, "2", 2)]
    assert [(row["id"], row["partner_id"]) for row in duplicates] == [("1", "0"), ("3", "2")]
    assert report["counts"]["read"] == 4


def test_keep_says_which_copy_stays(tmp_path):
    rows = [
        {"id": "a", "text": NEWS, "day": "2024-05-01T00:00:00", "score": 0.5},
        {"id": "b", "text": COPY, "day": "2024-05-03T00:00:00", "score": None},
        {"id": "c", "text": NEWS + " ", "day": None, "score": 0.7},
    ]
    source = lines(tmp_path / "a.jsonl", rows)
    keeps = {"length": "b", "first": "a", "day:asc": "a", "day:desc": "b", "score:desc,length": "c", "score:asc": "a"}
    for number, (keep, kept) in enumerate(keeps.items()):
        out = tmp_path / str(number)
        assert malmoi("dedup", source, "--out", out, "--keep", keep) == 0
        assert [row["id"] for row in outcome(out)[1]] == [kept], keep


def test_columns_of_several_kinds_and_inputs_meet_in_one_table(tmp_path):
    lines(
        tmp_path / "a.jsonl",
        [{"id": "1", "text": NEWS, "n": 1, "m": {"a": 1}}, {"id": "2", "text": "나", "n": True, "m": []}],
    )
    lines(tmp_path / "b.jsonl", [{"id": "3", "text": TALE, "n": 2.5, "extra": "더"}])
    pq.write_table(
        pa.table({"text": ["라"], "id": pa.array(["4"]).dictionary_encode(), "n": pa.array([7], pa.int8())}),
        tmp_path / "c.parquet",
    )
    assert malmoi("dedup", tmp_path / "*.jsonl", tmp_path / "c.parquet", "--out", tmp_path / "out") == 0
    kept = {row["id"]: row for row in outcome(tmp_path / "out")[1]}
    assert [kept[number]["n"] for number in "1234"] == ["1", "true", "2.5", "7"]
    assert [kept[number]["m"] for number in "1234"] == ['{"a": 1}', "[]", None, None]
    assert kept["3"]["extra"] == "더"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.jsonl", "--keep", "best"], "--keep best: neither length nor first"),
        (["a.jsonl", "--keep", "nope:asc"], "--keep nope: no such column; there are id, text"),
        (["a.jsonl", "--text-column", "body"], "has no column body; it has id, text"),
        (["a.jsonl", "--memory", "100MiB"], "--memory: what the process itself takes needs 512.0MiB at least"),
        (["a.jsonl", "--memory", "much"], "--memory: could not parse"),
        (["a.jsonl", "--threshold", "1.5"], "--threshold"),
        (["none.jsonl"], "matches no file that can be read"),
        (["cut.jsonl.gz"], "cannot be read"),
        (["no.parquet"], "is not a Parquet file"),
    ],
)
def test_what_cannot_be_done_leaves_nothing_behind(tmp_path, monkeypatch, capsys, arguments, message):
    monkeypatch.chdir(tmp_path)
    lines(Path("a.jsonl"), [{"id": "1", "text": NEWS}])
    whole = lines(Path("cut.jsonl.gz"), [{"id": str(number), "text": NEWS} for number in range(99)]).read_bytes()
    Path("cut.jsonl.gz").write_bytes(whole[:-20])
    Path("no.parquet").write_bytes(b"PAR1 it is not")
    before = sorted(Path().iterdir())
    assert malmoi("dedup", *arguments, "--out", "out") == 2
    assert message in capsys.readouterr().err
    assert sorted(Path().iterdir()) == before


def test_an_output_that_is_there_is_not_touched(tmp_path, capsys):
    source = lines(tmp_path / "a.jsonl", [{"id": "1", "text": NEWS}])
    (tmp_path / "out").mkdir()
    assert malmoi("dedup", source, "--out", tmp_path / "out", "--json") == 2
    captured = capsys.readouterr()
    assert json.loads(captured.out)["ok"] is False
    assert "is there already" in captured.err


def test_workers_and_memory_change_no_row(tmp_path):
    texts = [f"{NEWS} {number}번째 판이다." if number % 3 else f"{TALE} {number * 7}쪽." for number in range(200)]
    source = lines(tmp_path / "a.jsonl", [{"id": str(number), "text": text} for number, text in enumerate(texts)])
    results = []
    for name, more in {"one": ["--workers", "1"], "two": ["--workers", "3", "--memory", "600MiB"]}.items():
        assert malmoi("dedup", source, "--out", tmp_path / name, *more) == 0
        results.append(outcome(tmp_path / name)[1:])
    assert results[0] == results[1]
    assert len(results[0][1]) > 100


def test_the_command_as_a_process_reports_in_json(tmp_path):
    source = lines(tmp_path / "a.jsonl", [{"id": "1", "text": NEWS}, {"id": "2", "text": NEWS}])
    command = [sys.executable, "-c", "from pipelines.cli import main; main()", "dedup"]
    done = subprocess.run(
        [*command, str(source), "--out", str(tmp_path / "out"), "--json"],
        check=True,
        capture_output=True,
        cwd=Path(__file__).parents[2],
    )
    report = json.loads(done.stdout)
    assert report["ok"] is True
    assert report["largest_clusters"][0]["size"] == 2
    assert report["counts"] == json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))["counts"]


def test_a_cluster_beyond_measure_and_an_input_of_copies_raise_alarms(tmp_path):
    rows = [{"id": str(number), "text": NEWS} for number in range(1_200)]
    assert malmoi("dedup", lines(tmp_path / "a.jsonl", rows), "--out", tmp_path / "out", "--keep", "first") == 0
    report = outcome(tmp_path / "out")[0]
    assert report["alarms"] == [
        {"alarm": "large_cluster", "cluster_id": "0", "size": 1_200},
        {"alarm": "input_of_copies", "file": str(tmp_path / "a.jsonl"), "share": 1_199 / 1_200},
    ]


def test_real_documents_are_decided_on_as_in_memory(tmp_path):
    docs = SHARED / "data" / "neardup" / "docs.jsonl.zst"
    if not docs.is_file():
        pytest.skip(f"{docs} is not there")
    out = tmp_path / "out"
    assert malmoi("dedup", docs, "--out", out, "--keep", "first") == 0
    report, kept, duplicates, _ = outcome(out)
    with docs.open("rb") as file:
        rows = [json.loads(line) for line in zstandard.ZstdDecompressor().stream_reader(file).read().splitlines()]
    expected = dedup_table(
        pa.array([row["id"] for row in rows]),
        pa.array([row["text"] for row in rows]),
        np.arange(len(rows)),
        DedupSettings(),
    ).filter(pc.field("kept"))
    assert [row["id"] for row in kept] == expected["doc_id"].to_pylist()
    assert [row["cluster_size"] for row in kept] == expected["cluster_size"].to_pylist()
    assert len(duplicates) == report["counts"]["read"] - len(kept)


def test_lines_of_any_shape_are_read(tmp_path):
    long = TALE * 20_000
    rows = [
        b'\xef\xbb\xbf{"id": 18446744073709551615, "text": "' + NEWS.encode() + b'"}\r\n',
        b"\r\n",
        b"{}\n",
        b'{"text": "' + long.encode() + b'", "id": "\\uae34"}\n',
        b'{"id": "\xff", "text": "x"}\n',
        b'{"id": "\xeb\x81\x9d", "text": "\\uc904\\uc774 \\uc5c6\\ub2e4"}',
    ]
    source = tmp_path / "a.jsonl"
    source.write_bytes(b"".join(rows))
    assert len(long.encode()) > 4 << 20
    assert malmoi("dedup", source, "--out", tmp_path / "out") == 0
    report, kept, _, rejected = outcome(tmp_path / "out")
    assert [(row["id"], row["text"]) for row in kept] == [
        ("18446744073709551615", NEWS),
        ("긴", long),
        ("끝", "줄이 없다"),
    ]
    assert [(row["line"], row["reason"]) for row in rejected] == [(5, "broken_line"), (3, "no_id")]
    assert report["counts"]["read"] == 5


def test_work_that_is_not_done_is_no_input_and_names_may_look_like_patterns(tmp_path):
    folder = tmp_path / "in"
    (folder / ".clean-x" / "out").mkdir(parents=True)
    (folder / ".clean-x" / "out" / "kept-00000.parquet").write_bytes(b"half a file")
    lines(folder / "part[1].jsonl", [{"id": "1", "text": NEWS}, {"id": "2", "text": TALE}])
    for number, source in enumerate((folder, folder / "part[1].jsonl")):
        assert malmoi("dedup", source, "--out", tmp_path / f"out-{number}") == 0
        assert outcome(tmp_path / f"out-{number}")[0]["counts"]["read"] == 2


def test_columns_that_cannot_meet_and_outputs_that_cannot_be_are_told(tmp_path, capsys):
    large, small = tmp_path / "a.parquet", tmp_path / "b.parquet"
    pq.write_table(pa.table({"id": ["1"], "text": [NEWS], "v": pa.array([2**62 + 1], pa.int64())}), large)
    pq.write_table(pa.table({"id": ["2"], "text": [TALE], "v": pa.array([0.5])}), small)
    assert malmoi("dedup", large, small, "--out", tmp_path / "out") == 2
    assert "do not fit together" in capsys.readouterr().err
    assert malmoi("dedup", small, "--out", small / "out") == 2
    assert str(small) in capsys.readouterr().err
