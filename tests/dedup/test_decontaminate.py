"""Items of benchmarks in texts: found however they are printed, and not where a page only speaks like an exam."""

import random
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup.benchmarks import Item, OverlapRule
from dedup.decontaminate import BenchmarkIndex

PAGE = (
    "가을이 되자 마을 사람들은 들에 나가 벼를 베기 시작했다. 해가 질 무렵이면 아이들이 논두렁을 따라 돌아왔다. "
    "어머니들은 저녁을 지어 놓고 기다렸다. 그해에는 비가 알맞게 내려 곡식이 잘 여물었고, 품삯은 쌀로 받았다. "
)
GLAZE = Item(
    "craft#0",
    ("옹기를 굽는 가마에서 잿물 유약이 녹아 흐르기 시작하는 온도로 가장 알맞은 것은?",),
    ("섭씨 400도", "섭씨 800도", "섭씨 1200도", "섭씨 1900도"),
)
SHOES = Item(
    "craft#1",
    ("다음 중 옳은 것은?",),
    (
        "짚신은 삼베 실로만 날을 만들어 물에 젖지 않게 삼는다",
        "나막신은 비 오는 날 신도록 굽을 높게 파서 만든 신이다",
        "미투리는 소가죽을 물에 불려 겹쳐 꿰맨 신을 이른다",
        "설피는 모래밭을 걸을 때 발에 덧대던 넓은 신이다",
    ),
)
ROOF = Item("craft#2", ("'루핑'을 다듬으면?",), ("지붕잇기", "물레질", "두레박", "가마니"))
CRAFT = BenchmarkIndex({"craft": [GLAZE, SHOES, ROOF]}, OverlapRule())


def met(text: str, index: BenchmarkIndex = CRAFT) -> list[str]:
    return [overlap.item for overlap in index.find([text])[0]]


def printed(item: Item, marks: str = "①②③④") -> str:
    lines = [f"{mark} {option}" for mark, option in zip(marks, item.options, strict=False)]
    return "\n".join([*item.passages, *lines])


@pytest.mark.parametrize("item", [GLAZE, SHOES, ROOF])
@pytest.mark.parametrize("marks", ["①②③④", "ABCD", "1234", "----"])
def test_an_item_in_a_page_is_found_with_any_marks_of_its_options(item, marks):
    found = CRAFT.find([PAGE + printed(item, marks) + PAGE])[0]
    assert [(overlap.benchmark, overlap.item) for overlap in found] == [("craft", item.name)]
    assert found[0].share > 0.9


@given(st.randoms(use_true_random=False), st.booleans())
def test_spaces_line_ends_case_and_composition_do_not_hide_an_item(rng: random.Random, decomposed: bool):
    text = "".join(
        rng.choice(["", " ", "\n"]) if char == " " else char + " " * (rng.random() < 0.1) for char in printed(GLAZE)
    )
    page = PAGE + text + PAGE
    assert met(unicodedata.normalize("NFD", page) if decomposed else page) == ["craft#0"]


def test_options_may_stand_in_another_order():
    shuffled = Item(SHOES.name, SHOES.passages, SHOES.options[::-1])
    assert met(PAGE + printed(shuffled, "ABCD")) == ["craft#1"]


def test_one_word_may_differ():
    assert met(PAGE + printed(GLAZE).replace("녹아", "끓어")) == ["craft#0"]


def test_the_question_alone_is_enough_where_it_says_something():
    assert met(PAGE + GLAZE.passages[0]) == ["craft#0"]
    assert met(PAGE + SHOES.passages[0]) == []


def test_an_option_alone_is_an_ordinary_statement():
    assert all(met(PAGE + option) == [] for item in (GLAZE, SHOES) for option in item.options)


@pytest.mark.parametrize(
    "text",
    [
        PAGE,
        "",
        "다음 중 옳은 것은? 다음 설명 중 옳지 않은 것은? 다음 질문을 읽고 정답으로 가장 알맞은 것을 고르시오.",
        "다음 중 사회보장제도에 대한 설명으로 가장 적절하지 않은 것은 무엇인가?",
        "옹기를 굽는 가마는 흙으로 짓는다. " + PAGE * 20 + "유약이 녹아 흐르기 시작하는 온도가 있다.",
    ],
)
def test_pages_that_only_speak_alike_are_clean(text):
    assert met(text) == []


def test_a_subject_with_a_stock_phrase_is_no_evidence():
    item = Item("law#0", ("사회보장제도에 대한 설명으로 옳지 않은 것은?",), ("국가가 한다", "모두가 받는다"))
    index = BenchmarkIndex({"law": [item]}, OverlapRule())
    assert met("사회보장제도에 대한 설명으로 시작하는 글이다. " + PAGE, index) == []


def test_letters_far_from_each_other_are_not_one_passage():
    half = len(GLAZE.passages[0]) // 2
    assert met(GLAZE.passages[0][:half] + PAGE * 3 + GLAZE.passages[0][half:]) == []


def test_what_many_items_share_is_no_evidence():
    template = "이 표현을 바르게 고쳐 쓴 낱말을 아래에서 하나 찾으시오"
    words = [f"{first}{second}" for first in "물불흙쇠" for second in "레박통솥"]
    items = [Item(f"t#{row}", (f"{word} {template}",), (word * 4, word * 5)) for row, word in enumerate(words)]
    index = BenchmarkIndex({"t": items}, OverlapRule())
    assert met(PAGE + template, index) == []
    assert met(PAGE + printed(items[3]), index) == ["t#3"]


def test_items_too_short_to_tell_are_counted_and_not_looked_for():
    index = BenchmarkIndex(
        {"a": [Item("a#0", ("좋아요",)), Item("a#1", ("다음 설명 중 옳은 것은?",), ("ㄱ", "ㄴ"))]}, OverlapRule()
    )
    assert index.unusable == {"a": 2}
    assert len(index) == 0
    assert met("좋아요. 다음 설명 중 옳은 것은? (A) ㄱ (B) ㄴ", index) == []


def test_a_statute_that_options_quote_is_not_their_question():
    law = (
        "근로자란 임금을 받으려고 근로를 제공하는 사람을 말한다. 단시간근로자란 한 주의 근로시간이 짧은 사람을 말한다."
    )
    item = Item("law#0", ("노동 법령의 말뜻을 밝힌 것으로 그릇된 것은?",), tuple(law.split(". ")))
    index = BenchmarkIndex({"law": [item]}, OverlapRule(least_letters=30))
    assert met(law, index) == []
    assert met(printed(item), index) == ["law#0"]


def test_equal_passages_are_looked_for_once_and_each_benchmark_for_itself():
    same = Item("x", GLAZE.passages)
    index = BenchmarkIndex({"b": [same, Item("y", GLAZE.passages)], "a": [same]}, OverlapRule())
    assert len(index) == 2
    overlaps = index.find([PAGE + GLAZE.passages[0]])[0]
    assert [(overlap.benchmark, overlap.item, overlap.share) for overlap in overlaps] == [
        ("a", "x", 1.0),
        ("b", "x", 1.0),
    ]


@given(st.lists(st.sampled_from([PAGE, "", printed(GLAZE), PAGE + printed(SHOES), printed(ROOF) * 2]), max_size=8))
def test_many_texts_together_are_judged_as_each_alone(texts):
    assert CRAFT.find(texts) == [CRAFT.find([text])[0] for text in texts]


def test_texts_longer_than_a_chunk_are_read_whole():
    long = PAGE * 700
    assert met(long + printed(GLAZE) + long) == ["craft#0"]


def test_no_benchmarks_find_nothing():
    assert BenchmarkIndex({}, OverlapRule()).find([PAGE]) == [[]]
