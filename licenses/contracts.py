"""Contracts: signed permission records, and what they change (consent specification, section 8, rule 8).

A contract replaces the axes it names, for its recipients only, until it expires. It lifts neither PII nor a withdrawal,
which are no axes, nor what somebody else than its owner denies.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Self

import tldextract
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, field_serializer, field_validator, model_validator

from licenses.axes import DENIALS, Axis, Value, check_condition
from licenses.catalogue import NOT_LICENCES
from licenses.conditions import Mode, Purpose, Request
from licenses.evidence import Evidence
from licenses.holders import names_another
from licenses.recipients import RECIPIENT_ID, Country
from licenses.resolve import Rights
from licenses.scopes import covers, scope_of
from licenses.settings import RightsSettings
from licenses.urls import canonical_url

_SUFFIXES = tldextract.TLDExtract(cache_dir=None, suffix_list_urls=())
_WRITTEN = frozenset({Value.ALLOW, Value.COND, Value.DENY})
_SURE = 0.5
_HOSTS_OF_USERS = RightsSettings().ugc_hosts


class Contract(BaseModel):
    """A permission that a rights holder has signed."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)

    contract_id: str = Field(pattern=RECIPIENT_ID, description="Name of the record: letters, digits and hyphens.")
    owner: str = Field(min_length=1, max_length=200, description="The rights holder.")
    owner_names: tuple[str, ...] = Field(default=(), description="Other names under which notices call the owner.")
    owner_proof: str = Field(min_length=1, description="How it was proven that the owner holds the rights.")
    scope: tuple[str, ...] = Field(min_length=1, description="Hosts, with those below them, and URL prefixes.")
    recipients: tuple[str, ...] = Field(default=(), description="Recipients it is for; none named: any by country.")
    jurisdictions: tuple[Country, ...] = Field(
        default=(), description="Countries that every country of a recipient must be among; none named: any."
    )
    purposes: tuple[Purpose, ...] = Field(min_length=1, description="Purposes it is for.")
    modes: tuple[Mode, ...] = Field(min_length=1, description="Modes it is for.")
    axes: Mapping[Axis, Value] = Field(min_length=1, description="Axes it replaces: allow, cond or deny.")
    conditions: tuple[str, ...] = Field(default=(), description="Conditions of its axes that are cond.")
    valid_from: AwareDatetime = Field(description="From when it holds.")
    expires_at: AwareDatetime = Field(description="When it ceases to hold.")
    document_digest: str = Field(pattern=r"^[0-9a-f]{64}$", description="SHA-256 (hex) of the signed document.")

    @field_validator("scope")
    @classmethod
    def _canonical(cls, scope: tuple[str, ...]) -> tuple[str, ...]:
        found = tuple(sorted({scope_of(one) for one in scope}))
        for one in found:
            if "://" not in one and not re.fullmatch(r"[\d.]+", one) and not _SUFFIXES(one).domain:
                raise ValueError(f"{one} is the suffix of everybody's hosts")
        return found

    @field_validator("recipients")
    @classmethod
    def _are_ids(cls, recipients: tuple[str, ...]) -> tuple[str, ...]:
        for one in recipients:
            if not re.match(RECIPIENT_ID, one):
                raise ValueError(f"no id of a recipient: {one!r}")
        return tuple(sorted(set(recipients)))

    @field_validator("jurisdictions", "purposes", "modes", "owner_names")
    @classmethod
    def _sorted(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted(set(values)))

    @field_validator("axes")
    @classmethod
    def _written(cls, axes: Mapping[Axis, Value]) -> Mapping[Axis, Value]:
        for axis, value in axes.items():
            if value not in _WRITTEN:
                raise ValueError(f"{axis} = {value}: a contract says allow, cond or deny")
        return MappingProxyType({axis: axes[axis] for axis in Axis if axis in axes})

    @field_serializer("axes")
    def _as_strings(self, axes: Mapping[Axis, Value]) -> dict[str, str]:
        return {axis.value: value.value for axis, value in axes.items()}

    @field_validator("conditions")
    @classmethod
    def _listed(cls, conditions: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(sorted({check_condition(one) for one in conditions}))

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if not self.recipients and not self.jurisdictions:
            raise ValueError("a contract names its recipients or their jurisdictions")
        if self.expires_at <= self.valid_from:
            raise ValueError("a contract expires after it begins")
        if (Value.COND in self.axes.values()) != bool(self.conditions):
            raise ValueError("conditions belong to axes that are cond, and such axes need some")
        return self

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> Self:
        """From a row of the table ``contracts``.

        Raises:
            ValueError: A value does not fit.
        """
        return cls(**{name: row[name] for name in cls.model_fields if row.get(name) is not None})

    def row(self) -> dict[str, Any]:
        """The columns of the table ``contracts`` that the contract itself fills."""
        return self.model_dump()

    @property
    def names(self) -> tuple[str, ...]:
        """Every name of the owner."""
        return (self.owner, *self.owner_names)

    def is_for(self, request: Request) -> bool:
        """Whether it speaks of this recipient, purpose and mode."""
        countries = request.recipient.countries
        return (
            (not self.recipients or request.recipient.recipient_id in self.recipients)
            and (not self.jurisdictions or (countries is not None and countries <= set(self.jurisdictions)))
            and request.purpose in self.purposes
            and request.mode in self.modes
        )

    def covers(self, url: str) -> bool:
        """Whether it covers a canonical URL."""
        return any(covers(scope, url) for scope in self.scope)

    def owns(self, denial: Evidence, hosts_of_users: Collection[str] = _HOSTS_OF_USERS) -> bool:
        """Whether a denial is the owner's own, so that the owner may lift it.

        It is where its source lies in the scope, and nobody else speaks: not the host about pages of its users, not a
        user on a host that signed for all of them, not the holder that a notice names (an agency's article in a paper).
        """
        source = denial.source_url if "://" in denial.source_url else f"https://{denial.source_url}"
        url = canonical_url(source)
        scopes = [scope for scope in self.scope if covers(scope, url)]
        by_host = any("://" not in scope for scope in scopes)
        of_host = denial.declarer in ("host", "platform")
        if not scopes or (of_host and not by_host) or names_another(denial.literal, self.names):
            return False
        of_page = denial.scope in ("document", "element")
        on_prefix = any("://" in scope for scope in scopes)
        return of_host or not of_page or on_prefix or not any(covers(host, url) for host in hosts_of_users)


def denied_by_others(evidence: Iterable[Evidence], contracts: Sequence[Contract]) -> frozenset[Axis]:
    """Axes on which somebody denies who is no owner of a contract that names the axis.

    Args:
        evidence: What covers the document. A denial of crawling denies every axis (section 8, rule 1).
        contracts: Those that cover the document.
    """
    standing = set[Axis]()
    for one in evidence:
        said = {axis for axis, value in one.axes if value in DENIALS}
        if one.confidence < _SURE or one.scope == "element" or not said:
            continue
        lifted = {axis for contract in contracts if contract.owns(one) for axis in contract.axes}
        standing |= (set(Axis) if Axis.CRAWL in said else said) - lifted
    return frozenset(standing)


def apply_contract(
    rights: Rights, contract: Contract, request: Request, at: AwareDatetime, others: Collection[Axis] = tuple(Axis)
) -> Rights:
    """Rights of a document that one contract covers; see ``apply_contracts``."""
    return apply_contracts(rights, [contract], request, at, others)


def apply_contracts(
    rights: Rights,
    contracts: Sequence[Contract],
    request: Request,
    at: AwareDatetime,
    others: Collection[Axis] = tuple(Axis),
) -> Rights:
    """Rights of a document with the contracts that cover it in place of what was said on the axes they name.

    Args:
        rights: What evidence says.
        contracts: Those whose scope covers the document. One that is not for the request, or not in force, changes
            nothing; where several speak of an axis, the strictest holds and conditions are united.
        request: Who asks, for what, how.
        at: The time that counts.
        others: Axes on which others deny (``denied_by_others``): a denial there stands. By default all, since nobody
            looked.
    """
    holding = [one for one in contracts if one.is_for(request) and one.valid_from <= at < one.expires_at]
    changed = {axis for one in holding for axis in one.axes} - {axis for axis in others if rights.axes[axis] in DENIALS}
    if not changed:
        return rights
    said = {axis: [(one, one.axes[axis]) for one in holding if axis in one.axes] for axis in changed}
    axes = {axis: min((value for _, value in answers), key=_STRICTEST.index) for axis, answers in said.items()}
    conditions = {
        axis: tuple(sorted({name for one, value in said[axis] if value is Value.COND for name in one.conditions}))
        if axes[axis] is Value.COND
        else ()
        for axis in changed
    }
    used = sorted({one.contract_id for answers in said.values() for one, _ in answers})
    kept = [] if rights.licence in NOT_LICENCES else [rights.licence]
    return Rights(
        axes={**rights.axes, **axes},
        conditions={**rights.conditions, **conditions},
        confidence={**rights.confidence, **dict.fromkeys(changed, 1.0)},
        licence=" AND ".join([*kept, *(f"LicenseRef-contract-{name}" for name in used)]),
        conflict=rights.conflict,
        review=rights.review,
    )


_STRICTEST = (Value.DENY, Value.COND, Value.ALLOW)
