import unicodedata

import pyarrow as pa
import pytest

from filters import DECISION_SCHEMA, LanguageFilter, LanguageReason, LanguageSettings, decode, visible_text


@pytest.fixture(scope="module")
def pages_filter() -> LanguageFilter:
    return LanguageFilter()


@pytest.fixture(scope="module")
def sentence_filter() -> LanguageFilter:
    return LanguageFilter(LanguageSettings(min_syllables=1))


@pytest.mark.parametrize(
    "text",
    [
        "네, 좋아요.",
        unicodedata.normalize("NFD", "기다릴 수 밖에 없다."),
        "ㄴㅏㄴㅡㄴ ㅇㅣ ㅅㅗㅇㅡㅁㅇㅡㄹ ㅊㅏㅁㅇㅡㄹ ㅅㅜ ㅇㅓㅄㄷㅏ.",
        "ᄆᆞᄎᆞᆷ내 제 ᄠᅳ들 시러 펴디 몯ᄒᆞᇙ 노미 하니라",
        "랍치범들이 윗도리를 벗긴 후 로동신문에 전하였다.",
    ],
)
def test_korean_of_any_form_and_length_passes(text, pages_filter):
    assert pages_filter.judge([text])[0].keep


@pytest.mark.parametrize(
    "text",
    [
        "StatisticsGen, SchemaGen 구성 요소가 순차적으로 실행됩니다.",
        "吾等은 玆에 我 朝鮮의 獨立國임과 朝鮮人의 自主民임을 宣言하노라.",
    ],
)
def test_mixed_sentences_pass_where_sentences_are_judged(text, pages_filter, sentence_filter):
    assert sentence_filter.judge([text])[0].keep
    assert pages_filter.judge([text])[0].reason == LanguageReason.TOO_LITTLE_HANGUL


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", LanguageReason.NO_HANGUL),
        ("これは日本語です。漢字も使います。", LanguageReason.NO_HANGUL),
        ("rmsusms ekdghkdgotj djfrnfdl", LanguageReason.NO_HANGUL),
        ("ㅂㅜ힣ㅜ햏ㅅㅜㄷ쀍뛟ㅜ쀍ㅋ뷁ㅇㄹㅅㅎ햏ㅠ쀍ㅜㅅㅁㅋㄷ", LanguageReason.NOT_KOREAN_SYLLABLES),
        ("Tags: 개발 일상 리뷰 | Home About Archive Categories Contact", LanguageReason.TOO_LITTLE_HANGUL),
    ],
)
def test_what_is_not_korean_says_why(text, reason, pages_filter):
    decision = pages_filter.judge([text])[0]
    assert (decision.keep, decision.reason) == (False, reason)


def test_the_model_decides_between_code_and_a_korean_menu(pages_filter):
    menu = "한국어 도움말 목차 이용 안내 문의하기 개인정보 처리방침 회사 소개 채용 공지사항 고객 센터 약관 "
    english = "The quick brown fox jumps over the lazy dog while reading documentation about servers. " * 6
    code = "\n".join(f"  assign(total{i}, parse(input[{i}], options));" for i in range(8))
    decision = pages_filter.judge([english + menu])[0]
    assert (decision.keep, decision.reason) == (False, LanguageReason.OTHER_LANGUAGE)
    assert decision.score < 0.5
    tutorial = (
        "이 함수는 입력을 하나씩 읽어서 합계를 구한다. 옵션을 바꾸면 결과가 어떻게 달라지는지 살펴보자. "
        "먼저 코드를 보고, 그다음 줄마다 무슨 일을 하는지 설명하겠다.\n"
    )
    kept = pages_filter.judge([tutorial + code])[0]
    assert kept.keep
    assert kept.score > 0.5


def test_columns_and_lists_agree(pages_filter, prose):
    batch = pages_filter.judge_column(pa.array([prose, None, "plain English"]))
    assert batch.schema == DECISION_SCHEMA
    assert batch.to_pylist() == [
        {"keep": True, "reason": None, "score": 1.0},
        {"keep": False, "reason": "no_hangul", "score": 0.0},
        {"keep": False, "reason": "no_hangul", "score": 0.0},
    ]


def test_real_pages(pages, pages_filter):
    kept = {}
    all_pages = pages("dev-pages")
    decisions = pages_filter.judge([visible_text(decode(p.body, p.content_type).text) for p in all_pages])
    for page, decision in zip(all_pages, decisions, strict=True):
        kept.setdefault(page.index["label"], []).append(decision.keep)
    shares = {label: sum(keeps) / len(keeps) for label, keeps in kept.items()}
    assert shares["ko"] >= 0.99
    assert shares["ko-mixed"] >= 0.85
    assert shares["nonko-with-ko"] <= 0.15
    assert max(shares["nonko"], shares["ja"], shares["zh"]) <= 0.01


def test_real_sentences(rows, sentence_filter):
    sentences = rows("lid/sentences.jsonl.zst")
    kept = {}
    for row, decision in zip(sentences, sentence_filter.judge([r["text"] for r in sentences]), strict=True):
        kept.setdefault(row["label"], []).append(decision.keep)
    shares = {label: sum(keeps) / len(keeps) for label, keeps in kept.items()}
    assert min(shares.pop("ko"), shares.pop("okm")) >= 0.999
    assert shares.pop("ko-mixed") >= 0.99
    assert set(shares.values()) == {0.0}


def test_visible_text_leaves_out_what_no_reader_sees():
    html = "<body><nav>차례</nav><script>var 비밀=1</script><p>본문 <!-- 주석 --></p><img alt='그림'></body>"
    text = visible_text(html)
    assert "차례" in text
    assert "본문" in text
    assert not any(word in text for word in ("비밀", "주석", "그림"))
