"""malmoi inspect with the real command."""

import json
import os
from pathlib import Path

import pytest

from tests.pipelines._rows import ROOT, malmoi

VECTORS = Path(os.environ.get("MALMOI_SHARED", ROOT.parent / "shared")) / "consent_vectors.jsonl"
OWN = ROOT / "tests" / "data" / "pii-vectors.jsonl"


def inspect(lines: list[str], **options) -> tuple[list[dict], int]:
    done = malmoi("inspect", "-", input="\n".join(lines), **options)
    return [json.loads(line) for line in done.stdout.splitlines()], done.returncode


@pytest.mark.parametrize("path", [VECTORS, OWN], ids=["specification", "own"])
def test_every_vector_of_personal_data_holds(path):
    if not path.exists():
        pytest.skip(f"no vectors at {path}; set MALMOI_SHARED")
    vectors = [vector for vector in map(json.loads, path.read_text("utf-8").splitlines()) if vector["kind"] == "pii"]
    asked = [json.dumps({name: vector[name] for name in ("id", "kind", "input")}) for vector in vectors]
    answers, code = inspect(asked)
    assert code == 0
    got = [(answer["id"], {name: answer["result"][name] for name in ("entities", "masked")}) for answer in answers]
    assert got == [(vector["id"], vector["expected"]) for vector in vectors]


@pytest.mark.parametrize("name", ["consent_vectors.jsonl", "rights_cases.jsonl"])
def test_every_vector_of_rights_holds_in_the_order_asked(name):
    path = ROOT / "tests" / "data" / name
    vectors = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    done = malmoi("inspect", path)
    assert (done.returncode, done.stderr) == (0, "")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [vector["id"] for vector in vectors]
    for vector, answer in zip(vectors, answers, strict=True):
        got = {key: answer["result"][key] for key in vector["expected"]}
        assert got == vector["expected"], vector["id"]


def test_a_file_and_extra_keys(tmp_path):
    text = "문의: 홍길동 010-1234-5678, 계좌 110-123-456789, 대표 1588-1234"
    (tmp_path / "in.jsonl").write_text(json.dumps({"id": 1, "kind": "pii", "input": {"text": text}}), encoding="utf-8")
    done = malmoi("inspect", tmp_path / "in.jsonl")
    result = json.loads(done.stdout)["result"]
    assert result["entities"] == ["KR_ACCOUNT", "KR_BIZ_PHONE", "KR_PHONE"]
    assert result["masked"] == ["KR_ACCOUNT", "KR_PHONE"]
    assert result["text"] == "문의: 홍길동 <전화번호>, 계좌 <계좌번호>, 대표 1588-1234"
    assert [text[find["start"] : find["end"]] for find in result["finds"]] == [
        "010-1234-5678",
        "110-123-456789",
        "1588-1234",
    ]


def test_wrong_lines_are_named_and_the_others_answered():
    good = json.dumps({"id": "a", "kind": "pii", "input": {"text": "없음"}})
    unknown = json.dumps({"id": "b", "kind": "weather", "input": {}})
    incomplete = json.dumps({"id": "c", "kind": "pii", "input": {}})
    answers, code = inspect([good, "{", "", unknown, "[1]", incomplete, good])
    assert code == 2
    assert [answer.get("result", {}).get("entities") for answer in answers] == [[], None, None, None, None, []]
    errors = [answer["error"] for answer in answers if "error" in answer]
    assert [error.split(":")[0] for error in errors] == ["line 2", "line 4", "line 5", "line 6"]
    assert "known kinds: " in errors[1]


def test_no_line_ends_the_command(tmp_path):
    lines = [
        b"[" * 100_000,
        b"\xff\xfe",
        b'{"id": NaN, "kind": "notice", "input": {"text": ""}}',
        b'{"id": "\\ud800", "kind": "notice", "input": {"text": "\\ud800 \xe2\x93\x92"}}',
        b'{"id": 1, "kind": {"a": 1}, "input": {}}',
        b'{"id": 2, "kind": "resolve", "input": {"signals": [1]}}',
        b'{"id": 3, "kind": "terms", "input": []}',
        b'{"id": 4, "kind": "terms", "input": {"text": "' + b"x" * (65 << 20) + b'"}}',
        b'{"id": 5, "kind": "terms", "input": {"text": "ok"}}',
    ]
    (tmp_path / "in.jsonl").write_bytes(b"\n".join(lines))
    done = malmoi("inspect", tmp_path / "in.jsonl")
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 2
    assert done.stderr.strip() == "7 of 9 lines could not be judged"
    assert ["result" in answer for answer in answers] == [False, False, False, True, False, False, False, False, True]
    assert "longer than" in answers[7]["error"]


def test_a_missing_file_is_one_line():
    done = malmoi("inspect", "nowhere.jsonl")
    assert done.returncode == 2
    assert "nowhere.jsonl" in done.stderr
    assert len(done.stderr.splitlines()) == 1
