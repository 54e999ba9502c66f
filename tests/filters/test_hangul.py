import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from filters import census, compose_jamo, hangul_share, nfc
from filters.hangul import count_kinds

COMPATIBILITY = {0x1100 + i: c for i, c in enumerate("ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ")}
COMPATIBILITY |= {0x1161 + i: c for i, c in enumerate("ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ")}
COMPATIBILITY |= {0x11A8 + i: c for i, c in enumerate("ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ")}


def test_census_tells_scripts_apart():
    seen = census("한글과 漢字, かな 그리고 Latin 123 ㅋㅋ")
    assert (seen.syllables, seen.han, seen.kana, seen.latin) == (6, 2, 2, 5)
    assert (seen.digits, seen.compatibility, seen.punctuation) == (3, 2, 1)
    assert seen.letters == 17
    assert seen.hangul_share == 8 / 17


@given(st.lists(st.text(max_size=20) | st.just("한글 text " * 5000), max_size=8))
def test_many_texts_are_counted_as_each_alone(texts):
    texts = [text.encode("utf-8", "ignore").decode() for text in texts]
    assert count_kinds(texts).tolist() == [count_kinds([text])[0].tolist() for text in texts]


def test_han_beyond_the_first_plane():
    assert census("𠀀𪜀").han == 2
    assert census("😀").symbols == census("😀").letters == 0


def test_chinese_is_no_hangul():
    assert hangul_share("這是中文網頁，不是韓文。") == 0


def test_the_statutes_dot_is_no_jamo():
    assert census("판매ㆍ제조").compatibility == 0


def test_ranked_syllables():
    assert census("이다는하에").common_share == 1
    assert census("뷁쀍햏").rare_share == 1
    assert census("").hangul_share == census("").common_share == census("").rare_share == 0


@given(st.text())
def test_nothing_is_counted_twice(text):
    text = text.encode("utf-8", "ignore").decode()
    seen = census(text)
    counted = seen.spaces + seen.digits + seen.punctuation + seen.symbols + seen.replacement + seen.letters
    assert counted <= seen.chars == len(text)
    assert seen.common + seen.rare <= seen.syllables


@given(st.text(st.sampled_from("가각한글ㅋㅎ ab漢\u1112\u119e\u11ab\u302e")))
def test_nfc_is_the_standard_form(text):
    assert nfc(text) == unicodedata.normalize("NFC", text)
    assert nfc(unicodedata.normalize("NFD", text)) == nfc(text)


def test_old_hangul_stays_and_halfwidth_jamo_widens():
    assert nfc("ᄒᆞᆫ글") == "ᄒᆞᆫ글"
    assert nfc("ﾡﾤﾷﾾ") == "ㄱㄴㅇㅎ"


@given(st.text(st.characters(min_codepoint=0xAC00, max_codepoint=0xD7A3)))
def test_typed_jamo_compose_back(text):
    # A space after each syllable, as a final consonant before a vowel belongs to the next.
    typed = " ".join("".join(COMPATIBILITY[ord(jamo)] for jamo in unicodedata.normalize("NFD", char)) for char in text)
    assert compose_jamo(typed) == " ".join(text)


def test_loose_jamo_stay():
    assert compose_jamo("ㅋㅋㅋ ㅠㅠ") == "ㅋㅋㅋ ㅠㅠ"
