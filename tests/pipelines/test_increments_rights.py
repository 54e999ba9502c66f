"""What is refused and taken back holds across runs, in any order, after a kill and beside other runs."""

import datetime as dt
import threading

import pytest

from licenses import Withdrawal
from pipelines.group import commit as group_commit
from pipelines.group.journal import group_lock
from pipelines.run import run_recipe
from tests.pipelines._archive import Archive
from tests.pipelines.test_increments import NOAI, START, edited, fates, page, recipe, story, write
from warehouse import commit as warehouse_commit
from warehouse.catalog import Warehouse
from warehouse.withdrawal.carry_out import take_out
from warehouse.withdrawal.register import register

ROBOTS = b"User-agent: *\nDisallow: /\n"
OTHER = ("https://other.kr/1", page(story(99)))


@pytest.fixture
def day(tmp_path):
    """A run over the pages of a day."""
    numbers = iter(range(100))

    def run(*pages: tuple[str, bytes], when: int = 0, **dedup):
        archive = write(tmp_path / f"{next(numbers)}.warc.gz", [(START + dt.timedelta(days=when), list(pages))])
        return recipe(archive, tmp_path / "w", **dedup)

    return run


def withdraw(place, host: str) -> None:
    withdrawal = Withdrawal(kind="host", target=host, reason="권리자 요청")
    with Warehouse.open(str(place)) as store:
        register(store, withdrawal)
        take_out(store, withdrawal.withdrawal_id)


def rows_of(place, url: str) -> int:
    """Rows of both tables that a URL has."""
    with Warehouse.open(str(place), create=False) as store:
        return sum(store.scan(name, f"url == '{url}'", ("doc_id",)).num_rows for name in ("documents", "drops"))


def killed(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


def test_copies_of_pages_that_were_withdrawn_before_they_came_stay_out(tmp_path, day):
    run_recipe(day(OTHER))
    withdraw(tmp_path / "w", "news.kr")
    run_recipe(day(("https://news.kr/1", page(story(1))), when=1))
    run_recipe(day(("https://blog.kr/1", page(edited(story(1), 1, 1))), when=2))
    fate = fates(tmp_path / "w")
    assert (fate["https://news.kr/1"], fate["https://blog.kr/1"]) == ("withdrawn", "withdrawn_copy")


def test_what_a_page_refuses_that_went_as_a_copy_is_not_forgotten(tmp_path, day):
    first = story(1)
    second = edited(first, 1, 2)
    third = edited(second, 2, 2)
    run_recipe(day(("https://m.kr/1", page(first, NOAI)), ("https://n.kr/1", page(second, NOAI)), when=0, keep=["age"]))
    assert fates(tmp_path / "w") == {"https://m.kr/1": "kept", "https://n.kr/1": "near_duplicate"}
    run_recipe(day(("https://c.kr/1", page(third)), when=1, keep=["age"]))
    assert fates(tmp_path / "w")["https://c.kr/1"] == "copy_of_refused"


def test_a_page_that_its_site_refuses_later_leaves(tmp_path, day):
    run_recipe(day(("https://news.kr/1", page(story(1))), OTHER))
    when = START + dt.timedelta(days=3)
    archive = Archive(tmp_path / "later.warc.gz")
    archive.add("https://news.kr/robots.txt", ROBOTS, kind="text/plain", when=when)
    archive.add("https://news.kr/1", page(story(1)), when=when)
    archive.add("https://blog.kr/1", page(story(1)), when=when)
    run_recipe(recipe(tmp_path / "later.warc.gz", tmp_path / "w"))
    fate = fates(tmp_path / "w")
    assert {url: fate[url] for url in fate if "robots" not in url} == {
        "https://news.kr/1": "crawl_denied",
        "https://blog.kr/1": "copy_of_refused",
        OTHER[0]: "kept",
    }


def test_a_run_killed_after_its_commit_still_heeds_withdrawals(tmp_path, day, monkeypatch):
    run_recipe(day(OTHER))
    second = day(("https://news.kr/1", page(story(1))), when=1)
    commit = group_commit.commit_run

    def withdrawn_meanwhile(*arguments):
        withdraw(tmp_path / "w", "news.kr")
        return commit(*arguments)

    with monkeypatch.context() as patch:
        patch.setattr(group_commit, "commit_run", withdrawn_meanwhile)
        patch.setattr(group_commit, "settle", killed)
        with pytest.raises(KeyboardInterrupt):
            run_recipe(second)
    assert run_recipe(second).nothing_to_do
    assert fates(tmp_path / "w")["https://news.kr/1"] == "withdrawn"
    assert not list((tmp_path / "w" / "runs").glob("*/parts")), "no text is left behind"


def test_a_run_killed_while_it_commits_goes_on_as_it_decided(tmp_path, day, monkeypatch):
    run_recipe(day(("https://news.kr/1", page(story(1))), OTHER))
    second = day(("https://blog.kr/1", page(story(1))), ("https://new.kr/1", page(story(98))), when=1)
    commit = warehouse_commit.commit_files

    def up_to_drops(warehouse, name, *arguments):
        return killed() if name == "drops" else commit(warehouse, name, *arguments)

    with monkeypatch.context() as patch:
        patch.setattr(warehouse_commit, "commit_files", up_to_drops)
        with pytest.raises(KeyboardInterrupt):
            run_recipe(second)
    withdraw(tmp_path / "w", "news.kr")
    assert run_recipe(second).accounts.kept == 1
    assert rows_of(tmp_path / "w", "https://blog.kr/1") == 1
    assert rows_of(tmp_path / "w", "https://new.kr/1") == 1


@pytest.mark.slow
def test_runs_decide_one_after_another(tmp_path, day):
    run_recipe(day(OTHER))
    one, two = (day((url, page(story(1))), when=1) for url in ("https://a.kr/1", "https://b.kr/1"))
    with Warehouse.open(str(tmp_path / "w")) as store:
        with group_lock(store):
            threads = [threading.Thread(target=run_recipe, args=(each,)) for each in (one, two)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join(2)
                assert thread.is_alive(), "waits for the lock"
        for thread in threads:
            thread.join()
    fate = fates(tmp_path / "w")
    assert sorted([fate["https://a.kr/1"], fate["https://b.kr/1"]]) == ["exact_duplicate", "kept"]
