"""RSL documents and TDM policies of an archive reach the pages that refer to them, and no others."""

import json
from pathlib import Path

import polars as pl
import pytest

from tests.pipelines._archive import Archive
from tests.pipelines._rows import malmoi, run
from tests.pipelines.test_sources import html, prose

RSL = '<rsl xmlns="https://rslstandard.org/rsl"><content url="/"><license>{}</license></content></rsl>'
TRAIN = '<permits type="usage">ai-all</permits>'
BOMB = b'<!DOCTYPE rsl [<!ENTITY a "aaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><rsl xmlns="https://rslstandard.org/rsl">&b;</rsl>'
POLICY = {
    "@context": ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"],
    "@type": "Offer",
    "profile": "http://www.w3.org/ns/tdmrep",
    "uid": "https://policy.kr/policies/1",
    "permission": [
        {
            "action": "tdm:mine",
            "constraint": [
                {"leftOperand": "spatial", "operator": "isPartOf", "rightOperand": ["urn:iso:3166:KOR"]},
            ],
        }
    ],
}
FEED = (
    '<?xml version="1.0"?><rss version="2.0" xmlns:rsl="https://rslstandard.org/rsl"><channel><item>'
    '<link>https://feed.kr/1</link><rsl:content url="https://feed.kr/1"><rsl:license>'
    '<rsl:prohibits type="usage">ai-train</rsl:prohibits></rsl:license></rsl:content></item></channel></rss>'
)


def licence_line(host: str, target: str) -> bytes:
    return f"License: {target}\nUser-agent: *\nAllow: /\nSitemap: https://{host}/sitemap.xml\n".encode()


@pytest.fixture(scope="module")
def found(tmp_path_factory) -> dict[str, dict]:
    """The rights of every page, and the rules behind them, by URL."""
    folder = tmp_path_factory.mktemp("referred")
    pages = Archive(folder / "a-pages.warc.gz")
    hosts = ("geo.kr", "missing.kr", "bomb.kr", "policy.kr", "nopolicy.kr", "feed.kr", "plain.kr")
    reserved = {
        host: ["tdm-reservation: 1", f"tdm-policy: https://{host}/policies/1"] for host in ("policy.kr", "nopolicy.kr")
    }
    for number, host in enumerate(hosts):
        pages.add(f"https://{host}/1", html(prose(100 + number)), headers=reserved.get(host, ()))
    pages.add("https://feed.kr/2", html(prose(120)))
    link = '<link rel="license" type="application/rsl+xml" href="/terms/rsl.xml">'
    pages.add("https://link.kr/1", html(prose(121), head=link))
    pages.add("https://link.kr/2", html(prose(122)))
    header = 'Link: <https://rights.example/all.xml>; rel="license"; type="application/rsl+xml"'
    pages.add("https://header.kr/1", html(prose(123)), headers=[header])
    inline = f'<script type="application/rsl+xml">{RSL.format(TRAIN)}</script>'
    pages.add("https://inline.kr/1", html(prose(124), head=inline))

    # What they refer to comes last, in a file of its own, under whatever media type.
    files = Archive(folder / "z-files.warc.gz")
    for host, target in (
        ("geo.kr", "https://geo.kr/license.xml"),
        ("missing.kr", "https://missing.kr/rsl.xml"),
        ("bomb.kr", "https://bomb.kr/rsl.xml"),
    ):
        files.add(f"https://{host}/robots.txt", licence_line(host, target), kind="text/plain")
    geo = RSL.format(f'{TRAIN}<permits type="geo">KR</permits><payment type="free"/>')
    files.add("https://geo.kr/license.xml", geo.encode(), kind="text/xml")
    files.add("https://bomb.kr/rsl.xml", BOMB, kind="application/rsl+xml")
    files.add("https://link.kr/terms/rsl.xml", RSL.format(f'{TRAIN}<payment type="crawl"/>').encode(), kind="text/html")
    files.add("https://rights.example/all.xml", RSL.format(TRAIN).encode("utf-16"), kind="application/rsl+xml")
    files.add("https://policy.kr/policies/1", json.dumps(POLICY).encode(), kind="application/ld+json")
    files.add("https://feed.kr/rss", FEED.encode(), kind="application/rss+xml")

    warehouse = tmp_path_factory.mktemp("warehouse") / "w"
    run(folder, warehouse, "--workers", 1)
    data = warehouse / "corpus"
    documents = pl.read_parquet(
        data / "documents/data/**/*.parquet", columns=["url", "policy_class_id", "evidence_ids"]
    )
    classes = pl.read_parquet(data / "policy_classes/data/**/*.parquet")
    evidence = pl.read_parquet(data / "evidence/data/**/*.parquet").unique("evidence_id")
    rules = dict(evidence.select("evidence_id", pl.struct("rule_id", "literal", "site_file_digest")).iter_rows())
    joined = documents.join(classes, on="policy_class_id").to_dicts()
    return {"warehouse": warehouse} | {
        row["url"]: row | {"rules": {rules[one]["rule_id"]: rules[one] for one in row["evidence_ids"]}}
        for row in joined
    }


@pytest.mark.parametrize(
    ("url", "domestic", "foreign", "rule"),
    [
        ("https://geo.kr/1", "allow", "deny", "rsl.offer"),
        ("https://link.kr/1", "cond", "cond", "rsl.offer"),
        ("https://header.kr/1", "allow", "allow", "rsl.offer"),
        ("https://inline.kr/1", "allow", "allow", "rsl.offer"),
        ("https://missing.kr/1", "unknown", "unknown", "rsl.not_captured"),
        ("https://bomb.kr/1", "unknown", "unknown", "rsl.invalid.dtd"),
        ("https://feed.kr/1", "deny", "deny", "rsl.denial"),
        ("https://policy.kr/1", "allow", "deny", "tdmrep.header.policy"),
        ("https://nopolicy.kr/1", "deny", "deny", "tdm_policy.not_captured"),
    ],
)
def test_a_page_gets_what_it_refers_to(found, url, domestic, foreign, rule):
    page = found[url]
    assert (page["train_dom"], page["train_for"]) == (domestic, foreign)
    assert rule in page["rules"]


@pytest.mark.parametrize("url", ["https://plain.kr/1", "https://link.kr/2", "https://feed.kr/2"])
def test_a_page_that_refers_to_nothing_gets_nothing(found, url):
    page = found[url]
    assert (page["train_dom"], page["train_for"], page["review"]) == ("unknown", "unknown", "none")
    assert not [rule for rule in page["rules"] if rule.startswith(("rsl", "tdm"))]


def test_what_is_not_at_hand_is_for_a_person_to_read(found):
    for url in ("https://missing.kr/1", "https://bomb.kr/1", "https://nopolicy.kr/1"):
        assert found[url]["review"] == "needed"
    assert found["https://missing.kr/1"]["rules"]["rsl.not_captured"]["literal"] == "https://missing.kr/rsl.xml"


def test_documents_are_kept_as_served_and_no_pages(found):
    data: Path = found["warehouse"] / "corpus"
    files = pl.read_parquet(data / "site_files/data/**/*.parquet")
    kinds = dict(files.select("url", "kind").iter_rows())
    assert kinds["https://geo.kr/license.xml"] == kinds["https://link.kr/terms/rsl.xml"] == "rsl"
    assert kinds["https://policy.kr/policies/1"] == "tdm_policy"
    assert kinds["https://feed.kr/rss"] == "rsl_feed"
    offer = found["https://geo.kr/1"]["rules"]["rsl.offer"]
    digest = files.filter(pl.col("url") == "https://geo.kr/license.xml")["digest"].item()
    assert offer["site_file_digest"] == digest
    assert '<permits type="geo">KR</permits>' in offer["literal"]
    shown = malmoi("explain", "https://geo.kr/1", "--warehouse", found["warehouse"])
    assert "rsl.offer" in shown.stdout or "evidence rsl" in shown.stdout
