import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import decode
from filters._bytes import read

JAPANESE = "これは日本語の文書です。文字コードの判定を確かめるために、漢字とかなをたくさん書いておきます。" * 8
CHINESE = "这是一个用来测试字符编码的中文网页，里面有很多常用的汉字和标点符号。我们希望它不会被当成韩文。" * 8
TAIWANESE = "這是一個用來測試字元編碼的中文網頁，裡面有很多常用的漢字和標點符號，我們希望它不會被當成韓文。" * 8
KOREAN_LABELS = [
    "euc-kr",
    "EUC-KR",
    "ks_c_5601-1987",
    "KSC5601",
    "korean",
    "windows-949",
    "iso-ir-149",
    "cseuckr",
    "ms949",
]


def page(text: str, label: str | None = None) -> str:
    meta = f'<meta charset="{label}">' if label else ""
    return f"<html><head>{meta}<title>글</title></head><body>{text}</body></html>"


@pytest.mark.parametrize("label", KOREAN_LABELS)
def test_every_korean_label_means_cp949(label, prose):
    html = page(prose + " 똠방각하 펲시콜라", label)  # syllables that KS X 1001 lacks
    decoded = decode(html.encode("cp949"), None)
    assert (decoded.text, decoded.encoding, decoded.source, decoded.broken) == (html, "cp949", "meta", 0)
    assert decode(page(prose).encode("cp949"), f"text/html; charset={label}").source == "header"


@pytest.mark.parametrize("content_type", [None, "text/html; charset=utf-8", "text/html; charset=iso-8859-1"])
@pytest.mark.parametrize("label", [None, "utf-8", "iso-8859-1", "gb2312", "no-such-encoding", "unicode_escape"])
def test_a_label_that_does_not_fit_loses(content_type, label, prose):
    html = page(prose, label)
    assert decode(html.encode("cp949"), content_type).text == html


@pytest.mark.parametrize("label", [None, "euc-kr", "iso-8859-1", "utf-7", "shift_jis", "utf-16"])
def test_valid_utf8_is_utf8_whatever_is_declared(label, prose):
    html = page(prose, label)
    decoded = decode(html.encode(), f"text/html; charset={label}" if label else None)
    assert (decoded.text, decoded.encoding, decoded.broken) == (html, "utf-8", 0)


@given(st.data())
def test_a_lost_byte_costs_one_word_at_most(data):
    text = page("한 글자가 깨져도 나머지는 그대로 읽을 수 있어야 한다. " * 3)
    encoding = data.draw(st.sampled_from(["utf-8", "cp949"]))
    body = text.encode(encoding)
    at = data.draw(st.integers(0, len(body) - 1))
    decoded = decode(body[:at] + body[at + 1 :], None)
    assert decoded.encoding == encoding
    assert "\ufffd" not in decoded.text
    lost = sum(word not in decoded.text.split() for word in text.split())
    assert lost <= 1


@given(st.binary(), st.sampled_from(["utf-8", "cp949", "cp932"]))
def test_broken_bytes_are_counted_one_by_one(body, encoding):
    text, broken = read(body, encoding)
    assert len(text.encode(encoding)) + broken == len(body)
    assert text == body.decode(encoding, "ignore")


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3), min_size=30), st.integers(1, 2))
def test_utf8_cut_at_the_end_keeps_all_whole_characters(text, cut):
    decoded = decode(text.encode()[:-cut], "text/html; charset=utf-8")
    assert (decoded.text, decoded.broken) == (text[:-1], 3 - cut)


@given(st.binary(max_size=300), st.one_of(st.none(), st.text(max_size=40)))
def test_any_bytes_decode(body, content_type):
    decoded = decode(body, content_type)
    assert "\ufffd" not in decoded.text or b"\xef\xbf\xbd" in body or decoded.encoding != "utf-8"
    assert 0 <= decoded.broken <= len(body)


@pytest.mark.parametrize(
    ("encoding", "bom"),
    [("utf-8", b"\xef\xbb\xbf"), ("utf-16-le", b"\xff\xfe"), ("utf-16-be", b"\xfe\xff")],
)
def test_the_byte_order_mark_comes_first(encoding, bom, prose):
    html = page(prose, "euc-kr")
    decoded = decode(bom + html.encode(encoding), "text/html; charset=euc-kr")
    assert (decoded.text, decoded.encoding, decoded.source) == (html, encoding, "bom")


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be", "iso2022_kr"])
def test_encodings_that_look_like_ascii_are_seen_without_a_label(encoding):
    html = page("표시가 없어도 알아본다. " * 10)
    assert decode(html.encode(encoding), None).text == html


@pytest.mark.parametrize(
    ("label", "codec", "text"),
    [
        ("gb2312", "gb18030", CHINESE),
        ("big5", "big5", TAIWANESE),
        ("shift_jis", "cp932", JAPANESE),
        ("euc-jp", "euc_jp", JAPANESE),
        ("windows-1251", "cp1251", "Это русская страница, и она не должна стать корейской. " * 8),
        ("iso-8859-1", "cp1252", "Le garçon a mangé une crème brûlée à l'hôtel. " * 8),
    ],
)
@pytest.mark.parametrize("declared", [True, False])
def test_other_legacy_pages_do_not_become_korean(label, codec, text, declared):
    body = (f'<meta charset="{label}">' if declared else "").encode() + text.encode(codec)
    decoded = decode(body, None)
    assert decoded.encoding != "cp949"
    assert not any("가" <= char <= "힣" for char in decoded.text)
    if declared:
        assert decoded.text.endswith(text)


def test_a_declaration_in_a_comment_is_not_one(prose):
    html = f'<!-- <meta charset="utf-16"> --><?xml version="1.0" encoding="euc-kr"?>{prose}'
    decoded = decode(html.encode("cp949"), None)
    assert (decoded.text, decoded.source) == (html, "meta")


@pytest.mark.parametrize("with_header", [True, False])
def test_real_pages_decode_exactly(pages, with_header):
    wrong = [
        p.index["url"]
        for p in pages("dev-pages")
        if decode(p.body, p.content_type if with_header else None).text
        != p.body.decode("utf-8-sig" if p.index["encoding"] == "utf-8" else p.index["encoding"])
    ]
    assert wrong == []


def test_recoverable_encodings_are_recovered(pages):
    recoverable = [p for p in pages("dev-encodings") if p.index["recoverable"]]
    assert len(recoverable) >= 90
    for p in recoverable:
        assert decode(p.body, p.content_type).text == p.body.decode(p.index["true_encoding"], "ignore"), p.index["url"]
