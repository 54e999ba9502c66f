"""Canonical text, shingle sets, Jaccard index."""

import unicodedata

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dedup import DedupSettings, canonical, jaccard, shingle_set

KOREAN = "나랏말싸미 듕귁에 달아 문자와로 서르 사맛디 아니할쎄, 이런 젼차로 어린 백셩이 니르고져 홇 배 이셔도"
STEADY = settings(derandomize=True, deadline=None)
HARD = st.sampled_from("가각ᄀ\u1161\u11a8한글ㅋ다. \n\u3000e\u0301ΣABİ")
TEXT = st.text(st.one_of(st.characters(codec="utf-8"), HARD))


def naive_shingles(text: str, width: int = 5) -> set[str]:
    form = canonical(text)
    return {form[i : i + width] for i in range(len(form) - width + 1)} if len(form) >= width else {form} - {""}


def test_canonical_drops_spacing_case_and_composition():
    assert canonical("할 수\u3000있다\n API") == "할수있다api"
    assert canonical(unicodedata.normalize("NFD", "한글 날")) == "한글날"


def test_copies_that_differ_in_spacing_have_one_set():
    spaced = shingle_set("데이터 주권은 중요한 문제이다.")
    assert np.array_equal(spaced, shingle_set("데이터주권은 중요한 문제 이다."))
    assert len(spaced) == len("데이터주권은중요한문제이다.") - 4


@STEADY
@given(TEXT, st.integers(1, 9))
def test_set_matches_strings(text, width):
    hashes = shingle_set(text, DedupSettings(shingle_width=width))
    assert len(hashes) == len(naive_shingles(text, width))
    assert np.all(hashes[1:] > hashes[:-1])


@STEADY
@given(TEXT, TEXT)
def test_jaccard_matches_strings(a, b):
    left, right = naive_shingles(KOREAN + a), naive_shingles(b + KOREAN)
    assert jaccard(shingle_set(KOREAN + a), shingle_set(b + KOREAN)) == len(left & right) / len(left | right)


@STEADY
@given(TEXT)
def test_normal_form_does_not_matter(text):
    forms = [shingle_set(unicodedata.normalize(name, text)) for name in ("NFC", "NFD")]
    assert np.array_equal(*forms)


def test_short_texts_are_whole_and_differ():
    assert len(shingle_set("고양이")) == 1
    assert jaccard(shingle_set("고양이"), shingle_set("고양이")) == 1.0
    assert jaccard(shingle_set("고양이"), shingle_set("강아지")) == 0.0
    assert jaccard(shingle_set("고양이"), shingle_set("고양이들이")) == 0.0


def test_empty_text_matches_nothing():
    assert len(shingle_set(" \n\u3000")) == 0
    assert jaccard(shingle_set(""), shingle_set("")) == 0.0


def test_settings_refuse_bands_longer_than_a_signature():
    with pytest.raises(ValueError, match="exceeds permutations"):
        DedupSettings(permutations=100, bands=18, rows=7)
