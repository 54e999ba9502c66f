"""Pages: headers, meta elements, licences with their scope, KOGL, notices."""

import datetime as dt
import gzip
import html
import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses import Axis, RightsSettings, Source, Value, page_signals, resolve, terms_signals

SHARED = Path(os.environ.get("MALMOI_SHARED", Path(__file__).parents[3] / "shared"))
NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)
BODY = "<p>" + "겨울이 오면 남쪽 바다에서 굴을 따는 손이 바빠진다. " * 20 + "</p>"
BY = "https://creativecommons.org/licenses/by/4.0/"
UNKNOWN = (Value.UNKNOWN, Value.UNKNOWN)


def signals(markup, headers=(), url="https://example.kr/글"):
    return page_signals(
        url, list(headers), markup, fetched_at=NOW, body_sha256="0" * 64, http_status=200, settings=RightsSettings()
    )


def rights(markup, headers=()):
    return resolve(signals(markup, headers))


def text(words):
    return f"<pre>{html.escape(words)}</pre>"


def train(found):
    return found.axes[Axis.TRAIN_DOM], found.axes[Axis.TRAIN_FOR]


@pytest.mark.parametrize(
    ("value", "denied"),
    [
        ("noai", {"train_dom", "train_for"}),
        ("NoAI, noimageai", {"train_dom", "train_for"}),
        ("noimageai, noimageindex", set()),
        ("none", {"redist", "index"}),
        ("nofollow, notranslate", set()),
        ("noarchive", {"redist"}),
        ("max-snippet: 0", {"redist"}),
        ("max-snippet: -1", set()),
        ("googlebot: noindex, noai", set()),
        ("googlebot: nofollow, MalmoiBot: noai", {"train_dom", "train_for"}),
        ("GPTBot: noindex", {"train_for"}),
        ("noai, googlebot: all", {"train_dom", "train_for"}),
        ("unavailable_after: 25 Jun 2030 15:00:00 KST, noarchive", {"redist"}),
    ],
)
def test_x_robots_tag(value, denied):
    axes = rights(BODY, [("x-robots-tag", value)]).axes
    assert {str(axis) for axis, answer in axes.items() if answer == "deny"} == denied


@pytest.mark.parametrize(
    ("markup", "denied"),
    [
        ('<META NAME="Robots" CONTENT="NOAI">', {"train_dom", "train_for"}),
        ('<meta name="robots" content="max-snippet: 0">', {"redist"}),
        ('<meta name="Yeti" content="noindex">', set()),
        ('<meta name="CCBot" content="noindex">', {"train_for"}),
        ('<!-- <meta name="robots" content="noai"> -->', set()),
    ],
)
def test_robots_meta(markup, denied):
    axes = rights(markup + BODY).axes
    assert {str(axis) for axis, answer in axes.items() if answer == "deny"} == denied


@pytest.mark.parametrize(
    ("headers", "markup", "expected"),
    [
        ([("TDM-Reservation", "1")], "", "deny"),
        ([("tdm-reservation", "0")], "", "allow"),
        ([("tdm-reservation", "1")], '<meta name="tdm-reservation" content="0">', "allow"),
        ([("tdm-reservation", "1")], '<meta name="tdm-reservation" content="yes">', "deny"),
        ([("tdm-reservation", "2")], "", "unknown"),
    ],
)
def test_tdmrep_priority(headers, markup, expected):
    assert train(rights(markup + BODY, headers)) == (expected, expected)


def test_a_tdm_policy_tells_whom_to_ask():
    found = rights(BODY, [("tdm-reservation", "1"), ("tdm-policy", "https://example.kr/policy.json")])
    assert found.conditions[Axis.TRAIN_DOM] == ("policy_contact",)


@pytest.mark.parametrize(
    ("markup", "licence"),
    [
        (f'<link rel="license" href="{BY}">', "CC-BY-4.0"),
        (f'<a rel="license noopener" href="{BY}">x</a>', "CC-BY-4.0"),
        (
            '<a rel="license" href="//creativecommons.org/licenses/by-nc-sa/2.0/kr/">x</a>',
            "LicenseRef-CC-BY-NC-SA-2.0-KR",
        ),
        ('<a rel="license" href="http://www.creativecommons.org/licenses/by/">x</a>', "LicenseRef-CC-BY-unversioned"),
        ('<a rel="license" href="http://creativecommons.org/licenses/by-fr/2.0/kr">x</a>', "cc-unknown"),
        ('<meta name="DC.rights" content="https://creativecommons.org/publicdomain/zero/1.0/">', "CC0-1.0"),
        ('<a itemprop="license" href="https://creativecommons.org/licenses/by-sa/4.0/deed.ko">x</a>', "CC-BY-SA-4.0"),
        (
            '<div class="entry-ccl"><a href="http://creativecommons.org/licenses/by/4.0/deed.ko">x</a></div>',
            "CC-BY-4.0",
        ),
        (f'<footer><a href="{BY}">CC BY</a></footer>', "CC-BY-4.0"),
        (f'<p>이 글은 <a href="{BY}">CC BY 4.0</a> 라이선스를 따릅니다.</p>' + BODY, "CC-BY-4.0"),
        (
            (
                "<!-- <rdf:RDF xmlns='https://web.resource.org/cc/'><license"
                ' rdf:resource="https://creativecommons.org/licenses/by-nc/4.0/"/></rdf:RDF> -->'
            ),
            "CC-BY-NC-4.0",
        ),
        (text("정보공유라이선스 2.0 : 영리·개작금지"), "LicenseRef-IPLeft-2.0-NC-ND"),
        (
            text("크리에이티브 커먼즈 저작자표시-동일조건변경허락 4.0 국제 라이선스에 따라 이용할 수 있습니다."),
            "CC-BY-SA-4.0",
        ),
    ],
)
def test_licence_of_the_page(markup, licence):
    assert rights(BODY + markup).licence == licence


@pytest.mark.parametrize(
    "markup",
    [
        f'<figure><img src="x.png"><figcaption>홍길동 (<a href="{BY}">CC BY</a>)</figcaption></figure>',
        f'<figure><a rel="license" href="{BY}">CC BY</a></figure>',
        f'<div class="wp-caption"><a rel="license" href="{BY}">CC BY</a></div>',
        f'<table><tr><td><a rel="license" href="{BY}">CC BY</a></td></tr></table>',
        f'<div class="comment-list"><p><a rel="license" href="{BY}">내 그림</a></p></div>',
        f'<p>사진: 홍길동 (<a href="{BY}">CC BY 4.0</a>)</p>',
        f'<footer>Icons used from Someone, <a href="{BY}">CC BY 4.0</a></footer>',
        f'<p>어느 <a href="{BY}">라이선스</a> 이야기가 본문 가운데 나온다.</p>' + BODY,
        '<footer>Theme: <a href="https://opensource.org/licenses/MIT">MIT</a></footer>',
        f'<script type="application/ld+json">{{"@type": "ImageObject", "license": "{BY}"}}</script>',
    ],
)
def test_licence_of_a_part_sets_nothing(markup):
    found = rights(BODY + markup)
    assert train(found) == UNKNOWN
    assert found.axes[Axis.REDIST] == "unknown"
    assert found.licence == "all-rights-reserved-default"


def test_different_licences_are_ambiguous():
    markup = f'<a rel="license" href="{BY}">a</a><a rel="license" href="https://creativecommons.org/licenses/by-nd/4.0/">b</a>'
    found = rights(markup)
    assert (found.licence, train(found), found.review) == ("cc-unspecified", UNKNOWN, "needed")


def test_revocable_licences_need_a_person():
    found = rights(f'<a rel="license" href="{BY}">CC BY</a><p>This permission is revocable.</p>')
    assert found.review == "needed"


def test_json_ld_of_the_main_entity():
    graph = {
        "@graph": [
            {
                "@type": "NewsArticle",
                "License": [BY],
                "isAccessibleForFree": "False",
                "copyrightNotice": "ⓒ 가나일보. AI 학습 금지",
                "image": {"@type": "ImageObject", "license": "https://creativecommons.org/licenses/by-nd/4.0/"},
            }
        ]
    }
    found = rights(f'<script type="application/ld+json">{json.dumps(graph)}</script>{BODY}')
    assert found.licence == "CC-BY-4.0"
    assert found.axes[Axis.REDIST] == "deny"
    assert train(found) == ("deny", "deny")
    assert found.conflict


@pytest.mark.parametrize(
    ("markup", "licence"),
    [
        ("<p>공공누리 제 2 유형</p>", "LicenseRef-KOGL-2"),
        ("<p>KOGL Type 1 — 공공누리 제1유형</p>", "LicenseRef-KOGL-1"),
        ('<div><img src="/img/img_opentype04.png" alt="공공누리"></div>', "LicenseRef-KOGL-4"),
        (
            '<div><img src="/img/x.png" alt="공공누리 공공저작물 자유이용허락-출처표시+상업용금지"></div>',
            "LicenseRef-KOGL-2",
        ),
        ('<a href="https://www.kogl.or.kr/info/licenseType3.do">이용조건</a>', "LicenseRef-KOGL-3"),
        ("<p>공공누리 AI유형 : 인공지능 학습용</p>", "LicenseRef-KOGL-AI"),
        (
            (
                '<a href="https://www.kogl.or.kr/info/licenseType1.do">1</a>'
                "<p>본 저작물은 공공누리 제4유형 조건에 따라 이용할 수 있습니다.</p>"
            ),
            "LicenseRef-KOGL-4",
        ),
        ('<div><img src="/img/copyright04.gif" alt="로고"></div>', "all-rights-reserved-default"),
        ("<p>문체부는 공공누리 제0유형을 신설해 자유롭게 이용할 수 있도록 했다.</p>", "all-rights-reserved-default"),
        ("<p>공공저작물 자유이용 허락표시 적용 안함</p>", "all-rights-reserved"),
    ],
)
def test_kogl(markup, licence):
    assert rights(BODY + markup).licence == licence


def test_several_kogl_types_say_nothing():
    found = rights("".join(f"<li>공공누리 제{number}유형</li>" for number in range(1, 5)))
    assert train(found) == UNKNOWN
    assert found.axes[Axis.REDIST] == "unknown"
    assert found.review == "needed"


def test_attribution_of_a_quoted_work_does_not_license_the_page_but_its_own_mark_does():
    cited = (
        "<p>본 저작물은 '기상청'에서 '21년 작성하여 공공누리 제1유형으로 개방한 '단기예보'를 이용하였으며, "
        "해당 저작물은 '공공데이터포털'에서 무료로 다운받으실 수 있습니다.</p>"
    )
    assert train(rights(BODY + cited)) == UNKNOWN
    own = '<p>본 저작물은 "공공누리" 제4유형:출처표시+상업적 이용금지+변경금지 조건에 따라 이용 할 수 있습니다.</p>'
    found = signals(BODY + cited + own)
    assert resolve(found).licence == "LicenseRef-KOGL-4"
    assert "element" in {one.scope for one in found}


def test_the_ai_mark_carries_training_and_leaves_the_rest_to_the_type():
    found = rights("<p>공공누리 제3유형</p><p>공공누리 AI유형 : 인공지능 학습용</p>")
    assert found.licence == "LicenseRef-KOGL-3+AI"
    assert train(found) == ("cond", "cond")
    assert found.conditions[Axis.TRAIN_FOR] == ("anti_memorization", "no_resale")
    assert found.conditions[Axis.REDIST] == ("attribution", "verbatim")
    assert found.axes[Axis.DERIVATIVES] == "deny"


AI_NOTICES = [
    text("<저작권자(c) 연합뉴스, 무단 전재-재배포, AI 학습 및 활용 금지>"),
    text("무단 전재, 재배포 및 AI학습 이용 금지"),
    text("저작권자의 사전 동의 없이 인공지능 학습에 이용하는 것을 금합니다."),
    "<p>＜저작권자ⓒ 가나일보，무단전재，ＡＩ 학습 금지＞</p>",
    "<p>&lt;저작권자 &copy; 가나일보. 무단전재 및 재배포, AI학습 이용 금지&gt;</p>",
    "<div class=copyright>무단전재 및 재배포, <b>AI</b> <span>학습</span> 이용 <em>금지</em></div>" + BODY,
    '<div id="articleNotice">생성형 AI 학습 불허</div>' + BODY,
    "<p>" + "".join(f"&#{ord(one)};" for one in "ⓒ 가나일보, AI 학습 금지") + "</p>",
    "<저작권자 ⓒ 가나일보, AI 학습 금지>",
]


@pytest.mark.parametrize("notice", AI_NOTICES)
def test_notices_that_ban_training(notice):
    assert train(rights(BODY + notice)) == ("deny", "deny")


@pytest.mark.parametrize(
    "story",
    [
        "신문협회는 AI 학습 금지 조항을 약관에 넣어야 한다고 주장했다.",
        "언론사들은 기사 아래에 무단전재 및 AI학습 이용 금지 문구를 넣고 있다.",
        "협회는 저작권자의 동의 없는 AI 학습 금지를 요구했다.",
        "정부는 AI 학습을 금지하는 법안을 검토하지 않는다고 밝혔다.",
    ],
)
def test_a_story_about_bans_is_no_notice(story):
    for markup in (f"<p>{story}</p>{BODY}", f"{BODY}<p>{story}</p>", f"<p>{story} 논의는 이어질 전망이다.</p>"):
        found = rights(markup)
        assert train(found) == UNKNOWN
        assert found.axes[Axis.REDIST] == "unknown"


@pytest.mark.parametrize(
    ("notice", "review"),
    [
        ("ⓒ 홍길동. AI 학습에 활용할 수 있습니다.", "needed"),
        ("저작권자 ⓒ 홍길동. AI 학습 이용을 허용합니다.", "needed"),
        ("ⓒ 홍길동. AI 학습 이용을 금지하지 않습니다.", "none"),
    ],
)
def test_permission_in_words_is_unknown_and_for_a_person(notice, review):
    found = rights(BODY + text(notice))
    assert train(found) == UNKNOWN
    assert found.review == review


def test_a_line_counts_by_itself_only_near_the_end():
    line = "<p>AI 학습 금지</p>"
    assert train(rights(line + BODY * 3)) == UNKNOWN
    assert train(rights(BODY * 3 + line)) == ("deny", "deny")


def test_reproduction_ban_leaves_training_unknown():
    found = rights(BODY + "<p>※ 저작권자 ⓒ 파이낸셜뉴스, 무단전재-재배포 금지</p>")
    assert found.axes[Axis.REDIST] == "deny"
    assert train(found) == UNKNOWN
    assert found.licence == "all-rights-reserved"


def test_crawl_ban_denies_everything():
    found = rights(BODY + "<p>무단 전재, 재배포 및 크롤링 금지</p>")
    assert set(found.axes.values()) == {Value.DENY}


@pytest.mark.parametrize(
    "caption",
    [
        "<figure><figcaption>[서울=뉴시스] 홍길동 기자 photo@newsis.com *재판매 및 DB 금지</figcaption></figure>",
        "<p>[사진] ⓒGettyimages(무단전재 및 재배포 금지)</p>",
    ],
)
def test_reservations_of_pictures_stay_with_pictures(caption):
    assert rights(caption + BODY).axes[Axis.REDIST] == "unknown"


def test_owner_line_alone_reserves_rights():
    found = signals(BODY + "<footer>Copyright 2026 가나닷컴</footer>")
    assert [one.axes for one in found] == [()]
    assert resolve(found).licence == "all-rights-reserved"


@pytest.mark.parametrize(
    ("sentence", "domestic", "foreign"),
    [
        ("본 말뭉치는 국내 기업에 한하여 학습에 활용할 수 있습니다.", "cond", "deny"),
        ("이 자료는 국내에서만 이용이 허용된다.", "unknown", "deny"),
        ("국외에 소재하는 법인이 데이터를 이용하려면 별도의 합의가 필요합니다.", "unknown", "deny"),
        ("이 데이터의 해외 반출을 금지합니다.", "unknown", "deny"),
        ("정밀지도 국외 반출을 금지해 왔다.", "unknown", "unknown"),
        ("데이터의 해외 이전에는 제한이 없습니다.", "unknown", "unknown"),
    ],
)
def test_domestic_only_prose(sentence, domestic, foreign):
    assert train(rights(f"<p>{sentence}</p>{BODY}")) == (domestic, foreign)
    source = Source("https://example.kr/terms", NOW, 200, "0" * 64)
    assert train(resolve(terms_signals(sentence, source))) == (domestic, foreign)


def test_evidence_of_one_page_is_the_same_each_time_and_each_record_once():
    markup = BODY + "".join(AI_NOTICES)
    first, second = signals(markup), signals(markup)
    assert [one.evidence_id for one in first] == [one.evidence_id for one in second]
    assert len({one.evidence_id for one in first}) == len(first)


@given(
    st.text(alphabet=st.sampled_from("<>&;=\"'/ \n가나다ⓒ금지학습AI무단전재공공누리제1유형abc[]().!-"), max_size=200)
)
def test_any_text_is_a_page(markup):
    found = rights(markup)
    assert set(found.axes) == set(Axis)


def test_pages_without_signals_are_not_dear():
    page = "<html><body>" + BODY * 60 + "</body></html>"
    signals(page)
    start = time.process_time()
    for _ in range(20):
        signals(page)
    assert (time.process_time() - start) / 20 < 0.05


def test_licences_of_real_pages_agree_with_the_index():
    warc = SHARED / "data" / "html" / "dev-pages.warc.gz"
    index = SHARED / "data" / "html" / "dev-pages.index.jsonl.gz"
    if not warc.exists():
        pytest.skip("shared/data is not here")
    from fastwarc.warc import ArchiveIterator, WarcRecordType  # noqa: PLC0415 - only with the shared data

    with gzip.open(index, "rt", encoding="utf-8") as lines:
        rows = {row["url"]: row for row in map(json.loads, lines)}
    expected, found = [], []
    with warc.open("rb") as stream:
        for number, record in enumerate(ArchiveIterator(stream, record_types=WarcRecordType.response)):
            row = rows[record.headers["WARC-Target-URI"]]
            if number % 12 or row["encoding"] != "utf-8":
                continue
            licence = rights(record.reader.read().decode("utf-8")).licence
            expected.append(row["cc_links"] == "creativecommons.org/licenses/by/4.0")
            found.append(licence == "CC-BY-4.0")
    assert sum(expected) > 50
    assert found == expected
