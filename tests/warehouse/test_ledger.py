import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from warehouse.canonical import canonical
from warehouse.ledger import FIRST, Ledger, LedgerError

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)

WRITER = """
import sys
from pathlib import Path
from warehouse.ledger import Ledger
ledger = Ledger(Path(sys.argv[1]))
for n in range(int(sys.argv[3])):
    ledger.append("시험", {"who": sys.argv[2], "n": n})
"""


@pytest.fixture
def ledger(tmp_path):
    return Ledger(tmp_path / "창고" / "ledger.jsonl")


def test_entries_follow_from_each_other(ledger):
    first = ledger.append("recipient", {"recipient_id": "국립국어원"})
    second = ledger.append("release", {"release_id": "r-1", "documents": 3})
    assert (first.seq, first.previous) == (0, FIRST)
    assert (second.seq, second.previous) == (1, first.digest)
    assert list(ledger.entries()) == [first, second]
    assert ledger.check() == second


def test_an_absent_ledger_has_no_entries(ledger):
    assert ledger.check() is None


@given(st.dictionaries(st.text(), JSON))
def test_any_json_object_comes_back(tmp_path_factory, body):
    ledger = Ledger(tmp_path_factory.mktemp("ledger") / "ledger.jsonl")
    ledger.append("시험", body)
    assert ledger.check().body == body


@pytest.mark.parametrize("body", [{"n": 2**60}, {"x": float("nan")}, {"x": b"bytes"}])
def test_what_has_no_canonical_form_is_refused_and_nothing_written(ledger, body):
    with pytest.raises(ValueError, match="canonical"):
        ledger.append("시험", body)
    assert ledger.check() is None


def test_every_changed_byte_is_found(ledger):
    for n in range(3):
        ledger.append("시험", {"n": n})
    whole = ledger.path.read_bytes()
    for place in range(len(whole)):
        ledger.path.write_bytes(whole[:place] + bytes([whole[place] ^ 1]) + whole[place + 1 :])
        with pytest.raises(LedgerError):
            ledger.check()


@pytest.mark.parametrize("change", ["removed", "swapped", "added", "cut", "emptied", "gone"])
def test_entries_cannot_be_taken_out_or_put_in(ledger, change):
    for n in range(4):
        ledger.append("시험", {"n": n})
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    if change == "gone":
        ledger.path.unlink()
    else:
        changed = {
            "removed": [lines[0], *lines[2:]],
            "swapped": [lines[0], lines[2], lines[1], lines[3]],
            "added": [*lines, lines[3]],
            "cut": lines[:3],
            "emptied": [],
        }[change]
        ledger.path.write_bytes(b"".join(changed))
    with pytest.raises(LedgerError):
        ledger.check()


def test_a_rewritten_entry_breaks_what_follows(ledger):
    for n in range(3):
        ledger.append("시험", {"n": n})
    other = Ledger(ledger.path.with_name("other.jsonl"))
    forged = other.append("시험", {"n": 99})
    lines = ledger.path.read_bytes().splitlines(keepends=True)
    ledger.path.write_bytes(b"".join([forged.line(), *lines[1:]]))
    with pytest.raises(LedgerError, match="entry 1"):
        ledger.check()


def test_a_line_that_a_crash_tore_is_taken_off(ledger):
    kept = ledger.append("시험", {"n": 0})
    with ledger.path.open("ab") as file:
        file.write(b'{"at":"2026-')
    assert ledger.check() == kept
    after = ledger.append("시험", {"n": 1})
    assert (after.seq, after.previous) == (1, kept.digest)
    assert ledger.check() == after


def test_a_first_line_that_a_crash_tore_is_taken_off(ledger):
    ledger.path.parent.mkdir(parents=True)
    ledger.path.write_bytes(b'{"at"')
    assert ledger.append("시험", {}).seq == 0


def test_a_line_that_once_was_whole_is_not_taken_off(ledger):
    ledger.append("시험", {"n": 0})
    ledger.append("시험", {"n": 1})
    ledger.path.write_bytes(ledger.path.read_bytes()[:-5])
    with pytest.raises(LedgerError):
        ledger.check()
    with pytest.raises(LedgerError, match="torn"):
        ledger.append("시험", {"n": 2})


def test_a_crash_before_the_head_is_noted_loses_nothing(ledger):
    ledger.append("시험", {"n": 0})
    head = ledger.path.with_name("ledger.jsonl.head")
    before = head.read_bytes()
    second = ledger.append("시험", {"n": 1})
    head.write_bytes(before)
    assert ledger.check() == second
    assert ledger.append("시험", {"n": 2}).seq == 2


def test_processes_take_turns(ledger, python):
    processes = [python(WRITER, ledger.path, name, 25) for name in ("가", "나", "다")]
    assert [process.communicate()[0] or process.returncode for process in processes] == [0, 0, 0]
    entries = list(ledger.entries())
    assert [entry.seq for entry in entries] == list(range(75))
    assert sorted((entry.body["who"], entry.body["n"]) for entry in entries) == sorted(
        (who, n) for who in "가나다" for n in range(25)
    )


def test_lines_longer_than_a_block_are_read_back(ledger):
    ledger.append("시험", {"long": "가" * 100_000})
    assert ledger.append("시험", {}).seq == 1
    assert ledger.check().seq == 1


def test_keys_are_ordered_by_utf16_as_rfc_8785_wants():
    assert json.loads(canonical({"\U0001f600": 1, "\ufb33": 2})) == {"\U0001f600": 1, "\ufb33": 2}
    assert canonical({"\ufb33": 2, "\U0001f600": 1}).decode() == '{"\U0001f600":1,"\ufb33":2}'
