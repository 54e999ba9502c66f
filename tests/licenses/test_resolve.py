"""Resolution and policy classes."""

import dataclasses
import datetime as dt
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses import (
    POLICY_CLASS_SCHEMA,
    Axis,
    Evidence,
    Value,
    policy_class,
    policy_class_table,
    resolve,
)

NOW = dt.datetime(2026, 11, 23, tzinfo=dt.UTC)


def said(*, scope="document", confidence=0.9, conditions=("attribution",), licence=None, signal="x", rule="x", **axes):
    return Evidence(
        signal=signal,
        scope=scope,
        locator="",
        literal="",
        source_url="https://example.kr/",
        fetched_at=NOW,
        http_status=200,
        body_sha256="0" * 64,
        rule_id=rule,
        spec_version="1",
        axes=tuple(axes.items()),
        conditions=conditions,
        licence=licence,
        confidence=confidence,
        declarer="owner",
    )


EVIDENCE = st.builds(
    said,
    scope=st.sampled_from(["site", "path", "document", "element", "dataset"]),
    confidence=st.sampled_from([0.3, 0.4, 0.5, 0.7, 0.9, 1.0]),
    conditions=st.sampled_from([("attribution",), ("attribution", "non_commercial"), ("agreement",)]),
    licence=st.sampled_from([None, "CC-BY-4.0", "LicenseRef-KOGL-1", "all-rights-reserved"]),
    train_dom=st.sampled_from(["allow", "cond", "deny", "unknown"]),
    train_for=st.sampled_from(["allow", "cond", "deny", "unknown"]),
    redist=st.sampled_from(["allow", "cond", "deny", "unknown"]),
)
CRAWL = st.builds(said, confidence=st.just(1.0), crawl=st.sampled_from(["allow", "deny"]))
SIGNALS = st.lists(st.one_of(EVIDENCE, CRAWL), max_size=6)


@given(SIGNALS, st.randoms(use_true_random=False))
def test_order_does_not_matter(signals, random):
    shuffled = list(signals)
    random.shuffle(shuffled)
    assert resolve(shuffled) == resolve(signals)
    assert resolve([*signals, *signals]) == resolve(signals)


@given(SIGNALS, EVIDENCE)
def test_a_denial_is_never_lifted_by_more_evidence(signals, more):
    before, after = resolve(signals).axes, resolve([*signals, more]).axes
    assert all(after[axis] == Value.DENY for axis in Axis if before[axis] == Value.DENY)


@given(SIGNALS, EVIDENCE)
def test_unknown_becomes_a_grant_only_by_a_grant(signals, more):
    before, after = resolve(signals).axes, resolve([*signals, more]).axes
    for axis in Axis:
        if before[axis] == Value.UNKNOWN and after[axis] in (Value.ALLOW, Value.COND):
            assert dict(more.axes)[axis] in (Value.ALLOW, Value.COND)
            assert more.scope != "element"


@given(SIGNALS)
def test_every_axis_is_there_and_conditions_only_where_something_is_granted(signals):
    rights = resolve(signals)
    assert set(rights.axes) == set(rights.conditions) == set(rights.confidence) == set(Axis)
    for axis in Axis:
        assert bool(rights.conditions[axis]) == (rights.axes[axis] == Value.COND)
        assert (rights.confidence[axis] == 0) == (rights.axes[axis] == Value.UNKNOWN)


def test_nothing_said():
    rights = resolve([])
    assert set(rights.axes.values()) == {Value.UNKNOWN}
    assert (rights.licence, rights.conflict, rights.review) == ("all-rights-reserved-default", False, "none")


def test_denials_of_every_scope_count_and_conflict_is_told():
    rights = resolve([said(train_for="cond", redist="cond"), said(scope="site", train_for="deny", confidence=0.95)])
    assert rights.axes[Axis.TRAIN_FOR] == "deny"
    assert rights.confidence[Axis.TRAIN_FOR] == 0.95
    assert rights.confidence[Axis.REDIST] == 0.7
    assert rights.conflict


def test_a_licence_of_the_document_replaces_that_of_the_site():
    site = said(scope="site", licence="CC-BY-NC-4.0", conditions=("attribution", "non_commercial"), redist="cond")
    document = said(licence="CC-BY-4.0", redist="cond")
    rights = resolve([site, document])
    assert rights.conditions[Axis.REDIST] == ("attribution",)
    assert rights.licence == "CC-BY-4.0"
    assert resolve([site]).licence == "CC-BY-NC-4.0"


def test_conditions_of_licences_that_hold_together_are_united():
    rights = resolve(
        [
            said(licence="CC-BY-4.0", redist="cond"),
            said(licence="CC-BY-NC-4.0", conditions=("non_commercial",), redist="cond"),
        ]
    )
    assert rights.conditions[Axis.REDIST] == ("attribution", "non_commercial")
    assert rights.licence == "CC-BY-4.0 AND CC-BY-NC-4.0"


def test_weak_signals_are_unknown():
    assert resolve([said(train_dom="allow", confidence=0.4)]).axes[Axis.TRAIN_DOM] == "unknown"
    weak = resolve([said(train_dom="deny", confidence=0.4)])
    assert (weak.axes[Axis.TRAIN_DOM], weak.review) == ("unknown", "needed")
    both = resolve([said(train_dom="deny", confidence=0.4), said(train_dom="allow", confidence=0.9)])
    assert (both.axes[Axis.TRAIN_DOM], both.review) == ("unknown", "needed")


@pytest.mark.parametrize("value", ["deny", "deny_temp"])
def test_what_was_not_acquired_is_denied(value):
    rights = resolve([said(crawl=value, confidence=1.0), said(train_dom="allow", redist="allow")])
    assert rights.axes[Axis.CRAWL] == value
    assert {rights.axes[axis] for axis in Axis if axis is not Axis.CRAWL} == {Value.DENY}
    assert not any(rights.conditions.values())


def test_tdmrep_uses_its_own_priority():
    by_file = said(signal="tdmrep", rule="tdmrep.file", scope="path", train_dom="deny")
    by_meta = said(signal="tdmrep", rule="tdmrep.meta", train_dom="allow")
    assert resolve([by_file, by_meta]).axes[Axis.TRAIN_DOM] == "allow"
    assert resolve([by_file]).axes[Axis.TRAIN_DOM] == "deny"
    other = said(train_dom="deny")
    assert resolve([by_meta, other]).axes[Axis.TRAIN_DOM] == "deny"


def test_class_ids_are_of_rights_not_of_evidence():
    one = resolve([said(redist="cond", licence="CC-BY-4.0")])
    same = resolve([said(redist="cond", licence="CC-BY-4.0", rule="y")])
    assert policy_class(one) == policy_class(same)
    for changes in ({"conflict": True}, {"review": "needed"}, {"licence": "CC-BY-3.0"}):
        other = dataclasses.replace(one, **changes)
        assert policy_class(other).policy_class_id != policy_class(one).policy_class_id


def test_class_ids_stay():
    assert policy_class(resolve([])).policy_class_id == "4121b99eb2f6c3cb836dae1273057b4c"


def test_policy_class_table():
    classes = [policy_class(resolve([])), policy_class(resolve([said(redist="cond", licence="CC-BY-4.0")]))]
    table = policy_class_table(classes)
    assert table.schema == POLICY_CLASS_SCHEMA
    row = table.to_pylist()[1]
    assert (row["redist"], row["crawl"], row["licence"]) == ("cond", "unknown", "CC-BY-4.0")
    assert row["conditions"] == [("redist", ["attribution"])]
    assert policy_class_table([]).num_rows == 0


def test_rights_travel_between_processes():
    one = policy_class(resolve([said(redist="cond")]))
    assert pickle.loads(pickle.dumps(one)) == one


def test_unknown_names_raise():
    with pytest.raises(ValueError, match="maybe"):
        Value("maybe")
    with pytest.raises(ValueError, match="training"):
        Axis("training")
