"""The releasing organisation's own policy, a TOML file.

It may refuse more than section 8 does, and for domestic recipients let more go, by name and under a stated legal basis.

    name = "말모이 연구소"

    [every]                                   # refused to every recipient
    never_met = ["share_alike"]               # conditions that no plan meets
    crawl_must_be_known = true

    [foreign]                                 # refused to foreign recipients besides
    least_confidence = 0.9
    modes = ["in_place"]
    countries = ["JP", "US"]

    [[domestic.loosened]]                     # for domestic recipients alone
    name = "deposit"
    legal_basis = "국어기본법 제00조에 따른 수집"
    unknown = ["train_dom"]
    purposes = ["noncommercial_training"]
    modes = ["in_place"]

What is refused so is ``BLOCK_ORGANISATION:<setting>``; what is let go so is ``RELEASE_LOOSENED:<name>``.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from licenses import gate_rules as gate
from licenses.axes import Axis, Value, check_condition
from licenses.conditions import Mode, Purpose, Request
from licenses.gate_rules import DocumentFacts
from licenses.recipients import Country
from licenses.resolve import Rights

BLOCK_ORGANISATION = "BLOCK_ORGANISATION"
"""Followed by a colon and the setting."""
RELEASE_LOOSENED = "RELEASE_LOOSENED"
"""Followed by a colon and the name of what was loosened."""

_LOOSENABLE = (Axis.TRAIN_DOM, Axis.REDIST, Axis.COMMERCIAL)
_FAIR_USE = re.compile(r"공정\s*이용|35\s*조의?\s*5|fair\s*use", re.IGNORECASE)


class _Settings(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Refusals(_Settings):
    """What is refused although section 8 would let it go. What is not set refuses nothing."""

    least_confidence: float = Field(
        default=gate.LEAST_CONFIDENCE, le=1, description="Least confidence on every axis that a release needs."
    )
    purposes: tuple[Purpose, ...] = Field(default=tuple(Purpose), description="Purposes that are served.")
    modes: tuple[Mode, ...] = Field(default=tuple(Mode), description="Modes that are served.")
    countries: tuple[Country, ...] | None = Field(
        default=None, description="Countries that every country of a recipient must be among; none set: any."
    )
    never_met: tuple[str, ...] = Field(
        default=(), description="Conditions that are taken for unmet, whatever the plan."
    )
    crawl_must_be_known: bool = Field(default=False, description="Whether robots.txt must have allowed the fetch.")
    no_conflict: bool = Field(default=False, description="Whether rights on which signals disagree are refused.")

    @field_validator("least_confidence")
    @classmethod
    def _not_lower(cls, least: float) -> float:
        if least < gate.LEAST_CONFIDENCE:
            raise ValueError(f"{least} would loosen the {gate.LEAST_CONFIDENCE} of the specification")
        return least

    @field_validator("never_met")
    @classmethod
    def _listed(cls, conditions: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({check_condition(one) for one in conditions}))

    def refuses(self, rights: Rights, request: Request) -> str | None:
        """The first setting that refuses; None where none does."""
        needed = gate.needed_axes(rights, request)
        countries = request.recipient.countries
        found: Iterator[tuple[str, bool]] = iter(
            (
                ("purposes", request.purpose not in self.purposes),
                ("modes", request.mode not in self.modes),
                (
                    "countries",
                    self.countries is not None and (countries is None or not countries <= set(self.countries)),
                ),
                ("crawl_must_be_known", self.crawl_must_be_known and rights.axes[Axis.CRAWL] is Value.UNKNOWN),
                ("no_conflict", self.no_conflict and rights.conflict),
                ("never_met", not gate.conditions_of(rights, needed).isdisjoint(self.never_met)),
                ("least_confidence", gate.confidence_of(rights, needed) < self.least_confidence),
            )
        )
        return next((setting for setting, hit in found if hit), None)


class Loosened(_Settings):
    """What domestic recipients get although section 8 would hold it back. Denials, PII and withdrawal hold always."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$", description="What counts and manifests call it.")
    legal_basis: str = Field(min_length=10, description="Statute, decision or opinion that permits it.")
    unknown: tuple[Axis, ...] = Field(default=(), description="Axes on which unknown is taken for allowed.")
    least_confidence: float | None = Field(
        default=None, ge=0.5, lt=gate.LEAST_CONFIDENCE, description="Least confidence, in place of 0.7."
    )
    purposes: tuple[Purpose, ...] = Field(min_length=1, description="Purposes for which it is loosened.")
    modes: tuple[Mode, ...] = Field(min_length=1, description="Modes in which it is loosened.")

    @field_validator("legal_basis")
    @classmethod
    def _is_one(cls, basis: str) -> str:
        if _FAIR_USE.search(basis):
            raise ValueError("fair use is judged case by case and is no basis for a whole class (section 3.2)")
        return basis

    @field_validator("unknown")
    @classmethod
    def _can_be(cls, axes: tuple[Axis, ...]) -> tuple[Axis, ...]:
        for axis in axes:
            if axis not in _LOOSENABLE:
                raise ValueError(f"{axis} cannot be loosened; what can: {', '.join(_LOOSENABLE)}")
        return axes

    def loosen(self, rights: Rights, request: Request) -> Rights:
        """Rights with what is unknown taken for allowed and low confidence for enough, where this says so.

        What a person has to look at first (``review``) is left as it is. Nothing gets more than the least confidence
        of the specification, so that a policy which asks for more still refuses.
        """
        if request.purpose not in self.purposes or request.mode not in self.modes or rights.review == "needed":
            return rights
        opened = [axis for axis in self.unknown if rights.axes[axis] is Value.UNKNOWN]
        least = gate.LEAST_CONFIDENCE if self.least_confidence is None else self.least_confidence
        raised = [axis for axis in Axis if least <= rights.confidence[axis] < gate.LEAST_CONFIDENCE]
        return Rights(
            axes={**rights.axes, **dict.fromkeys(opened, Value.ALLOW)},
            conditions=rights.conditions,
            confidence={**rights.confidence, **dict.fromkeys([*opened, *raised], gate.LEAST_CONFIDENCE)},
            licence=rights.licence,
            conflict=rights.conflict,
            review=rights.review,
        )


class Foreign(Refusals):
    """Refused to foreign recipients besides what is refused to all."""


class Domestic(Refusals):
    """Refused to domestic recipients besides, and what is loosened for them."""

    loosened: tuple[Loosened, ...] = Field(default=(), description="What is loosened, each with its legal basis.")

    @field_validator("loosened")
    @classmethod
    def _by_different_names(cls, loosened: tuple[Loosened, ...]) -> tuple[Loosened, ...]:
        names = [one.name for one in loosened]
        if twice := sorted({name for name in names if names.count(name) > 1}):
            raise ValueError(f"names are there twice: {', '.join(twice)}")
        return loosened


class OrganisationPolicy(_Settings):
    """Policy of the releasing organisation. The empty one is section 8 as it stands."""

    name: str = Field(default="", description="The organisation.")
    every: Refusals = Field(default=Refusals(), description="Refused to every recipient.")
    foreign: Foreign = Field(default=Foreign(), description="Refused to foreign recipients.")
    domestic: Domestic = Field(default=Domestic(), description="Refused to, and loosened for, domestic recipients.")

    def judge(self, rights: Rights, facts: DocumentFacts, request: Request) -> str:
        """The code of section 8, made stricter; looser by name for domestic recipients alone."""
        code = gate.judge(rights, facts, request)
        for loosened in self.domestic.loosened if request.recipient.domestic and code in _CAN_BE_LOOSENED else ():
            wider = loosened.loosen(rights, request)
            if gate.judge(wider, facts, request) == gate.RELEASE:
                rights, code = wider, f"{RELEASE_LOOSENED}:{loosened.name}"
                break
        if code.startswith("BLOCK"):
            return code
        special = self.domestic if request.recipient.domestic else self.foreign
        setting = self.every.refuses(rights, request) or special.refuses(rights, request)
        return code if setting is None else f"{BLOCK_ORGANISATION}:{setting}"


SECTION_8 = OrganisationPolicy()
"""The specification as it stands."""
_CAN_BE_LOOSENED = frozenset({gate.BLOCK_UNKNOWN, gate.BLOCK_LOW_CONFIDENCE})


def read_policy(text: str) -> OrganisationPolicy:
    """A policy from TOML.

    Raises:
        ValueError: It is no TOML, names what is no setting, or would loosen something for foreign recipients; the
            message names each setting.
    """
    values = tomllib.loads(text)
    if "loosened" in values.get("foreign", {}):
        raise ValueError("foreign.loosened: nothing can be loosened for foreign recipients")
    for section in ("every", None):
        if "loosened" in (values.get(section, {}) if section else values):
            where = f"{section}.loosened" if section else "loosened"
            raise ValueError(f"{where}: what is loosened is loosened for domestic recipients alone (domestic.loosened)")
    try:
        return OrganisationPolicy.model_validate(values)
    except ValidationError as error:
        raise ValueError("; ".join(_problem(one) for one in error.errors())) from error


def _problem(error: Mapping[str, Any]) -> str:
    return f"{'.'.join(map(str, error['loc']))}: {str(error['msg']).removeprefix('Value error, ')}"
