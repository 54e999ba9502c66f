"""What a release does, and which of the conditions of section 0.1 that meets (section 8)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, field_validator

from licenses.axes import check_condition
from licenses.countries import expand
from licenses.recipients import Recipient

_SEPARATORS = re.compile(r"[\s,;|]+")
_NOT_FOR_A_PLAN = frozenset({"attribution", "geo", "no_resale", "non_commercial", "verbatim"})


class Purpose(StrEnum):
    """What a recipient wants documents for. Other names raise ``ValueError``."""

    NONCOMMERCIAL = "noncommercial_training"
    COMMERCIAL = "commercial_training"


class Mode(StrEnum):
    """How a recipient gets at documents. Other names raise ``ValueError``."""

    COPY = "copy"
    """Files leave us."""
    IN_PLACE = "in_place"
    """Training happens inside our zone."""


class ReleasePlan(BaseModel):
    """What a release does about conditions. What it does not say is not done."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    attribution: bool = Field(description="Whether the list of sources goes with the release.")
    sold: bool = Field(description="Whether the release is sold.")
    agreements: frozenset[str] = Field(
        default=frozenset(),
        description="Conditions that are met otherwise, by their names: agreement, anti_memorization, licence_token, "
        "policy_contact, share_alike, payment:TYPE, user:TYPE.",
    )

    @field_validator("agreements")
    @classmethod
    def _can_be_met(cls, conditions: frozenset[str]) -> frozenset[str]:
        for condition in conditions:
            if kind_of(check_condition(condition)) in _NOT_FOR_A_PLAN:
                raise ValueError(f"{condition} is not met by saying so")
        return conditions


@dataclass(frozen=True, slots=True)
class Request:
    """What the gate is asked: who wants documents, what for, how, and what is done about conditions."""

    recipient: Recipient
    purpose: Purpose
    mode: Mode
    plan: ReleasePlan


def kind_of(condition: str) -> str:
    """A condition without its list: ``geo`` of ``geo:JP,KR``."""
    return condition.partition(":")[0]


def listed(condition: str) -> frozenset[str]:
    """The list of a condition: ``{"JP", "KR"}`` of ``geo:JP,KR``."""
    return frozenset(filter(None, _SEPARATORS.split(condition.partition(":")[2])))


def unmet(conditions: Iterable[str], request: Request) -> list[str]:
    """Conditions that a release does not meet, sorted."""
    return sorted({one for one in conditions if not is_met(one, request)})


def is_met(condition: str, request: Request) -> bool:
    """Whether a release meets a condition; one that is not of the closed list is met by nothing."""
    rule = _MET.get(kind_of(condition))
    return condition in request.plan.agreements if rule is None else rule(listed(condition), request)


def _for_users(users: frozenset[str], request: Request) -> bool:
    named = [listed(one) for one in request.plan.agreements if kind_of(one) == "user"]
    return bool(named) and frozenset[str]().union(*named) <= users


def _in_countries(codes: frozenset[str], request: Request) -> bool:
    countries = request.recipient.countries
    return countries is not None and countries <= expand(codes)


_MET: Mapping[str, Callable[[frozenset[str], Request], bool]] = {
    "verbatim": lambda _users, _request: False,
    "attribution": lambda _, request: request.plan.attribution,
    "no_resale": lambda _, request: not request.plan.sold,
    "non_commercial": lambda _, request: request.purpose is Purpose.NONCOMMERCIAL,
    "geo": _in_countries,
    "user": _for_users,
}
"""What meets the conditions that no agreement meets, given the list behind their colon.

``verbatim`` is met by nothing, since what is released is cleaned, cut and masked.
"""
