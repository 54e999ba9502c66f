import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters import KOREAN_LABELS, LanguageFilter, LanguageSettings
from filters.language.latin import korean_in_latin

ROMANISED = """annyeonghaseyo, jeoneun hangugeul gongbuhago isseoyo
gaeuli doeja maeul saramdeuleun deule naga byeoreul begi sijakhaetda.
bami gipeumyeon sarangbange moyeo anja yesiyagireul nanueotda.""".split("\n")
MISTYPED = """dkssudgktpdy wjsms gksrnrdmf rhdqngkrh dlTdjdy
rkdmfdl ehlwk akdmf tkfkaemfdms emfdp skrk qufmf qprl tlwkrgoTek.
RkaWkr shffkTtmqslek. QkfflRkwl tnlqwl dksgrpTtmqslek.""".split("\n")
OTHERS = """watashi wa nihonjin desu. kore wa hon desu ka
wo xihuan chi zhongguo cai, ni ne? women yiqi qu ba
Selamat pagi, apa kabar semuanya hari ini
Jeg elsker deg, kan du hjelpe meg
Şikâyet edecek bir şey yok, onun denize yakın bir evi var.
The Seoul metropolitan government said on Tuesday that it would not
import numpy as np; from collections.abc import Sequence
asdf qwer zxcv asdf jkl lorem qwerty uiop
bxkqzjvwplmtrgfhdnsycaeoiu qpwoeirutyalskdjfhg
d41d8cd98f00b204e9800998ecf8427e
gksrmf""".split("\n")


@pytest.mark.parametrize(
    ("text", "kind"),
    [*((text, "ko-Latn") for text in ROMANISED), *((text, "mash") for text in MISTYPED), *((t, None) for t in OTHERS)],
)
def test_korean_in_latin_letters_is_named(text, kind):
    assert korean_in_latin([text]) == [kind]


def test_it_is_a_language_and_no_korean_text():
    found = LanguageFilter(LanguageSettings(min_syllables=1)).identify([ROMANISED[0], MISTYPED[0], OTHERS[0]])
    labels = found.column("language").to_pylist()
    assert labels == ["ko-Latn", "mash", "und-Latn"]
    assert not set(labels) & set(KOREAN_LABELS)


@given(
    st.lists(st.sampled_from([*ROMANISED, *MISTYPED, *OTHERS, "", " ", "1 2\n3"]) | st.text(max_size=30), max_size=8)
)
def test_a_text_alone_is_what_it_is_among_others(texts):
    assert korean_in_latin(texts) == [korean_in_latin([text])[0] for text in texts]


def test_real_sentences(rows):
    texts = [row for row in rows("lid/sentences.jsonl.zst") if row["text"].isascii()]
    found = korean_in_latin([row["text"] for row in texts])
    for label in ("ko-Latn", "mash"):
        right = [kind == label for row, kind in zip(texts, found, strict=True) if row["label"] == label]
        assert sum(right) >= 0.97 * len(right)
        assert not [row for row, kind in zip(texts, found, strict=True) if kind == label and row["label"] != label]
