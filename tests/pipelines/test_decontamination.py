"""Benchmarks in their published forms, and documents that hold their items, up to a whole run."""

import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from dedup.benchmarks import Item
from pipelines.accounting import Accounts
from pipelines.decontamination import BenchmarkFiles, with_digests
from pipelines.decontamination.fields import item_of
from pipelines.decontamination.load import load_items
from pipelines.errors import ConfigError
from pipelines.recipe import Recipe
from pipelines.stages.base import ORIGIN
from pipelines.stages.decontaminate import DecontaminateStage
from tests.pipelines._archive import Archive
from tests.pipelines._rows import ROOT, malmoi
from warehouse.catalog import Warehouse

BENCHMARKS = ROOT / "tests" / "data" / "benchmarks"
NAMES = ("klue", "kobest", "kmmlu", "haerae", "click")
PROSE = (
    "가을이 되자 마을 사람들은 들에 나가 벼를 베기 시작했다. 해가 질 무렵이면 아이들이 논두렁을 따라 돌아왔다. "
    "어머니들은 저녁을 지어 놓고 기다렸다. 그해에는 비가 알맞게 내려 곡식이 잘 여물었고, 품삯은 쌀로 받았다. "
    "밤이 깊으면 사랑방에 모여 앉아 옛이야기를 나누었다. 누가 먼저랄 것도 없이 지난여름의 홍수를 떠올렸다. "
)


def items(*paths: Path, fields: tuple[str, ...] = ()) -> dict[str, Item]:
    found = load_items(BenchmarkFiles(name="b", paths=tuple(map(str, paths)), fields=fields))
    return {item.name: item for item in found}


def recipe_with(action: str = "drop", names: tuple[str, ...] = NAMES) -> Recipe:
    benchmarks = [{"name": name, "paths": [str(BENCHMARKS / name)]} for name in names]
    return Recipe.model_validate({"decontamination": {"benchmarks": benchmarks, "action": action}})


def batch_of(*texts: str) -> pa.RecordBatch:
    empty = {name: pa.nulls(len(texts), pa.string()) for name in ORIGIN}
    empty |= {"offset": pa.array([0] * len(texts)), "length": pa.array([1] * len(texts))}
    empty |= {
        "doc_id": pa.array(map(str, range(len(texts)))),
        "fetched_at": pa.nulls(len(texts), pa.timestamp("us", "UTC")),
    }
    return pa.RecordBatch.from_pydict(empty | {"text": pa.array(texts, pa.large_string())})


@pytest.mark.parametrize(
    ("file", "name", "passages", "options"),
    [
        ("klue/ynat-v1.1_dev.json", "ynat-v1.1_dev#ynat-v1_dev_00001", ("두루미 떼 개울목에",), ()),
        ("klue/klue-sts-v1.1_dev.json", "klue-sts-v1.1_dev#klue-sts-v1_dev_00000", ("마당 평상에", "평상에 누워"), ()),
        ("klue/klue-nli-v1.1_dev.json", "klue-nli-v1.1_dev#klue-nli-v1_dev_00000", ("방앗간 주인은", "물레바퀴를"), ()),
        (
            "klue/klue-ner-v1.1_dev.tsv",
            "klue-ner-v1.1_dev#klue-ner-v1_dev_00000-wikitree",
            ("오미자 씨는 2월 초 가람시",),
            (),
        ),
        (
            "klue/klue-re-v1.1_dev.json",
            "klue-re-v1.1_dev#klue-re-v1_dev_00000",
            ("가람시 옹기장이",),
            ("배돌석", "가람옹기"),
        ),
        ("klue/klue-dp-v1.1_dev.tsv", "klue-dp-v1.1_dev#klue-dp-v1_dev_00000_wikitree", ("늙은 뱃사공이 안개",), ()),
        ("klue/klue-mrc-v1.1_dev.json", "klue-mrc-v1.1_dev#0", ("가람 옛길은", "홍수 뒤에", "길목에는"), ()),
        ("klue/wos-v1.1_dev.json", "wos-v1.1_dev#wos-v1_dev_00000", ("나루터 가까이에", "네, 솔밭한옥은"), ()),
        ("kobest/SKT_BoolQ_Dev.tsv", "SKT_BoolQ_Dev#1", ('옛 사람들은 동지에 "작은 설"', "동지 팥죽을"), ()),
        ("kobest/SKT_COPA_Dev.tsv", "SKT_COPA_Dev#1", ('"나무꾼이', "결과"), ("산신령이", "나무꾼이 새")),
        ("kobest/wic_test.jsonl", "wic_test#0", ("사공은", "[배]가"), ("배",)),
        ("kobest/hellaswag_test.jsonl", "hellaswag_test#0", ("할머니가",), ("간수를", "솥을", "맷돌을", "주걱을")),
        ("kobest/sentineg_test.jsonl", "sentineg_test#0", ("바느질이",), ()),
        ("kmmlu/Folk-Craft-test.csv", "Folk-Craft-test#0", ("옹기를 굽는",), ("400도", "800도", "1200도", "1900도")),
        ("kmmlu/Math-test.csv", "Math-test#0", ("짚단 마흔여덟",), ("6", "8", "10", "12")),
        (
            "haerae/standard_nomenclature.csv",
            "standard_nomenclature#0",
            ("'루핑'의",),
            ("지붕", "물레", "두레", "가마", "나래"),
        ),
        (
            "haerae/reading_comprehension.json",
            "reading_comprehension#0",
            ("장마가", "목판을"),
            ("소금", "옹기", "나무", "뱃사", "엿장"),
        ),
        ("click/Kor_craft.json", "Kor_craft#craft_0", ("갓일에서",), ("양태장", "총모자장", "입자장", "망건장")),
    ],
)
def test_published_forms_are_read(file, name, passages, options):
    item = items(BENCHMARKS / file)[name]
    for texts, begins in ((item.passages, passages), (item.options, options)):
        assert len(texts) == len(begins)
        assert all(text.startswith(begin) for text, begin in zip(texts, begins, strict=True))


def test_the_hub_has_the_same_in_parquet(tmp_path):
    rows = json.loads((BENCHMARKS / "klue/klue-mrc-v1.1_dev.json").read_text(encoding="utf-8"))["data"]
    paragraph = rows[0]["paragraphs"][0]
    questions = [
        {
            "title": rows[0]["title"],
            "context": paragraph["context"],
            "guid": question["guid"],
            "question": question["question"],
            "answers": {"answer_start": [0], "text": ["징검다리 일흔두 개"]},
        }
        for question in paragraph["qas"]
    ]
    pq.write_table(pa.Table.from_pylist(questions), tmp_path / "mrc.parquet")
    tokens = [{"sentence": "<오미자:PS> 씨는 갔다.", "tokens": list("오미자 씨는 갔다."), "ner_tags": [1] * 10}]
    pq.write_table(pa.Table.from_pylist(tokens), tmp_path / "ner.parquet")
    choices = [{"question": "바늘은?", "options": ["쇠", "나무"], "answer": 1, "category": "기타", "solution": None}]
    pq.write_table(pa.Table.from_pylist(choices), tmp_path / "redux.parquet")
    found = items(tmp_path)
    context, question, other = items(BENCHMARKS / "klue/klue-mrc-v1.1_dev.json")["klue-mrc-v1.1_dev#0"].passages
    assert found["mrc#klue-mrc-v1_dev_00000"].passages == (context, question)
    assert found["mrc#klue-mrc-v1_dev_00001"].passages == (context, other)
    assert found["ner#0"].passages == ("오미자 씨는 갔다.",)
    assert (found["redux#0"].passages, found["redux#0"].options) == (("바늘은?",), ("쇠", "나무"))


def test_first_rows_that_are_no_heading_are_items(tmp_path):
    rows = "가게가 좁아도 국물이 진해서 줄을 설 만합니다\t1\n다음 골목까지 걸었습니다\t0\n"
    (tmp_path / "t.tsv").write_text(rows, "utf-8")
    (tmp_path / "ner.tsv").write_text("## guid\tsentence\n## n-1\t<보령:LC>머드축제다녀왔다\n보\tB-LC\n", "utf-8")
    found = [passage for item in items(tmp_path).values() for passage in item.passages]
    assert any(passage.startswith("가게가 좁아도") for passage in found)
    assert any("머드축제다녀왔다" in passage for passage in found)
    assert not any("sentence" in passage for passage in found)


@pytest.mark.parametrize(
    "printed", ["['쇠', '나무 \"결\"']", "['쇠' '나무 \"결\"']", "['쇠'\n '나무 \"결\"']", '["쇠", "나무 \\"결\\""]']
)
def test_lists_as_they_are_printed(tmp_path, printed):
    path = tmp_path / "q.jsonl"
    path.write_text(json.dumps({"question": "바늘은?", "options": printed}, ensure_ascii=False), encoding="utf-8")
    assert items(path)["q#0"].options == ("쇠", '나무 "결"')


def packed(folder: Path, form: str) -> Path:
    content = (BENCHMARKS / "kobest" / "hellaswag_test.jsonl").read_bytes()
    path = folder / f"hellaswag_test.jsonl.{form}"
    if form == "gz":
        path.write_bytes(gzip.compress(content))
    elif form == "zst":
        path.write_bytes(zstandard.compress(content[:50]) + zstandard.compress(content[50:]))
    elif form == "zip":
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr("__MACOSX/._a.jsonl", b"\0")
            archive.writestr("kobest/a.jsonl", content)
    else:
        with tarfile.open(path, "w:gz") as archive:
            member = tarfile.TarInfo("kobest/a.jsonl")
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return path


@pytest.mark.parametrize("form", ["gz", "zst", "zip", "tar.gz", "tgz"])
def test_packed_files_are_read(tmp_path, form):
    (plain,) = items(BENCHMARKS / "kobest" / "hellaswag_test.jsonl").values()
    (item,) = items(packed(tmp_path, form)).values()
    assert (item.passages, item.options) == (plain.passages, plain.options)


def test_tables_of_excel_without_heading_and_of_data_frames(tmp_path):
    (tmp_path / "old.csv").write_bytes("question,A,B\n바늘은 무엇으로 만드는가,쇠,나무\n".encode("cp949"))
    (tmp_path / "mark.csv").write_bytes("\ufeffquestion,A\n물레는?,쇠\n".encode())
    (tmp_path / "bare.csv").write_text(
        "베틀에 앉아 무엇을 짜는가?,베,쇠\n두레박으로 무엇을 긷는가?,물,불\n", encoding="utf-8"
    )
    (tmp_path / "frame.json").write_text('{"question": {"0": "절구는?", "1": "맷돌은?"}}', encoding="utf-8")
    (tmp_path / "lines.json").write_text('{"question": "키는?"}\n{"question": "체는?"}\n', encoding="utf-8")
    found = items(tmp_path)
    assert found["old#0"] == Item("old#0", ("바늘은 무엇으로 만드는가",), ("쇠", "나무"))
    assert found["mark#0"].passages == ("물레는?",)
    assert found["bare#1"].passages == ("두레박으로 무엇을 긷는가?", "물", "불")
    assert [found[f"frame#{row}"].passages for row in (0, 1)] == [("절구는?",), ("맷돌은?",)]
    assert [found[f"lines#{row}"].passages for row in (0, 1)] == [("키는?",), ("체는?",)]


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text("가나 다['\"]:#\n문제1", max_size=12),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["id", "question", "options", "A", "label", "context", "정답"]), inner, max_size=4
        )
    ),
)


@given(JSON)
def test_any_record_is_an_item_or_none(record):
    item = item_of(record, "b", 7)
    assert item is None or (item.name.startswith("b#") and item.passages + item.options)


def test_brackets_around_a_sentence_make_no_list():
    sentence = "['가람'의 옛길을 아는 사람은 이제 마을에 몇 남지 않았다]"
    item = item_of({"sentence": sentence}, "b", 0)
    assert item is not None
    assert item.passages == (sentence,)


def test_quotation_marks_that_none_closes_swallow_no_rows(tmp_path):
    rows = ['"물레로 실을 잣는다', "베틀로 베를 짠다", '"두레박으로 물을 긷는다', "절구로 떡을 친다"]
    path = tmp_path / "q.tsv"
    path.write_text("sentence\tlabel\n" + "".join(f"{row}\t1\n" for row in rows), encoding="utf-8")
    assert [item.passages for item in items(path).values()] == [(row,) for row in rows]


def test_named_fields_alone_are_taken(tmp_path):
    path = tmp_path / "own.jsonl"
    path.write_text('{"prompt": "물레는?", "answer": "실을 잣는다", "memo": "둘째 판"}\n', encoding="utf-8")
    assert items(path)["own#0"].passages == ("물레는?", "둘째 판")
    assert items(path, fields=("prompt", "answer"))["own#0"].passages == ("물레는?", "실을 잣는다")


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("b.json", b"{", "cannot read"),
        ("b.parquet", b"PAR1", "cannot read"),
        ("b.csv", b"\xff\xfe\xff", "cannot read"),
        ("b.jsonl", b'{"id": 1, "label": "x"}', "hold no text"),
    ],
)
def test_files_that_cannot_be_used_are_told(tmp_path, name, content, complaint):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ConfigError, match=complaint):
        items(tmp_path / name)


def test_benchmarks_that_are_not_there_are_told(tmp_path):
    with pytest.raises(ConfigError, match="no file"):
        items(tmp_path / "*.csv")
    with pytest.raises(ConfigError, match="no files"):
        items(tmp_path)


def test_other_files_are_another_recipe_and_the_place_is_not(tmp_path):
    def digest(folder: Path) -> str:
        recipe = Recipe.model_validate({"decontamination": {"benchmarks": [{"name": "b", "paths": [str(folder)]}]}})
        return recipe.model_copy(update={"decontamination": with_digests(recipe.decontamination)}).digest()

    for folder, text in (("a", "물레는?"), ("b", "물레는?"), ("c", "베틀은?")):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "q.jsonl").write_text(json.dumps({"question": text}), encoding="utf-8")
    assert digest(tmp_path / "a") == digest(tmp_path / "b") != digest(tmp_path / "c")


def test_a_worker_refuses_files_that_changed_under_the_run(tmp_path):
    path = tmp_path / "q.jsonl"
    path.write_text('{"question": "물레로는 무엇을 잣는가?"}', encoding="utf-8")
    recipe = Recipe.model_validate({"decontamination": {"benchmarks": [{"name": "b", "paths": [str(path)]}]}})
    settings = with_digests(recipe.decontamination)
    DecontaminateStage(settings)
    path.write_text('{"question": "베틀로는 무엇을 짜는가?"}', encoding="utf-8")
    with pytest.raises(ConfigError, match="not those of the run"):
        DecontaminateStage(settings)


def planted() -> dict[str, str]:
    """A page for every item that is long enough, by reason and item."""
    pages = {}
    for name in NAMES:
        for item in items(BENCHMARKS / name).values():
            if item.name not in {"ontology#0", "Folk-Craft-test#2"}:
                pages[f"{name}/{item.name}"] = PROSE + "\n".join([*item.passages, *item.options]) + "\n" + PROSE
    return pages


def test_every_planted_item_drops_its_page_and_is_counted():
    pages = planted()
    outcome = DecontaminateStage(recipe_with().decontamination)(batch_of(PROSE, *pages.values()))
    assert outcome.kept.column("doc_id").to_pylist() == ["0"]
    assert outcome.kept.column("benchmarks").to_pylist() == [[]]
    assert outcome.dropped.column("reason").to_pylist() == [f"contaminated_{key.split('/')[0]}" for key in pages]
    assert min(outcome.dropped.column("score").to_pylist()) > 0.9
    assert outcome.noted == dict.fromkeys(pages, 1)


def test_tags_keep_the_page_and_name_the_benchmarks():
    pages = planted()
    text = pages["kmmlu/Math-test#0"] + pages["click/Kor_craft#craft_0"]
    outcome = DecontaminateStage(recipe_with("tag").decontamination)(batch_of(text, PROSE))
    assert outcome.dropped.num_rows == 0
    assert outcome.kept.column("benchmarks").to_pylist() == [["click", "kmmlu"], []]
    assert outcome.noted == {"kmmlu/Math-test#0": 1, "click/Kor_craft#craft_0": 1}


def test_without_benchmarks_nothing_is_looked_for():
    outcome = DecontaminateStage(Recipe().decontamination)(batch_of(*planted().values()))
    assert outcome.dropped.num_rows == 0
    assert outcome.kept.column("benchmarks").null_count == outcome.kept.num_rows


def test_accounts_add_what_was_noted_and_keep_it_out_of_the_sums():
    stage = DecontaminateStage(recipe_with("tag", ("kmmlu",)).decontamination)
    accounts, other = Accounts(), Accounts()
    accounts.record(stage.name, stage(batch_of(planted()["kmmlu/Math-test#0"])))
    other.record(stage.name, stage(batch_of(planted()["kmmlu/Math-test#0"], PROSE)))
    accounts.add(other)
    accounts.check()
    again = Accounts.from_json(accounts.to_json())
    assert again.stages["decontaminate"].noted == {"kmmlu/Math-test#0": 2}
    assert again.totals() == {"in": 3, "kept": 3, "dropped": 0, "quarantined": 0}


def test_a_run_drops_what_holds_items_and_accounts_for_it(tmp_path):
    question = items(BENCHMARKS / "kmmlu")["Folk-Craft-test#0"].passages[0]
    path = tmp_path / "pages.warc.gz"
    archive = Archive(path)
    for number, extra in enumerate((question, "옹기를 굽는 가마는 마을 어귀에 있었다.")):
        body = f"<article><h1>마을</h1><p>{PROSE}</p><p>{extra}</p></article>"
        page = f"<html><head><title>마을</title></head><body>{body}</body></html>"
        archive.add(f"https://maeul.kr/{number}", page.encode(), kind="text/html; charset=utf-8")
    recipe = tmp_path / "recipe.toml"
    recipe.write_text(
        f'[[decontamination.benchmarks]]\nname = "kmmlu"\npaths = ["{BENCHMARKS / "kmmlu"}"]\n', encoding="utf-8"
    )
    done = malmoi("run", recipe, "--input", path, "--warehouse", tmp_path / "w", "--json")
    assert done.returncode == 0, done.stderr
    account = json.loads(done.stdout)["accounts"]["stages"]["decontaminate"]
    assert account == {
        "in": 2,
        "kept": 1,
        "dropped": {"contaminated_kmmlu": 1},
        "quarantined": {},
        "noted": {"kmmlu/Folk-Craft-test#0": 1},
    }
    with Warehouse.open(str(tmp_path / "w"), create=False) as store:
        (drop,) = [row for row in store.scan("drops").to_pylist() if row["stage"] == "decontaminate"]
        (kept,) = store.scan("documents", columns=("url", "benchmarks")).to_pylist()
    assert drop["url"] == "https://maeul.kr/0"
    assert drop["score"] == 1.0
    assert kept == {"url": "https://maeul.kr/1", "benchmarks": []}


@pytest.mark.parametrize("name", ["docs.jsonl", "docs.jsonl.gz", "docs.parquet"])
def test_the_command_tells_overlaps_of_files(tmp_path, name):
    rows = [{"id": key, "text": text} for key, text in planted().items()] + [{"id": "clean", "text": PROSE}]
    path = tmp_path / name
    lines = "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode()
    if name.endswith("parquet"):
        pq.write_table(pa.Table.from_pylist(rows), path)
    else:
        path.write_bytes(gzip.compress(lines) if name.endswith("gz") else lines)
    options = [f"--benchmark={benchmark}={BENCHMARKS / benchmark}" for benchmark in NAMES]
    done = malmoi("decontaminate", path, *options, "--out", tmp_path / "overlaps.jsonl", "--json")
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert (report["documents"], report["contaminated"]) == (len(rows), len(rows) - 1)
    assert report["items"] == dict.fromkeys(planted(), 1)
    assert report["unusable"] == {"klue": 1, "kobest": 0, "kmmlu": 1, "haerae": 0, "click": 0}
    overlaps = [json.loads(line) for line in (tmp_path / "overlaps.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [row["id"] for row in overlaps] == [f"{row['benchmark']}/{row['item']}" for row in overlaps]
    assert len(overlaps) == len(planted())


@pytest.mark.parametrize(
    ("option", "content", "code", "complaint"),
    [
        ("kmmlu", '{"text": "가"}', 2, "NAME=PATH"),
        (f"a b={BENCHMARKS}", '{"text": "가"}', 2, "a name has"),
        (f"kmmlu={BENCHMARKS / 'kmmlu'}", '{"body": "가"}', None, "row 1 has no text"),
        (f"kmmlu={BENCHMARKS / 'kmmlu'}", "{", None, "cannot read"),
    ],
)
def test_the_command_tells_what_is_wrong(tmp_path, option, content, code, complaint):
    path = tmp_path / "docs.jsonl"
    path.write_text(content, encoding="utf-8")
    done = malmoi("decontaminate", path, "--benchmark", option)
    assert done.returncode == (code or done.returncode) != 0
    assert complaint in done.stderr
    assert "Traceback" not in done.stderr
