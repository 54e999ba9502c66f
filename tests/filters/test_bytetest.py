import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import HangulReason, HangulSettings, count_hangul, judge_bytes, rough_share

HANGUL = st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), max_size=60)


@given(HANGUL, st.sampled_from(["", "<p class='x'>menu</p>", "日本語のページ", "Ελληνικά"]))
def test_utf8_is_counted_exactly(hangul, around):
    body = f"<html>{around}{hangul}{around}</html>"
    assert count_hangul(body.encode()) == len(hangul)
    assert count_hangul(unicodedata.normalize("NFD", body).encode()) == len(hangul)


@given(HANGUL)
def test_escapes_and_references_are_counted(hangul):
    ascii_forms = [
        "".join(f"&#{ord(c)};" for c in hangul),
        "".join(f"&#x{ord(c):X};" for c in hangul),
        "".join(f"\\u{ord(c):04x}" for c in hangul),
    ]
    assert [count_hangul(form.encode()) for form in ascii_forms] == [len(hangul)] * 3


@pytest.mark.parametrize(
    "escape", ["&#44031;", "&#55204;", "&#8217;", "&#44;", "&#xAC000;", "&#x2019;", "\\u003c", "&#440320;", "&#x4E00;"]
)
def test_other_escapes_are_not(escape):
    assert count_hangul(escape.encode() * 50) == 0


@pytest.mark.parametrize("encoding", ["cp949", "utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_other_encodings_are_counted(encoding, prose):
    html = f"<html><head><title>x</title></head><body>{prose}</body></html>"
    want = sum("가" <= char <= "힣" for char in prose)
    assert count_hangul(html.encode(encoding)) == want


@pytest.mark.parametrize(
    ("encoding", "text"),
    [
        ("gb18030", "这是一个用来测试字符编码的中文网页，里面有很多常用的汉字和标点符号。"),
        ("big5", "這是一個用來測試字元編碼的中文網頁，裡面有很多常用的漢字和標點符號。"),
        ("cp932", "これは日本語の文書です。文字コードの判定を確かめます。"),
        ("euc_jp", "これは日本語の文書です。漢字とかなをたくさん書いておきます。"),
        ("cp1251", "Это русская страница, и она не должна стать корейской."),
        ("cp1252", "Le garçon a mangé une crème brûlée à l'hôtel."),
        ("utf-8", "日本語と中文, 漢字とかな, ภาษาไทย, Tiếng Việt"),
    ],
)
def test_foreign_bytes_are_no_hangul(encoding, text):
    assert count_hangul((text * 30).encode(encoding)) == 0


def test_one_broken_byte_does_not_hide_a_page(prose):
    body = prose.encode()
    assert judge_bytes(body[:100] + body[101:], HangulSettings()).keep


def test_the_threshold_is_inclusive():
    settings = HangulSettings(min_syllables=3)
    assert judge_bytes("한국어".encode(), settings).keep
    refused = judge_bytes("한글 page".encode(), settings)
    assert (refused.keep, refused.reason, refused.score) == (False, HangulReason.TOO_FEW_SYLLABLES, 2.0)


def test_no_korean_page_is_lost_and_few_others_pass(pages):
    kept = {}
    for page in pages("dev-pages"):
        kept.setdefault(page.index["label"], []).append(judge_bytes(page.body, HangulSettings()).keep)
    assert all(kept["ko"])
    assert all(kept["ko-mixed"])
    foreign = [keep for label in ("nonko", "ja", "zh") for keep in kept[label]]
    assert sum(foreign) / len(foreign) < 0.01


def test_a_korean_menu_does_not_make_a_page_korean():
    menu = "<nav>" + "".join(f"<a href='/{n}'>한국어 문서 보기</a>" for n in range(6)) + "</nav>"
    page = (menu + "<p>" + "This text is about something else entirely. " * 120 + "</p>").encode()
    decision = judge_bytes(page, HangulSettings())
    assert not decision.keep
    assert decision.reason == "too_small_share"
    assert decision.score < 0.04


def test_code_markup_and_styles_do_not_hide_a_korean_page():
    style = "<style>" + ".class-name{display:block;background:none}" * 400 + "</style>"
    script = "<script>" + "function call(argument){return argument.value}" * 400 + "</script>"
    attributes = "<div class='" + "very-long-utility-class-name " * 300 + "'>"
    page = (
        style
        + script
        + attributes
        + "<!-- "
        + "comment " * 500
        + "-->"
        + "<p>우리말 낱말을 모아 사전을 엮는다.</p>" * 5
    )
    assert judge_bytes(page.encode(), HangulSettings()).keep
    assert rough_share(page.encode()) > 0.9


_MARKUP = (
    "< > & ; <p> </p> <a한글='다'> <!-- --> <SCRIPT> <script </script> <style> </Style> 우리말 word Ωμέγα 日本 &nbsp; "
    "&#44; &amp -- ! / - a"
).split()
_SKIPPED = re.compile(
    r"<(?=!--).*?-->|<script.*?</script|<style.*?</style|<[^<>]*>|&[a-z0-9#]{1,9};", re.IGNORECASE | re.DOTALL
)


@given(st.lists(st.sampled_from(_MARKUP), max_size=40).map("".join))
def test_share_is_of_what_is_no_markup(page):
    text = _SKIPPED.sub(" ", page)
    hangul = sum("가" <= char <= "힣" for char in text)
    assert rough_share(page.encode()) == hangul / max(1, sum(char.isalpha() for char in text))


def test_share_is_not_guessed_where_it_cannot_be_told():
    assert rough_share("우리말 낱말".encode("cp949")) is None
    assert rough_share("우리말".encode("utf-16")) is None
    assert rough_share("".join(f"&#{ord(char)};" for char in "우리말낱말").encode() * 20) is None


def test_markup_that_never_ends_is_read_in_no_time():
    for piece in (b"<script", b"<!--", b"<", b"<style>", b">"):
        assert rough_share(("한".encode() + piece) * 200_000) is not None
