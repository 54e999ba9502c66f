"""The cleaning stage: what leaves the text, what is counted, what is dropped."""

import pyarrow as pa
import pytest
from pydantic import ValidationError

from filters import ParagraphSettings
from pipelines.stages.base import ORIGIN
from pipelines.stages.clean import CleanSettings, CleanStage
from tests.filters.conftest import PROSE

ENGLISH = "When the autumn came the people of the village went out into the fields and began to cut the rice.\n" * 12


def batch(*texts: str) -> pa.RecordBatch:
    rows = [dict.fromkeys(ORIGIN) | {"doc_id": str(row), "text": text} for row, text in enumerate(texts)]
    types = {"text": pa.large_string(), "offset": pa.int64(), "length": pa.int64()}
    types["fetched_at"] = pa.timestamp("us", tz="UTC")
    schema = pa.schema([(name, types.get(name, pa.string())) for name in rows[0]])
    return pa.RecordBatch.from_pylist(rows, schema=schema)


def test_boilerplate_and_foreign_paragraphs_leave_the_text():
    page = f"{PROSE}\n{ENGLISH}홍길동 기자 hong@press.co.kr\nⓒ 우리신문, 무단전재 및 재배포 금지"
    outcome = CleanStage(CleanSettings())(batch(page, PROSE))
    assert outcome.dropped.num_rows == 0
    kept = outcome.kept.select(["text", "cleaned_lines", "foreign_chars"]).to_pylist()
    assert kept == [
        {"text": PROSE, "cleaned_lines": 2, "foreign_chars": len(ENGLISH.replace("\n", ""))},
        {"text": PROSE, "cleaned_lines": 0, "foreign_chars": 0},
    ]


def test_what_has_no_korean_part_is_dropped_with_what_was_left_of_it():
    outcome = CleanStage(CleanSettings())(batch(ENGLISH, f"{ENGLISH}마을 사람들", PROSE, "네, 좋아요."))
    assert outcome.kept.column("doc_id").to_pylist() == ["2", "3"]
    dropped = outcome.dropped.select(["doc_id", "stage", "reason", "score"]).to_pylist()
    assert [tuple(row.values()) for row in dropped] == [
        ("0", "clean", "no_korean_part", 0.0),
        ("1", "clean", "no_korean_part", 5.0),
    ]


@pytest.mark.parametrize(
    "settings",
    [
        CleanSettings(boilerplate=False),
        CleanSettings(foreign=False),
        CleanSettings(paragraphs=ParagraphSettings(quotation_letters=10**6, mixed_share=1)),
    ],
)
def test_either_half_can_be_left_out(settings):
    page = f"{PROSE}\n{ENGLISH}{PROSE}\nⓒ 우리신문사"
    row = CleanStage(settings)(batch(page)).kept.to_pylist()[0]
    assert row["cleaned_lines"] == (1 if settings.boilerplate else 0)
    assert bool(row["foreign_chars"]) == (not settings.boilerplate)


def test_an_empty_batch_has_the_same_columns():
    empty = CleanStage(CleanSettings())(batch(PROSE).slice(0, 0)).kept
    assert empty.num_rows == 0
    assert empty.schema.names[-2:] == ["cleaned_lines", "foreign_chars"]


def test_unknown_settings_are_refused():
    with pytest.raises(ValidationError):
        CleanSettings.model_validate({"boilerplates": True})
