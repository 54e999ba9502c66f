"""Data sets by origin: what holds, whatever a copy says of itself."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses import Axis, Source, resolve
from licenses.origins import find_origin, origin_signals
from licenses.vectors import judge

SOURCE = Source("말뭉치.jsonl", None, None, "0" * 64)
AXES = ("train_dom", "train_for", "redist", "commercial", "derivatives")


def answer(origin, terms=None, mirror=None):
    given = {"origin": origin, "이용허락범위": terms, "mirror": mirror}
    return judge("dataset", {name: value for name, value in given.items() if value is not None})


def values(origin, terms=None, mirror=None):
    found = answer(origin, terms, mirror)
    return tuple(found[axis] for axis in AXES)


ALLOWED = ("allow",) * 5
UNKNOWN = ("unknown",) * 5
AIHUB = ("cond", "deny", "deny", "cond", "unknown")
MODU = ("cond", "unknown", "deny", "unknown", "unknown")
BY = ("cond", "cond", "cond", "allow", "allow")
BY_NC = ("cond", "cond", "cond", "deny", "allow")
BY_SA = ("cond", "cond", "cond", "allow", "cond")
BY_ND = ("deny", "deny", "cond", "allow", "deny")
BY_NC_ND = ("deny", "deny", "cond", "deny", "deny")
BY_NC_SA = ("cond", "cond", "cond", "deny", "cond")


@pytest.mark.parametrize(
    "origin",
    [
        "aihub.or.kr",
        "https://www.aihub.or.kr/aihubdata/data/view.do?dataSetSn=543",
        "AIHUB.OR.KR.",
        "ａｉｈｕｂ.or.kr",
        "AI-Hub",
        "AI 허브",
        "AI허브 한국어 대화 데이터",
        "한국지능정보사회진흥원 AI-Hub (aihub.or.kr)",
        "https://huggingface.co/datasets/someone/aihub-news-summary",
        "github.com/someone/AI-Hub_dialogue",
        "aihub.or.kr:443",
    ],
)
def test_ai_hub_by_any_name(origin):
    assert values(origin) == AIHUB
    assert answer(origin)["conditions"] == ["agreement"]


@pytest.mark.parametrize(
    "mirror",
    [
        True,
        "https://huggingface.co/datasets/a/b",
        {"url": "https://github.com/a/b", "licence": "CC0-1.0"},
        {"host": "kaggle.com", "license": "apache-2.0"},
    ],
)
@pytest.mark.parametrize("terms", [None, "이용허락범위 제한 없음", "CC BY 4.0", "CC0"])
def test_what_a_mirror_says_does_not_count(mirror, terms):
    assert values("aihub.or.kr", terms, mirror) == AIHUB
    assert values("모두의 말뭉치", terms, mirror) == MODU
    assert values("huggingface.co", terms, {"of": "aihub.or.kr", "label": mirror}) == AIHUB


@given(terms=st.text(max_size=60), label=st.text(max_size=30))
def test_nothing_loosens_fixed_terms(terms, label):
    assert values("aihub.or.kr", terms, {"url": "https://huggingface.co/x", "licence": label}) == AIHUB


@pytest.mark.parametrize(
    "origin",
    [
        "corpus.korean.go.kr",
        "https://kli.korean.go.kr/corpus/main/requestMain.do",
        "모두의말뭉치",
        "국립국어원 모두의 말뭉치 2023",
        "huggingface.co/datasets/a/nikl_newspaper_2021",
    ],
)
def test_modu_corpus(origin):
    assert values(origin) == MODU
    assert answer(origin)["conditions"] == ["agreement"]


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("이용허락범위 제한 없음", ALLOWED),
        ("이용허락범위제한없음", ALLOWED),
        ("“이용허락범위 제한 없음”", ALLOWED),
        ("제한 없음", ALLOWED),
        ("제한없음.", ALLOWED),
        ("No restrictions", ALLOWED),
        ("no limit on the scope of use", ALLOWED),
        ("저작자표시", BY),
        ("저작자 표시", BY),
        ("저작자표시(CC BY)", BY),
        ("Author display(CC BY)", BY),
        ("출처표시", BY),
        ("저작자표시-상업적이용금지", BY_NC),
        ("저작자표시 – 상업적 이용 금지", BY_NC),
        ("저작자표시-비영리", BY_NC),
        ("Author display-non-profit(CC BY-NC)", BY_NC),
        ("CC BY-NC 4.0", BY_NC),
        ("Attribution-NonCommercial", BY_NC),
        ("저작자표시-변경금지", BY_ND),
        ("저작자표시-동일조건변경허락", BY_SA),
        ("CC BY-SA 2.0 KR", BY_SA),
        ("저작자표시-상업적이용금지-변경금지", BY_NC_ND),
        ("저작자표시-비영리-변경금지", BY_NC_ND),
        ("변경금지, 상업적이용금지, 저작자표시", BY_NC_ND),
        ("저작자표시-비영리-동일조건변경허락", BY_NC_SA),
        ("by-nc-nd", BY_NC_ND),
        ("공공누리 제1유형 : 출처표시", BY),
        ("공공누리 제4유형", BY_NC_ND),
        ("공공저작물_출처표시-상업적이용금지", BY_NC),
        ("KOGL-3", BY_ND),
        ("공공누리 2유형", BY_NC),
        ("KOGL Type 1", BY),
        ("CC0 1.0", ALLOWED),
        ("https://creativecommons.org/licenses/by-sa/4.0/deed.ko", BY_SA),
        ("http://www.kogl.or.kr/info/licenseType2.do", BY_NC),
        ("이용허락범위 제한 없음, 저작자표시", BY),
        ("제1유형 출처표시+변경금지", BY_ND),
        ("상업적이용금지", ("unknown", "unknown", "unknown", "deny", "unknown")),
        ("변경금지", ("deny", "deny", "unknown", "unknown", "deny")),
        ("이용허락범위 제한 있음", UNKNOWN),
        ("이용허락범위 없음", UNKNOWN),
        ("이용허락범위 제한 없음 아님", UNKNOWN),
        ("제한 없음 (제3자 권리 제외)", UNKNOWN),
        ("저작자표시-변경금지-동일조건변경허락", UNKNOWN),
        ("저작권 있음", UNKNOWN),
        ("KOGL 4.0", UNKNOWN),
        ("비영리 금지", UNKNOWN),
        ("", UNKNOWN),
        ("https://www.data.go.kr/ugs/selectPortalPolicyView.do", UNKNOWN),
        ("MIT", UNKNOWN),
        ("https://opensource.org/licenses/MIT", UNKNOWN),
        (None, UNKNOWN),
    ],
)
def test_labels_of_the_portal(label, expected):
    assert values("data.go.kr", label) == expected


@given(
    st.sampled_from(["이용허락범위 제한 없음", "저작자표시", "CC0", "공공누리 제0유형"]),
    st.text("가나다아님않제외단만abz", min_size=1, max_size=8),
    st.booleans(),
)
def test_a_label_that_is_not_wholly_understood_grants_nothing(label, rest, before):
    text = f"{rest} {label}" if before else f"{label} {rest}"
    assert not {"allow", "cond"} & set(values("data.go.kr", text))


@pytest.mark.parametrize(
    "origin",
    [
        "apis.data.go.kr",
        "http://www.data.go.kr/data/15000000/fileData.do",
        "공공데이터포털",
        "공공데이터포털(data.go.kr)",
    ],
)
def test_the_portal_by_other_names(origin):
    assert values(origin, "제한 없음") == ALLOWED
    assert answer(origin, "제한 없음")["licence"] == "LicenseRef-data.go.kr-unrestricted"


@pytest.mark.parametrize(
    "origin",
    [
        "data.go.kr.example.com",
        "notdata.go.kr",
        "https://example.com/data.go.kr",
        "https://data.go.kr@example.com/",
        "example.com?data.go.kr",
        "data.go.kr via huggingface.co",
        "data.seoul.go.kr",
        "law.go.kr.example.com",
        "https://example.com/#law.go.kr",
        "법제처 블로그",
        "scourt.go.kr",
        "aihub.org.example",
        "",
        "https://[",
    ],
)
def test_other_origins_are_unknown_whatever_their_label(origin):
    assert values(origin, "이용허락범위 제한 없음") == UNKNOWN
    [evidence] = origin_signals(origin, "제한 없음", None, SOURCE)
    assert evidence.scope == "dataset"
    assert resolve([evidence]).review == "needed"


@pytest.mark.parametrize(
    "origin",
    ["law.go.kr", "https://open.law.go.kr/LSO/main.do", "국가법령정보센터", "glaw.scourt.go.kr", "대법원 판결문"],
)
def test_works_without_protection_by_source_class(origin):
    assert values(origin) == ALLOWED
    assert answer(origin)["licence"] == "PD-KR-ART7"
    assert answer(origin, mirror="huggingface.co/datasets/x/y")["confidence"] < answer(origin)["confidence"]


def test_decisions_out_of_ai_hub_are_of_ai_hub():
    assert values("AI-Hub 판결문 데이터") == AIHUB
    assert values("판결문", mirror={"from": "AI 허브"}) == AIHUB


@pytest.mark.parametrize(
    "origin", ["공유마당", "gongu.copyright.or.kr", "국립중앙도서관", "https://www.nl.go.kr/NL/contents"]
)
def test_the_mark_of_the_item_decides(origin):
    assert values(origin) == UNKNOWN
    assert values(origin, "협약저작물 관내 열람") == UNKNOWN
    assert values(origin, "제한 없음") == UNKNOWN
    assert values(origin, "CC BY-NC-ND 4.0") == BY_NC_ND
    assert values(origin, "만료저작물") == ALLOWED
    assert values(origin, "공공누리 제2유형") == BY_NC


def test_kogl_labels_are_as_unsure_of_training_as_marks_on_pages():
    rights = resolve(origin_signals("공유마당", "공공누리 제1유형", None, SOURCE))
    assert rights.confidence[Axis.TRAIN_DOM] == pytest.approx(0.75)
    assert rights.confidence[Axis.REDIST] == pytest.approx(0.95)
    learning = resolve(origin_signals("data.go.kr", "공공누리 제4유형 + AI유형", None, SOURCE))
    assert learning.licence == "LicenseRef-KOGL-4+AI"
    assert learning.conditions[Axis.TRAIN_FOR] == ("anti_memorization", "no_resale")
    assert learning.axes[Axis.REDIST] == "cond"


@pytest.mark.parametrize(
    ("label", "licence"),
    [
        ("CC BY-NC-ND 2.0 KR", "LicenseRef-CC-BY-NC-ND-2.0-KR"),
        ("CC-BY-SA-4.0", "CC-BY-SA-4.0"),
        ("저작자표시-비영리", "LicenseRef-CC-BY-NC-unversioned"),
        ("출처표시+변경금지", "LicenseRef-KOGL-3"),
        ("CC0 1.0", "CC0-1.0"),
        ("만료", "LicenseRef-PD-expired"),
    ],
)
def test_marks_are_named_as_on_pages(label, licence):
    assert answer("공유마당", label)["licence"] == licence


def test_evidence_says_what_was_declared():
    [evidence] = origin_signals("AI-Hub", None, "https://huggingface.co/datasets/a/b", SOURCE)
    assert evidence.literal == '{"mirror": "https://huggingface.co/datasets/a/b", "origin": "AI-Hub"}'
    assert evidence.signal == "origin"
    assert find_origin("AI-Hub").id == "aihub"


@given(st.text(max_size=200), st.one_of(st.none(), st.text(max_size=400)), st.one_of(st.none(), st.text(max_size=50)))
def test_any_text_is_answered(origin, terms, mirror):
    assert origin_signals(origin, terms, mirror, SOURCE)


def test_an_input_without_origin_is_none():
    with pytest.raises(KeyError):
        judge("dataset", {"이용허락범위": "제한 없음"})
    with pytest.raises(TypeError):
        judge("dataset", {"origin": 7})
