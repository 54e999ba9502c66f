"""robots.txt: RFC 9309, AI crawlers, preferences."""

import datetime as dt
import hashlib
import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses import Axis, RightsSettings, SiteFile, Value, prepare, resolve, site_file_kind, site_signals

SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[3] / "shared"))
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
ORIGIN = "https://example.kr"
SETTINGS = RightsSettings()


def robots(body, status=200):
    octets = body if isinstance(body, bytes) else body.encode()
    digest = hashlib.sha256(octets).hexdigest()
    return SiteFile("robots", f"{ORIGIN}/robots.txt", ORIGIN, NOW, status, octets, digest)


def rights(body, path="/글", status=200, host=ORIGIN):
    return resolve(site_signals(robots(body, status), host + path, SETTINGS))


def crawl(body, path="/a", status=200):
    return rights(body, path, status).axes[Axis.CRAWL]


def train(body, path="/a", host=ORIGIN):
    found = rights(body, path, host=host).axes
    return found[Axis.TRAIN_DOM], found[Axis.TRAIN_FOR]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (200, "deny"),
        (204, "deny"),
        (301, "deny_temp"),
        (401, "allow"),
        (403, "allow"),
        (404, "allow"),
        (410, "allow"),
        (429, "deny_temp"),
        (500, "deny_temp"),
        (503, "deny_temp"),
    ],
)
def test_the_status_decides_whether_rules_are_read(status, expected):
    assert crawl("User-agent: *\nDisallow: /", status=status) == expected


def test_no_answer_denies_but_a_body_without_status_is_read():
    assert crawl("", status=None) == "deny_temp"
    assert crawl("User-agent: *\nAllow: /", status=None) == "allow"


def test_temporary_denial_denies_every_other_axis():
    found = rights("", status=503).axes
    assert {value for axis, value in found.items() if axis is not Axis.CRAWL} == {Value.DENY}


def test_a_page_served_as_robots_txt_has_no_rules():
    signals = site_signals(robots("<!DOCTYPE html><p>User-agent: *\nDisallow: /"), f"{ORIGIN}/a", SETTINGS)
    assert [one.rule_id for one in signals] == ["robots.soft404"]
    assert resolve(signals).axes[Axis.CRAWL] == "allow"


@pytest.mark.parametrize(
    ("rules", "path", "expected"),
    [
        ("Allow: /p\nDisallow: /", "/page", "allow"),
        ("Allow: /folder\nDisallow: /folder", "/folder/page", "allow"),
        ("Allow: /page\nDisallow: /*.html", "/page.html", "deny"),
        ("Allow: /page\nDisallow: /*.ph", "/page.php5", "allow"),
        ("Allow: /$\nDisallow: /", "/", "allow"),
        ("Allow: /$\nDisallow: /", "/page.html", "deny"),
        ("Disallow: /fish*.php", "/fishheads/catfish.php?parameters", "deny"),
        ("Disallow: /fish", "/Fish.asp", "allow"),
        ("Disallow: /*.php$", "/file.php?parameters", "allow"),
        ("Disallow: /*.php$", "/file.php", "deny"),
        ("Disallow: /*?page=", "/목록?page=2", "deny"),
        ("Disallow: /검색", "/%EA%B2%80%EC%83%89/1", "deny"),
        ("Disallow: /%EA%B2%80%ec%83%89", "/검색", "deny"),
        ("Disallow: /%62%61%7a", "/baz", "deny"),
        ("Disallow: /a%2Fb", "/a/b", "allow"),
        ("Disallow: /%2A", "/*", "deny"),
        ("Disallow: /a$b", "/a$b/c", "deny"),
        ("Disallow:", "/a", "allow"),
        ("Disallow: /", "/robots.txt", "allow"),
        ("Dissallow: /", "/a", "deny"),
        ("Disallow /", "/a", "deny"),
        ("Disallow: /\nAlow: /", "/a", "deny"),
        ("Disallow: / # 모두", "/a", "deny"),
        ("Disallow: /a*a*a*b", "/aaaaaaaaaaaaaaac", "allow"),
        ("Disallow: /*ab*ab$", "/ab", "allow"),
    ],
)
def test_the_longest_pattern_wins(rules, path, expected):
    assert crawl(f"User-agent: *\n{rules}\n", path) == expected


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("User-agent: MalmoiBot\nDisallow: /\n\nUser-agent: *\nAllow: /", "deny"),
        ("User-agent: malmoibot/1.0\nDisallow: /", "deny"),
        ("User-agent: MalmoiBot\nAllow: /b\n\nUser-agent: *\nDisallow: /", "allow"),
        ("User-agent: *\nDisallow: /b\n\nUser-agent: x\nDisallow: /\n\nUser-agent: *\nDisallow: /a", "deny"),
        ("User-agent: MalmoiBot\nDisallow: /b\n\nUser-agent: MALMOIBOT\nDisallow: /a", "deny"),
        (
            "User-agent: x\nSitemap: https://example.kr/s.xml\nCrawl-delay: 3\nUser-agent: MalmoiBot\nDisallow: /",
            "deny",
        ),
        ("User-agent: x\nDisallow: /\nUser-agent: MalmoiBot\nAllow: /", "allow"),
        ("User-agent: NotMalmoiBot\nDisallow: /", "allow"),
        ("\ufeffUser-agent: *\nDisallow: /", "deny"),
        ("User-agent: *\r\nDisallow: /\r\n", "deny"),
        ("Disallow: /", "allow"),
        ("user agent: *\nDisallow: /", "deny"),
    ],
)
def test_groups(body, expected):
    assert crawl(body) == expected


def test_a_long_file_is_read_to_its_limit_and_says_so():
    body = "User-agent: *\nDisallow: /a\n" + "# 채우기\n" * 60_000 + "Disallow: /b\n"
    signals = site_signals(robots(body), f"{ORIGIN}/b", SETTINGS)
    assert resolve(signals).axes[Axis.CRAWL] == "allow"
    assert "robots.truncated" in {one.rule_id for one in signals}
    assert crawl(body, "/a") == "deny"


def test_a_file_in_the_old_korean_encoding_is_read():
    body = "# 인공지능 학습 목적의 수집을 금지합니다\nUser-agent: *\nDisallow: /관리\n".encode("cp949")
    assert rights(body, "/글").axes[Axis.TRAIN_DOM] == "deny"
    assert crawl(body, "/글") == "allow"


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("User-agent: GPTBot\nDisallow: /", ("unknown", "deny")),
        ("User-agent: Kangaroo Bot\nDisallow: /", ("unknown", "deny")),
        ("User-agent: AI2Bot\nDisallow: /", ("unknown", "deny")),
        ("User-agent: ClaudeBot\nDisallow: /private", ("unknown", "unknown")),
        ("User-agent: GPTBot\nAllow: /", ("unknown", "unknown")),
        ("User-agent: Yeti\nAllow: /\nUser-agent: Googlebot\nDisallow: /", ("unknown", "unknown")),
        ("User-agent: WRTNBot\nDisallow: /", ("unknown", "unknown")),
        ("# AI TRAINING IS FORBIDDEN ON THIS SITE\nUser-agent: *\nAllow: /", ("deny", "deny")),
        ("# This site is\n# about AI training.\n\n# Bots are not allowed to shout.", ("unknown", "unknown")),
        ("# AI 학습에 자유롭게 이용할 수 있습니다.", ("unknown", "unknown")),
        ("User-agent: *\nContent-Signal: ai-train=no\nAllow: /", ("deny", "deny")),
        ("User-agent: *\nContent-Signal: ai-train=yes\nAllow: /", ("allow", "allow")),
        ("User-agent: *\nContent-Signal: use=reference, search=yes\nAllow: /", ("unknown", "unknown")),
        ("User-agent: GPTBot\nContent-Usage: train-ai=n\nAllow: /", ("unknown", "deny")),
        ("User-agent: *\nContent-Usage: /a train-ai=y\nContent-Usage: /a train-ai=n\nAllow: /", ("deny", "deny")),
        ("User-agent: *\nContent-Usage: train-ai=?0\nAllow: /", ("unknown", "unknown")),
    ],
)
def test_training(body, expected):
    assert train(body) == expected


def test_permission_of_a_host_weighs_less_where_users_own_the_texts():
    body = "User-agent: *\nContent-Usage: train-ai=y, search=y\nAllow: /"
    assert train(body, host="https://someone.tistory.com") == ("unknown", "unknown")
    assert rights(body, host="https://someone.tistory.com").axes[Axis.INDEX] == "allow"


def test_disallowed_paths_carry_no_preference():
    body = "User-agent: GPTBot\nContent-Usage: train-ai=y\nDisallow: /a\n\nUser-agent: *\nAllow: /"
    assert train(body) == ("unknown", "deny")


def test_prepared_rules_give_the_same_answers_and_share_evidence():
    rules = prepare(robots("User-agent: *\nDisallow: /비밀"), SETTINGS)
    open_ids = {one.evidence_id for number in range(50) for one in rules.signals(f"{ORIGIN}/글/{number}")}
    assert len(open_ids) == 1
    assert resolve(rules.signals(f"{ORIGIN}/비밀/1")).axes[Axis.CRAWL] == "deny"
    assert resolve(rules.signals(f"{ORIGIN}/글")).axes[Axis.CRAWL] == "allow"


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://example.kr/robots.txt", "robots"),
        ("https://example.kr/.well-known/tdmrep.json", "tdmrep"),
        ("https://example.kr/ai.txt", "ai_txt"),
        ("https://example.kr/trust.txt", "trust_txt"),
        ("https://example.kr/.well-known/trust.txt", "trust_txt"),
        ("https://example.kr/blog/robots.txt", None),
        ("https://example.kr/", None),
    ],
)
def test_site_file_kind(url, kind):
    assert site_file_kind(url) == kind


LINES = st.sampled_from(
    [
        "User-agent: *",
        "User-agent: MalmoiBot",
        "User-agent: GPTBot",
        "Disallow: /",
        "Disallow: /글",
        "Allow: /글",
        "Disallow:",
        "Sitemap: https://example.kr/s.xml",
        "Content-Signal: ai-train=no",
        "Content-Usage: train-ai=y",
        "# AI 학습 금지",
        "",
        "아무 말",
    ]
)


@given(st.lists(LINES, max_size=12), st.binary(max_size=40))
def test_any_bytes_are_a_file(lines, noise):
    body = "\n".join(lines).encode() + b"\n" + noise
    assert crawl(body, "/글") in {"allow", "deny"}


@given(st.lists(LINES, max_size=12))
def test_a_ban_in_prose_is_never_lifted_by_other_lines(lines):
    body = "\n".join(["# AI 학습 이용 금지", "", *lines])
    assert train(body) == ("deny", "deny")


def test_real_files_that_speak_to_everybody_are_open():
    path = SHARED / "data" / "consent" / "signals.jsonl"
    if not path.exists():
        pytest.skip("shared/data is not here")
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    files = [row["text"] for row in rows if row["kind"] == "robots.txt"]
    plain = [text for text in files if "Disallow: /" not in text.replace("Disallow: /n", "")]
    assert len(plain) > 20
    assert {crawl(text, "/글") for text in plain} == {"allow"}
