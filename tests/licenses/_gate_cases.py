"""Random rights, facts and requests for the tests of the gate, seeded, and as the oracle reads them."""

import datetime as dt

from licenses.axes import Axis, Value
from licenses.conditions import Mode, Purpose, ReleasePlan, Request
from licenses.contracts import Contract
from licenses.gate import DocumentFacts
from licenses.organisation import OrganisationPolicy
from licenses.recipients import Recipient
from licenses.resolve import Rights

AT = dt.datetime(2026, 11, 24, tzinfo=dt.UTC)
CONDITIONS = (
    "agreement anti_memorization attribution geo:JP,US geo:KR geo:EU licence_token no_resale non_commercial"
    " payment:use payment:crawl policy_contact share_alike user:education user:education,personal verbatim"
).split()
AGREEMENTS = (
    "agreement anti_memorization licence_token policy_contact share_alike payment:use user:education user:personal"
).split()
LICENCES = (
    "all-rights-reserved-default",
    "CC-BY-4.0",
    "LicenseRef-KOGL-2+AI",
    "LicenseRef-KOGL-AI",
    "LicenseRef-KOGL-2",
    "CC-BY-4.0 AND LicenseRef-KOGL-1+AI",
)
AI = ("anti_memorization", "no_resale")


def random_rights(random):
    """Rights near the edges of the gate: half of them granted throughout, a quarter with KOGL's AI mark."""
    friendly = random.random() < 0.6
    grants = [Value.ALLOW, Value.COND] if friendly else [Value.ALLOW, Value.COND, Value.DENY, Value.UNKNOWN]
    axes = {axis: random.choice(grants) for axis in Axis}
    for axis in random.sample(list(Axis), random.choice((0, 0, 1, 2))):
        axes[axis] = random.choice([Value.DENY, Value.UNKNOWN])
    axes[Axis.CRAWL] = random.choice([Value.ALLOW] * 6 + [Value.UNKNOWN, Value.DENY, Value.DENY_TEMP])
    conditions = {axis: _conditions(random, axes[axis]) for axis in Axis}
    licence = random.choice(LICENCES)
    if random.random() < 0.25:
        for axis in (Axis.TRAIN_DOM, Axis.TRAIN_FOR):
            axes[axis], conditions[axis] = Value.COND, AI
    sure = [0.7, 0.75, 0.95, 1.0] if friendly else [0.0, 0.5, 0.6, 0.6999, 0.7, 0.95]
    return Rights(
        axes=axes,
        conditions=conditions,
        confidence={axis: 0.0 if axes[axis] is Value.UNKNOWN else random.choice(sure) for axis in Axis},
        licence=licence,
        conflict=random.random() < 0.2,
        review=random.choice(["none", "none", "none", "needed"]),
    )


def _conditions(random, value):
    if value is Value.DENY:
        return random.choice([(), (), ("policy_contact",)])
    if value is not Value.COND:
        return ()
    return tuple(sorted(random.sample(CONDITIONS, random.choice((0, 1, 1, 1, 2, 3)))))


def random_facts(random):
    often = random.random() < 0.7
    return DocumentFacts(
        withdrawn=not often and random.random() < 0.3,
        acquired=None if often else random.choice([None, True, False]),
        evidence=often or random.random() < 0.7,
        expired=not often and random.random() < 0.3,
        pii_clean=often or random.random() < 0.7,
    )


def random_recipient(random):
    codes = random.choice([["KR"], ["KR"], ["KR", "US"], ["JP", "US"], ["DE", "FR"], ["KR", None]])
    return Recipient(
        recipient_id=random.choice(["kr-lab", "us-lab", "jp-lab"]),
        name="연구소",
        established_in=random.choice(codes),
        controlled_from=random.choice(codes),
        processed_in=tuple(code for code in {random.choice(codes), random.choice(codes)} if code),
    )


def random_request(random):
    plan = ReleasePlan(
        attribution=random.random() < 0.8,
        sold=random.random() < 0.3,
        agreements=frozenset(random.sample(AGREEMENTS, random.randrange(len(AGREEMENTS) + 1))),
    )
    return Request(random_recipient(random), random.choice(list(Purpose)), random.choice(list(Mode)), plan)


def random_contract(random, number):
    axes = {axis: random.choice([Value.ALLOW, Value.COND, Value.DENY]) for axis in random.sample(list(Axis), 3)}
    begins = AT + dt.timedelta(days=random.choice([-30, -30, -30, 1]))
    conditional = Value.COND in axes.values()
    return Contract(
        contract_id=f"contract-{number}",
        owner="누리신문",
        owner_proof="법인인감",
        scope=("누리.kr",),
        recipients=random.choice([(), ("kr-lab",), ("us-lab", "kr-lab")]),
        jurisdictions=random.choice([("KR",), ("KR", "US"), ("KR", "US", "JP", "DE", "FR")]),
        purposes=random.choice([tuple(Purpose), (Purpose.NONCOMMERCIAL,)]),
        modes=random.choice([tuple(Mode), (Mode.IN_PLACE,)]),
        axes=axes,
        conditions=tuple(random.sample(CONDITIONS, 2)) if conditional else (),
        valid_from=begins,
        expires_at=begins + dt.timedelta(days=random.choice([10, 100])),
        document_digest="0" * 64,
    )


def random_policy(random):
    loosened = [
        {
            "name": f"loosened-{number}",
            "legal_basis": "국어기본법에 따른 수집과 보존",
            "unknown": random.sample(["train_dom", "redist", "commercial"], random.randrange(4)),
            "least_confidence": random.choice([None, 0.5, 0.6]),
            "purposes": random.choice([list(Purpose), ["noncommercial_training"]]),
            "modes": random.choice([list(Mode), ["in_place"]]),
        }
        for number in range(random.randrange(3))
    ]
    parts = {name: _refusals(random) for name in ("every", "foreign", "domestic")}
    parts["domestic"]["loosened"] = loosened
    return OrganisationPolicy.model_validate(parts)


def _refusals(random):
    choices = {
        "least_confidence": [0.8, 0.95],
        "purposes": [["noncommercial_training"]],
        "modes": [["in_place"]],
        "countries": [["KR"], ["KR", "US"]],
        "never_met": [["share_alike"], ["attribution"]],
        "crawl_must_be_known": [True],
        "no_conflict": [True],
    }
    return {name: random.choice(values) for name, values in choices.items() if random.random() < 0.15}


def plain_doc(rights, facts):
    """A document as the oracle reads it."""
    return {
        "axes": {str(axis): str(value) for axis, value in rights.axes.items()},
        "conditions": {str(axis): list(names) for axis, names in rights.conditions.items()},
        "confidence": {str(axis): number for axis, number in rights.confidence.items()},
        "licence": rights.licence,
        "conflict": rights.conflict,
        "review": rights.review,
        **{name: getattr(facts, name) for name in ("withdrawn", "acquired", "evidence", "expired", "pii_clean")},
    }


def plain_request(request):
    """Recipient, purpose, mode and plan as the oracle reads them."""
    plan = {**request.plan.model_dump(), "agreements": sorted(request.plan.agreements)}
    recipient = {**request.recipient.model_dump(), "processed_in": list(request.recipient.processed_in)}
    return recipient, str(request.purpose), str(request.mode), plan
