"""Copies of pages that refuse something: who goes, who stays, and that nothing is laundered."""

import datetime as dt
from itertools import product

import numpy as np
import polars as pl
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import VERIFIED_SCHEMA, DedupSettings, sketch
from licenses import Withdrawal, WithdrawalList
from pipelines.group.duplicates import choose_documents
from pipelines.group.keys import load_keys
from pipelines.group.remembered import GONE, Remembered
from pipelines.group.standing import REFUSED, TRAIN_DOM, TRAIN_FOR, WITHDRAWN, launderers
from pipelines.group.withdrawn import Withdrawn
from warehouse import TABLES, write_part
from warehouse.catalog import Warehouse
from warehouse.withdrawal.register import register

SETTINGS = DedupSettings()
STORY = (
    "옛날 어느 마을에 부지런한 농부가 살고 있었습니다. 농부는 날마다 해가 뜨기 전에 일어나 밭을 갈고 씨를 뿌렸습니다. "
    "어느 해 큰 가뭄이 들어 논바닥이 거북의 등처럼 갈라졌지만 농부는 우물을 파고 물을 길어 이웃의 논까지 "
    "적셔 주었습니다. 가을이 되자 마을에는 곡식이 넉넉했고 사람들은 농부의 집 마당에 모여 잔치를 벌였습니다. "
    "그 뒤로 마을 사람들은 어려운 일이 있을 때마다 그 우물가에 모여 서로의 이야기를 들어 주었다고 합니다."
)
NEAR = STORY.replace("부지런한 농부", "부지런한 젊은 농부")
OTHER = (
    "바다 건너 섬나라에는 하루에 한 번 종을 치는 늙은 등대지기가 있었는데, 안개가 짙은 밤이면 배들이 그 소리를 듣고 "
    "길을 찾았습니다."
)
GRANT = TRAIN_DOM | TRAIN_FOR | REFUSED | WITHDRAWN


def page(url, text=STORY, *, denies=0, owns=0, refused=False, rank=100, quality=0.5):
    return {
        "url": f"https://{url}",
        "text": text,
        "rank": rank,
        "quality": quality,
        "denies": REFUSED if refused else denies,
        "owns": owns,
        "refused": refused,
    }


def doc_id(url):
    return (url.encode().hex() * 32)[:32]


@pytest.fixture
def decide(tmp_path):
    """Decisions by host and path, however the pages lie in parts."""
    runs = iter(range(1000))

    def run(pages, *, parts=1, withdrawn=None, known=(), gone=None):
        folder = tmp_path / f"run-{next(runs)}"
        split = [list(chunk) for chunk in np.array_split(np.array(pages, dtype=object), parts)]
        folders, rights = [], []
        for number, mine in enumerate(split):
            part = folder / f"part-{number}"
            write_part(part, {"documents": _documents(mine)}, {})
            folders.append(part)
            rights.append(folder / f"rights-{number}.parquet")
            _rights(mine).write_parquet(rights[-1])
        keys = load_keys(folders, rights, withdrawn or Withdrawn())
        known_ids = [doc_id(f"https://{url}") for url in known]
        remembered = Remembered(same=known_ids, **({"gone": pl.DataFrame(gone, GONE)} if gone else {}))
        choice, _ = choose_documents(keys, folders, SETTINGS, folder / "copies", remembered=remembered)
        names = {doc_id(one["url"]): one["url"].removeprefix("https://") for one in pages}
        columns = ("doc_id", "stage", "reason", "partner_doc_id", "jaccard")
        return {
            names[row["doc_id"]]: (row["reason"] or "kept", names.get(row["partner_doc_id"], row["partner_doc_id"]))
            for row in choice.select(columns).to_dicts()
        }

    return run


def _documents(pages):
    sketches = sketch([one["text"] for one in pages], SETTINGS)
    plain = {
        "doc_id": [doc_id(one["url"]) for one in pages],
        "url": [one["url"] for one in pages],
        "host": [one["url"].split("/")[2] for one in pages],
        "site": [one["url"].split("/")[2] for one in pages],
        "author": pa.nulls(len(pages), pa.string()),
        "source": ["a.warc"] * len(pages),
        "offset": pa.array(range(len(pages)), pa.int64()),
        "fetched_at": pa.array([dt.datetime(2026, 3, 1, tzinfo=dt.UTC)] * len(pages), pa.timestamp("us", "UTC")),
        "n_chars": pa.array([len(one["text"]) for one in pages], pa.int64()),
        "quality_score": [one["quality"] for one in pages],
        "text": pa.array([one["text"] for one in pages], pa.large_string()),
    }
    return pa.table({**plain, **{name: sketches[name] for name in sketches.column_names}})


def _rights(pages):
    return pl.DataFrame(
        {
            "rights_rank": pl.Series([one["rank"] for one in pages], dtype=pl.Int16),
            "refused": [one["refused"] for one in pages],
            "denies": pl.Series([one["denies"] for one in pages], dtype=pl.UInt8),
            "owns": pl.Series([one["owns"] for one in pages], dtype=pl.UInt8),
            "named": pl.Series([None] * len(pages), dtype=pl.String),
        }
    )


@pytest.mark.parametrize("copy", [STORY, NEAR])
def test_a_copy_of_a_page_that_may_not_be_crawled_goes_too(decide, copy):
    fate = decide([page("news.kr/1", refused=True), page("blog.kr/1", copy, quality=0.9), page("else.kr/1", OTHER)])
    assert fate["news.kr/1"] == ("crawl_denied", None)
    assert fate["blog.kr/1"] == ("copy_of_refused", "news.kr/1")
    assert fate["else.kr/1"] == ("kept", None)


def test_a_copy_whose_own_owner_grants_training_stays(decide):
    fate = decide([page("news.kr/1", refused=True), page("gov.kr/1", owns=GRANT)])
    assert fate["gov.kr/1"] == ("kept", None)


@pytest.mark.parametrize("copy", [STORY, NEAR])
def test_what_denies_training_is_kept_and_its_silent_copy_goes_however_good(decide, copy):
    fate = decide([page("news.kr/1", denies=TRAIN_FOR, rank=700, quality=0.1), page("blog.kr/1", copy, quality=1.0)])
    assert fate == {"news.kr/1": ("kept", None), "blog.kr/1": ("copy_of_refused", "news.kr/1")}


def test_pages_that_deny_the_same_are_ordinary_duplicates(decide):
    fate = decide([page("a.kr/1", denies=TRAIN_FOR, rank=3), page("b.kr/1", NEAR, denies=TRAIN_FOR, rank=2)])
    assert fate == {"a.kr/1": ("near_duplicate", "b.kr/1"), "b.kr/1": ("kept", None)}


def test_pages_that_each_deny_what_the_other_does_not_both_go(decide):
    fate = decide([page("a.kr/1", denies=TRAIN_FOR), page("b.kr/1", denies=TRAIN_DOM)])
    assert fate == {"a.kr/1": ("copy_of_refused", "b.kr/1"), "b.kr/1": ("copy_of_refused", "a.kr/1")}


def test_an_own_grant_on_one_axis_does_not_lift_a_denial_on_the_other(decide):
    half = TRAIN_DOM | REFUSED | WITHDRAWN
    fate = decide([page("news.kr/1", denies=TRAIN_FOR), page("blog.kr/1", owns=half)])
    assert fate["blog.kr/1"][0] == "copy_of_refused"


def test_the_copy_with_the_best_rights_is_kept(decide):
    fate = decide([page("a.kr/1", quality=1.0, rank=500), page("b.kr/1", NEAR, quality=0.2, rank=20)])
    assert fate == {"a.kr/1": ("near_duplicate", "b.kr/1"), "b.kr/1": ("kept", None)}


def test_a_document_that_an_earlier_run_kept_still_denies(decide):
    fate = decide([page("news.kr/1", denies=TRAIN_DOM), page("blog.kr/1", NEAR)], known=["news.kr/1"])
    assert fate == {"news.kr/1": ("kept_before", "news.kr/1"), "blog.kr/1": ("copy_of_refused", "news.kr/1")}


def listed(kind, target):
    return WithdrawalList([Withdrawal(kind=kind, target=target, reason="권리자 요청")])


def test_withdrawn_pages_and_their_copies_go(decide):
    pages = [page("n.news.kr/1"), page("blog.kr/1", NEAR), page("gov.kr/1", owns=GRANT), page("else.kr/1", OTHER)]
    fate = decide(pages, withdrawn=Withdrawn(listed("host", "news.kr")))
    assert fate["n.news.kr/1"] == ("withdrawn", None)
    assert fate["blog.kr/1"] == ("withdrawn_copy", "n.news.kr/1")
    assert fate["gov.kr/1"][0] == "kept"
    assert fate["else.kr/1"][0] == "kept"


@pytest.mark.parametrize("withdrawal", ["w-1", None])
def test_copies_of_what_is_gone_go_unless_their_own_owner_grants_them(decide, withdrawal):
    bits = WITHDRAWN if withdrawal else REFUSED
    gone = [
        {"row": row, "partner_doc_id": "f" * 32, "jaccard": 0.9, "withdrawal_id": withdrawal, "refuses": bits}
        for row in range(3)
    ]
    pages = [
        page("blog.kr/1"),
        page("gov.kr/1", NEAR, owns=GRANT),
        page("deny.kr/1", refused=True),
        page("x.kr/1", OTHER),
    ]
    fate = decide(pages, gone=gone)
    assert fate["blog.kr/1"] == ("withdrawn_copy" if withdrawal else "copy_of_refused", "f" * 32)
    assert fate["gov.kr/1"][0] == "kept"
    assert fate["deny.kr/1"][0] == "crawl_denied"
    assert fate["x.kr/1"][0] == "kept"


def test_a_run_that_had_begun_to_commit_heeds_what_it_heeded(tmp_path):
    journal = tmp_path / "withdrawals.json"

    def heeded(store):
        return len(Withdrawn.load(store, "run-1", journal).listing)

    with Warehouse.open(str(tmp_path / "w")) as store:
        assert heeded(store) == 0
        register(store, Withdrawal(kind="host", target="누리.kr", reason="권리자 요청"))
        assert heeded(store) == 1
        journal.write_text("[]")
        classes = store.table("policy_classes")
        classes.append(TABLES["policy_classes"].schema.empty_table(), snapshot_properties={"malmoi.run-id": "run-1"})
        assert heeded(store) == 0


def test_the_same_decisions_however_pages_lie(decide):
    texts = [STORY, NEAR, OTHER, OTHER.replace("늙은", "젊은")]
    kinds = [{}, {"refused": True}, {"denies": TRAIN_FOR}, {"denies": TRAIN_DOM}, {"owns": GRANT}]
    pages = [
        page(f"h{number}.kr/{number}", text, rank=number % 7, **kind)
        for number, (text, kind) in enumerate(product(texts, kinds))
    ]
    once = decide(pages)
    assert {fate for fate, _ in once.values()} > {"kept", "copy_of_refused", "crawl_denied"}
    assert decide(list(reversed(pages)), parts=3) == once
    assert decide(pages[7:] + pages[:7], parts=2) == once


_BITS = st.integers(0, 15)


@settings(max_examples=300)
@given(st.data())
def test_launderers_are_those_of_the_rule(data):
    count = data.draw(st.integers(1, 9))
    folded = np.array([data.draw(st.integers(0, row)) for row in range(count)])
    folded = np.array([folded[stands] if stands != folded[stands] else stands for stands in folded])
    folded = np.array([folded[row] if folded[folded[row]] == folded[row] else row for row in range(count)])
    texts = sorted(set(folded.tolist()))
    every = [(a, b) for a, b in product(texts, texts) if a < b]
    pairs = data.draw(st.lists(st.sampled_from(every), unique=True)) if every else []
    refusals = np.array(data.draw(st.lists(_BITS, min_size=count, max_size=count)), np.uint8)
    grants = np.array(data.draw(st.lists(_BITS, min_size=count, max_size=count)), np.uint8)
    verified = pa.Table.from_pylist([{"a": a, "b": b, "jaccard": 0.9} for a, b in pairs], VERIFIED_SCHEMA)
    found = launderers(folded, verified, refusals, grants, np.arange(count))
    together = {frozenset(pair) for pair in pairs}

    def copies(x, y):
        return x != y and (folded[x] == folded[y] or frozenset((folded[x], folded[y])) in together)

    expected = {
        y: {x for x in range(count) if copies(x, y) and refusals[x] & ~refusals[y] & ~grants[y]} for y in range(count)
    }
    assert found.get_column("row").to_list() == [y for y in range(count) if expected[y]]
    for row in found.to_dicts():
        assert row["partner"] in expected[row["row"]]
        lacking = 15 & ~int(refusals[row["row"]]) & ~int(grants[row["row"]])
        gone = any(refusals[x] & WITHDRAWN & lacking for x in expected[row["row"]])
        assert row["withdrawn"] == gone
