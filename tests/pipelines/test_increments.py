"""Daily increments: what earlier runs kept is known again, and ten days one by one are as good as all at once."""

import datetime as dt
import random

import pytest

from pipelines.recipe import check_recipe
from pipelines.run import run_recipe
from tests.pipelines._archive import Archive
from tests.pipelines._rows import rows
from warehouse.catalog import Warehouse

START = dt.datetime(2026, 3, 1, 9, tzinfo=dt.UTC)
PLACES = ["강릉", "목포", "진주", "안동", "춘천", "군산", "통영", "영월", "제천", "해남", "보령", "김해"]
THINGS = ["시장", "도서관", "극장", "우체국", "양조장", "등대", "서원", "나루터", "과수원", "염전", "공방", "식물원"]
PEOPLE = ["주민들", "아이들", "상인들", "학생들", "어르신들", "여행자들", "농부들", "어부들", "작가들", "교사들"]
TIMES = [
    "이른 봄날",
    "첫눈이 오던 밤",
    "장마가 그친 뒤",
    "추석을 앞두고",
    "새벽 무렵",
    "해가 질 때면",
    "지난 가을",
    "그해 겨울",
]
WAYS = [
    "천천히",
    "조용히",
    "서둘러",
    "몇 번이나",
    "마음을 모아",
    "웃으면서",
    "말없이",
    "오래도록",
    "처음으로",
    "다 함께",
]
GOODS = [
    "오래된 사진을",
    "낡은 지붕을",
    "마을의 기록을",
    "할머니의 편지를",
    "어린 나무를",
    "나무 책상을",
    "옛 노래를",
    "작은 배를",
]
DEEDS = [
    "꺼내 보았습니다",
    "고쳐 나갔습니다",
    "돌아보았습니다",
    "나누어 가졌습니다",
    "옮겨 적었습니다",
    "지켜 냈습니다",
    "찾아냈습니다",
]


def story(seed: int, sentences: int = 24) -> list[str]:
    pick = random.Random(seed)
    return [
        f"{pick.choice(TIMES)} {pick.choice(PLACES)}의 {pick.choice(THINGS)}에서 {pick.choice(PEOPLE)}은 "
        f"{pick.choice(WAYS)} {pick.choice(GOODS)} {pick.choice(DEEDS)}."
        for _ in range(sentences)
    ]


def page(sentences: list[str], head: str = "") -> bytes:
    lines = [" ".join(sentences[start : start + 4]) for start in range(0, len(sentences), 4)]
    body = "".join(f"<p>{line}</p>" for line in lines)
    return f"<html><head><meta charset=utf-8>{head}</head><body><article>{body}</article></body></html>".encode()


def edited(sentences: list[str], seed: int, count: int) -> list[str]:
    pick, fresh = random.Random(seed), story(seed + 10_000)
    out = list(sentences)
    for place in pick.sample(range(len(out)), count):
        out[place] = fresh[place]
    return out


def families(days: int, seed: int) -> list[list[tuple[str, bytes]]]:
    """Pages of each day: new stories, exact copies, chains of small edits, variants of URLs, pages that come again."""
    pick = random.Random(seed)
    pages: list[list[tuple[str, bytes]]] = [[] for _ in range(days)]
    for family in range(2 * days):
        text = story(1000 * seed + family)
        for member in range(pick.randint(1, 4)):
            day = pick.randrange(days)
            host = f"h{pick.randrange(9)}.kr"
            url = f"https://{host}/{family}/{member}"
            pages[day].append((url, page(text)))
            again = pick.random()
            if again < 0.2:
                pages[pick.randrange(days)].append((url, page(text)))
            elif again < 0.4:
                pages[pick.randrange(days)].append((url + "?utm_source=sns", page(edited(text, family, 5))))
            if pick.random() < 0.7:
                text = edited(text, 100 * family + member, 1)
    return pages


def write(path, days: list[tuple[dt.datetime, list[tuple[str, bytes]]]]):
    archive = Archive(path)
    for day, pages in days:
        for number, (url, body) in enumerate(pages):
            archive.add(url, body, when=day + dt.timedelta(minutes=number))
    return path


GENRES = ("short", "statute", "technical", "talk", "news", "narrative", "essay")
LENIENT = {"min_word_order": -9.0, "min_score": 0.0, "max_top_stem": 1.0, "max_duplicate_3grams": 1.0}
"""Stories of random words are no prose."""


def recipe(path, warehouse, **dedup):
    return check_recipe(
        {
            "sources": {"inputs": [str(path)]},
            "warehouse": {"uri": str(warehouse)},
            "engine": {"workers": 1},
            "quality": dict.fromkeys(GENRES, LENIENT),
            "dedup": dedup,
        },
        "test",
    )


def clusters(warehouse) -> set[frozenset[str]]:
    """Documents that are together, each set with the one that is kept."""
    with Warehouse.open(str(warehouse), create=False) as store:
        kept = store.scan("documents", columns=("doc_id",))["doc_id"].to_pylist()
        drops = store.scan("drops", "stage == 'dedup'", ("doc_id", "reason", "partner_doc_id")).to_pylist()
    found = {doc_id: {doc_id} for doc_id in kept}
    for row in drops:
        if row["reason"] not in {"recapture", "kept_before"}:
            found[row["partner_doc_id"]].add(row["doc_id"])
    return {frozenset(members) for members in found.values()}


def compare(tmp_path, days: int, seed: int) -> None:
    pages = families(days, seed)
    dated = [(START + dt.timedelta(days=day), each) for day, each in enumerate(pages)]
    run_recipe(recipe(write(tmp_path / "all.warc.gz", dated), tmp_path / "whole"))
    for number, day in enumerate(dated):
        run_recipe(recipe(write(tmp_path / f"day-{number}.warc.gz", [day]), tmp_path / "daily"))
    whole, daily = clusters(tmp_path / "whole"), clusters(tmp_path / "daily")
    assert daily == whole
    assert len(whole) >= days, "there is something to compare"
    assert any(len(members) > 1 for members in whole)


def test_three_days_one_by_one_keep_what_one_run_keeps(tmp_path):
    compare(tmp_path, 3, 1)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [2, 3])
def test_ten_days_one_by_one_keep_what_one_run_keeps(tmp_path, seed):
    compare(tmp_path, 10, seed)


@pytest.mark.slow
def test_the_order_of_inputs_and_the_workers_change_nothing(tmp_path):
    pages = families(2, 4)
    dated = [(START + dt.timedelta(days=day), each) for day, each in enumerate(pages)]
    found = []
    for number, order in enumerate((dated, dated[::-1])):
        folder = tmp_path / str(number)
        folder.mkdir()
        for place, day in enumerate(order):
            write(folder / f"{place}.warc.gz", [day])
        settings = recipe(folder / "*.warc.gz", tmp_path / f"w{number}")
        engine = settings.engine.model_copy(update={"workers": 1 + number})
        run_recipe(settings.model_copy(update={"engine": engine}))
        found.append(clusters(tmp_path / f"w{number}"))
    assert found[0] == found[1]


def fates(warehouse) -> dict[str, str]:
    """What became of each URL, the last word first."""
    with Warehouse.open(str(warehouse), create=False) as store:
        kept = dict.fromkeys(store.scan("documents", columns=("url",))["url"].to_pylist(), "kept")
        rows_ = store.scan("drops", columns=("url", "reason")).to_pylist()
    return {**{row["url"]: row["reason"] for row in rows_}, **kept}


def day_by_day(tmp_path, *days: list[tuple[str, bytes]]) -> dict[str, str]:
    for number, pages in enumerate(days):
        path = write(tmp_path / f"d{number}.warc.gz", [(START + dt.timedelta(days=number), pages)])
        run_recipe(recipe(path, tmp_path / "w"))
    return fates(tmp_path / "w")


NOAI = '<meta name="robots" content="noai">'


@pytest.mark.parametrize("changes", [0, 1])
def test_a_copy_of_a_page_that_an_earlier_run_was_refused_stays_out(tmp_path, changes):
    text = story(7)
    robots = ("https://news.kr/robots.txt", b"User-agent: *\nDisallow: /\n")
    archive = Archive(tmp_path / "d.warc.gz")
    archive.add(*robots, kind="text/plain", when=START)
    archive.add("https://news.kr/1", page(text), when=START)
    run_recipe(recipe(tmp_path / "d.warc.gz", tmp_path / "w"))
    assert fates(tmp_path / "w")["https://news.kr/1"] == "crawl_denied"
    fate = day_by_day(tmp_path, [("https://blog.kr/1", page(edited(text, 1, changes)))])
    assert fate["https://blog.kr/1"] == "copy_of_refused"


def test_what_a_later_page_refuses_leaves_the_warehouse(tmp_path):
    text = story(8)
    fate = day_by_day(
        tmp_path,
        [("https://blog.kr/1", page(text)), ("https://other.kr/1", page(story(9)))],
        [("https://news.kr/1", page(edited(text, 1, 1), NOAI))],
    )
    assert fate == {
        "https://blog.kr/1": "copy_of_refused",
        "https://other.kr/1": "kept",
        "https://news.kr/1": "kept",
    }


def test_a_killed_run_still_takes_out_what_leaves(tmp_path, monkeypatch):
    text = story(8)
    day_by_day(tmp_path, [("https://blog.kr/1", page(text))])

    def killed(*_):
        raise KeyboardInterrupt

    second = recipe(write(tmp_path / "e.warc.gz", [(START, [("https://news.kr/1", page(text, NOAI))])]), tmp_path / "w")
    with monkeypatch.context() as patch:
        patch.setattr("pipelines.group.commit.take_out_leaving", killed)
        with pytest.raises(KeyboardInterrupt):
            run_recipe(second)
    assert run_recipe(second).nothing_to_do
    assert fates(tmp_path / "w") == {"https://blog.kr/1": "copy_of_refused", "https://news.kr/1": "kept"}


def test_running_an_old_day_again_changes_nothing(tmp_path):
    pages = families(2, 5)
    dated = [(START + dt.timedelta(days=day), each) for day, each in enumerate(pages)]
    first = recipe(write(tmp_path / "a.warc.gz", dated[:1]), tmp_path / "w")
    run_recipe(first)
    run_recipe(recipe(write(tmp_path / "b.warc.gz", dated[1:]), tmp_path / "w"))
    before = rows(tmp_path / "w")
    assert run_recipe(first).nothing_to_do
    assert rows(tmp_path / "w") == before
    renamed = recipe(write(tmp_path / "c.warc.gz", dated[:1]), tmp_path / "w")
    report = run_recipe(renamed)
    assert report.accounts.kept == 0, "the same pages from another file are known again"
    assert rows(tmp_path / "w")["documents"] == before["documents"]


def test_variants_of_one_url_are_one_page(tmp_path):
    text = story(11)
    fate = day_by_day(
        tmp_path,
        [("https://www.news.kr/a/1", page(text))],
        [
            ("https://m.news.kr/a/1?utm_source=x", page(edited(text, 1, 6))),
            ("https://m.news.kr/a/2", page(edited(text, 1, 6)[::-1])),
        ],
    )
    assert fate["https://m.news.kr/a/1?utm_source=x"] == "url_variant"
    assert fate["https://m.news.kr/a/2"] == "kept"
