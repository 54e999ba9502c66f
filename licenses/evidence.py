"""Evidence: one signal of licence or consent, with all that is needed to check it later (section 0.3)."""

import datetime as dt
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field

import pyarrow as pa

from licenses.axes import Axis, AxisValues, Value, check_condition

LITERAL_CHARS = 500
SCOPES = frozenset({"site", "path", "document", "element", "dataset"})
DECLARERS = frozenset({"owner", "host", "platform", "government", "unknown"})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One signal. An axis that is not named is not spoken of; ``unknown`` means spoken of, but for a person to read.

    Raises:
        ValueError: A scope, declarer or condition that is not of its closed list, ``cond`` without conditions,
            ``deny_temp`` on another axis than ``crawl``, or a confidence outside 0 to 1.
    """

    evidence_id: str = field(init=False)
    """128-bit digest (hex) of every field but ``fetched_at`` and ``http_status``."""
    signal: str
    scope: str
    locator: str
    literal: str
    source_url: str
    fetched_at: dt.datetime | None
    """None where a capture does not say."""
    http_status: int | None
    body_sha256: str
    rule_id: str
    spec_version: str
    axes: AxisValues
    conditions: tuple[str, ...]
    licence: str | None
    confidence: float
    declarer: str

    def __post_init__(self) -> None:
        """Check the closed lists, cut the literal, derive the id."""
        if self.scope not in SCOPES:
            raise ValueError(f"not a scope: {self.scope!r}")
        if self.declarer not in DECLARERS:
            raise ValueError(f"not a declarer: {self.declarer!r}")
        if not 0 <= self.confidence <= 1:
            raise ValueError(f"confidence is not within 0 to 1: {self.confidence}")
        axes = tuple((Axis(axis), Value(value)) for axis, value in self.axes)
        values = {value for _, value in axes}
        if Value.COND in values and not self.conditions:
            raise ValueError("cond without conditions")
        if (Value.DENY_TEMP in values) and axes != ((Axis.CRAWL, Value.DENY_TEMP),):
            raise ValueError("deny_temp is for crawl alone")
        object.__setattr__(self, "axes", axes)
        object.__setattr__(self, "conditions", tuple(sorted({check_condition(one) for one in self.conditions})))
        object.__setattr__(self, "literal", self.literal[:LITERAL_CHARS])
        object.__setattr__(self, "evidence_id", self._digest())

    def _digest(self) -> str:
        said = [
            *(self.signal, self.scope, self.locator, self.literal, self.source_url, self.body_sha256),
            *(self.rule_id, self.spec_version, self.axes, self.conditions, self.licence, self.confidence),
            self.declarer,
        ]
        payload = json.dumps(said, ensure_ascii=True, separators=(",", ":"))
        return hashlib.blake2b(payload.encode("ascii"), digest_size=16).hexdigest()


@dataclass(frozen=True, slots=True)
class Source:
    """Where signals are read from; makes evidence that names it."""

    url: str
    fetched_at: dt.datetime | None
    http_status: int | None
    body_sha256: str

    def evidence(
        self,
        signal: str,
        rule_id: str,
        literal: str,
        *,
        locator: str,
        confidence: float,
        axes: AxisValues = (),
        conditions: Sequence[str] = (),
        licence: str | None = None,
        scope: str = "document",
        spec_version: str = "consent-2026-11",
        declarer: str = "owner",
    ) -> Evidence:
        """Evidence found in this source."""
        return Evidence(
            signal=signal,
            scope=scope,
            locator=locator,
            literal=literal,
            source_url=self.url,
            fetched_at=self.fetched_at,
            http_status=self.http_status,
            body_sha256=self.body_sha256,
            rule_id=rule_id,
            spec_version=spec_version,
            axes=axes,
            conditions=tuple(conditions),
            licence=licence,
            confidence=confidence,
            declarer=declarer,
        )


def _column(name: str, kind: pa.DataType, doc: str, *, nullable: bool = False) -> "pa.Field[pa.DataType]":
    return pa.field(name, kind, nullable=nullable, metadata={"doc": doc})


EVIDENCE_SCHEMA = pa.schema(
    [
        _column("evidence_id", pa.string(), "128-bit digest (hex) of all but fetched_at and http_status."),
        _column("signal", pa.string(), "Family of the signal."),
        _column("scope", pa.string(), "What it speaks of: site, path, document, element or dataset."),
        _column("locator", pa.string(), "Where in the source: header, element, line, text offset."),
        _column("literal", pa.string(), "What was read, at most 500 characters."),
        _column("source_url", pa.string(), "URL of the page or site file that holds it."),
        _column("fetched_at", pa.timestamp("us", tz="UTC"), "When the source was fetched.", nullable=True),
        _column("http_status", pa.int32(), "Status with which the source was served.", nullable=True),
        _column("body_sha256", pa.string(), "SHA-256 (hex) of the source as served."),
        _column("rule_id", pa.string(), "Rule that read it."),
        _column("spec_version", pa.string(), "Version of the specification behind the rule."),
        _column("axes", pa.map_(pa.string(), pa.string()), "What it says, by axis."),
        _column("conditions", pa.list_(pa.string()), "Conditions of its cond values, sorted."),
        _column("licence", pa.string(), "Licence it names: SPDX id or LicenseRef.", nullable=True),
        _column("confidence", pa.float64(), "Confidence in the reading, 0 to 1."),
        _column("declarer", pa.string(), "Who speaks: owner, host, platform, government or unknown."),
    ]
)
"""Columns of ``evidence_table``."""


def evidence_table(evidence: list[Evidence]) -> pa.Table:
    """Evidence as a table of ``EVIDENCE_SCHEMA``, in the order given."""
    columns = [[getattr(one, name) for one in evidence] for name in EVIDENCE_SCHEMA.names]
    arrays = [pa.array(values, kind) for values, kind in zip(columns, EVIDENCE_SCHEMA.types, strict=True)]
    return pa.Table.from_arrays(arrays, schema=EVIDENCE_SCHEMA)


def evidence_from_table(table: pa.Table) -> list[Evidence]:
    """Evidence from a table with the columns of ``EVIDENCE_SCHEMA``; ids are derived anew.

    Raises:
        ValueError: A row whose values are not of the closed lists, or whose id is not the digest of its fields.
    """
    rows = table.select(EVIDENCE_SCHEMA.names).to_pylist()
    return [_from_row(row) for row in rows]


def _from_row(row: dict[str, object]) -> Evidence:
    stored = row.pop("evidence_id")
    axes, conditions = row.pop("axes"), row.pop("conditions")
    one = Evidence(axes=tuple(axes), conditions=tuple(conditions), **row)  # type: ignore[arg-type]
    if one.evidence_id != stored:
        raise ValueError(f"evidence {stored} does not match its fields")
    return one
