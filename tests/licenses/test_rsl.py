"""RSL documents: what they say of training, to whom, under which conditions; broken ones license nothing."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses import Axis, RightsSettings, Source, page_signals, resolve
from licenses.countries import expand
from licenses.references import Referred, follow
from licenses.robots import RobotsRules
from licenses.rsl import RslRules, rsl_signals
from licenses.rsl_discovery import linked
from licenses.vectors import judge
from tests.licenses import _rsl as slow

URL = "https://news.example.kr"
SOURCE = Source(f"{URL}/license.xml", None, 200, "0" * 64)
OPEN = "<rsl xmlns='https://rslstandard.org/rsl'>"


def one(licence: str, url: str = "/", attributes: str = "") -> str:
    return f"{OPEN}<content url='{url}' {attributes}>{licence}</content></rsl>"


def lic(*parts: str) -> str:
    return f"<license>{''.join(parts)}</license>"


def may(values: str, kind: str = "usage") -> str:
    return f"<permits type='{kind}'>{values}</permits>"


def may_not(values: str, kind: str = "usage") -> str:
    return f"<prohibits type='{kind}'>{values}</prohibits>"


def pay(kind: str, inner: str = "") -> str:
    return f"<payment type='{kind}'>{inner}</payment>"


def rights(xml: str | bytes, path: str = "/기사/1", **options):
    body = xml.encode() if isinstance(xml, str) else xml
    return resolve(rsl_signals(body, URL + path, SOURCE, **options))


def training(found):
    return str(found.axes[Axis.TRAIN_DOM]), str(found.axes[Axis.TRAIN_FOR])


def conditions(found):
    return list(found.conditions[Axis.TRAIN_DOM]), list(found.conditions[Axis.TRAIN_FOR])


ALLOW, DENY, COND, UNKNOWN = "allow", "deny", "cond", "unknown"


@pytest.mark.parametrize(
    ("licence", "domestic", "foreign"),
    [
        (lic(may("ai-train")), ALLOW, ALLOW),
        (lic(may("all")), ALLOW, ALLOW),
        (lic(may("ai-all")), ALLOW, ALLOW),
        (lic(may("  search \n\t ai-train  ")), ALLOW, ALLOW),
        (lic(may("search,ai-train")), ALLOW, ALLOW),  # 0.9
        (lic(may("search, ai-index , ai-input")), DENY, DENY),
        (lic(may("search")), DENY, DENY),
        (lic(may("")), DENY, DENY),
        (lic(may("AI-TRAIN")), DENY, DENY),  # never expand rights
        (lic(may("train-ai")), DENY, DENY),  # a name of a draft is no permission
        (lic(may("x:ai-train")), DENY, DENY),  # an extension token that we do not know
        (lic(may_not("ai-train")), DENY, DENY),
        (lic(may_not("ai-all")), DENY, DENY),
        (lic(may_not("all")), DENY, DENY),
        (lic(may_not("AI-All")), DENY, DENY),
        (lic(may_not("train-ai")), DENY, DENY),
        (lic(may("all"), may_not("ai_train")), DENY, DENY),
        (lic(may("all"), may_not("AI training")), DENY, DENY),
        (lic(may_not("ai-input search")), UNKNOWN, UNKNOWN),
        (lic(may("ai-all"), may_not("ai-input")), ALLOW, ALLOW),
        (lic(may("ai-train"), may_not("ai-train")), DENY, DENY),
        (lic(may("all"), may_not("ai-all")), DENY, DENY),
        (lic(pay("free")), UNKNOWN, UNKNOWN),
        (lic(), UNKNOWN, UNKNOWN),
        (lic(may("ai-train")) + lic(may_not("ai-all")), DENY, DENY),
        (lic(may("search")) + lic(may("ai-train")), ALLOW, ALLOW),
        (lic(may("search")) + lic(), DENY, DENY),
        # geography
        (lic(may("ai-train"), may("KR", "geo")), ALLOW, DENY),
        (lic(may("ai-train"), may("KR US", "geo")), ALLOW, COND),
        (lic(may("ai-train"), may("KR,EU", "geo")), ALLOW, COND),
        (lic(may("ai-train"), may("US", "geo")), DENY, COND),
        (lic(may("ai-train"), may("EU", "geo")), DENY, COND),
        (lic(may("ai-train"), may("kr", "geo")), DENY, DENY),
        (lic(may("ai-train"), may("KOR", "geo")), DENY, DENY),
        (lic(may("ai-train"), may("UK", "geo")), DENY, DENY),  # GB is the code
        (lic(may("ai-train"), may("", "geo")), DENY, DENY),
        (lic(may("ai-train"), may_not("KR", "geo")), DENY, COND),
        (lic(may("ai-train"), may_not("US", "geo")), ALLOW, COND),
        (lic(may("ai-train"), may_not("us", "geo")), ALLOW, COND),
        (lic(may("ai-train"), may("KR US", "geo"), may_not("US", "geo")), ALLOW, DENY),
        (lic(may("ai-train"), may("KR DE", "geo"), may_not("EU", "geo")), ALLOW, DENY),
        (lic(may("ai-train"), may("KR", "geo"), may_not("KR", "geo")), DENY, DENY),
        (lic(may("KR", "geo")), UNKNOWN, DENY),
        (lic(may("JP", "geo")), DENY, UNKNOWN),
        (lic(may("ai-train"), may("KR", "geo")) + lic(may("ai-train"), may("US", "geo"), pay("training")), ALLOW, COND),
        (lic(may("ai-train"), may("KR", "geo")) + lic(may("ai-train")), ALLOW, ALLOW),
        # users
        (lic(may("ai-train"), may("non-commercial education", "user")), COND, COND),
        (lic(may("ai-train"), may_not("commercial", "user")), COND, COND),
        (lic(may("ai-train"), may("commercial", "user"), may_not("commercial", "user")), DENY, DENY),
        (lic(may("ai-train"), may("everybody", "user")), DENY, DENY),
        # what is not of the grammar licenses nothing
        (lic(may("ai-train"), "<permit type='usage'>ai-train</permit>"), UNKNOWN, UNKNOWN),
        (lic(may("ai-train")) + "<licence/>", UNKNOWN, UNKNOWN),
        (lic(may("ai-train"), may("ai-train")), UNKNOWN, UNKNOWN),
        (lic(may("ai-train"), "<permits>KR</permits>"), UNKNOWN, UNKNOWN),
        (lic(may("ai-train"), may("KR", "region")), UNKNOWN, UNKNOWN),
        (lic(may("ai-train"), pay("free"), pay("crawl")), UNKNOWN, UNKNOWN),
        (lic(may("ai-train"), may_not("Wakanda", "geo")), UNKNOWN, UNKNOWN),
        (lic(may("ai-train"), may_not("robots", "user")), UNKNOWN, UNKNOWN),
        ("", UNKNOWN, UNKNOWN),
        (may("ai-train"), UNKNOWN, UNKNOWN),
        # but what it prohibits is heard
        (lic(may_not("ai-train")) + "<licence/>", DENY, DENY),
        (lic(may("ai-train"), may_not("all")) + lic("<permit/>"), DENY, DENY),
        (lic(may_not("ai-train"), may_not("search")), DENY, DENY),
        # extensions of others are left alone
        (lic(may("ai-train"), "<x:binding xmlns:x='https://openrsl.org/ns' ref='1'/>"), ALLOW, ALLOW),
        (lic("<x:draft xmlns:x='urn:x'>" + may("ai-train") + "</x:draft>"), UNKNOWN, UNKNOWN),
    ],
)
def test_what_a_licence_says_of_training(licence, domestic, foreign):
    assert training(rights(one(licence))) == (domestic, foreign)


@pytest.mark.parametrize(
    ("licence", "attributes", "wanted"),
    [
        (lic(pay("crawl")), "", ["payment:crawl"]),
        (lic(pay("purchase")), "", ["payment:purchase"]),
        (lic(pay("subscription", "<amount currency='KRW'>9900</amount>")), "", ["payment:subscription"]),
        (lic(pay("Use")), "", ["payment:use"]),
        (lic(pay("contribution")), "", ["payment:contribution"]),
        (lic(pay("per token &amp; more")), "", ["payment:unknown"]),
        (lic(pay("free")), "", []),
        (lic("<payment/>"), "", []),
        (lic(pay("attribution")), "", ["attribution"]),
        (
            lic(pay("attribution", "<standard>https://creativecommons.org/licenses/by-nc/4.0/</standard>")),
            "",
            ["attribution", "non_commercial"],
        ),
        (lic("<payment><standard>https://rslcollective.org/license</standard></payment>"), "", ["agreement"]),
        (lic("<payment><custom>https://a.kr/ask</custom></payment>"), "", ["agreement"]),
        (lic("<payment><amount currency='USD'>5.00</amount></payment>"), "", ["agreement"]),
        (lic("<payment><amount currency='USD'>0.00</amount></payment>"), "", []),
        (lic("<reporting type='audit' profile='https://a.kr/p'/>"), "", ["agreement"]),
        (lic("<legal type='warranty'>ownership</legal>"), "", []),
        (lic(), "server='https://rsl.a.kr'", ["licence_token"]),
        (lic(pay("crawl")), "server='rsl.a.kr' encrypted='true'", ["licence_token", "payment:crawl"]),
        (lic(), "server=''", []),
        (lic(may("personal education", "user")), "", ["user:education,personal"]),
        (lic(may_not("commercial government", "user")), "", ["user:education,non-commercial,personal"]),
    ],
)
def test_on_which_conditions(licence, attributes, wanted):
    found = rights(one(licence.replace("<license>", "<license>" + may("ai-train")), attributes=attributes))
    assert conditions(found) == (wanted, wanted)
    assert training(found) == ((COND, COND) if wanted else (ALLOW, ALLOW))
    assert found.confidence[Axis.TRAIN_DOM] == 0.95


def test_countries_are_conditions_abroad_alone():
    assert conditions(rights(one(lic(may("ai-train"), may("JP EU KR", "geo"))))) == ([], ["geo:EU,JP"])
    without_germany = conditions(rights(one(lic(may("ai-train"), may("KR EU", "geo"), may_not("DE", "geo")))))
    assert without_germany[0] == []
    assert set(without_germany[1][0].removeprefix("geo:").split(",")) == expand(frozenset({"EU"})) - {"DE"}


def test_the_best_offer_is_taken_by_each():
    licences = lic(may("ai-train"), pay("crawl")) + lic(may("ai-train"), may("KR", "geo"), pay("attribution"))
    found = rights(one(licences))
    assert conditions(found) == (["attribution"], ["payment:crawl"])


@pytest.mark.parametrize(
    ("url", "path", "matched"),
    [
        ("/", "/a", True),
        ("", "/a", True),
        ("/a", "/ab", True),
        ("/a$", "/ab", False),
        ("/a$", "/a", True),
        ("/*.html$", "/기사/1.html", True),
        ("/*.html$", "/1.html?x=1", False),
        ("/*/사설/", "/2026/사설/1", True),
        ("/%EA%B8%B0%EC%82%AC", "/기사/1", True),
        ("/A", "/a", False),
        ("*.pdf", "/x.pdf", True),
        (f"{URL}/a", "/a/1", True),
        ("HTTPS://NEWS.example.kr:443/a", "/a/1", True),
        ("https://news.example.kr", "/a", True),
        ("//news.example.kr/a", "/a", True),
        ("https://news.example.kr/*?id=", "/v?id=1", True),
        ("https://other.example.kr/", "/a", False),
        ("https://example.kr/", "/a", False),
        ("http://news.example.kr/", "/a", False),
        ("https://news.example.kr:8443/", "/a", False),
        ("https://*.example.kr/", "/a", False),
        ("ftp://news.example.kr/", "/a", False),
        ("doi:10.1000/182", "/a", False),
    ],
)
def test_where_a_document_speaks(url, path, matched):
    found = rights(one(lic(may("ai-train")), url=url), path)
    assert training(found) == ((ALLOW, ALLOW) if matched else (UNKNOWN, UNKNOWN))


@pytest.mark.parametrize("url", ["articles/*", "news.example.kr/a", "http://[::1", "https://"])
def test_a_document_with_a_url_that_is_none_is_invalid(url):
    found = rights(
        f"{OPEN}<content url='{url}'>{lic(may('search'))}</content><content url='/'>{lic(may('all'))}</content></rsl>"
    )
    assert training(found) == (UNKNOWN, UNKNOWN)


def test_the_narrower_scope_comes_first():
    site, section = lic(may_not("ai-all")), lic(may("ai-train"))
    xml = f"{OPEN}<content url='/'>{site}</content><content url='/열린/'>{section}</content></rsl>"
    assert training(rights(xml, "/열린/1")) == (ALLOW, ALLOW)
    assert training(rights(xml, "/닫힌/1")) == (DENY, DENY)
    turned = xml.replace(site, "X").replace(section, site).replace("X", section)
    assert training(rights(turned, "/열린/1")) == (DENY, DENY)


def test_what_a_narrower_scope_does_not_speak_of_the_wider_decides():
    narrow = lic(may_not("search"), pay("crawl"))
    xml = f"{OPEN}<content url='/'>{lic(may('all'))}</content><content url='/a/'>{narrow}</content></rsl>"
    assert conditions(rights(xml, "/a/1")) == (["payment:crawl"], ["payment:crawl"])
    assert training(rights(xml, "/b")) == (ALLOW, ALLOW)


@pytest.mark.parametrize(
    "body",
    [
        one(lic(may("all"))).replace("https://rslstandard.org/rsl", "https://example.org/rsl"),
        one(lic(may("all"))).replace(" xmlns='https://rslstandard.org/rsl'", ""),
        one(lic(may("all"))).replace("https://rslstandard.org/rsl", "http://rslstandard.org/rsl"),
        one(lic(may("all"))).replace("</rsl>", ""),
        "<html><body>404</body></html>",
        "",
        "not xml",
        "<!DOCTYPE rsl>" + one(lic(may("all"))),
        one(lic(may("all"))).replace("<content", "<group><content").replace("</content>", "</content></group>"),
        f"{OPEN}<content>{lic(may('all'))}</content></rsl>",
        f"{OPEN}<content url='/'/><content url='/a'>{lic(may('all'))}</content></rsl>",
    ],
)
def test_what_is_no_document_licenses_nothing_and_is_counted(body):
    evidence = rsl_signals(body.encode(), URL + "/a", SOURCE)
    assert training(resolve(evidence)) == (UNKNOWN, UNKNOWN)
    assert all(one.rule_id.startswith("rsl.invalid.") for one in evidence)


@pytest.mark.parametrize("missing", [" xmlns='https://rslstandard.org/rsl'", "</rsl>"])
def test_a_prohibition_in_a_wrong_namespace_is_heard_in_no_xml_it_is_not(missing):
    found = rights(one(lic(may_not("ai-train"))).replace(missing, ""))
    assert training(found) == ((DENY, DENY) if "xmlns" in missing else (UNKNOWN, UNKNOWN))


def test_prefixes_and_korean_encodings_are_read():
    prefixed = one(lic(may("all"))).replace("<", "<r:").replace("<r:/", "</r:").replace("xmlns=", "xmlns:r=")
    assert training(rights(prefixed)) == (ALLOW, ALLOW)
    korean = "<?xml version='1.0' encoding='EUC-KR'?>" + one(lic(may("all")), url="/똠방각하/")
    assert training(rights(korean.encode("cp949"), "/똠방각하/1")) == (ALLOW, ALLOW)
    assert training(rights(one(lic(may("all"))).encode("utf-16"))) == (ALLOW, ALLOW)


def test_evidence_quotes_the_licence():
    licence = lic(may("ai-train"), "<!-- 무료 -->", may("KR", "geo"))
    evidence = rsl_signals(one(licence, url="/기사").encode(), URL + "/기사/1", SOURCE)
    assert [one.literal for one in evidence] == [licence, licence]
    assert {one.spec_version for one in evidence} == {"RSL-SPEC-1.0"}
    assert all("/기사" in one.locator for one in evidence)


LISTS = {
    "usage": st.lists(st.sampled_from(slow.ALL), max_size=3, unique=True),
    "user": st.lists(st.sampled_from(slow.USERS), max_size=3, unique=True),
    "geo": st.lists(st.sampled_from(["KR", "US", "JP", "DE", "FR", "EU"]), max_size=3, unique=True),
}
LICENCES = st.builds(
    lambda lists, payment: {"lists": lists, "payment": payment},
    st.fixed_dictionaries(
        {}, optional={(element, kind): values for element in ("permits", "prohibits") for kind, values in LISTS.items()}
    ),
    st.sampled_from([None, "free", "attribution", "crawl", "training"]),
)
CONTENTS = st.lists(
    st.tuples(
        st.sampled_from(["/", "/a", "/a/", "/a/b$", "/*/b", "*.html", "/c"]),
        st.sampled_from(["", "https://rsl.kr"]),
        st.lists(LICENCES, min_size=1, max_size=3),
    ),
    min_size=1,
    max_size=3,
)


@settings(max_examples=600)
@given(CONTENTS, st.sampled_from(["/", "/a", "/a/b", "/a/b/c.html", "/c/b", "/x.html"]))
def test_a_slow_reading_of_the_rules_agrees(contents, path):
    xml = slow.document(contents)
    found = rights(xml, path)
    for axis, foreign in ((Axis.TRAIN_DOM, False), (Axis.TRAIN_FOR, True)):
        value, waiting, choices, *rest = slow.judge(contents, path, foreign)
        got = set(found.conditions[axis])
        geo = {condition for condition in got if condition.startswith("geo:")}
        if value != "grant":
            assert str(found.axes[axis]) == value, xml
            assert not got
            continue
        assert str(found.axes[axis]) == (COND if got else ALLOW), xml
        where = [expand(frozenset(one.removeprefix("geo:").split(","))) for one in geo]
        reached = frozenset.intersection(*map(frozenset, where)) if where else None
        allowed = []
        for conditions_, countries_ in choices:
            both = [one for one in (countries_, rest[0]) if one is not None]
            allowed.append((waiting | conditions_, frozenset(set.intersection(*map(set, both))) if both else None))
        assert (got - geo, reached) in allowed, xml


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_bytes_of_any_kind_are_no_harm(body):
    assert training(rights(body)) == (UNKNOWN, UNKNOWN)


@settings(max_examples=200)
@given(CONTENTS, st.integers(0, 50), st.sampled_from(["<permit/>", "<content url='/x'/>", "<rsl/>"]))
def test_an_element_out_of_place_takes_every_grant_away(contents, number, element):
    xml = slow.document(contents)
    tags = [at + 1 for at in range(len(xml) - 1) if xml[at : at + 2] == "><"]
    at = tags[number % len(tags)]
    broken = xml[:at] + element + xml[at:]
    assert {ALLOW, COND}.isdisjoint(training(rights(broken, "/a/b")))


ROBOTS = RightsSettings(product_token="MalmoiBot")


def references(text: str):
    rules = RobotsRules(Source(f"{URL}/robots.txt", None, 200, "1" * 64), text.encode(), ROBOTS)
    return [(one.rule_id, one.literal) for one in rules.signals(URL + "/a") if one.signal == "rsl"]


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("License: https://a.kr/1.xml\nUser-agent: *\nAllow: /\n", [("rsl.reference", "https://a.kr/1.xml")]),
        ("User-agent: *\nAllow: /\nLicense: https://a.kr/1.xml\n", [("rsl.reference", "https://a.kr/1.xml")]),
        ("User-agent: *\nlicense :https://a.kr/1.xml # 조건\n", [("rsl.reference", "https://a.kr/1.xml")]),
        (
            "License: https://a.kr/all.xml\nUser-agent: MalmoiBot\nLicense: https://a.kr/ours.xml\nAllow: /\n",
            [("rsl.reference", "https://a.kr/ours.xml")],
        ),
        (
            "License: https://a.kr/all.xml\nUser-agent: Yeti\nLicense: https://a.kr/theirs.xml\n",
            [("rsl.reference", "https://a.kr/all.xml")],
        ),
        (
            "License: https://a.kr/all.xml\nUser-agent: GPTBot\nLicense: https://a.kr/theirs.xml\n",
            [("rsl.reference", "https://a.kr/all.xml"), ("rsl.reference.foreign", "https://a.kr/theirs.xml")],
        ),
        (
            "User-agent: *\nDisallow: /x\nUser-agent: GPTBot\nDisallow: /\n\nLicense: https://a.kr/end.xml\n",
            [("rsl.reference.denials", "https://a.kr/end.xml")],
        ),
        ("User-agent: *\nLicense: /rsl.xml\n", [("rsl.reference.denials", f"{URL}/rsl.xml")]),
        (
            "License: https://a.kr/1.xml\nLicense: https://a.kr/2.xml\n",
            [("rsl.reference", "https://a.kr/1.xml"), ("rsl.reference", "https://a.kr/2.xml")],
        ),
        ("User-agent: *\nAllow: /\nSitemap: https://a.kr/s.xml\n", []),
    ],
)
def test_license_lines_of_our_group_come_before_global_ones(text, wanted):
    assert references(text) == wanted


def test_ten_thousand_references_are_not_followed():
    lines = "".join(f"License: https://a.kr/{number}.xml\n" for number in range(10_000))
    assert len(references("User-agent: *\n" + lines)) == len(references(lines)) == 32
    assert len([one for one in page(head=LINK.format("/l.xml") * 10_000) if one.signal == "rsl"]) == 1
    assert len([one for one in page(body=script("<rsl/>") * 1_000) if one.signal == "rsl"]) == 1


def test_a_license_line_does_not_end_a_group():
    text = "User-agent: *\nLicense: https://a.kr/1.xml\nUser-agent: GPTBot\nDisallow: /\n"
    rules = RobotsRules(Source(f"{URL}/robots.txt", None, 200, "1" * 64), text.encode(), ROBOTS)
    assert resolve(rules.signals(URL + "/a")).axes[Axis.CRAWL] == DENY


@pytest.mark.parametrize(
    ("value", "wanted"),
    [
        ('<https://a.kr/l.xml>; rel="license"; type="application/rsl+xml"', ["https://a.kr/l.xml"]),
        ("<https://a.kr/l.xml>;rel=license;type=application/rsl+xml", ["https://a.kr/l.xml"]),
        ('<l.xml>; type="application/rsl+xml"; rel="nofollow LICENSE"', ["l.xml"]),
        (
            '<https://a.kr/s.css>; rel=preload, <https://a.kr/l.xml>; rel=license; type="application/rsl+xml"',
            ["https://a.kr/l.xml"],
        ),
        (
            '<https://a.kr/a,b;c.xml>; rel=license; title="a, b; c"; type="application/rsl+xml"',
            ["https://a.kr/a,b;c.xml"],
        ),
        ('<https://a.kr/l.xml>; rel="license"', []),
        ('<https://a.kr/l.xml>; rel="alternate"; type="application/rsl+xml"', []),
        ('<https://a.kr/l.xml>; rel="alternate"; rel="license"; type="application/rsl+xml"', []),
        ('<https://a.kr/l.xml>; rel="license"; type="application/rsl+xml"; anchor="/other"', []),
        ("https://a.kr/l.xml; rel=license; type=application/rsl+xml", []),
        ('<https://a.kr/l.xml; rel="license', []),
        ("<a>" + ';x="' * 5000, []),
        ("<a>;" * 20000, []),
    ],
)
def test_link_headers(value, wanted):
    assert list(linked(value)) == wanted


def page(head: str = "", body: str = "", headers=()):
    return page_signals(
        f"{URL}/기사/1",
        list(headers),
        f"<html><head>{head}</head><body><p>우리말 기사</p>{body}</body></html>",
        fetched_at=None,
        body_sha256="2" * 64,
        http_status=200,
        settings=RightsSettings(),
    )


LINK = '<link rel="license" type="application/rsl+xml" href="{}">'


def script(xml: str) -> str:
    return f'<script type="application/rsl+xml">\n{xml}\n</script>'


@pytest.mark.parametrize(
    ("found", "wanted"),
    [
        (page(head=LINK.format("https://a.kr/l.xml")), [("rsl.reference", "document", "https://a.kr/l.xml")]),
        (page(head=LINK.format("/l.xml")), [("rsl.reference", "document", f"{URL}/l.xml")]),
        (page(body=f"<div>{LINK.format('/l.xml')}</div>"), [("rsl.reference", "element", f"{URL}/l.xml")]),
        (page(body=f"<article>{LINK.format('/l.xml')}</article>"), [("rsl.reference", "document", f"{URL}/l.xml")]),
        (page(head='<link rel="license" href="/cc">'), []),
        (page(head='<link rel="alternate" type="application/rsl+xml" href="/l.xml">'), []),
        (
            page(headers=[("Link", '</l.xml>; rel="license"; type="application/rsl+xml"')]),
            [("rsl.reference", "document", f"{URL}/l.xml")],
        ),
    ],
)
def test_pages_refer(found, wanted):
    assert [(one.rule_id, one.scope, one.literal) for one in found if one.signal == "rsl"] == wanted
    assert training(resolve(found)) == (UNKNOWN, UNKNOWN)


@pytest.mark.parametrize(
    ("markup", "wanted"),
    [
        (script(one(lic(may("ai-train"), may("KR", "geo")), url="")), (ALLOW, DENY)),
        (script(one(lic(may_not("ai-all")), url=f"{URL}/기사/1")), (DENY, DENY)),
        (script(one(lic(may("ai-all")), url="https://elsewhere.kr/1")), (UNKNOWN, UNKNOWN)),
        (script("<rsl><broken"), (UNKNOWN, UNKNOWN)),
        (f"<figure>{script(one(lic(may_not('ai-all')), url=''))}</figure>", (UNKNOWN, UNKNOWN)),
        (f"<figure>{script(one(lic(may('ai-all')), url=''))}</figure>", (UNKNOWN, UNKNOWN)),
    ],
)
def test_inline_documents(markup, wanted):
    assert training(resolve(page(body=markup))) == wanted


def followed(evidence, documents: dict[str, str], url: str = f"{URL}/기사/1"):
    def lookup(kind: str, at: str) -> Referred | None:
        body = documents.get(at) if kind == "rsl" else None
        return None if body is None else Referred.of(kind, Source(at, None, 200, "3" * 64), body.encode())

    return resolve([*evidence, *follow(evidence, url, lookup, RightsSettings())])


def test_references_are_followed():
    evidence = page(head=LINK.format("/l.xml"))
    granted = followed(evidence, {f"{URL}/l.xml": one(lic(may("ai-train"), may("KR", "geo")))})
    assert training(granted) == (ALLOW, DENY)
    missing = followed(evidence, {})
    assert training(missing) == (UNKNOWN, UNKNOWN)
    assert (granted.review, missing.review) == ("none", "needed")


def test_what_is_meant_for_others_only_denies():
    text = "User-agent: *\nAllow: /\nUser-agent: GPTBot\nLicense: https://a.kr/l.xml\n"
    rules = RobotsRules(Source(f"{URL}/robots.txt", None, 200, "1" * 64), text.encode(), ROBOTS)
    evidence = rules.signals(f"{URL}/기사/1")
    assert training(followed(evidence, {"https://a.kr/l.xml": one(lic(may("all")))})) == (UNKNOWN, UNKNOWN)
    assert training(followed(evidence, {"https://a.kr/l.xml": one(lic(may_not("all")))})) == (DENY, DENY)
    assert training(followed(evidence, {})) == (UNKNOWN, UNKNOWN)


def test_what_crawlers_that_train_abroad_are_denied_is_denied_abroad():
    text = "License: https://a.kr/all.xml\nUser-agent: GPTBot\nLicense: https://a.kr/theirs.xml\n"
    rules = RobotsRules(Source(f"{URL}/robots.txt", None, 200, "1" * 64), text.encode(), ROBOTS)
    evidence, everybody = rules.signals(f"{URL}/기사/1"), one(lic(may("all")))
    denied = followed(
        evidence, {"https://a.kr/all.xml": everybody, "https://a.kr/theirs.xml": one(lic(may_not("all")))}
    )
    assert training(denied) == (ALLOW, DENY)
    closed = followed(evidence, {"https://a.kr/all.xml": one(lic(may("search"))), "https://a.kr/theirs.xml": everybody})
    assert training(closed) == (DENY, DENY)


ITEM = "<item><link>{}</link><r:content url='{}'><r:license>{}</r:license></r:content></item>"
NO_TRAINING = "<r:prohibits type='usage'>ai-all</r:prohibits>"
TRAINING = "<r:permits type='usage'>ai-all</r:permits>"


def feed(*items: str, channel: str = "") -> bytes:
    return f"<rss xmlns:r='https://rslstandard.org/rsl'><channel>{channel}{''.join(items)}</channel></rss>".encode()


@pytest.mark.parametrize(
    ("body", "path", "wanted"),
    [
        (feed(ITEM.format(f"{URL}/1", f"{URL}/1", TRAINING)), "/1", (ALLOW, ALLOW)),
        (feed(ITEM.format(f"{URL}/1", f"{URL}/1", TRAINING)), "/12", (UNKNOWN, UNKNOWN)),
        (feed(ITEM.format(f"{URL}/1", "", NO_TRAINING)), "/1", (DENY, DENY)),
        (feed(ITEM.format(f"{URL}/1", f"{URL}/1.mp3", TRAINING)), "/1", (UNKNOWN, UNKNOWN)),
        (feed(ITEM.format("", f"{URL}/1", TRAINING)), "/1", (UNKNOWN, UNKNOWN)),
        (feed(ITEM.format(f"{URL}/1", "/", TRAINING + "<r:permit/>")), "/1", (UNKNOWN, UNKNOWN)),
        (feed(ITEM.format(f"{URL}/1", "/", NO_TRAINING + "<r:permit/>")), "/1", (DENY, DENY)),
        (
            feed(
                ITEM.format(f"{URL}/1", "/", NO_TRAINING),
                channel=f"<r:content url='/'><r:license>{TRAINING}</r:license></r:content>",
            ),
            "/2",
            (ALLOW, ALLOW),
        ),
    ],
)
def test_feeds(body, path, wanted):
    assert training(rights(body, path)) == wanted


def test_a_prepared_document_answers_for_many_urls():
    rules = RslRules(SOURCE, one(lic(may("all")), url="/a/").encode())
    assert [bool(rules.signals(f"{URL}{path}")) for path in ("/a/1", "/b/1", "/a/2")] == [True, False, True]


@pytest.mark.parametrize(
    ("licence", "path", "wanted"),
    [
        (may("ai-all"), "/뉴스/1", UNKNOWN),
        (may("ai-all"), f"{URL}/뉴스/1", ALLOW),
        (may("ai-all"), "https://other.example.kr/뉴스/1", UNKNOWN),
        (may_not("ai-all"), "/뉴스/1", DENY),
        (may_not("ai-all"), "/사람/1", UNKNOWN),
        (may_not("ai-all"), "https://other.example.kr/뉴스/1", UNKNOWN),
    ],
)
def test_a_path_without_its_site_is_asked_of_every_site_that_is_named(licence, path, wanted):
    xml = one(lic(licence), url=f"{URL}/뉴스/")
    found = judge("rsl", {"xml": xml, "path": path})
    assert (found["train_dom"], found["train_for"]) == (wanted, wanted)
