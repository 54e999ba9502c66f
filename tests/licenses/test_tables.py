"""The tables behind the rules name where they come from, and evidence names their version."""

import tomllib
from importlib.resources import files

import pytest

from licenses import RightsSettings, Source, page_signals, terms_signals
from licenses.tables import table, tables_version, version_of
from licenses.vectors import judge

DATA = files("licenses") / "data"
TABLES = ("ai_agents", "licences", "notices")


@pytest.mark.parametrize("name", TABLES)
def test_tables_have_a_version_and_sources(name):
    content = tomllib.loads((DATA / f"{name}.toml").read_text("utf-8"))
    assert content["version"]
    assert all(isinstance(one, str) for one in content["sources"])
    assert version_of(name) == f"{name} {content['version']}"


def test_a_table_that_is_not_there_is_told():
    with pytest.raises(FileNotFoundError):
        table("weather")


def test_one_digest_stands_for_all_tables():
    assert tables_version() == tables_version()
    assert len(bytes.fromhex(tables_version())) == 16


def test_evidence_names_the_version_of_its_table():
    source = Source("https://example.kr/", None, 200, "")
    assert {one.spec_version for one in terms_signals("AI 학습 금지", source)} == {version_of("notices")}
    markup = '<link rel="license" href="https://creativecommons.org/licenses/by/4.0/">'
    found = page_signals(
        source.url, [], markup, fetched_at=None, body_sha256="", http_status=200, settings=RightsSettings()
    )
    assert {one.spec_version for one in found} == {version_of("licences")}


def test_named_crawlers_are_those_of_the_table():
    rules = "User-agent: GPTBot\nDisallow: /\n"
    assert judge("robots_ai", {"robots_txt": rules, "path": "/"})["train_for"] == "deny"
