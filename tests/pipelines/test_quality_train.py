"""malmoi quality train, on posts that the project composed (CC0): some businesses and voices are never trained on."""

import json
from pathlib import Path
from typing import Any

import pytest
import zstandard
from typer.testing import CliRunner

from filters import DataFileError, QualitySettings, judge_quality
from filters.quality.classifier import load_model
from pipelines.cli.app import app
from pipelines.errors import BadInputError
from pipelines.evaluate.quality import evaluate

POSTS = Path(__file__).parents[1] / "data" / "korean-posts.jsonl.zst"


@pytest.fixture(scope="module")
def posts() -> list[dict[str, Any]]:
    raw = zstandard.ZstdDecompressor().stream_reader(POSTS.read_bytes()).read()
    return [json.loads(line) for line in raw.decode().splitlines()]


@pytest.fixture(scope="module")
def part(posts, tmp_path_factory) -> Path:
    file = tmp_path_factory.mktemp("posts") / "train.jsonl"
    rows = [json.dumps(row, ensure_ascii=False) for row in posts if row["part"] == "train"]
    file.write_text("\n".join(rows), encoding="utf-8")
    return file


def train(*arguments: object) -> dict[str, Any]:
    done = CliRunner().invoke(app, ["quality", "train", "--json", *map(str, arguments)], catch_exceptions=False)
    assert done.exit_code == 0
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def trained(part, tmp_path_factory) -> tuple[Path, dict[str, Any]]:
    out = tmp_path_factory.mktemp("model") / "posts.ftz"
    return out, train("--docs", part, "--out", out, "--split-by", "source")


def test_the_model_tells_unseen_sources_apart(trained):
    _, report = trained
    held = report["held_out"]
    assert held["by"] == "source"
    assert held["documents"] >= 50
    assert held["auc"] > 0.95
    assert held["auc_ad"] > 0.9
    assert set(held["kinds"]) <= {"bad: advertisement", "bad: search-engine post", "good: ordinary post"}


def test_the_card_says_what_the_model_is(trained, part):
    out, report = trained
    card = json.loads(out.with_suffix(".json").read_text(encoding="utf-8"))
    assert card["sha256"] == report["sha256"]
    assert list(card["data"]) == [part.name]
    assert card["documents"] == {"good": 108, "bad": 174}
    assert card["held_out"] == report["held_out"]
    assert all(weight["weight"] for weight in card["scores"]["good"]["weights"].values())


def test_the_same_documents_make_the_same_model(trained, part, tmp_path):
    again = tmp_path / "again.ftz"
    report = train("--docs", part, "--out", again, "--held-out", 0)
    assert again.read_bytes() == trained[0].read_bytes()
    assert "held_out" not in report
    other = train("--docs", part, "--out", tmp_path / "other.ftz", "--held-out", 0, "--seed", 1)
    assert other["sha256"] != report["sha256"]


def test_a_trained_model_is_used_by_its_path(trained, posts):
    held = [row["text"] for row in posts if row["part"] == "held"]
    own = judge_quality(held, QualitySettings(model=str(trained[0])))
    shipped = judge_quality(held)
    assert own.score.to_pylist() != shipped.score.to_pylist()
    assert own.signals["advertising"].equals(shipped.signals["advertising"])


def test_models_that_are_not_what_the_card_says_are_refused(trained, tmp_path):
    copy = tmp_path / "copy.ftz"
    with pytest.raises(DataFileError, match="cannot be read"):
        load_model(copy)
    copy.write_bytes(trained[0].read_bytes() + b"\0")
    copy.with_suffix(".json").write_text(trained[0].with_suffix(".json").read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(DataFileError, match="another model"):
        load_model(copy)


def test_one_label_is_not_enough(tmp_path):
    file = tmp_path / "good.jsonl"
    file.write_text(json.dumps({"text": "좋은 글이다.", "label": "good"}), encoding="utf-8")
    with pytest.raises(BadInputError, match=r"good\.jsonl: training needs"):
        train("--docs", file, "--out", tmp_path / "model.ftz")


def test_held_out_posts_are_told_apart(posts):
    """Businesses and voices the shipped model has not seen; but by the same hand, so no great feat."""
    report = evaluate([row for row in posts if row["part"] == "held"])
    assert report["auc_advertising"] > 0.95
    assert report["good_kept"] >= 0.9
    assert report["bad_kept"] <= 0.15


def test_posts_without_marks_are_kept_as_posts_with_them(posts):
    ordinary = [row for row in posts if row["label"] == "good"]
    for marked in (True, False):
        report = evaluate([row for row in ordinary if row["punctuated"] == marked])
        assert report["good_kept"] >= 0.93


def test_evaluation_counts_what_it_was_given():
    good = """어제는 비가 와서 집에 있었다. 오래된 책을 꺼내 읽다가 나도 모르게 잠이 들었다.
    저녁에는 옆집 친구가 와서 함께 밥을 먹었다. 우리는 밤늦도록 어릴 때 이야기를 나누었다.
    친구는 다음 달에 먼 도시로 이사를 간다고 했다. 나는 아무 말도 하지 못하고 고개만 끄덕였다."""
    menu = "로그인\n회원가입\n장바구니\n고객센터\n공지사항"
    rows = [
        {"text": good, "label": "good", "kind": "diary"},
        {"text": menu, "label": "bad", "kind": "menu"},
        {"text": good, "label": "bad", "kind": "sponsored post"},
        {"text": menu, "label": "unsure", "kind": "menu"},
    ]
    report = evaluate(rows)
    assert (report["documents"], report["good_kept"], report["bad_kept"], report["balanced"]) == (4, 1.0, 0.5, 0.75)
    assert report["auc_advertising"] == 0.5
    kinds = {(row["label"], row["kind"]): row for row in report["kinds"]}
    assert kinds["unsure", "menu"]["kept"] == 0
    assert kinds["bad", "menu"]["dropped_as"] == "menu 1"
    assert report["genres"] == {"narrative": {"documents": 1, "kept": 1.0}}
    assert evaluate([])["documents"] == 0
