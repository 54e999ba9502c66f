"""Data sets: laid out as their publishers do, read in pieces, and on to rows with their origin's terms."""

import io
import itertools
import json
import zipfile
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.errors import BadInputError, ConfigError
from pipelines.ingest import IngestSettings, expand_inputs, plan_splits
from pipelines.ingest.datasets import DATASET_SUFFIXES, DatasetReader, DatasetSource
from pipelines.plan import plan_run
from pipelines.recipe import parse_recipe
from tests.pipelines._rows import malmoi
from warehouse.catalog import Warehouse
from warehouse.verify import verify_tables

DATA = Path(__file__).parents[1] / "data" / "datasets"
HARBOUR = "새벽 네 시가 되면 포구의 불이 하나둘 켜지기 시작한다."
SENTENCE = "직접 지은 연습 문장이다."


def source(kind, *paths, **fields):
    return DatasetSource(name="practice", kind=kind, paths=tuple(map(str, paths)), **fields)


def read(dataset, split_bytes=1 << 20, **limits):
    """Records by URL, faults, and the offsets at which splits begin and end."""
    files = expand_inputs(dataset.paths, None, DATASET_SUFFIXES[dataset.kind], dataset.name)
    records, bad, seams = {}, [], []
    for split in plan_splits(files, split_bytes):
        reader = DatasetReader(split, dataset, IngestSettings(**limits))
        for batch in reader:
            records |= {row["url"]: row for row in batch.captures.to_pylist()}
            bad += batch.bad.to_pylist()
        seams.append((split.uri, reader.first, reader.next))
    return records, bad, seams


def written(tmp_path, content, name="file.json"):
    path = tmp_path / name
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content, ensure_ascii=False).encode())
    return path


def zipped(path, **members):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


@pytest.fixture(scope="module")
def archive(tmp_path_factory):
    """AI-Hub's way: zip archives with a folder of sources and one of labels."""
    path = tmp_path_factory.mktemp("zip") / "Training.zip"
    members = {
        "01.원천데이터/문서/aihub-documents.json": (DATA / "aihub-documents.json").read_bytes(),
        "02.라벨링데이터/aihub-named-entity.json": (DATA / "aihub-named-entity.json").read_bytes(),
        "02.라벨링데이터/aihub-dialogue.json": b"\xef\xbb\xbf" + (DATA / "aihub-dialogue.json").read_bytes(),
        "02.라벨링데이터/aihub-passage.json": (DATA / "aihub-passage.json").read_text("utf-8").encode("cp949"),
        "02.라벨링데이터/broken.json": b'{"documents": [{"id": "ok", "text": "' + SENTENCE.encode() + b'"}, {"id"',
        "설명서.txt": b"no JSON",
    }
    return zipped(path, **members)


def test_layouts_of_ai_hub(archive):
    records, bad, _ = read(source("aihub", archive))
    place = "dataset://aihub.or.kr/practice/"
    named = {url.removeprefix(place): row for url, row in records.items()}
    assert set(named) == {"doc-harbor", "doc-bread", "ne-river", "dlg-library", "psg-train", "ok"}
    harbour = named["doc-harbor"]
    assert harbour["text"].startswith(f"{HARBOUR} 배를 몰고")
    assert harbour["text"].count("\n") == 2  # a paragraph a line
    assert (harbour["title"], harbour["published_at"]) == ("새벽 포구", "2019-01-07")
    assert named["ne-river"]["title"] == "강변 길"
    assert named["dlg-library"]["text"].count("\n") == 2  # a turn a line
    assert named["psg-train"]["author"] == "지은이 모름"
    assert [(row["reason"], row["error"].split(";")[0]) for row in bad] == [
        ("bad_row", "the record has no text where its layout has it"),
        ("truncated", "the file ends inside a value"),
    ]


def test_splits_of_an_archive_meet_and_give_the_same_rows(archive):
    whole, bad, _ = read(source("aihub", archive))
    cut, cut_bad, seams = read(source("aihub", archive), 400)
    assert len(seams) > 5
    assert all(before[2] == after[1] for before, after in itertools.pairwise(seams))
    assert cut == whole
    assert cut_bad == bad


def test_layouts_of_modu():
    records, bad, _ = read(source("modu", DATA / "modu-news.json"))
    place = "dataset://corpus.korean.go.kr/practice/"
    garden = records[place + "PRACTICE.1"]
    assert (garden["title"], garden["author"], garden["published_at"]) == ("옥상 텃밭", "연습 기자", "2021-03-04")
    assert garden["text"].count("\n") == 2
    assert records[place + "PRACTICE.2"]["title"] is None
    assert not bad


@pytest.mark.parametrize(
    "layout",
    [
        {"data": [{"title": "기사", "paragraphs": [{"context": SENTENCE, "qas": [{"question": "?"}]}]}]},
        [{"data": [{"doc_id": "A", "summary_entire": [{"orginal_text": SENTENCE, "summary_text": ""}]}]}],
        {"SJML": {"header": {"name": "말뭉치"}, "text": [{"id": "s", "title": "제목", "content": SENTENCE}]}},
        {"Meta(Acqusition)": {"doc_id": "m"}, "Meta(Refine)": {"passage": SENTENCE}, "Annotation": {"Summary1": "-"}},
        {"info": [{"id": 1, "annotations": {"subject": "일상", "text": SENTENCE, "lines": [{"id": 1, "text": "-"}]}}]},
        [{"profile": {"persona-id": "P"}, "talk": {"id": {"talk-id": "t"}, "content": {"HS01": SENTENCE, "SS01": ""}}}],
        {"data": [{"sn": "1", "ko": SENTENCE, "en": "A practice sentence."}]},
        {"dataset": {"name": "x"}, "data": [{"paragraph": [{"paragraphId": 1, "text": SENTENCE}]}]},
        {"document": {"id": 3, "content": SENTENCE}},
        {"id": "one", "text": [SENTENCE]},
    ],
)  # fmt: skip
def test_other_layouts_of_ai_hub(tmp_path, layout):
    records, bad, _ = read(source("aihub", written(tmp_path, layout)))
    assert [row["text"] for row in records.values()] == [SENTENCE]
    assert not bad


def test_rows_of_tables_with_named_fields(tmp_path):
    fields = {"text_field": "글.본문", "id_field": "번호", "title_field": "제목"}
    origin = {"origin": "https://www.data.go.kr/data/15000000/fileData.do", "terms": "저작자표시"}
    records, bad, _ = read(source("jsonl", DATA / "portal.jsonl", **fields, **origin), 300)
    assert {url.rpartition("/")[2]: row["title"] for url, row in records.items()} == {"1": "오일장", "2": "첫눈"}
    assert [row["reason"] for row in bad] == ["bad_row", "bad_row"]
    rows = [json.loads(line) for line in (DATA / "portal.jsonl").read_text("utf-8").splitlines()[:2]]
    pl.DataFrame(rows).write_parquet(tmp_path / "portal.parquet", row_group_size=1)
    again, _, _ = read(source("parquet", tmp_path / "portal.parquet", **fields, **origin), 200)
    assert {url: row["doc_id"] for url, row in again.items()} == {url: row["doc_id"] for url, row in records.items()}


def test_a_table_without_its_text_is_refused_by_name(tmp_path):
    pl.DataFrame({"id": [1]}).write_parquet(tmp_path / "t.parquet")
    with pytest.raises(BadInputError, match="needs the columns one of 본문; it has id"):
        read(source("parquet", tmp_path / "t.parquet", origin="law.go.kr", text_field="본문"))


def test_ids_do_not_depend_on_files_or_their_order(tmp_path):
    one = written(tmp_path, {"data": [{"text": "첫 글이다."}, {"text": "둘째 글이다."}]}, "a.json")
    other = written(tmp_path, {"documents": [{"text": "둘째 글이다."}, {"text": "첫 글이다."}]}, "b.json")
    first, second = (read(source("aihub", path))[0] for path in (one, other))
    assert {url: row["doc_id"] for url, row in first.items()} == {url: row["doc_id"] for url, row in second.items()}


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"[1, 2, 3]", "bad_row"),
        (b'["' + SENTENCE.encode() + b'"]', "bad_row"),
        (b"{}", "bad_row"),
        (b"not json", "bad_row"),
        (b'{"data": [', "truncated"),
        (b"[" * 100_000, "bad_row"),
        (b'{"data": [{"text": "' + b"x" * 5_000_000, "too_large"),
        (b'{"text": "\xff\xfe\x00"}', "bad_payload"),
    ],
)  # fmt: skip
def test_what_cannot_be_read_is_counted(tmp_path, content, reason):
    path = zipped(tmp_path / "a.zip", **{"a.json": content})
    records, bad, _ = read(source("aihub", path), max_record_bytes=1 << 20)
    assert not records
    assert [row["reason"] for row in bad] == ["truncated" if reason == "empty" else reason]


def test_text_that_is_no_unicode_is_counted(tmp_path):
    path = written(tmp_path, b'{"text": "\\ud800 ' + SENTENCE.encode() + b'"}\n', "a.jsonl")
    records, bad, _ = read(source("jsonl", path, origin="data.go.kr"))
    assert not records
    assert [row["error"] for row in bad] == ["a text has lone surrogates"]


def test_a_record_that_is_too_large_costs_itself(tmp_path):
    big = {"id": "big", "paragraph": [{"form": "가" * 400} for _ in range(2000)]}
    path = written(tmp_path, {"data": [{"id": "a", "text": SENTENCE}, big, {"id": "b", "text": SENTENCE}]})
    records, bad, _ = read(source("aihub", path), max_record_bytes=1 << 16)
    assert [url.rpartition("/")[2] for url in records] == ["a", "b"]
    assert [row["reason"] for row in bad] == ["too_large"]


def test_records_without_text_are_counted_one_by_one(tmp_path):
    path = written(tmp_path, {"data": [{"id": 1}, {"id": 2, "text": ""}, {"id": 3, "text": SENTENCE}, {"id": 4}]})
    records, bad, _ = read(source("aihub", path))
    assert len(records) == 1
    assert [row["reason"] for row in bad] == ["bad_row"] * 3
    none = written(tmp_path, {"data": [{"id": 1}, {"id": 2}]}, "none.json")
    assert len(read(source("aihub", none))[1]) == 2


@settings(max_examples=60, deadline=None)
@given(
    st.recursive(
        st.one_of(st.none(), st.booleans(), st.integers(), st.text(max_size=8)),
        lambda inner: st.one_of(
            st.lists(inner, max_size=4),
            st.dictionaries(st.sampled_from(["data", "text", "paragraph", "id", "content", "x"]), inner, max_size=4),
        ),
        max_leaves=20,
    )
)
def test_any_json_is_records_or_counted_faults(tmp_path_factory, value):
    path = written(tmp_path_factory.mktemp("any"), value)
    records, bad, _ = read(source("aihub", path))
    assert records or bad
    assert len({row["doc_id"] for row in bad}) == len(bad)


def test_damaged_and_encrypted_archives(tmp_path):
    whole = zipped(tmp_path / "a.zip", **{"a.json": json.dumps({"text": SENTENCE * 50})}).read_bytes()
    flipped = bytearray(whole)
    flipped[60] ^= 0xFF
    _, bad, _ = read(source("aihub", written(tmp_path, bytes(flipped), "b.zip")))
    assert len(bad) == 1
    locked = bytearray(whole)
    locked[6] |= 1
    locked[locked.index(b"PK\x01\x02") + 8] |= 1
    _, bad, _ = read(source("aihub", written(tmp_path, bytes(locked), "c.zip")))
    assert [row["reason"] for row in bad] == ["bad_payload"]
    with pytest.raises(BadInputError, match="is no zip archive"):
        read(source("aihub", written(tmp_path, b"no archive", "d.zip")))


def test_names_of_windows_archives(tmp_path):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("XXXX.json", json.dumps({"text": SENTENCE}))
    path = written(tmp_path, buffer.getvalue().replace(b"XXXX", "원천".encode("cp949")), "old.zip")
    assert len(read(source("aihub", path, members=("원천*",)))[0]) == 1
    assert not read(source("aihub", path, members=("라벨*",)))[0]


RECIPE = """
[[sources.datasets]]
name = "hub"
kind = "aihub"
paths = ["{archive}"]
mirror = "https://huggingface.co/datasets/somebody/hub"
obtained = 2026-11-01

[[sources.datasets]]
name = "modu"
kind = "modu"
paths = ["{data}/modu-news.json"]

[[sources.datasets]]
name = "portal"
kind = "jsonl"
paths = ["{data}/portal.jsonl"]
origin = "data.go.kr"
terms = "저작자표시"
text_field = "글.본문"
id_field = "번호"
title_field = "제목"
"""


@pytest.fixture(scope="module")
def finished(archive, tmp_path_factory):
    """One run of three data sets by the command itself."""
    folder = tmp_path_factory.mktemp("run")
    (folder / "recipe.toml").write_text(RECIPE.format(archive=archive, data=DATA), "utf-8")
    done = malmoi("run", folder / "recipe.toml", "--warehouse", folder / "w", "--json", "--workers", 1)
    assert done.returncode == 0, done.stderr
    return folder / "w", json.loads(done.stdout)


def test_a_run_accounts_for_every_record(finished):
    warehouse, report = finished
    assert report["totals"]["in"] == 14
    assert report["totals"]["quarantined"] == 4
    stages = report["accounts"]["stages"]
    assert {name for name, stage in stages.items() if stage.get("skipped")} == {
        *("capture", "hangul", "decode", "signals", "extract"),
    }
    assert stages["decode"]["skipped"] == stages["decode"]["in"] == 10
    with Warehouse.open(str(warehouse), create=False) as store:
        assert verify_tables(store)[report["run_id"]] == report["totals"]


def test_documents_carry_their_origins_terms(finished):
    with Warehouse.open(str(finished[0]), create=False) as store:
        documents = store.scan("documents").to_pylist()
        classes = {row["policy_class_id"]: row for row in store.scan("policy_classes").to_pylist()}
        evidence = {row["evidence_id"]: row for row in store.scan("evidence").to_pylist()}
        declared = {row["digest"] for row in store.scan("site_files").to_pylist() if row["kind"] == "dataset"}
    rights = {row["url"].split("/")[3]: classes[row["policy_class_id"]] for row in documents}
    axes = ("crawl", "train_dom", "train_for", "redist", "commercial")
    assert [rights["hub"][axis] for axis in axes] == ["allow", "cond", "deny", "deny", "cond"]
    assert [rights["modu"][axis] for axis in axes] == ["allow", "cond", "unknown", "deny", "unknown"]
    assert [rights["portal"][axis] for axis in axes] == ["allow", "cond", "cond", "cond", "allow"]
    for row in documents:
        mine = [evidence[one] for one in row["evidence_ids"]]
        assert {one["signal"] for one in mine} == {"channel", "origin"}
        assert {one["scope"] for one in mine} == {"dataset"}
        assert {one["site_file_digest"] for one in mine} <= declared
    assert len(declared) == 3
    assert len(evidence) == 6  # stored once for a data set, not for each document


def test_the_same_rows_at_any_split(finished, archive, tmp_path):
    (tmp_path / "recipe.toml").write_text(RECIPE.format(archive=archive, data=DATA), "utf-8")
    done = malmoi("run", tmp_path / "recipe.toml", "--warehouse", tmp_path / "w", "--workers", 2, "--split", "500 B")
    assert done.returncode == 0, done.stderr
    found = []
    for warehouse in (finished[0], tmp_path / "w"):
        with Warehouse.open(str(warehouse), create=False) as store:
            rows = store.scan("documents", columns=("doc_id", "text", "policy_class_id", "pii", "cluster_id"))
            found.append(sorted(map(repr, rows.to_pylist())))
    assert found[0] == found[1]


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ('kind = "jsonl"', "needs its origin"),
        ('kind = "aihub"\nnme = "x"', r"unknown key sources.datasets.0.nme; did you mean sources.datasets.0.name\?"),
        ('kind = "csv"', "kind"),
        ('kind = "aihub"\nterms = "' + "가" * 301 + '"', "terms"),
    ],
)
def test_declarations_are_checked_before_anything_is_read(change, complaint):
    text = f'[[sources.datasets]]\nname = "a"\npaths = ["nowhere.zip"]\n{change}\n'
    with pytest.raises(ConfigError, match=complaint):
        parse_recipe(text, "recipe")


def test_files_are_looked_for_before_anything_is_read(tmp_path):
    one = '[[sources.datasets]]\nname = "{}"\nkind = "modu"\npaths = ["{}"]\n'
    missing = parse_recipe(one.format("a", tmp_path / "none.json"), "recipe")
    with pytest.raises(BadInputError, match="matches no file"):
        plan_run(missing)
    path = DATA / "modu-news.json"
    with pytest.raises(ConfigError, match="named by two sources"):
        plan_run(parse_recipe(one.format("a", path) + one.format("b", path), "recipe"))
    with pytest.raises(ConfigError, match="two data sets have one name"):
        parse_recipe(one.format("a", path) + one.format("a", path), "recipe")


def test_what_is_declared_makes_another_run(tmp_path):
    text = '[warehouse]\nuri = "{}"\n[[sources.datasets]]\nname = "a"\nkind = "jsonl"\npaths = ["{}"]\norigin = "{}"\n'
    runs = {
        plan_run(parse_recipe(text.format(tmp_path, DATA / "portal.jsonl", origin), "recipe")).run_id
        for origin in ("data.go.kr", "law.go.kr")
    }
    assert len(runs) == 2


def test_a_layout_of_one_origin_outweighs_what_is_said():
    dataset = source("aihub", "x.zip", origin="law.go.kr")
    assert dataset.declared() == ("aihub.or.kr", "law.go.kr")
    assert dataset.host == "aihub.or.kr"
    assert source("jsonl", "x", origin="우리 학교 신문").host == "practice"
    assert source("jsonl", "x", origin="https://www.Example.kr/a").host == "www.example.kr"
