"""Accounts add up or the run fails."""

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.accounting import AccountingError, Accounts, total

REASONS = st.dictionaries(st.sampled_from(["too_short", "not_korean", "cpu_limit"]), st.integers(1, 50), max_size=3)


def drops(reasons: dict[str, int], outcome: str = "dropped") -> pa.Table:
    names = [reason for reason, count in reasons.items() for _ in range(count)]
    return pa.table({"outcome": pa.array([outcome] * len(names), pa.string()), "reason": pa.array(names, pa.string())})


@given(st.lists(st.tuples(st.integers(0, 100), REASONS, REASONS), min_size=1, max_size=5))
def test_chained_stages_balance_and_survive_json(stages):
    accounts = Accounts()
    left = stages[-1][0]
    for number, (_, dropped, quarantined) in reversed(list(enumerate(stages))):
        accounts.count(f"stage{number}", left, drops(dropped))
        accounts.count(f"stage{number}", 0, drops(quarantined, "quarantined"))
        left += sum(dropped.values()) + sum(quarantined.values())
    accounts.stages = dict(sorted(accounts.stages.items()))
    accounts.check()
    totals = accounts.totals()
    assert totals["in"] == left == totals["kept"] + totals["dropped"] + totals["quarantined"]
    assert Accounts.from_json(accounts.to_json()).to_json() == accounts.to_json()
    doubled = total([accounts, Accounts.from_json(accounts.to_json())])
    assert doubled.totals() == {name: 2 * count for name, count in totals.items()}


def test_a_stage_that_loses_a_record_is_found():
    accounts = Accounts()
    accounts.count("language", 10, drops({"not_korean": 3}))
    accounts.count("extract", 9, drops({}))
    with pytest.raises(AccountingError, match="language kept 10 records but stage extract took 9"):
        accounts.check()


def test_a_stage_that_invents_a_record_is_found():
    accounts = Accounts()
    accounts.count("language", 10, drops({"not_korean": 3}))
    accounts.stages["language"].taken += 1
    with pytest.raises(AccountingError, match="took 14 records but kept 10 and stopped 3"):
        accounts.check()


def test_rows_written_are_held_against_the_counts():
    accounts = Accounts()
    accounts.count("language", 10, drops({"not_korean": 3}))
    accounts.check_rows(documents=10, drops=3)
    with pytest.raises(AccountingError, match="9 documents"):
        accounts.check_rows(documents=9, drops=3)
