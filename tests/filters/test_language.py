import unicodedata

import pyarrow as pa
import pytest

from filters import (
    DECISION_SCHEMA,
    IDENTITY_SCHEMA,
    KOREAN_LABELS,
    LanguageFilter,
    LanguageReason,
    LanguageSettings,
    census,
    decode,
    visible_text,
)


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
        "굿",
        "앜ㅋㅋㅋㅋㅋㅋㅋㅋㅋㅋ 웃기넼ㅋㅋㅋ",
        "역시 멋있다ㅠㅠㅠㅠㅠㅠㅠㅠㅠㅠㅠ",
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
        ("랖뎁쉰샘툐챨젓퀭믄밉슉헛뎀쿤", LanguageReason.NOT_KOREAN_SYLLABLES),
        ("Tags: 개발 일상 리뷰 | Home About Archive Categories Contact", LanguageReason.TOO_LITTLE_HANGUL),
    ],
)
def test_what_is_not_korean_says_why(text, reason, pages_filter):
    decision = pages_filter.judge([text])[0]
    assert (decision.keep, decision.reason) == (False, reason)


def test_words_decide_between_code_and_a_korean_menu(pages_filter):
    menu = "한국어 도움말 목차 이용 안내 문의하기 개인정보 처리방침 회사 소개 채용 공지사항 고객 센터 약관 "
    menu += "이용 요금 결제 수단 배송 조회"
    english = "The quick brown fox jumps over the lazy dog while reading documentation about servers. " * 6
    code = "\n".join(f"  assign(total{i}, parse(input[{i}], options));" for i in range(8))
    decision = pages_filter.judge([english + "\n".join(menu.split())])[0]
    assert (decision.keep, decision.reason) == (False, LanguageReason.OTHER_LANGUAGE)
    assert decision.score < 0.3
    tutorial = (
        "이 함수는 입력을 하나씩 읽어서 합계를 구한다. 옵션을 바꾸면 결과가 어떻게 달라지는지 살펴보자. "
        "먼저 코드를 보고, 그다음 줄마다 무슨 일을 하는지 설명하겠다.\n"
    )
    found = pages_filter.identify([tutorial + code]).to_pylist()[0]
    assert found["language"] in KOREAN_LABELS


def test_a_korean_part_in_a_foreign_page(pages_filter, prose):
    english = "The quick brown fox jumps over the lazy dog while reading documentation about servers.\n" * 20
    mixed = f"{english}\n{prose}\n"
    assert pages_filter.judge([mixed])[0].keep
    found = pages_filter.identify([mixed]).to_pylist()[0]
    assert (found["language"], found["runner_up"]) == ("ko-mixed", "en")
    assert found["runner_up_score"] > 0.5
    assert found["score"] == pytest.approx(found["hangul_share"])


@pytest.mark.parametrize(
    ("text", "language", "runner_up"),
    [
        ("이제 충분히 했습니다. OK", "ko", "und-Latn"),
        ("これは日本語です。API で漢字も使います。", "ja", "und-Latn"),
        ("我們試試看！", "zh", None),
        ("我喜欢韩国料理，김치 and 삼겹살很好吃，一起去吃饭吧", "zh", "ko"),
        ("BTS (방탄) is a South Korean boy band formed in Seoul", "und-Latn", "ko"),
        ("Я знаю много людей, у которых нет прав.", "und-Cyrl", None),
        ("เหลือเวลาอีกกี่ชั่วโมง", "th", None),
        ("ㅂㅜ힣ㅜ햏ㅅㅜㄷ쀍뛟ㅜ쀍ㅋ뷁ㅇㄹㅅㅎ햏ㅠ쀍ㅜㅅㅁㅋㄷ", "und", None),
        ("1234 !?", "und", None),
        ("", "und", None),
    ],
)
def test_scripts_name_languages(text, language, runner_up, sentence_filter):
    found = sentence_filter.identify([text]).to_pylist()[0]
    assert (found["language"], found["runner_up"]) == (language, runner_up)
    assert (found["runner_up_score"] is None) == (runner_up is None)


def test_the_model_names_languages_that_share_a_script():
    named = LanguageFilter(LanguageSettings(min_syllables=1, name_foreign=True))
    texts = ["Ich weiß nicht, wo Tom heute ist.", "Я знаю много людей, у которых нет прав.", "I hate her hat."]
    found = named.identify(texts).to_pylist()
    assert [row["language"] for row in found] == ["de", "ru", "en"]
    assert all(0 < row["runner_up_score"] < row["score"] <= 1 for row in found)


def test_a_text_alone_is_what_it_is_among_others(pages_filter, prose):
    texts = [prose, "", "plain English", unicodedata.normalize("NFD", prose), prose * 50, "漢字", prose]
    together = pages_filter.examine(texts)
    assert together.identities.to_pylist() == [pages_filter.identify([text]).to_pylist()[0] for text in texts]
    assert together.decisions == [pages_filter.judge([text])[0] for text in texts]
    kept = [language in KOREAN_LABELS for language in together.identities.column("language").to_pylist()]
    assert kept == [decision.keep for decision in together.decisions]
    assert together.identities.schema == IDENTITY_SCHEMA
    assert pages_filter.identify([]).num_rows == 0


def test_columns_and_lists_agree(pages_filter, prose):
    batch = pages_filter.judge_column(pa.array([prose, None, "plain English"]))
    assert batch.schema == DECISION_SCHEMA
    assert batch.to_pylist() == [
        {"keep": True, "reason": None, "score": 1.0},
        {"keep": False, "reason": "no_hangul", "score": 0.0},
        {"keep": False, "reason": "no_hangul", "score": 0.0},
    ]


def test_real_pages(pages, pages_filter):
    all_pages = pages("dev-pages")
    texts = [visible_text(decode(p.body, p.content_type).text) for p in all_pages]
    found = {}
    # The labels count letters without resolving character references, which is how GitBook writes Hangul.
    for page, language in zip(all_pages, pages_filter.identify(texts).column("language").to_pylist(), strict=True):
        if page.index["generator"] != "GitBook 3.2.3":
            found.setdefault(page.index["label"], []).append(language)
    mixed = found.pop("ko-mixed")
    assert sum(language in KOREAN_LABELS for language in mixed) >= 0.85 * len(mixed)
    korean = found.pop("ko")
    wrong = sum(language == "ko" for languages in found.values() for language in languages)
    right = korean.count("ko")
    assert 2 * right / (right + wrong + len(korean)) >= 0.998
    assert set(found["nonko"] + found["ja"] + found["zh"]).isdisjoint(KOREAN_LABELS)


def test_chats_are_korean(rows, sentence_filter):
    reviews = [row["text"] for row in rows("text/short-nsmc.jsonl.zst")]
    written = [text for text in reviews if census(text).hangul_share >= 0.5]
    found = sentence_filter.identify(written).column("language").to_pylist()
    assert found.count("ko") >= 0.997 * len(written)


def test_real_sentences(rows, sentence_filter):
    sentences = rows("lid/sentences.jsonl.zst")
    kept = {}
    for row, decision in zip(sentences, sentence_filter.judge([r["text"] for r in sentences]), strict=True):
        kept.setdefault(row["label"], []).append(decision.keep)
    shares = {label: sum(keeps) / len(keeps) for label, keeps in kept.items()}
    assert min(shares.pop("ko"), shares.pop("okm")) >= 0.999
    assert shares.pop("ko-mixed") >= 0.99
    assert set(shares.values()) == {0.0}


def test_an_open_comment_hides_nothing():
    assert "보이는 글" in visible_text("<p>앞</p><!-- 닫지 않았다 <p>보이는 글</p>")


def test_visible_text_leaves_out_what_no_reader_sees():
    html = "<body><nav>차례</nav><script>var 비밀=1</script><p>본문 <!-- 주석 --></p><img alt='그림'></body>"
    text = visible_text(html)
    assert "차례" in text
    assert "본문" in text
    assert not any(word in text for word in ("비밀", "주석", "그림"))
