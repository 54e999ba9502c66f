"""The stage pii in a real run: texts, titles and authors masked, counts beside them, and no trace of the key."""

import json
import os

import pyarrow as pa
import pytest

from filters.pii import PiiSettings, key_id
from pipelines.errors import ConfigError
from pipelines.recipe import Recipe, parse_recipe
from pipelines.stages.pii import PiiStage, read_key, with_key_id
from tests.pipelines._archive import Archive
from tests.pipelines._rows import malmoi
from warehouse.catalog import Warehouse

KEY = "correct-horse-battery-staple"
PROSE = (
    "가을이 되자 마을 사람들은 들에 나가 벼를 베기 시작했다. 해가 질 무렵이면 아이들이 논두렁을 따라 돌아왔다.</p>"
    "<p>어머니들은 저녁을 지어 놓고 기다렸다. 그해에는 비가 알맞게 내려 곡식이 잘 여물었고, 품삯은 쌀로 받았다.</p>"
    "<p>밤이 깊으면 사랑방에 모여 앉아 옛이야기를 나누었다. 누가 먼저랄 것도 없이 지난여름의 홍수를 떠올렸다.</p>"
    "<p>이웃 마을에서도 일손을 보태러 왔으며, 다리를 새로 놓는 일은 이듬해 봄으로 미루기로 뜻을 모았다."
)
PAGE = f"""<html><head><title>마을 소식 010-1234-5678</title><meta name="author" content="홍길동 hong@maeul.kr"></head>
<body><article><h1>마을 소식 010-1234-5678</h1><p>{PROSE}</p>
<p>제보는 +82 10 1234 5678 또는 hong@maeul.kr 로 주시면 된다.</p>
<p>마을 회관은 주식회사 가온(사업자등록번호 124-81-00998)이 지었고, 회장의 번호는 010.1234.5678이라고 한다.</p>
</article></body></html>"""


def recipe_with(**settings) -> Recipe:
    return Recipe.model_validate({"pii": settings})


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    path = tmp_path_factory.mktemp("pii") / "page.warc.gz"
    Archive(path).add("https://maeul.kr/1", PAGE.encode(), kind="text/html; charset=utf-8")
    return path


def run_with_key(archive, folder, key):
    recipe = folder / "recipe.toml"
    recipe.write_text('[pii]\nkey_variable = "MALMOI_TEST_KEY"\n', encoding="utf-8")
    os.environ["MALMOI_TEST_KEY"] = key
    try:
        return malmoi("run", recipe, "--input", archive, "--warehouse", folder / "w", "--json", "--verbose")
    finally:
        del os.environ["MALMOI_TEST_KEY"]


def test_a_run_masks_with_the_key_and_keeps_it_to_itself(archive, tmp_path):
    done = run_with_key(archive, tmp_path, KEY)
    assert done.returncode == 0, done.stderr
    with Warehouse.open(str(tmp_path / "w"), create=False) as store:
        (row,) = store.scan("documents").to_pylist(maps_as_pydicts="strict")
        (run,) = store.scan("runs").to_pylist(maps_as_pydicts="strict")
    tokens = {part.split(">")[0] for part in (row["text"] + row["title"]).split("<전화번호:")[1:]}
    assert len(tokens) == 1, "one number, three ways of writing, one token"
    assert row["pii"]["KR_PHONE"] >= 3
    assert row["pii"]["KR_BRN"] == 1
    assert "124-81-00998" in row["text"]
    assert row["n_chars"] == len(row["text"])
    everything = json.dumps([row, run], default=str, ensure_ascii=False) + done.stdout + done.stderr
    for secret in (KEY, "1234 5678", "1234-5678", "1234.5678", "hong@"):
        assert secret not in everything
    assert key_id(KEY.encode()) in run["recipe"]


def test_another_key_is_another_recipe(monkeypatch):
    digests = set()
    for key in (KEY, KEY + "!"):
        monkeypatch.setenv("ONE", key)
        recipe = recipe_with(key_variable="ONE")
        digests.add(recipe.model_copy(update={"pii": with_key_id(recipe.pii)}).digest())
    assert len(digests) == 2


def test_a_missing_key_ends_the_run_before_it_begins(archive, tmp_path):
    done = run_with_key(archive, tmp_path, "")
    assert done.returncode == 2
    assert "MALMOI_TEST_KEY holds 0 bytes" in done.stderr
    assert not (tmp_path / "w").exists()


def test_where_the_key_lies_is_not_in_the_digest(tmp_path, monkeypatch):
    (tmp_path / "key").write_text(KEY + "\n", encoding="utf-8")
    monkeypatch.setenv("ONE", KEY)
    by_variable, by_file = recipe_with(key_variable="ONE"), recipe_with(key_file=str(tmp_path / "key"))
    assert read_key(by_variable.pii) == read_key(by_file.pii) == KEY.encode()
    digests = {recipe.model_copy(update={"pii": with_key_id(recipe.pii)}).digest() for recipe in (by_variable, by_file)}
    assert len(digests) == 1
    assert digests != {Recipe().digest()}


def test_a_worker_with_another_key_refuses(monkeypatch):
    monkeypatch.setenv("ONE", KEY)
    settings = with_key_id(recipe_with(key_variable="ONE").pii)
    monkeypatch.setenv("ONE", KEY + "!")
    with pytest.raises(ConfigError, match="the run is for key"):
        PiiStage(settings)


def test_a_key_file_that_is_not_there(tmp_path):
    with pytest.raises(ConfigError, match="cannot read the key file"):
        read_key(recipe_with(key_file=str(tmp_path / "nowhere")).pii)


def test_two_places_of_a_key_are_refused():
    with pytest.raises(ConfigError, match="not both"):
        parse_recipe('[pii]\nkey_variable = "A"\nkey_file = "b"\n', "test")


ROW = {
    "doc_id": "d",
    "url": "https://maeul.kr/1",
    "host": "maeul.kr",
    "site": "maeul.kr",
    "source": "s",
    "offset": 0,
    "length": 1,
    "fetched_at": None,
    "title": "마을",
    "author": "홍길동 hong@maeul.kr",
    "text": "전화 010-1234-5678, hong@maeul.kr",
    "n_chars": 33,
}


@pytest.mark.parametrize(
    ("enabled", "expected"),
    [
        (True, ("전화 <전화번호>, <이메일>", "마을", "홍길동 <이메일>", 16, [("EMAIL", 2), ("KR_PHONE", 1)])),
        (False, (ROW["text"], "마을", ROW["author"], 33, None)),
    ],
)
def test_a_batch(enabled, expected):
    outcome = PiiStage(PiiSettings(enabled=enabled))(pa.RecordBatch.from_pylist([ROW]))
    (row,) = outcome.kept.to_pylist()
    assert outcome.dropped.num_rows == 0
    assert tuple(row[name] for name in ("text", "title", "author", "n_chars", "pii")) == expected
