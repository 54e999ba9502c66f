"""Endings, particles and word order, read off the last syllables."""

import random

import numpy as np
import pytest

from filters.quality.layout import lay_out
from filters.quality.order import OrderTable, fit_order, word_order
from filters.quality.words import Words


def words(text: str) -> Words:
    return Words(lay_out([text]))


@pytest.mark.parametrize(
    ("text", "ends", "polite", "past"),
    [
        ("비가 온다.", [0, 1], [0, 0], [0, 0]),
        ("비가 왔다", [0, 1], [0, 0], [0, 1]),
        ("비가 왔어요 (웃음)", [0, 1, 1], [0, 1, 0], [0, 1, 0]),
        ("왔습니다!! 왔습니까?", [1, 1], [1, 1], [1, 1]),
        ("책이 있다", [0, 1], [0, 0], [0, 0]),
        ("그렇군. 정말 그래 ㅋㅋ", [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]),
        ("다 index.html 3.", [0, 0, 0], [0, 0, 0], [0, 0, 0]),
    ],
)
def test_sentence_ends(text, ends, polite, past):
    found = words(text)
    assert found.ends_sentence.astype(int).tolist() == ends
    assert found.polite.astype(int).tolist() == polite
    assert found.past().astype(int).tolist() == past


def test_particles_on_nouns_and_alone():
    found = words("학교에서 친구를 만나 을 를")
    assert found.particle.astype(int).tolist() == [1, 1, 1, 0, 0]
    assert found.loose().astype(int).tolist() == [0, 0, 0, 1, 1]


def test_talk_and_names():
    found = words("재미있네 몰랐음 ㅋㅋ 연락처 게시판 대박!")
    assert found.ends_utterance().astype(int).tolist() == [1, 1, 1, 0, 0, 1]


def order(text: str) -> float:
    layout = lay_out([text])
    return float(word_order(layout, Words(layout))[0])


def test_shuffled_words_are_out_of_order(prose):
    shuffled = []
    for seed in range(30):
        tokens = prose.split()
        random.Random(seed).shuffle(tokens)
        shuffled.append(order(" ".join(tokens)))
    assert order(prose) > np.percentile(shuffled, 95)
    assert np.mean(shuffled) < 0.01


def test_short_and_foreign_texts_have_no_order():
    assert order("") == order("the quick brown fox") == order("가") == 0


def test_order_is_learned_from_texts_and_kept_as_text():
    layout = lay_out(["나는 밥을 먹는다. 너는 물을 마신다. " * 40])
    table = fit_order([(layout, Words(layout))])
    again = OrderTable.from_text(table.to_text())
    assert again.syllables == table.syllables
    assert np.allclose(again.odds, table.odds, atol=1 / 64)
    of = table.syllables.index
    assert table.odds[of("는"), of("을")] > 0 > table.odds[of("을"), of("는")]
