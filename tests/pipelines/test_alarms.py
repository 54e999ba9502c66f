"""Alarms: what a person should look at after the search for copies."""

import polars as pl

from dedup import DedupSettings
from pipelines.accounting import Accounts, total
from pipelines.group.alarms import displacement_alarm, find_alarms, in_words

SETTINGS = DedupSettings(cluster_alarm=3, site_alarm=0.5, site_alarm_least=4)


def choice(*rows: tuple[str, str | None, str | None]) -> pl.DataFrame:
    """Rows of site, reason and partner."""
    schema = {"site": pl.Categorical, "reason": pl.String, "partner_doc_id": pl.String}
    return pl.DataFrame(rows, schema, orient="row")


def test_a_cluster_larger_than_allowed_is_named():
    family = [("가.kr", "near_duplicate", "a"), ("나.kr", "exact_duplicate", "a"), ("다.kr", "url_variant", "a")]
    small = [("가.kr", "near_duplicate", "b"), ("가.kr", None, None), ("나.kr", None, None), ("다.kr", None, None)]
    assert find_alarms(choice(*family, *small), SETTINGS) == [{"alarm": "cluster", "cluster_id": "a", "documents": 4}]


def test_a_site_that_loses_nearly_everything_is_named():
    template = [("틀.kr", "near_duplicate", str(number)) for number in range(5)] + [("틀.kr", None, None)]
    plain = [("글.kr", None, None)] * 6 + [("글.kr", "near_duplicate", "x")]
    tiny = [("작은.kr", "near_duplicate", "y")] * 2
    denied = [("막힌.kr", "crawl_denied", None)] * 9
    again = [("본.kr", "kept_before", "z")] * 9
    found = find_alarms(choice(*template, *plain, *tiny, *denied, *again), SETTINGS)
    assert found == [{"alarm": "site", "site": "틀.kr", "documents": 6, "removed": 5}]
    assert in_words(found[0]) == "5 of 6 documents of 틀.kr are copies: is it a template?"


def test_alarms_stay_with_the_accounts_of_a_run():
    leaving = pl.DataFrame({"doc_id": ["a", "b"]})
    accounts = total([Accounts(alarms=displacement_alarm(leaving)), Accounts(alarms=displacement_alarm(leaving[:0]))])
    assert Accounts.from_json(accounts.to_json()).alarms == [{"alarm": "leaving", "documents": 2}]
    assert in_words(accounts.alarms[0]).startswith("2 documents of earlier runs left")
