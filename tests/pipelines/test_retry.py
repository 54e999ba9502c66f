"""What a limit quarantined can be tried again under another limit, and comes out as if nothing had happened."""

from pathlib import Path

import polars as pl
import pytest

from tests.pipelines._archive import Archive
from tests.pipelines._rows import malmoi, run

SENTENCES = [
    "가을이 되자 마을 사람들은 들에 나가 벼를 베기 시작했다.",
    "해가 질 무렵이면 아이들이 논두렁을 따라 집으로 돌아왔고, 어머니들은 저녁을 지어 놓고 기다렸다.",
    "그해에는 비가 알맞게 내려 곡식이 잘 여물었다.",
    "이웃 마을에서도 일손을 보태러 왔으며 품삯은 쌀로 받았다.",
    "밤이 깊으면 사랑방에 모여 앉아 옛이야기를 나누었다.",
    "누가 먼저랄 것도 없이 지난여름의 홍수를 떠올렸다.",
    "강물이 넘치던 날, 뱃사공은 밤새 사람들을 건네주느라 한숨도 자지 못했다고 한다.",
    "그 뒤로 마을에서는 해마다 강가에서 제사를 지내고 음식을 나누어 먹는다.",
]
ONE, TWO = ("".join(f"<p>{line}</p>" for line in lines) for lines in (SENTENCES[:5], SENTENCES[3:]))


@pytest.fixture
def archive(tmp_path) -> Path:
    pages = Archive(tmp_path / "in.warc.gz")
    pages.add("https://a.example.kr/robots.txt", b"User-agent: GPTBot\nDisallow: /\n", kind="text/plain")
    pages.add("https://a.example.kr/1", f"<html><body><article>{ONE}</article></body></html>".encode())
    pages.add("https://b.example.or.kr/2", f"<html><body><article>{TWO}</article></body></html>".encode())
    return tmp_path / "in.warc.gz"


def recipe(tmp_path: Path, name: str, characters: int) -> Path:
    path = tmp_path / f"{name}.toml"
    path.write_text(f"[extract]\nmax_characters = {characters}\n", encoding="utf-8")
    return path


def documents(report: dict) -> pl.DataFrame:
    return pl.read_parquet(f"{report['tables']['documents']}/**/*.parquet")


def test_quarantined_pages_come_back_with_their_rights(archive, tmp_path):
    strict, loose = recipe(tmp_path, "strict", 100), recipe(tmp_path, "loose", 1_000_000)
    warehouse = tmp_path / "w"
    first = run(archive, warehouse, strict)
    assert first["totals"] == {"in": 3, "kept": 0, "dropped": 1, "quarantined": 2}
    again = run(archive, warehouse, loose, "--retry", first["run_id"])
    assert again["totals"] == {"in": 3, "kept": 2, "dropped": 1, "quarantined": 0}
    whole = run(archive, tmp_path / "whole", loose)
    columns = ["doc_id", "url", "text", "policy_class_id", "evidence_ids"]
    assert documents(again).select(columns).equals(documents(whole).select(columns))


def test_what_cannot_be_tried_again_says_why(archive, tmp_path):
    warehouse = tmp_path / "w"
    clean = run(archive, warehouse)
    for run_id, message in (("0123456789abcdef", "is no finished run"), (clean["run_id"], "quarantined nothing")):
        done = malmoi("run", "--input", archive, "--warehouse", warehouse, "--retry", run_id)
        assert done.returncode == 2
        assert message in done.stderr
    strict = run(archive, warehouse, recipe(tmp_path, "strict", 100))
    other = Archive(tmp_path / "other.warc.gz")
    other.add("https://c.example.kr/", b"<html></html>")
    done = malmoi("run", "--input", tmp_path / "other.warc.gz", "--warehouse", warehouse, "--retry", strict["run_id"])
    assert done.returncode == 2
    assert "must be among the inputs" in done.stderr
