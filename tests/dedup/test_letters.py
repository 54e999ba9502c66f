"""Letters of texts and hashes of their runs."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.letters import letters, run_hashes

KOREAN = st.text(st.sampled_from("가각힣갸ㅋㅎ漢A1Ａ１ é-·.,'“”①\n\t👍\u200b"), max_size=40)


def read(text: str) -> str:
    codes, _ = letters([text])
    return "".join(map(chr, codes))


def test_only_letters_and_digits_stay_in_one_form():
    assert read("“다음 중” ① Ａ-1형(甲), ２번:\n[배]를 ㅋㅋ 👍 é") == "다음중a1형甲2번배를ㅋㅋé"


def test_broken_characters_are_no_letters():
    assert read("가\ud83d나\ufffd다") == "가나다"


@given(KOREAN)
def test_composed_and_decomposed_text_has_the_same_letters(text):
    assert read(unicodedata.normalize("NFD", text)) == read(text)


@given(st.lists(KOREAN, max_size=6))
def test_letters_of_many_texts_are_those_of_each(texts):
    codes, ends = letters(texts)
    parts = np.split(codes, ends)[:-1] if texts else []
    assert ["".join(map(chr, part)) for part in parts] == [read(text) for text in texts]


@given(st.text("가나다라", min_size=0, max_size=30), st.integers(1, 12))
def test_equal_runs_alone_have_equal_hashes(text, width):
    hashes = run_hashes(letters([text])[0], width).tolist()
    runs = [text[start : start + width] for start in range(len(text) - width + 1)]
    assert len(hashes) == len(runs)
    assert len(set(hashes)) == len(set(runs))
    assert len(set(zip(runs, hashes, strict=True))) == len(set(runs))


def test_a_run_has_letters():
    with pytest.raises(ValueError, match="at least one letter"):
        run_hashes(letters(["가"])[0], 0)
