"""Main text of pages as the templates of Korean sites write them."""

import datetime as dt
from pathlib import Path

import pytest

from pipelines.extract import Article, ExtractSettings, extract_article

FOLDER = Path(__file__).parents[1] / "data" / "templates"
PROSE = [
    "말모이는 우리말을 모으고 지키려던 사람들이 남긴 첫 국어사전 원고의 이름이다.",
    "원고는 오랫동안 행방을 알 수 없었으나 뒷날 한 수집가의 서고에서 다시 발견되었다.",
    "학자들은 낱말마다 뜻과 쓰임을 적고, 사투리와 옛말까지 빠짐없이 실으려고 애썼다.",
]


def article(template: str) -> Article:
    html = (FOLDER / f"{template}.html").read_text(encoding="utf-8")
    return extract_article(html, "https://example.kr/12", dt.date(2026, 11, 1), ExtractSettings())


@pytest.mark.parametrize("template", sorted(path.stem for path in FOLDER.glob("*.html")))
def test_the_article_and_nothing_but_the_article(template):
    found = article(template)
    lines = found.text.split("\n")
    assert [line for line in lines if line in PROSE] == PROSE
    assert [line for line in lines if line not in PROSE and line not in {"말모이 이야기", "본문"}] == []
    assert found.title == "말모이 이야기"


@pytest.mark.parametrize(
    ("template", "day"),
    [("tistory", "2021-10-09"), ("government", "2021-10-09"), ("press", "2021-10-09"), ("xpress", None)],
)
def test_the_printed_date_is_read(template, day):
    assert article(template).published_at == day


def test_the_reporter_is_the_author():
    assert article("press").author == "주시경"
