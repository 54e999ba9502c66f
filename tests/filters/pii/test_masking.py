"""Masking: only the finds change, pseudonyms are keyed, a second masking changes nothing."""

import hashlib
import hmac
import re
from base64 import b32encode
from itertools import pairwise

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.pii import COUNTS_TYPE, KOREAN_NAMES, Entity, PiiSettings, detect, key_id, mask_text, mask_texts, masks

SETTINGS = PiiSettings()
KEY = b"0123456789abcdef0123456789abcdef"
PLACEHOLDER = re.compile("<(?:" + "|".join(KOREAN_NAMES.values()) + ")(?::[a-z2-7]{10})?>")

PIECES = st.sampled_from(
    [
        *(
            "010-1234-5678",
            "02) 123-4567",
            "900101-1234567",
            "124-81-00998",
            "110-123-456789",
            "1588-1234",
            "공일공일이삼사오육칠팔",
        ),
        *("abc@naver.com", "4111-1111-1111-1111", "12가3456", "서울 강남구 테헤란로 152", "010-****-1234", "M12345678"),
        *(
            "계좌 ",
            "예금주",
            "국민은행",
            "여권",
            "면허",
            "건강보험증",
            "개인사업자",
            "법인",
            "차량번호",
            "번호",
            "주문번호 ",
        ),
        *(
            " ",
            "-",
            ".",
            ",",
            "\n",
            "/",
            "~",
            "입니다",
            "로",
            "은",
            "①",
            "\u200b",
            "３",
            "7",
            "12",
            "2019",
            "<전화번호>",
            "<",
            "이 글은 평범하다. ",
        ),
    ]
)
TEXTS = st.lists(PIECES | st.text(max_size=6), max_size=25).map("".join)


@given(TEXTS, st.sampled_from([None, KEY]))
def test_masking_twice_is_masking_once(text, key):
    once = mask_text(text, SETTINGS, key).text
    assert mask_text(once, SETTINGS, key).text == once


@given(TEXTS)
def test_nothing_outside_the_finds_changes(text):
    masked = mask_text(text, SETTINGS, KEY)
    done, rest = 0, masked.text
    for match in masked.matches:
        assert done <= match.start < match.end <= len(text)
        if masks(match, SETTINGS):
            assert rest.startswith(text[done : match.start])
            rest = rest[match.start - done :]
            stands = PLACEHOLDER.match(rest)
            assert stands
            rest = rest[stands.end() :]
            done = match.end
    assert rest == text[done:]


@given(TEXTS)
def test_what_is_masked_is_gone(text):
    kept = [m for m in detect(mask_text(text, SETTINGS).text, SETTINGS) if masks(m, SETTINGS)]
    assert kept == []


@given(st.text(alphabet="가나다라 .\n", max_size=400), TEXTS, st.text(alphabet="가나다라 .\n", max_size=400))
def test_far_text_does_not_matter(before, text, after):
    """A long text is read in windows around digits; what they leave out must not change a find."""
    pad = "다" * 60
    alone = detect(pad + text + pad, SETTINGS)
    inside = detect(before + pad + text + pad + after, SETTINGS)
    shifted = [(m.start + len(before), m.end + len(before), m.entity, m.score, m.value) for m in alone]
    assert [(m.start, m.end, m.entity, m.score, m.value) for m in inside] == shifted


@pytest.mark.parametrize(
    "form",
    [
        "010-1234-5678",
        "01012345678",
        "+82 10 1234 5678",
        "０１０．１２３４．５６７８",
        "공일공일이삼사오육칠팔",
        "010 - 1234 - 5678",
    ],
)
def test_one_number_has_one_token_however_it_is_written(form):
    digest = hmac.new(KEY, b"KR_PHONE\x0001012345678", hashlib.sha256).digest()
    token = b32encode(digest)[:10].decode().lower()
    assert mask_text(f"제 번호는 {form}입니다", SETTINGS, KEY).text == f"제 번호는 <전화번호:{token}>입니다"


def test_another_key_gives_other_tokens_and_no_key_none():
    text = "메일 abc@naver.com 으로"
    one, other = (mask_text(text, SETTINGS, key).text for key in (KEY, KEY[::-1]))
    assert one != other
    assert mask_text(text, SETTINGS).text == "메일 <이메일> 으로"


def test_a_short_key_is_refused():
    with pytest.raises(ValueError, match="at least 16"):
        mask_text("010-1234-5678", SETTINGS, b"short")


def test_the_name_of_a_key_does_not_hold_it():
    assert key_id(KEY) != key_id(KEY[::-1])
    assert re.fullmatch("[0-9a-f]{12}", key_id(KEY))


def test_business_numbers_are_told_and_not_masked_but_for_sole_traders():
    text = "(주)가온 사업자등록번호 124-81-00998 고객센터 1588-1234"
    masked = mask_text(text, SETTINGS)
    assert masked.text == text
    assert masked.counts(SETTINGS) == {"KR_BIZ_PHONE": 1, "KR_BRN": 1}
    assert mask_text("개인사업자 가온 124-81-00998", SETTINGS).text == "개인사업자 가온 <사업자등록번호>"


def test_a_byline_is_masked_and_counted():
    masked = mask_text("홍길동 기자 hong@hani.co.kr", SETTINGS)
    assert masked.text == "홍길동 기자 <이메일>"
    assert masked.counts(SETTINGS) == {"EMAIL": 1}


def test_types_and_threshold_are_settings():
    text = "010-1234-5678, abc@naver.com, 9001011234567"
    assert mask_text(text, PiiSettings(mask=(Entity.EMAIL,))).text == "010-1234-5678, <이메일>, 9001011234567"
    assert mask_text(text, PiiSettings(threshold=0.3)).text == "<전화번호>, <이메일>, <주민등록번호>"


def test_a_label_that_masking_brings_near_is_seen():
    """The first address goes; then 계좌 is near enough to the second number."""
    text = f"계좌 {'a' * 40}@naver.com 그리고 110-123-456789"
    assert mask_text(text, SETTINGS).text == "계좌 <이메일> 그리고 <계좌번호>"


def test_columns():
    texts, counts = mask_texts(["전화 010-1234-5678, 010-9876-5432", None, "없음"], SETTINGS, None)
    assert texts.type == pa.large_string()
    assert texts.to_pylist() == ["전화 <전화번호>, <전화번호>", None, "없음"]
    assert counts.type == COUNTS_TYPE
    assert counts.to_pylist() == [[("KR_PHONE", 2)], [], []]


@pytest.mark.parametrize(
    "unit",
    [
        *(
            "0",
            "1",
            "010-",
            "9",
            "1 ",
            "12-",
            "@",
            "a@",
            "a.",
            "구",
            "서울 강남구 ",
            "로 1",
            "가나다로",
            "12가 ",
            "-",
            "공일공",
            "골뱅이",
        ),
        *(
            "010-1234-",
            "900101-",
            "4111 ",
            "<전화번호",
            "\u200b",
            " at ",
            "a at b dot ",
            "동 1",
            "1동 2호 ",
            "*",
            "계좌 1-",
            "a@b.",
        ),
        *("010-1234-5678 ", "계좌 110-123-456789 ", "12가3456 ", "a@b.kr "),
    ],
)
def test_no_text_takes_long(unit):
    """A pattern or a loop that is not linear would not end here in a day: its work grows by 10^6 and more."""
    found = detect(unit * (1_000_000 // len(unit) // 8), SETTINGS)
    assert all(one.end <= other.start for one, other in pairwise(found))
