"""The stage that takes repeated passages out."""

import pyarrow as pa

from dedup import RepeatSettings
from pipelines.stages.base import ORIGIN
from pipelines.stages.repeats import RepeatsStage

PASSAGE = (
    "풀이를 맡은 국어학자들은 다섯 해 동안 옛 책의 먹 자국까지 하나하나 살폈다고 밝혔다. "
    "책에는 글자를 만든 까닭과 소리의 이치가 그림과 함께 알기 쉽게 실렸으며 옛 글꼴 견본도 붙었다. "
    "값은 따로 매기지 않고 전국의 학교와 도서관에 먼저 나누어 주며, 남은 책은 이듬해 봄에 책방에서 팔기로 했다."
)
END = "출판 기념 모임은 다음 달 초에 광화문에서 열린다."
TWICE = f"{PASSAGE}\n{END}\n{PASSAGE}"


def batch(*texts: str) -> pa.RecordBatch:
    rows = [
        dict.fromkeys(ORIGIN) | {"doc_id": str(row), "text": text, "n_chars": len(text)}
        for row, text in enumerate(texts)
    ]
    types = {"text": pa.large_string(), "fetched_at": pa.timestamp("us", tz="UTC")}
    types |= dict.fromkeys(("offset", "length", "n_chars"), pa.int64())
    return pa.RecordBatch.from_pylist(
        rows, schema=pa.schema([(name, types.get(name, pa.string())) for name in rows[0]])
    )


def test_repeats_leave_the_text_and_are_counted():
    outcome = RepeatsStage(RepeatSettings())(batch(TWICE, PASSAGE))
    assert outcome.dropped.num_rows == 0
    left = f"{PASSAGE}\n{END}"
    assert outcome.kept.select(["text", "n_chars", "repeated_chars", "boilerplate_lines"]).to_pylist() == [
        {
            "text": left,
            "n_chars": len(left),
            "repeated_chars": len("".join(PASSAGE.split())),
            "boilerplate_lines": 0,
        },
        {"text": PASSAGE, "n_chars": len(PASSAGE), "repeated_chars": 0, "boilerplate_lines": 0},
    ]


def test_settings_leave_all_of_it_out_and_columns_stay_the_same():
    off = RepeatsStage(RepeatSettings(enabled=False))(batch(TWICE)).kept
    on = RepeatsStage(RepeatSettings())(batch(TWICE)).kept
    assert off.schema == on.schema == RepeatsStage(RepeatSettings())(batch(TWICE).slice(0, 0)).kept.schema
    assert off.column("text").to_pylist() == [TWICE]
