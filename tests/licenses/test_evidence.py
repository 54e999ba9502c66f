"""Evidence records: closed lists, ids, tables."""

import dataclasses
import datetime as dt
import pickle

import pyarrow as pa
import pytest

from licenses import EVIDENCE_SCHEMA, Axis, Evidence, Value, evidence_from_table, evidence_table

NOW = dt.datetime(2026, 11, 23, 1, 2, 3, tzinfo=dt.UTC)


def evidence(**changes):
    fields = {
        "signal": "notice",
        "scope": "document",
        "locator": "text 10",
        "literal": "ⓒ 가나일보, AI 학습 금지",
        "source_url": "https://example.kr/글",
        "fetched_at": NOW,
        "http_status": 200,
        "body_sha256": "0" * 64,
        "rule_id": "notice.ai_ban",
        "spec_version": "1",
        "axes": (("train_dom", "deny"), ("train_for", "deny")),
        "conditions": (),
        "licence": None,
        "confidence": 0.9,
        "declarer": "owner",
    }
    return Evidence(**{**fields, **changes})


def test_table_round_trip():
    rows = [
        evidence(),
        evidence(axes=(), http_status=None, licence="CC-BY-4.0"),
        evidence(axes=((Axis.REDIST, Value.COND),), conditions=("verbatim", "attribution")),
    ]
    table = evidence_table(rows)
    assert table.schema == EVIDENCE_SCHEMA
    assert evidence_from_table(table) == rows
    assert evidence_table([]).num_rows == 0


def test_a_changed_row_is_noticed():
    table = evidence_table([evidence()])
    column = table.schema.get_field_index("literal")
    forged = table.set_column(column, table.schema.field(column), pa.array(["AI 학습 허용"]))
    with pytest.raises(ValueError, match="does not match"):
        evidence_from_table(forged)


def test_the_id_is_of_what_was_said_not_of_when():
    same = evidence(fetched_at=NOW + dt.timedelta(days=1), http_status=203)
    assert same.evidence_id == evidence().evidence_id
    assert len(same.evidence_id) == 32
    for name, value in [("literal", "x"), ("confidence", 0.8), ("locator", "text 11"), ("axes", ()), ("scope", "site")]:
        assert evidence(**{name: value}).evidence_id != same.evidence_id


@pytest.mark.parametrize(
    "changes",
    [
        {"axes": (("training", "deny"),)},
        {"axes": (("train_dom", "no"),)},
        {"axes": (("train_dom", "deny_temp"),)},
        {"axes": (("redist", "cond"),)},
        {"conditions": ("be_nice",)},
        {"conditions": ("geo:",)},
        {"scope": "everything"},
        {"declarer": "me"},
        {"confidence": 1.1},
    ],
)
def test_the_lists_are_closed(changes):
    with pytest.raises(ValueError, match=r"."):
        evidence(**changes)


def test_literals_are_cut_and_conditions_sorted():
    one = evidence(literal="가" * 900, axes=(("redist", "cond"),), conditions=("verbatim", "geo:JP,US", "attribution"))
    assert len(one.literal) == 500
    assert one.conditions == ("attribution", "geo:JP,US", "verbatim")


def test_evidence_travels_between_processes():
    one = evidence()
    assert pickle.loads(pickle.dumps(one)) == one
    with pytest.raises(dataclasses.FrozenInstanceError):
        one.literal = "x"
