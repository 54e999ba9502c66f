"""TDM policies: for whom a reservation is lifted, on which conditions; and TDMRep with its own priority."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from licenses import Axis, RightsSettings, SiteFile, Source, page_signals, resolve, site_signals
from licenses.countries import countries
from licenses.odrl import PolicyError, alpha3_codes, policy_answers
from licenses.references import Referred, follow

URL = "https://news.example.kr"
POLICY_URL = f"{URL}/policies/1"
ALLOW, DENY, COND, UNKNOWN = "allow", "deny", "cond", "unknown"
MINE = {"action": "tdm:mine"}
SETTINGS = RightsSettings()


def offer(*permissions, **more):
    """A policy as the report writes them."""
    return {
        "@context": ["http://www.w3.org/ns/odrl.jsonld", "http://www.w3.org/ns/tdmrep.jsonld"],
        "@type": "Offer",
        "profile": "http://www.w3.org/ns/tdmrep",
        "uid": POLICY_URL,
        "assigner": {"uid": URL, "vcard:fn": "가나다일보", "vcard:hasEmail": "mailto:rights@example.kr"},
        "permission": list(permissions),
        **more,
    }


def where(*codes, operator="isPartOf", left="spatial"):
    return {"leftOperand": left, "operator": operator, "rightOperand": [f"urn:iso:3166:{code}" for code in codes]}


def purpose(*names, operator="eq"):
    return {
        "leftOperand": "purpose",
        "operator": operator,
        "rightOperand": names[0] if len(names) == 1 else list(names),
    }


def mine(*constraints, duty=(), **more):
    found = {"action": "tdm:mine", **more}
    if constraints:
        found["constraint"] = list(constraints)
    if duty:
        found["duty"] = [{"action": one} for one in duty]
    return found


def page(headers=(), head=""):
    return page_signals(
        f"{URL}/기사/1",
        list(headers),
        f"<html><head>{head}</head><body>우리말</body></html>",
        fetched_at=None,
        body_sha256="0" * 64,
        http_status=200,
        settings=SETTINGS,
    )


def file(rules, path="/기사/1"):
    body = rules if isinstance(rules, bytes) else json.dumps(rules, ensure_ascii=False).encode()
    at = f"{URL}/.well-known/tdmrep.json"
    return site_signals(SiteFile("tdmrep", at, URL, None, 200, body, "1" * 64), URL + path, SETTINGS)


RESERVED = [("TDM-Reservation", "1"), ("TDM-Policy", POLICY_URL)]


def rights(policy, evidence=None, at=POLICY_URL):
    """What follows from a page, and the policy that it refers to."""
    evidence = page(RESERVED) if evidence is None else evidence
    body = policy if isinstance(policy, bytes) else json.dumps(policy, ensure_ascii=False).encode()

    def lookup(kind, url):
        there = kind == "tdm_policy" and url == at and policy is not None
        return Referred.of(kind, Source(url, None, 200, "2" * 64), body) if there else None

    return resolve([*evidence, *follow(evidence, f"{URL}/기사/1", lookup, SETTINGS)])


def training(found):
    return str(found.axes[Axis.TRAIN_DOM]), str(found.axes[Axis.TRAIN_FOR])


def conditions(found):
    return list(found.conditions[Axis.TRAIN_DOM]), list(found.conditions[Axis.TRAIN_FOR])


@pytest.mark.parametrize(
    ("policy", "domestic", "foreign"),
    [
        (offer(mine(where("KOR"))), ALLOW, DENY),
        (offer(mine()), ALLOW, ALLOW),
        (offer(mine(where("KOR", "JPN"))), ALLOW, COND),
        (offer(mine(where("JPN", "USA"))), DENY, COND),
        (offer(mine(where("FRA"))), DENY, COND),
        (offer(mine(where("KR"))), DENY, DENY),  # alpha-3 is the code
        (offer(mine(where("kor"))), DENY, DENY),
        (offer(mine(where("XXX"))), DENY, DENY),
        (offer(mine(where("KOR", "XXX"))), ALLOW, DENY),
        (offer(mine(where("KOR"), where("JPN"))), DENY, DENY),  # all constraints hold
        (offer(mine(where("KOR", "JPN"), where("KOR"))), ALLOW, DENY),
        (offer(mine(where("KOR", operator="isAnyOf"))), ALLOW, DENY),
        (offer(mine(where("KOR", operator="neq"))), DENY, DENY),
        (offer(mine(where("KOR", operator="isNoneOf"))), DENY, DENY),
        (offer(mine(where("KOR", left="odrl:spatial", operator="odrl:isPartOf"))), ALLOW, DENY),
        (offer(mine({**where("KOR"), "rightOperand": "urn:iso:3166:KOR"})), ALLOW, DENY),
        (offer(mine({**where("KOR"), "rightOperand": {"@id": "urn:iso:3166:KOR"}})), ALLOW, DENY),
        (offer(mine({**where("KOR"), "rightOperand": {"@list": ["URN:ISO:3166:KOR"]}})), ALLOW, DENY),
        (offer(mine({**where("KOR"), "rightOperand": 410})), DENY, DENY),
        (offer(mine({"or": [where("KOR"), where("JPN")]})), DENY, DENY),
        (offer(mine({"leftOperand": "dateTime", "operator": "lt", "rightOperand": "2030-01-01"})), DENY, DENY),
        (offer(mine(where("KOR")), mine(where("JPN"), duty=["compensate"])), ALLOW, COND),
        (offer(mine(duty=["obtainConsent"])), COND, COND),
        (offer(mine(where("KOR"), duty=["obtainConsent"])), COND, DENY),
        (offer(mine(where("KOR"), duty=["compensate"])), COND, DENY),
        (offer(mine(purpose("tdm:research"))), COND, COND),
        (offer(mine(purpose("tdm:non-research"))), COND, COND),
        (offer(mine(purpose("tdm:research")), mine(purpose("tdm:non-research"))), ALLOW, ALLOW),
        (offer(mine(purpose("tdm:research", "tdm:non-research", operator="isAnyOf"))), ALLOW, ALLOW),
        (offer(mine(purpose("tdm:research")), mine(purpose("tdm:non-research"), duty=["compensate"])), COND, COND),
        (offer(mine(purpose("marketing"))), DENY, DENY),
        (offer(mine(purpose("sn:ai-train"), duty=["attribute"])), DENY, DENY),
        (offer(mine({**purpose("tdm:research"), "leftOperand": "tdm:purpose"})), COND, COND),
        ({"permission": [mine(purpose("tdm:research"), duty=["obtainConsent"])]}, COND, COND),
        (offer(mine(), **{"@type": "odrl:Offer"}), ALLOW, ALLOW),
        (offer(mine(), **{"@type": ["http://www.w3.org/ns/odrl/2/Offer"]}), ALLOW, ALLOW),
        # for others, or for nothing that we do
        (offer(mine(assignee="https://partner.example")), DENY, DENY),
        (offer(mine(), assignee="https://partner.example"), DENY, DENY),
        (offer({"action": "odrl:use"}), DENY, DENY),
        (offer({"action": "index"}), DENY, DENY),
        (offer({"constraint": [where("KOR")]}), DENY, DENY),
        (offer(), DENY, DENY),
        # spellings of JSON-LD
        (offer({"action": {"@id": "http://www.w3.org/ns/tdmrep#mine"}}), ALLOW, ALLOW),
        (offer({"action": "http://www.w3.org/ns/tdmrep/mine"}), ALLOW, ALLOW),
        (offer({"action": ["tdm:mine"]}), ALLOW, ALLOW),
        (offer({"action": "mine"}), ALLOW, ALLOW),
        (offer({"action": {"rdf:value": {"@id": "tdm:mine"}, "refinement": [where("KOR")]}}), ALLOW, DENY),
        ({**offer(), "permission": mine(where("KOR"))}, ALLOW, DENY),
        ({"@graph": [offer(mine(where("KOR")))]}, ALLOW, DENY),
        ([offer(mine(where("KOR")))], ALLOW, DENY),
        ({"type": "Offer", "permission": [mine(where("KOR"))]}, ALLOW, DENY),
        ({"@type": "Offer", "permission": [{"action": "mine"}]}, DENY, DENY),  # whose word is it?
        # another kind of document
        ({**offer(mine()), "@type": "Request"}, DENY, DENY),
        ({**offer(mine()), "@type": "Agreement"}, DENY, DENY),
        ({**offer(mine()), "profile": "http://example.org/profile"}, DENY, DENY),
        ({**offer(mine()), "profile": ["http://example.org/p", "http://www.w3.org/ns/tdmrep/"]}, ALLOW, ALLOW),
        # two collections: which one the page is of, nobody says
        (offer(mine(target="https://a.kr/1"), mine(where("KOR"), target="https://a.kr/2")), ALLOW, DENY),
        (offer(mine(where("KOR"), target="https://a.kr/1")), ALLOW, DENY),
        # prohibitions, which a policy should not hold
        (offer(mine(), prohibition=[MINE]), DENY, DENY),
        (offer(mine(), prohibition=[{"action": "use"}]), DENY, DENY),
        (offer(mine(), prohibition=[{"action": "distribute"}]), ALLOW, ALLOW),
        (offer(mine(), prohibition=[mine(where("USA"))]), ALLOW, COND),
        (offer(mine(where("KOR", "USA")), prohibition=[mine(where("USA"))]), ALLOW, DENY),
        (offer(mine(), prohibition=[mine(where("KOR"))]), DENY, COND),
        (offer(mine(), prohibition=[mine(where("USA", "XXX"))]), DENY, DENY),
        (offer(mine(), prohibition=[mine(purpose("tdm:non-research"))]), DENY, DENY),
        (offer(mine(), prohibition=["everything"]), DENY, DENY),
    ],
)
def test_for_whom_a_reservation_is_lifted(policy, domestic, foreign):
    assert training(rights(policy)) == (domestic, foreign)


@pytest.mark.parametrize(
    ("policy", "domestic", "foreign"),
    [
        (offer(mine(where("KOR", "JPN", "DEU"))), [], ["geo:DE,JP"]),
        (offer(mine(where("KOR"), duty=["obtainConsent"])), ["agreement"], ["policy_contact"]),
        (offer(mine(duty=["compensate"])), ["payment:compensate"], ["payment:compensate"]),
        (offer(mine(duty=["odrl:compensate", "obtainConsent"])), ["agreement", "payment:compensate"], None),
        (offer(mine(duty=["attribute"])), ["attribution"], ["attribution"]),
        (offer(mine(duty=["inform"])), ["agreement"], ["agreement"]),
        (offer(mine(duty="compensate")), ["agreement"], ["agreement"]),
        (offer(mine(), duty={"action": "compensate"}), ["payment:compensate"], ["payment:compensate"]),
        (
            offer(mine(), obligation=[{"action": {"@id": "http://www.w3.org/ns/odrl/2/obtainConsent"}}]),
            ["agreement"],
            None,
        ),
        (offer(mine(purpose("tdm:research"))), ["non_commercial", "user:research"], None),
        (
            offer(mine(purpose("tdm:non-research"), duty=["compensate"])),
            ["payment:compensate", "user:non-research"],
            None,
        ),
        (
            offer(mine(duty=["compensate"]), mine(where("KOR"), duty=["attribute"])),
            ["attribution"],
            ["payment:compensate"],
        ),
    ],
)
def test_on_which_conditions(policy, domestic, foreign):
    assert conditions(rights(policy)) == (domestic, domestic if foreign is None else foreign)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"1",
        b'"https://news.example.kr"',
        b"[" * 100_000,
        b'{"permission": ' * 20_000,
        b"<html><body>\xec\x95\xbd\xea\xb4\x80</body></html>",
        '{"permission": "가"}'.encode("cp949"),
        b'{"permission": [1, null, "tdm:mine", []]}',
        b'{"permission": {"action": {"action": {"action": 1}}}}',
        b'{"@type": "Offer", "permission": [{"action": "tdm:mine", "constraint": "KOR"}]}',
        b'{"@type": "Offer", "permission": [{"action": "tdm:mine", "constraint": [[]]}]}',
        b'{"@type": 3, "permission": [{"action": "tdm:mine"}]}',
        b" " * (4 * 1024 * 1024) + b"{}",
    ],
)
def test_what_is_no_policy_leaves_the_reservation(body):
    found = rights(body)
    assert (*training(found), found.review) == (DENY, DENY, "needed")


def test_a_policy_that_is_not_at_hand_leaves_the_reservation():
    found = rights(None)
    assert (*training(found), found.review) == (DENY, DENY, "needed")
    assert conditions(found) == (["policy_contact"], ["policy_contact"])


KOREA = offer(mine(where("KOR")))


@pytest.mark.parametrize(
    ("evidence", "domestic", "foreign"),
    [
        (page([("tdm-reservation", "1")]), DENY, DENY),  # nothing is referred to
        (page([("tdm-reservation", "0"), ("tdm-policy", POLICY_URL)]), ALLOW, ALLOW),  # a policy of 0 is ignored
        (page([("tdm-policy", POLICY_URL)]), UNKNOWN, UNKNOWN),
        (page([("tdm-reservation", "yes"), ("tdm-policy", POLICY_URL)]), UNKNOWN, UNKNOWN),
        (page([("tdm-reservation", " 1 "), ("tdm-policy", "/policies/1")]), ALLOW, DENY),
        (
            page(head='<meta name="tdm-reservation" content="1"><meta name="tdm-policy" content="/policies/1">'),
            ALLOW,
            DENY,
        ),
        (page(RESERVED, '<meta name="tdm-reservation" content="0">'), ALLOW, ALLOW),
        (page([("tdm-reservation", "0")], '<meta name="tdm-reservation" content="1">'), DENY, DENY),
        (page(RESERVED, '<meta name="tdm-reservation" content="maybe">'), ALLOW, DENY),
        (page(RESERVED, '<meta name="tdm-policy" content="https://elsewhere.kr/p">'), DENY, DENY),
        (page([*RESERVED, ("tdm-policy", f"{URL}/policies/2")]), DENY, DENY),  # which of the two?
        (file([{"location": "/", "tdm-reservation": 1, "tdm-policy": POLICY_URL}]), ALLOW, DENY),
        (
            [
                *file([{"location": "/", "tdm-reservation": 1, "tdm-policy": POLICY_URL}]),
                *page([("tdm-reservation", "1")]),
            ],
            ALLOW,
            DENY,
        ),
        (
            [
                *file([{"location": "/", "tdm-reservation": 1, "tdm-policy": POLICY_URL}]),
                *page([("tdm-reservation", "0")]),
            ],
            ALLOW,
            ALLOW,
        ),
        ([*file([{"location": "/", "tdm-reservation": 0}]), *page(RESERVED)], ALLOW, DENY),
    ],
)
def test_later_sources_replace_and_absent_ones_never_reset(evidence, domestic, foreign):
    assert training(rights(KOREA, evidence)) == (domestic, foreign)


@pytest.mark.parametrize(
    ("rules", "path", "wanted"),
    [
        ([{"location": "/a", "tdm-reservation": 1}, {"location": "/", "tdm-reservation": 0}], "/a/1", DENY),
        ([{"location": "/", "tdm-reservation": 0}, {"location": "/a", "tdm-reservation": 1}], "/a/1", ALLOW),
        ([{"location": "/기사/*.html$", "tdm-reservation": 1}], "/기사/1.html", DENY),
        ([{"location": "/기사/*.html$", "tdm-reservation": 1}], "/기사/1.html?p=2", UNKNOWN),
        ([{"location": "/A", "tdm-reservation": 1}], "/a", UNKNOWN),
        ([{"location": "/", "tdm-reservation": "1"}], "/a", DENY),
        ([{"location": "/", "tdm-reservation": "0"}], "/a", UNKNOWN),
        ([{"location": "/", "tdm-reservation": True}], "/a", UNKNOWN),
        ([{"location": "/", "tdm-reservation": False}], "/a", UNKNOWN),
        ([{"location": "/", "tdm-reservation": 2}], "/a", UNKNOWN),
        ([{"location": "/", "tdm-reservation": -1}], "/a", UNKNOWN),
        ([{"location": "/", "tdm-reservation": [1]}], "/a", UNKNOWN),
        ([{"location": 7, "tdm-reservation": 1}, None, "x", {"location": "/", "tdm-reservation": 1}], "/a", DENY),
        ({"location": "/", "tdm-reservation": 1}, "/a", DENY),
        ([{"location": f"{URL}/a", "tdm-reservation": 1}], "/a/1", DENY),
        ([{"location": f"{URL}/a", "tdm-reservation": 1}], "/b", UNKNOWN),
        ([{"location": "https://elsewhere.kr/", "tdm-reservation": 1}], "/a", UNKNOWN),
        ([{"location": "*", "tdm-reservation": 1}], "/a", DENY),
        ([], "/a", UNKNOWN),
        (b"\xef\xbb\xbf" + b'[{"location": "/", "tdm-reservation": 1}]', "/a", DENY),
        (b'[{"location": "/", "tdm-reservation": 1', "/a", UNKNOWN),
        (b'[{"location": "/", "tdm-reservation": 1' + b"0" * 5000 + b"}]", "/a", UNKNOWN),
        (b"[" * 200_000, "/a", UNKNOWN),
    ],
)
def test_the_file(rules, path, wanted):
    assert training(resolve(file(rules, path))) == (wanted, wanted)


def test_a_permission_of_a_host_for_texts_of_its_users_is_no_permission():
    url = "https://blog.naver.com/1"
    evidence = page_signals(
        url, [("tdm-reservation", "0")], "", fetched_at=None, body_sha256="", http_status=200, settings=SETTINGS
    )
    assert training(resolve(evidence)) == (UNKNOWN, UNKNOWN)
    assert {one.confidence for one in evidence} == {0.4}


def test_every_country_has_both_codes():
    assert set(alpha3_codes().values()) == countries()
    assert alpha3_codes()["KOR"] == "KR"
    assert alpha3_codes()["PRK"] == "KP"


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8) | st.sampled_from(["tdm:mine", "Offer", "spatial"]),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["permission", "prohibition", "action", "constraint", "duty", "@type", "@graph", "target", "@id"]
            ),
            inner,
            max_size=4,
        )
    ),
    max_leaves=20,
)


@settings(max_examples=300)
@given(JSON)
def test_json_of_any_shape_is_no_harm(value):
    try:
        found = policy_answers(json.dumps(value).encode())
    except PolicyError:
        return
    assert set(found) == {Axis.TRAIN_DOM, Axis.TRAIN_FOR}


PLACES = st.lists(st.sampled_from(["KOR", "JPN", "USA"]), min_size=1, max_size=3, unique=True)
PERMISSIONS = st.lists(
    st.tuples(st.none() | PLACES, st.lists(st.sampled_from(["obtainConsent", "compensate"]), max_size=2, unique=True)),
    min_size=1,
    max_size=3,
)


@given(PERMISSIONS)
def test_permissions_beside_each_other_are_alternatives(permissions):
    """Domestic recipients: the best of what names Korea or nobody; foreign ones: of what reaches beyond it."""
    policy = offer(*(mine(*([where(*places)] if places else []), duty=duties) for places, duties in permissions))
    domestic = [duties for places, duties in permissions if places is None or "KOR" in places]
    foreign = [(places, duties) for places, duties in permissions if places is None or set(places) - {"KOR"}]
    wanted = (
        DENY if not domestic else ALLOW if [] in domestic else COND,
        DENY if not foreign else ALLOW if (None, []) in foreign else COND,
    )
    assert training(rights(policy)) == wanted
