"""Resolution beside an oracle that is section 8 said literally."""

import importlib.util
import random
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from licenses import Axis, Evidence, resolve

_SPEC = importlib.util.spec_from_file_location("oracle", Path(__file__).with_name("oracle.py"))
oracle = importlib.util.module_from_spec(_SPEC)
_SPEC.loader.exec_module(oracle)

SCOPES = ("site", "path", "document", "element", "dataset")
CONDITIONS = ("agreement", "attribution", "no_resale", "non_commercial", "policy_contact", "geo:US")
VALUES = ("allow", "cond", "deny", "unknown")
CONFIDENCES = (0.0, 0.3, 0.4, 0.49, 0.5, 0.6, 0.7, 0.9, 0.95, 1.0)
LICENCES = (None, None, None, "CC-BY-4.0", "LicenseRef-KOGL-1", "all-rights-reserved", "cc-unspecified")
FAMILIES = ("x", "x", "x", "tdmrep")
CASES = 200_000


def signal(draw):
    family = draw.choice(FAMILIES)
    axes = {axis: draw.choice(VALUES) for axis in draw.sample(oracle.AXES[1:], draw.randrange(8))}
    temporary = not axes and draw.random() < 0.3
    if temporary:
        axes = {"crawl": "deny_temp"}
    elif draw.random() < 0.2:
        axes["crawl"] = draw.choice(("allow", "deny", "unknown"))
    return {
        "scope": draw.choice(SCOPES),
        "family": family,
        "source": draw.choice(("file", "header", "meta")) if family == "tdmrep" else None,
        "axes": axes,
        "conditions": tuple(draw.sample(CONDITIONS, draw.randrange(1, 4))),
        "confidence": draw.choice(CONFIDENCES),
        "licence": draw.choice(LICENCES),
    }


def evidence(one):
    return Evidence(
        signal=one["family"],
        scope=one["scope"],
        locator="",
        literal="",
        source_url="https://example.kr/",
        fetched_at=None,
        http_status=200,
        body_sha256="",
        rule_id=f"tdmrep.{one['source']}" if one["source"] else "x",
        spec_version="1",
        axes=tuple(one["axes"].items()),
        conditions=one["conditions"],
        licence=one["licence"],
        confidence=one["confidence"],
        declarer="owner",
    )


def difference(signals):
    """What the resolution and the oracle disagree on; empty where they agree."""
    found, wanted = resolve([evidence(one) for one in signals]), oracle.rights(signals)
    got = {
        "axes": {str(axis): str(found.axes[axis]) for axis in Axis},
        "conditions": {str(axis): list(found.conditions[axis]) for axis in Axis},
        "confidence": {str(axis): found.confidence[axis] for axis in Axis},
        "conflict": found.conflict,
        "review": found.review,
        "nothing": found.licence == "all-rights-reserved-default",
    }
    return {key: (got[key], wanted[key]) for key in wanted if got[key] != wanted[key]}


@given(st.randoms(use_true_random=False), st.integers(0, 7))
def test_resolution_is_section_8(draw, number):
    assert not difference([signal(draw) for _ in range(number)])


@pytest.mark.slow
def test_resolution_is_section_8_in_200_000_cases():
    draw = random.Random(20261124)
    for number in range(CASES):
        signals = [signal(draw) for _ in range(draw.randrange(8))]
        assert not difference(signals), (number, signals)
