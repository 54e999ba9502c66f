"""What tells an item of a benchmark from ordinary text: its passages, without what many of them share."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

import numpy as np
import numpy.typing as npt
from pydantic import BaseModel, ConfigDict, Field

from dedup.runs import Runs, frequent, union

# Phrases that exam questions are made of; a file of few items does not show that they are common.
_STOCK = (
    "다음 질문을 읽고 정답으로 가장 알맞은 것을 고르시오",
    "다음 질문을 읽고 정답으로 가장 알맞은 것을 고르시요",
    "다음 질문을 읽고 아래 선택지 중 가장 적절한 답의 번호를 고르시오",
    "다음 글을 읽고 물음에 답하시오",
    "다음 보기 중 옳은 것을 모두 고르시오",
    *(
        f"다음 중 {subject} {adjective} 것은 무엇인가"
        for subject in (
            "에 대한 설명으로",
            "에 관한 설명으로",
            "에 대한 내용으로",
            "에 대한 설명 중",
            "에 관한 설명 중",
        )
        for adjective in (
            "옳은",
            "옳지 않은",
            "틀린",
            "맞는",
            "잘못된",
            "가장 적절한",
            "가장 적절하지 않은",
            "가장 거리가 먼",
        )
    ),
    *(f"다음 설명 중 {adjective} 것은" for adjective in ("옳은", "옳지 않은", "틀린", "가장 적절한", "적절하지 않은")),
    "다음 중 가장 적절하지 않은 것은 무엇인가",
    "다음 중 에 해당하지 않는 것은",
    "만을 있는 대로 고른 것은",
    "을 모두 고른 것은",
)


class OverlapRule(BaseModel):
    """When a document holds an item."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    run_letters: int = Field(default=7, ge=4, le=64, description="Letters in a row that count as in common.")
    share: float = Field(default=0.6, gt=0, le=1, description="Share of an item's letters that lie in runs in common.")
    least_letters: int = Field(
        default=10, ge=4, description="Letters of evidence that a passage needs; shorter ones are put together."
    )
    common: int = Field(
        default=8, ge=1, description="Runs that stand more often than this in a benchmark are no evidence."
    )


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a benchmark."""

    name: str
    """What accounts call it, such as its file and its place there."""
    passages: tuple[str, ...]
    """Texts each of which alone betrays the item: question, context, sentence."""
    options: tuple[str, ...] = ()
    """Texts that betray it together with the passages only: a true option is an ordinary statement."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What is looked for: a unit is a passage, or an item whose passages are too short alone."""

    names: tuple[str, ...]
    """The item of each unit."""
    runs: Runs
    """Runs of the units (their ``text``) that are evidence."""
    of_passages: npt.NDArray[np.bool_]
    """Which runs are of passages and not of options, shape of the runs."""
    unusable: int
    """Items that are too short to be told from ordinary text."""


def evidence(items: Sequence[Item], rule: OverlapRule) -> Evidence:
    """What of the items is evidence.

    Equal passages of several items are looked for once, under the name of the first.
    """
    width, least = rule.run_letters, rule.least_letters
    numbers: dict[str, int] = {}
    for item in items:
        for text in item.passages:
            numbers.setdefault(text, len(numbers))
    runs = Runs.of(list(numbers), width)
    common = union(frequent(runs.hashes, rule.common), Runs.of(_STOCK, width).hashes)
    runs = runs.telling(common)
    sizes = runs.covered(len(numbers))
    # A unit is texts in a row, and how many of them are passages.
    units: dict[tuple[tuple[int, ...], int], str] = {}
    rest: list[Item] = []
    for item in items:
        alone = [number for number in map(numbers.__getitem__, item.passages) if sizes[number] >= least]
        for number in alone:
            units.setdefault(((number,), 1), item.name)
        if not alone:
            rest.append(item)
    count = len(numbers)
    for item in rest:
        for text in item.options:
            numbers.setdefault(text, len(numbers))
    offered = Runs.of(list(numbers)[count:], width)
    runs = runs.followed_by(offered.telling(union(common, frequent(offered.hashes, rule.common))), count)
    sizes = runs.covered(len(numbers))
    short: dict[str, str] = {}
    for item in rest:
        whole = tuple(numbers[text] for text in dict.fromkeys(item.passages + item.options))
        if sizes[list(whole)].sum() >= least:
            units.setdefault((whole, len(set(item.passages))), item.name)
        else:
            short |= {text: item.name for text in _in_a_row(item) if text not in short}
    together = Runs.of(list(short), width).telling(common)
    names = list(short.values())
    # Short texts in a row owe some of their letters to what they happen to stand beside.
    usable = np.flatnonzero(together.covered(len(short)) >= least + width).tolist()
    units |= {((len(numbers) + row,), 1): names[row] for row in usable}
    gathered, place = runs.followed_by(together, len(numbers)).gathered([unit for unit, _ in units])
    leads = np.fromiter((lead for _, lead in units), dtype=np.int64, count=len(units))
    unusable = len(set(names) - {names[row] for row in usable})
    return Evidence(tuple(units.values()), gathered, place < leads[gathered.text], unusable)


def _in_a_row(item: Item) -> Iterator[str]:
    """An item as prints put it in a row, by the marks of its options: none that are letters, (A), (1)."""
    for marks in ("", "ABCDEFGHIJ", "123456789"):
        marked = (
            f"{mark} {option}" for mark, option in zip_longest(marks[: len(item.options)], item.options, fillvalue="")
        )
        yield " ".join((*item.passages, *marked))
