"""Which lines of one text go, when it is known which its host's pages share."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from dedup import BoilerplateSettings
from dedup.lines import without_lines

TEXT = [
    "알림: 소식지를 구독하세요",
    "",
    "첫째 문단은 마을 이야기다.",
    "",
    "둘째 문단은 바다 이야기다.",
    "제보는 편집실로 보내 주세요",
]


@pytest.mark.parametrize(
    ("first", "last", "anywhere", "left"),
    [
        ([], [], [], TEXT),
        ([0], [], [], TEXT[2:]),
        ([], [5], [], TEXT[:5]),
        ([0], [5], [], TEXT[2:5]),
        ([], [], [2], [*TEXT[:2], *TEXT[4:]]),
        (range(6), [], [], [""]),
    ],
)
def test_lines_go_with_the_empty_ones_beside_them(first, last, anywhere, left):
    text, count = without_lines("\n".join(TEXT), first, last, anywhere)
    assert text == "\n".join(left)
    assert count == len({row for row in (*first, *last, *anywhere) if TEXT[row]})


def test_an_edge_is_left_behind_after_some_lines_or_characters():
    lines = [*(f"{number}번째 짧은 줄" for number in range(6)), "구독하세요"]
    assert without_lines("\n".join(lines), [6], [], [])[1] == 0
    assert without_lines("\n".join(lines[2:]), [4], [], [])[1] == 1
    assert without_lines("\n".join(["긴 문단이다. " * 40, "구독하세요"]), [1], [], [])[1] == 0
    assert without_lines("\n".join(lines), [6], [], [], BoilerplateSettings(edge_lines=6))[1] == 1


@given(
    lines=st.lists(st.sampled_from(["", " ", "가나다라", "마바사", "아자차카타파하"]), min_size=1, max_size=12),
    data=st.data(),
)
def test_what_is_left_is_a_subsequence_and_only_told_lines_go(lines, data):
    told = [data.draw(st.sets(st.integers(0, len(lines) - 1))) for _ in range(3)]
    filled = {row for row, line in enumerate(lines) if line.strip()}
    text, count = without_lines("\n".join(lines), *(places & filled for places in told))
    left = [line for line in text.split("\n") if line.strip()]
    whole = iter(line for line in lines if line.strip())
    assert all(any(line.rstrip() == other.rstrip() for other in whole) for line in left)
    assert len(left) == len(filled) - count
    assert len(told[2] & filled) <= count <= len((told[0] | told[1] | told[2]) & filled)


@pytest.mark.parametrize("values", [{"share": 0}, {"share": 1.5}, {"documents": 1}, {"window": "week"}, {"lines": 3}])
def test_settings_are_checked(values):
    with pytest.raises(ValidationError):
        BoilerplateSettings(**values)
