"""Every page's rights: what it says itself and what its site says, resolved and interned.

One part is in memory at a time. What follows needs only the class of a page, the rank of that class for the choice
between copies, and the ids of the evidence.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from licenses import (
    Axis,
    Evidence,
    PolicyClass,
    Rights,
    RightsSettings,
    Value,
    WithdrawalList,
    evidence_from_table,
    evidence_table,
    policy_class,
    resolve,
)
from pipelines.group.site_files import SiteFiles, origin_of
from pipelines.group.standing import denies, owns

_RIGHTS_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("policy_class_id", pa.string(), nullable=False),
    pa.field("rights_rank", pa.int16(), nullable=False),
    pa.field("refused", pa.bool_(), nullable=False),
    pa.field("denies", pa.uint8(), nullable=False),
    pa.field("owns", pa.uint8(), nullable=False),
    pa.field("named", pa.string()),
    pa.field("evidence_ids", pa.list_(pa.string()), nullable=False),
]
RIGHTS_SCHEMA = pa.schema(_RIGHTS_FIELDS)
"""One row for each document of a part, in its order. ``refused``: the page may not be acquired at all; ``denies`` and
``owns``: bits of ``standing``; ``named``: the withdrawal of the owner that the page's own notice names."""

_RANKED = (Axis.TRAIN_DOM, Axis.REDIST, Axis.TRAIN_FOR, Axis.COMMERCIAL, Axis.DERIVATIVES)
_RANK = {Value.ALLOW: 0, Value.COND: 1, Value.UNKNOWN: 2, Value.DENY: 3}


@dataclass(slots=True)
class RightsFindings:
    """What the rights step leaves: a file of ``RIGHTS_SCHEMA`` for each part, and what was interned."""

    files: list[Path] = field(default_factory=list)
    classes: dict[str, PolicyClass] = field(default_factory=dict)
    site_evidence: dict[str, tuple[Evidence, str | None]] = field(default_factory=dict)
    """Evidence of site files by its id, with the digest of the file."""
    withdrawals: WithdrawalList = field(default_factory=lambda: WithdrawalList(()))


def judge_rights(
    parts: Sequence[Path], settings: RightsSettings, out: Path, withdrawals: WithdrawalList | None = None
) -> RightsFindings:
    """Resolve the rights of every document.

    Args:
        parts: Part folders, in order.
        settings: Rights settings of the recipe.
        out: Folder for the results, one file for each part.
        withdrawals: The list, for owners that the notices of pages name.
    """
    out.mkdir(parents=True, exist_ok=True)
    site_files = SiteFiles([part / "site_files.parquet" for part in parts], settings)
    findings = RightsFindings(withdrawals=withdrawals or WithdrawalList(()))
    for number, part in enumerate(parts):
        path = out / f"{number:06d}.parquet"
        pq.write_table(_judge_part(part, site_files, findings), path)
        findings.files.append(path)
    return findings


def _judge_part(part: Path, site_files: SiteFiles, findings: RightsFindings) -> pa.Table:
    documents = pq.read_table(part / "documents.parquet", columns=["doc_id", "url", "fetched_at"]).to_pylist()
    said = page_evidence(part)
    site_files.load([origin_of(row["url"]) for row in documents])
    rows = [_judge(row, said[row["doc_id"]], site_files, findings) for row in documents]
    return pa.Table.from_pylist(rows, schema=RIGHTS_SCHEMA)


def page_evidence(part: Path) -> defaultdict[str, list[Evidence]]:
    """Evidence that the pages of a part hold, by doc_id."""
    table = pq.read_table(part / "evidence.parquet")
    found: defaultdict[str, list[Evidence]] = defaultdict(list)
    for row, evidence in zip(table.to_pylist(), evidence_from_table(table.drop_columns(["doc_id"])), strict=True):
        found[row["doc_id"]].append(evidence)
    return found


def _judge(
    row: dict[str, object], said: list[Evidence], site_files: SiteFiles, findings: RightsFindings
) -> dict[str, object]:
    fetched_at = row["fetched_at"] if isinstance(row["fetched_at"], dt.datetime) else None
    of_site = site_files.signals(str(row["url"]), fetched_at)
    for evidence, digest in of_site:
        findings.site_evidence.setdefault(evidence.evidence_id, (evidence, digest))
    everything = [*said, *(evidence for evidence, _ in of_site)]
    for one in site_files.follow(everything, str(row["url"]), fetched_at):
        # What the page itself refers to, and is not there, no site file bears.
        bearer = one.body_sha256 if one.source_url != row["url"] else None
        findings.site_evidence.setdefault(one.evidence_id, (one, bearer))
        everything.append(one)
    rights = resolve(everything)
    interned = policy_class(rights)
    findings.classes.setdefault(interned.policy_class_id, interned)
    refused = rights.axes[Axis.CRAWL] in (Value.DENY, Value.DENY_TEMP)
    named = findings.withdrawals.named_by(
        one.literal for one in said if one.scope == "document" and one.declarer == "owner"
    )
    return {
        "policy_class_id": interned.policy_class_id,
        "rights_rank": _rank(rights),
        "refused": refused,
        "denies": denies(rights, refused=refused),
        "owns": owns(said),
        "named": named.withdrawal_id if named else None,
        "evidence_ids": sorted({evidence.evidence_id for evidence in everything}),
    }


def _rank(rights: Rights) -> int:
    """Less is better, axis after axis: training at home, copies, training abroad, commercial use, changes."""
    place = 0
    for axis in _RANKED:
        place = len(_RANK) * place + _RANK[rights.axes[axis]]
    return place


def site_evidence_table(found: Iterable[tuple[Evidence, str | None]]) -> pa.Table:
    """Evidence of site files as a table, with ``site_file_digest``."""
    pairs = list(found)
    table = evidence_table([evidence for evidence, _ in pairs])
    return table.append_column("site_file_digest", pa.array([digest for _, digest in pairs], pa.string()))
