"""Contracts: what is a valid record, whom and what it covers, what it replaces and what it cannot lift."""

import dataclasses
import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses import Axis, Evidence, Value, policy_class, resolve
from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.contracts import Contract, apply_contract, apply_contracts, denied_by_others
from licenses.gate import DocumentFacts, decide
from licenses.holders import names_another
from licenses.recipients import Recipient
from licenses.scopes import covers, scope_of

NOW = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
YEAR = dt.timedelta(days=365)
SEOUL = Recipient(
    recipient_id="kr-lab", name="한국연구소", established_in="KR", controlled_from="KR", processed_in=("KR",)
)
TOKYO = Recipient(recipient_id="jp-lab", name="東京", established_in="JP", controlled_from="JP", processed_in=("JP",))
NOBODY = Recipient(recipient_id="kr-lab", name="모름")
FIELDS = {
    "contract_id": "nuri-2026",
    "owner": "누리신문",
    "owner_names": ("Nuri News", "nuri.kr"),
    "owner_proof": "법인 인감증명서 2026-01-02",
    "scope": ("누리.kr",),
    "recipients": ("kr-lab",),
    "jurisdictions": (),
    "purposes": tuple(Purpose),
    "modes": tuple(Mode),
    "axes": {"train_dom": "allow", "redist": "cond"},
    "conditions": ("attribution",),
    "valid_from": NOW - YEAR,
    "expires_at": NOW + YEAR,
    "document_digest": "0" * 64,
}
HOST = "xn--od1b68l.kr"


def contract(**changes):
    return Contract.model_validate({**FIELDS, **changes})


def asked(recipient=SEOUL, purpose=Purpose.COMMERCIAL, mode=Mode.COPY):
    return Request(recipient, purpose, mode, ReleasePlan(attribution=True, sold=False))


def denial(source=f"https://{HOST}/robots.txt", *, literal="", scope="site", declarer="owner", confidence=0.9, **axes):
    return Evidence(
        signal="x",
        scope=scope,
        locator="",
        literal=literal,
        source_url=source,
        fetched_at=NOW,
        http_status=200,
        body_sha256="0" * 64,
        rule_id="x",
        spec_version="1",
        axes=tuple((axes or {"train_dom": "deny"}).items()),
        conditions=(),
        licence=None,
        confidence=confidence,
        declarer=declarer,
    )


def test_a_contract_fills_what_nobody_said():
    rights = apply_contract(resolve([]), contract(), asked(), NOW)
    assert (rights.axes[Axis.TRAIN_DOM], rights.axes[Axis.REDIST], rights.axes[Axis.TRAIN_FOR]) == (
        *("allow", "cond", "unknown"),
    )
    assert rights.conditions[Axis.REDIST] == ("attribution",)
    assert rights.confidence[Axis.TRAIN_DOM] == 1.0
    assert rights.licence == "LicenseRef-contract-nuri-2026"
    assert policy_class(rights).policy_class_id != policy_class(resolve([])).policy_class_id
    facts = DocumentFacts(evidence=True, pii_clean=True)
    assert decide(rights, facts, asked(purpose=Purpose.NONCOMMERCIAL)).code == "RELEASE"
    assert decide(rights, facts, asked()).code == "BLOCK_UNKNOWN"


@pytest.mark.parametrize(
    ("changes", "request_", "at"),
    [
        ({}, asked(TOKYO), NOW),
        ({"recipients": (), "jurisdictions": ("KR",)}, asked(TOKYO), NOW),
        ({"recipients": (), "jurisdictions": ("KR",)}, asked(NOBODY), NOW),
        ({"recipients": ("jp-lab",), "jurisdictions": ("KR",)}, asked(TOKYO), NOW),
        ({"purposes": (Purpose.NONCOMMERCIAL,)}, asked(), NOW),
        ({"modes": (Mode.IN_PLACE,)}, asked(), NOW),
        ({}, asked(), NOW + YEAR),
        ({}, asked(), NOW - YEAR - dt.timedelta(seconds=1)),
    ],
)
def test_it_is_for_its_recipients_purposes_modes_and_time_alone(changes, request_, at):
    assert apply_contract(resolve([]), contract(**changes), request_, at) == resolve([])


def test_it_holds_from_its_first_moment_to_before_its_last():
    for at in (NOW - YEAR, NOW + YEAR - dt.timedelta(microseconds=1)):
        assert apply_contract(resolve([]), contract(), asked(), at) != resolve([])
    everywhere = contract(recipients=(), jurisdictions=("KR", "JP"))
    assert apply_contract(resolve([]), everywhere, asked(TOKYO), NOW) != resolve([])


def test_denials_stand_unless_they_are_known_to_be_the_owners():
    robots = denial()
    rights = resolve([robots])
    mine = contract()
    assert apply_contract(rights, mine, asked(), NOW).axes[Axis.TRAIN_DOM] == "deny"
    assert denied_by_others([robots], [mine]) == frozenset()
    lifted = apply_contract(rights, mine, asked(), NOW, denied_by_others([robots], [mine]))
    assert lifted.axes[Axis.TRAIN_DOM] == "allow"
    stranger = denial("https://agency.kr/policy")
    assert denied_by_others([robots, stranger], [mine]) == {Axis.TRAIN_DOM}
    both = resolve([robots, stranger])
    kept = apply_contract(both, mine, asked(), NOW, denied_by_others([robots, stranger], [mine]))
    assert kept.axes[Axis.TRAIN_DOM] == "deny"
    assert kept.axes[Axis.REDIST] == "cond"


def test_a_contract_of_the_other_owner_lifts_the_other_denial():
    stranger = denial("https://agency.kr/policy")
    agency = contract(contract_id="agency-2026", owner="통신사", scope=("agency.kr",))
    assert denied_by_others([denial(), stranger], [contract(), agency]) == frozenset()
    silent = contract(contract_id="agency-2026", owner="통신사", scope=("agency.kr",), axes={"redist": "cond"})
    assert denied_by_others([denial(), stranger], [contract(), silent]) == {Axis.TRAIN_DOM}


@pytest.mark.parametrize(
    ("given", "own"),
    [
        (denial(), True),
        (denial(f"http://www.{HOST}/robots.txt"), True),
        (denial("https://www.누리.kr/robots.txt"), True),
        (denial(f"https://not{HOST}/robots.txt"), False),
        (denial("https://kr/robots.txt"), False),
        (denial(f"https://{HOST}/1", literal="무단 전재 및 재배포, AI 학습 이용 금지", scope="document"), True),
        (denial(f"https://{HOST}/1", literal="ⓒ 누리신문, AI 학습 이용 금지", scope="document"), True),
        (denial(f"https://{HOST}/1", literal="Copyright NURI NEWS. AI 학습 금지", scope="document"), True),
        (denial(f"https://{HOST}/1", literal="<저작권자(c) 연합뉴스, AI 학습 및 활용 금지>", scope="document"), False),
        (denial("aihub.or.kr", scope="dataset"), False),
        (denial(HOST, scope="dataset"), True),
    ],
)
def test_whose_denial_it_is(given, own):
    assert contract().owns(given) is own


def test_a_writer_does_not_speak_for_the_host_nor_the_host_for_its_writers():
    writer = contract(scope=("https://blog.naver.com/nuri",))
    host = contract(owner="네이버", scope=("naver.com",))
    page, robots = "https://blog.naver.com/nuri/1", "https://blog.naver.com/robots.txt"
    assert writer.owns(denial(page, scope="document"))
    assert not writer.owns(denial(robots))
    assert not writer.owns(denial(page, scope="document", declarer="host"))
    assert not writer.owns(denial("https://blog.naver.com/nuribox/1", scope="document"))
    assert host.owns(denial(robots))
    assert host.owns(denial(page, scope="document", declarer="host"))
    assert not host.owns(denial(page, scope="document"))
    assert not host.owns(denial("https://nuri.tistory.com/1", scope="document"))


def test_denied_crawling_denies_everything_unless_it_is_lifted_too():
    robots = denial(crawl="deny", confidence=1.0)
    rights = resolve([robots])
    named = contract(axes={"crawl": "allow", "train_dom": "allow"}, conditions=())
    others = denied_by_others([robots], [named])
    assert others == set(Axis) - {Axis.CRAWL, Axis.TRAIN_DOM}
    lifted = apply_contract(rights, named, asked(), NOW, others)
    assert (lifted.axes[Axis.CRAWL], lifted.axes[Axis.TRAIN_DOM], lifted.axes[Axis.REDIST]) == (
        "allow",
        "allow",
        "deny",
    )
    facts = DocumentFacts(evidence=True, pii_clean=True)
    assert decide(
        apply_contract(rights, contract(), asked(), NOW, denied_by_others([robots], [contract()])), facts, asked()
    ).code == ("BLOCK_NOT_ACQUIRED")


def test_weak_and_element_denials_are_none():
    assert denied_by_others(
        [denial("https://x.kr/", confidence=0.4), denial("https://x.kr/", scope="element")], []
    ) == (frozenset())


def test_neither_personal_data_nor_withdrawal_is_lifted():
    rights = apply_contract(resolve([]), contract(), asked(), NOW)
    for change, code in (({"withdrawn": True}, "BLOCK_WITHDRAWN"), ({"pii_clean": False}, "BLOCK_PII")):
        facts = dataclasses.replace(DocumentFacts(evidence=True, pii_clean=True), **change)
        assert decide(rights, facts, asked()).code == code


def test_of_several_contracts_the_strictest_holds_and_conditions_are_united():
    paid = contract(contract_id="paid", axes={"train_dom": "cond", "redist": "cond"}, conditions=("payment:use",))
    never = contract(contract_id="never", axes={"redist": "deny"}, conditions=())
    rights = apply_contracts(resolve([]), [contract(), paid], asked(), NOW)
    assert (rights.axes[Axis.TRAIN_DOM], rights.conditions[Axis.TRAIN_DOM]) == ("cond", ("payment:use",))
    assert rights.conditions[Axis.REDIST] == ("attribution", "payment:use")
    assert rights.licence == "LicenseRef-contract-nuri-2026 AND LicenseRef-contract-paid"
    refused = apply_contracts(resolve([]), [contract(), paid, never], asked(), NOW)
    assert (refused.axes[Axis.REDIST], refused.conditions[Axis.REDIST]) == ("deny", ())


@given(
    st.dictionaries(st.sampled_from(sorted(Axis)), st.sampled_from(["allow", "deny"]), min_size=1),
    st.dictionaries(st.sampled_from(sorted(Axis)), st.sampled_from(["allow", "deny"])),
    st.sets(st.sampled_from(sorted(Axis))),
)
def test_only_named_axes_change_and_never_a_denial_of_others(named, said, others):
    before = resolve([denial(**said)]) if said else resolve([])
    after = apply_contract(before, contract(axes=named, conditions=()), asked(), NOW, others)
    for axis in Axis:
        stands = axis not in named or (axis in others and before.axes[axis] in ("deny", "deny_temp"))
        assert after.axes[axis] == (before.axes[axis] if stands else named[axis])


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"contract_id": "Nuri 2026"}, "contract_id"),
        ({"owner": " "}, "owner"),
        ({"owner_proof": ""}, "owner_proof"),
        ({"scope": ()}, "scope"),
        ({"scope": ("kr",)}, "no host"),
        ({"scope": ("co.kr",)}, "suffix of everybody"),
        ({"scope": ("누리.kr/글/",)}, "no host"),
        ({"scope": ("ftp://누리.kr/",)}, "no URL of the web"),
        ({"recipients": (), "jurisdictions": ()}, "names its recipients"),
        ({"recipients": ("Seoul Lab",)}, "no id of a recipient"),
        ({"jurisdictions": ("Korea",)}, "ISO 3166-1"),
        ({"purposes": ()}, "purposes"),
        ({"purposes": ("resale",)}, "purposes"),
        ({"modes": ()}, "modes"),
        ({"axes": {}}, "axes"),
        ({"axes": {"train": "allow"}}, "axes"),
        ({"axes": {"train_dom": "unknown"}}, "allow, cond or deny"),
        ({"axes": {"crawl": "deny_temp"}, "conditions": ()}, "allow, cond or deny"),
        ({"axes": {"train_dom": "allow"}}, "conditions belong"),
        ({"conditions": ()}, "conditions belong"),
        ({"conditions": ("kindness",)}, "not a condition"),
        ({"expires_at": NOW - YEAR}, "expires after it begins"),
        ({"expires_at": dt.datetime(2030, 1, 1)}, "expires_at"),  # noqa: DTZ001
        ({"document_digest": "abc"}, "document_digest"),
        ({"signature": "x"}, "signature"),
    ],
)
def test_invalid_records_are_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        contract(**changes)


def test_records_are_canonical():
    one = contract(scope=("https://누리.kr/글", "*.Example.KR.", "누리.kr"), purposes=tuple(reversed(Purpose)))
    assert one.scope == ("example.kr", f"https://{HOST}/%EA%B8%80", HOST)
    assert one.purposes == tuple(sorted(Purpose))
    assert list(one.axes) == [Axis.TRAIN_DOM, Axis.REDIST]
    assert Contract.from_row(one.row()) == one
    with pytest.raises(TypeError):
        one.axes[Axis.CRAWL] = Value.ALLOW


@pytest.mark.parametrize(
    ("scope", "url", "covered"),
    [
        ("example.kr", "https://example.kr/", True),
        ("example.kr", "https://a.b.example.kr:8080/x", True),
        ("example.kr", "https://badexample.kr/", False),
        ("https://example.kr/글/", "http://example.kr/%EA%B8%80/1", True),
        ("https://example.kr/board", "https://example.kr/board?no=1", True),
        ("https://example.kr/board", "https://example.kr/boards", False),
        ("https://example.kr/?id=1", "https://example.kr/?id=1&page=2", True),
        ("https://example.kr/?id=1", "https://example.kr/?id=12", False),
        ("https://example.kr/", "https://www.example.kr/", False),
        ("127.0.0.1", "http://127.0.0.1/", True),
    ],
)
def test_scopes(scope, url, covered):
    assert covers(scope_of(scope), url) is covered


@pytest.mark.parametrize(
    ("notice", "names", "another"),
    [
        ("<저작권자(c) 연합뉴스, 무단 전재-재배포, AI 학습 및 활용 금지>", ["머니투데이"], True),
        ("<저작권자 © ‘돈이 보이는 리얼타임 뉴스’ 머니투데이. 무단전재 금지>", ["머니투데이"], False),
        ("<저작권자 (주)원티드랩. 무단전재-재배포금지>", ["주식회사 원티드랩"], False),
        ("ⓒ 한국경제신문, 무단전재 금지", ["한국"], True),
        ("Copyright ⓒ 2024 All rights reserved. AI 학습 금지", ["누구"], False),
        ("무단 전재, 재배포 및 AI학습 이용 금지", ["누구"], False),
        ("Copyright © Acme Media Inc. All Rights Reserved.", ["ACME Media"], False),
    ],
)
def test_whom_a_notice_names(notice, names, another):
    assert names_another(notice, names) is another
