"""Passages that stand in a text twice go once; what repeats for a reason stays."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dedup import RepeatSettings, remove_repeats

LEAD = "훈민정음 해례본을 오늘날의 말로 새로 풀어 쓴 책이 한글날을 앞두고 서울에서 나왔다."
BODY = (
    "풀이를 맡은 국어학자들은 다섯 해 동안 옛 책의 먹 자국까지 살폈다고 밝혔다. "
    "책에는 글자를 만든 까닭과 소리의 이치가 그림과 함께 알기 쉽게 실렸으며, 옛 글꼴로 찍은 견본도 붙었다. "
    "값은 따로 매기지 않고 학교와 도서관에 먼저 나누어 주며, 남은 책은 이듬해 봄에 마을 책방에서 팔기로 했다."
)
END = "출판 기념 모임은 다음 달 초에 광화문에서 열린다."


def test_an_article_printed_twice_stays_once() -> None:
    text = f"{LEAD}\n{BODY}\n{END}"
    twice = remove_repeats(f"{text}\n\n{text}")
    assert twice.text == text
    assert twice.removed == len("".join(text.split()))


def test_repeated_sentences_inside_a_paragraph_go_at_their_ends() -> None:
    text = f"{LEAD} {BODY} 다시 적는다. {BODY} {END}"
    found = remove_repeats(text)
    assert found.text == f"{LEAD} {BODY} 다시 적는다. {END}"
    assert found.removed == len("".join(BODY.split()))


def test_other_spaces_and_case_hide_no_repeat() -> None:
    other = BODY.replace("다섯 해", "다섯해").replace("옛 책", "옛책")
    assert remove_repeats(f"{LEAD}\n{BODY}\n{END}\n{other}").text == f"{LEAD}\n{BODY}\n{END}"


def test_a_line_beside_its_copy_is_a_slip_and_further_away_a_figure_of_speech() -> None:
    assert remove_repeats(f"{LEAD}\n{LEAD}\n{END}").text == f"{LEAD}\n{END}"
    apart = "\n".join([LEAD, *BODY.split(". "), END, LEAD])
    assert remove_repeats(apart).text == apart


def test_a_long_paragraph_goes_wherever_its_copy_is() -> None:
    words = "바람이 불고 " * 40 + "비가 왔다."
    assert remove_repeats(f"{words}\n{LEAD}\n{BODY}\n{END}\n{words}").text == f"{words}\n{LEAD}\n{BODY}\n{END}"


_VERSE = "가시는 걸음걸음 놓인 그 꽃을\n사뿐히 즈려밟고 가시옵소서\n나 보기가 역겨워\n가실 때에는"
_TABLE = "\n".join(["| 모임 | 광화문에서 다음 달 초에 열리는 출판 기념 모임이다. | 무료 |"] * 4)
_CODE = "\n".join(["    # 옛 책의 먹 자국까지 살핀 결과를 읽어 들여서 차례대로 늘어놓는다.", "    load(path)"] * 4)
_STATUTE = "\n".join(
    f"{head}\n제1항에 따른 보상금의 지급에 관하여는 제25조제7항부터 제11항까지의 규정을 준용한다.\n"
    "이 경우 제3항에 따른 신청은 대통령령으로 정하는 바에 따라 서면으로 한다."
    for head in ("제31조(보상금)", "제76조(보상)", "제82조(준용)")
)
_HEADINGS = "\n".join(
    f"{year}년\n공통 취약점 평가 체계와 그 기본 점수에 관한 자세한 내용\n{year}" for year in range(2015, 2020)
)
_ENGLISH = "\n".join(["The quick brown fox jumps over the lazy dog, and then it sleeps for the whole of the day."] * 3)


@pytest.mark.parametrize("text", [f"{_VERSE}\n\n{_VERSE}", _TABLE, _CODE, _STATUTE, _HEADINGS, _ENGLISH])
def test_refrains_tables_code_statutes_and_headings_keep_theirs(text: str) -> None:
    assert remove_repeats(text) == (text, 0)


def test_lengths_are_settings_and_all_of_it_can_be_left_out() -> None:
    text = f"{LEAD} {BODY} 다시 적는다. {BODY} {END}"
    assert remove_repeats(text, RepeatSettings(enabled=False)) == (text, 0)
    assert remove_repeats(text, RepeatSettings(run_chars=500)) == (text, 0)


_sentence = st.sampled_from(
    [LEAD, END, *(f"{piece.rstrip('.')}." for piece in BODY.split(". ")), "네.", "그렇게 한다.", "| 표 | 칸 |", ""]
)


@given(st.lists(st.lists(_sentence, max_size=6).map(" ".join), max_size=8).map("\n".join))
def test_first_occurrences_stay_in_order_and_what_goes_is_counted(text: str) -> None:
    found = remove_repeats(text)
    left, whole = ("".join(each.split()) for each in (found.text, text))
    assert len(whole) - len(left) == found.removed
    kept = iter(text.split("\n"))
    assert all(any(line == other or _within(line, other) for other in kept) for line in found.text.split("\n"))
    for sentence in {LEAD, END, "네.", "그렇게 한다."}:
        assert (sentence in text) == (sentence in found.text)


def _within(line: str, other: str) -> bool:
    """Whether a line is another one without some of its words."""
    words = iter(other.split())
    return all(word in words for word in line.split())


def test_provisions_and_speech_and_a_short_refrain_stay() -> None:
    clause = (
        "① 위원장은 위원회를 대표하고 그 업무를 총괄하며 회의의 의장이 된다.\n"
        "② 회의는 재적위원 과반수의 출석으로 열고 출석위원 과반수의 찬성으로 의결하며 그 결과를 바로 알린다."
    )
    statute = f"제10조(가위원회)\n{clause}\n제20조(나위원회)\n{clause}"
    said = "“나는 그 배를 타지 않겠소. 바람이 자는 날까지 여기서 그대를 기다리겠소, 몇 해가 걸리더라도.”"
    speech = f"{said}\n사공은 대답하지 않았다.\n{said}\n그는 같은 말을 되풀이했다."
    refrain = "강물은 흘러 흘러 어디로 가나요.\n산 넘어 고향 집에 닿을 때까지요.\n나도 따라 걸어갑니다."
    song = f"봄이 오면 꽃이 핍니다.\n{refrain}\n\n가을이 오면 잎이 집니다.\n{refrain}"
    for text in (statute, speech, song):
        assert remove_repeats(text).text == text
