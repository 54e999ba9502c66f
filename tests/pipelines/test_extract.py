"""Extraction: no page can hang or exhaust a run, and the same bytes give the same text."""

import datetime as dt
import os
import signal
import time
import unicodedata

import pytest

from pipelines.extract import Article, ExtractSettings, Failure, Sandbox, extract_article

SETTINGS = ExtractSettings()
DAY = dt.date(2026, 11, 1)
PARAGRAPH = "말모이는 우리말을 모으고 지키려는 사람들의 이야기를 담은 첫 국어사전 원고의 이름이다. "


def page(body: str, head: str = "<title>말모이 이야기</title>") -> str:
    return f"<html><head>{head}</head><body><article><p>{body}</p></article></body></html>"


@pytest.fixture(scope="module")
def sandbox():
    with Sandbox(SETTINGS) as running:
        yield running


def test_text_title_author_and_date_are_found(sandbox):
    head = (
        "<title>말모이 이야기</title><meta name='author' content='주시경'>"
        "<meta property='article:published_time' content='2021-10-09T09:00:00+09:00'>"
    )
    found = sandbox.extract(page(PARAGRAPH * 8, head), "https://example.kr/a", DAY)
    assert isinstance(found, Article)
    assert PARAGRAPH.strip() in found.text
    assert (found.title, found.author, found.published_at) == ("말모이 이야기", "주시경", "2021-10-09")


def test_text_is_nfc_and_old_hangul_stays(sandbox):
    body = unicodedata.normalize("NFD", PARAGRAPH * 5) + "ᄒᆞᆫ글로 적은 옛글이다. " * 5
    found = sandbox.extract(page(body), "https://example.kr/a", DAY)
    assert PARAGRAPH.strip() in found.text
    assert "ᄒᆞᆫ글" in found.text


def test_no_page_is_newer_than_its_fetch(sandbox):
    head = "<title>글</title><meta property='article:published_time' content='2031-01-01'>"
    html = page(PARAGRAPH * 8, head)
    assert sandbox.extract(html, "https://example.kr/a", DAY).published_at is None
    assert sandbox.extract(html, "https://example.kr/a", dt.date(2032, 1, 1)).published_at == "2031-01-01"


def test_same_page_same_article_whatever_came_before():
    html = page(PARAGRAPH * 6) + page(PARAGRAPH * 3)
    first = extract_article(html, "https://example.kr/1", DAY, SETTINGS)
    for number in range(30):
        extract_article(page(PARAGRAPH * (number + 2)), f"https://example.kr/{number}", DAY, SETTINGS)
    assert extract_article(html, "https://example.kr/1", DAY, SETTINGS) == first


def test_an_empty_page_has_an_empty_article(sandbox):
    assert sandbox.extract("<html><body></body></html>", "https://example.kr/", DAY).text == ""


def test_cpu_limit_ends_a_page_and_not_the_sandbox():
    nested = "<div>" * 100_000 + PARAGRAPH * 2000
    rows = "<table>" + f"<tr><td>{PARAGRAPH}</td></tr>" * 60_000 + "</table>"
    with Sandbox(ExtractSettings(cpu_seconds=0.2)) as tight:
        found = tight.extract(page(nested + rows), "https://example.kr/slow", DAY)
        assert found == Failure("cpu_limit", "over 0.2 s of CPU time")
        assert tight.replaced == 1
        assert isinstance(tight.extract("<p>짧은 글</p>", "https://example.kr/b", DAY), Article)


def test_memory_limit_ends_a_page_and_not_the_sandbox():
    bomb = "<table><tr><td colspan='90000000'>" + PARAGRAPH + "</td></tr></table>"
    huge = page(f"{PARAGRAPH * 10}{bomb * 40}" + "<p>가</p>" * 300_000)
    with Sandbox(ExtractSettings(memory="24 MiB")) as tight:
        found = tight.extract(huge, "https://example.kr/big", DAY)
        assert isinstance(found, Failure)
        assert found.reason in {"memory_limit", "extractor_died"}
        assert isinstance(tight.extract(page(PARAGRAPH * 5), "https://example.kr/b", DAY), Article)


@pytest.mark.parametrize("how", [signal.SIGSTOP, signal.SIGKILL])
def test_a_stopped_or_killed_child_costs_no_page(how):
    with Sandbox(ExtractSettings(wall_seconds=1.0)) as fragile:
        assert isinstance(fragile.extract(page(PARAGRAPH * 5), "https://example.kr/a", DAY), Article)
        os.kill(fragile.pid, how)
        time.sleep(0.1)
        assert isinstance(fragile.extract(page(PARAGRAPH * 5), "https://example.kr/b", DAY), Article)
        assert fragile.replaced == 1


@pytest.mark.parametrize(
    ("how", "failure"),
    [
        (signal.SIGSTOP, Failure("wall_limit", "over 1.0 s of wall time")),
        (signal.SIGKILL, Failure("extractor_died", "SIGKILL")),
    ],
)
def test_after_the_last_attempt_the_page_is_given_up_and_no_other(how, failure):
    with Sandbox(ExtractSettings(wall_seconds=1.0, attempts=1)) as fragile:
        fragile.extract(page(PARAGRAPH * 5), "https://example.kr/a", DAY)
        os.kill(fragile.pid, how)
        time.sleep(0.1)
        assert fragile.extract(page(PARAGRAPH), "https://example.kr/b", DAY) == failure
        assert isinstance(fragile.extract(page(PARAGRAPH * 5), "https://example.kr/c", DAY), Article)


def test_too_long_a_page_is_not_even_sent():
    with Sandbox(ExtractSettings(max_characters=1000)) as short:
        assert short.extract("가" * 1001, "https://example.kr/", DAY).reason == "html_too_large"
        assert short.pid is None
