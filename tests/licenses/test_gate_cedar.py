"""The exported policies, evaluated by Cedar, say what the gate says."""

import random

import pytest

from licenses.cedar import cedar_policies, cedar_request, cedar_schema
from licenses.gate import decide
from tests.licenses._gate_cases import random_facts, random_request, random_rights

cedarpy = pytest.importorskip("cedarpy", reason="the extra 'cedar' is not installed")


def code_of(answer):
    """The first code of those that forbid, in the order of the policies' ids."""
    assert answer.diagnostics.errors == []
    if answer.decision == cedarpy.Decision.Allow:
        return "RELEASE"
    ids = sorted(name for name in answer.diagnostics.id_annotations_by_reason.values() if name is not None)
    return ids[0].split(" ", 1)[1]


def agree(cases, seed):
    rng = random.Random(seed)
    policies, schema = cedarpy.PolicySet.from_str(cedar_policies()), cedarpy.Schema.from_str(cedar_schema())
    seen = set()
    for _ in range(cases):
        rights, facts, request = random_rights(rng), random_facts(rng), random_request(rng)
        asked, entities = cedar_request(rights, facts, request)
        found = code_of(cedarpy.is_authorized(asked, policies, entities, schema))
        wanted = decide(rights, facts, request).code
        # A condition with a list is named by its kind in Cedar.
        assert wanted == found or wanted.startswith(f"{found}:"), (rights, facts, request)
        seen.add(found.partition(":")[0])
    return seen


def test_policies_are_valid_and_each_has_its_id():
    checked = cedarpy.validate_policies(cedar_policies(), cedar_schema())
    assert checked.validation_passed, checked.errors
    ids = [line for line in cedar_policies().splitlines() if line.startswith("@id")]
    assert len(ids) == len(set(ids)) == cedar_policies().count("forbid (")
    assert ids == sorted(ids)


def test_cedar_and_the_gate_agree():
    seen = agree(1_500, 20261127)
    assert {"RELEASE", "BLOCK_CONDITION", "BLOCK_FOREIGN_DENY", "BLOCK_LOW_CONFIDENCE"} <= seen


@pytest.mark.slow
def test_cedar_and_the_gate_agree_on_many():
    assert len(agree(50_000, 20261128)) == 12
