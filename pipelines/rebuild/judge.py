"""Every document of a run: its class as the present rules have it.

Site files are kept as served and are read by the present parsers; evidence of pages is read from its literal. Documents
whose evidence says the same share one resolution.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

import pyarrow as pa
import pyarrow.parquet as pq

from licenses import Axis, Evidence, PolicyClass, RightsSettings, policy_class, resolve
from licenses.axes import DENIALS
from pipelines.group.site_files import SiteFiles, origin_of
from pipelines.rebuild.reread import Reader
from pipelines.rebuild.store import Part, RunStore, page_evidence

_CHANGE_FIELDS: "list[pa.Field[Any]]" = [
    pa.field("doc_id", pa.string(), nullable=False),
    pa.field("run_id", pa.string(), nullable=False),
    pa.field("before", pa.string(), nullable=False),
    pa.field("after", pa.string(), nullable=False),
    pa.field("evidence_ids", pa.list_(pa.string()), nullable=False),
]
CHANGE_SCHEMA = pa.schema(_CHANGE_FIELDS)
"""A document whose row changes: its class ``before`` and ``after`` (equal where only evidence is named anew)."""

NewEvidence: TypeAlias = tuple[Evidence, str | None, str | None]
"""Evidence that is not stored yet, with the document or the site file that bears it."""


@dataclass(slots=True)
class Judged:
    """What judging a part comes to."""

    documents: int = 0
    without_evidence: int = 0
    """Documents some of whose evidence is not stored: they stay as they are."""
    not_revived: int = 0
    """Documents whose fetch was denied and would not be now: they stay denied until they are fetched anew."""
    changes: list[dict[str, Any]] = field(default_factory=list)
    evidence: list[NewEvidence] = field(default_factory=list)
    classes: dict[str, PolicyClass] = field(default_factory=dict)


class RunJudge:
    """Judges the documents of one run.

    Args:
        store: The run.
        run_id: Its id.
        settings: Its rights settings.
        classes: The classes that are stored, by id.
    """

    def __init__(
        self, store: RunStore, run_id: str, settings: RightsSettings, classes: Mapping[str, PolicyClass]
    ) -> None:
        self._run_id = run_id
        self._store = store
        self._reader = Reader(settings)
        self._classes = classes
        files = store.site_files()
        self._site_files = SiteFiles([files], settings)
        self._of_sites = store.site_evidence()
        self._written = set(self._of_sites)
        self._digests = set(pq.read_table(files, columns=["digest"])["digest"].to_pylist())
        self._resolved: dict[tuple[Any, ...], PolicyClass] = {}

    def judge(self) -> Iterator[Judged]:
        """Judge part after part."""
        for part in self._store.parts():
            yield self._judge_part(part)

    def _judge_part(self, part: Part) -> Judged:
        said = page_evidence(part)
        rows = part.documents.to_dicts()
        self._site_files.load([origin_of(row["url"]) for row in rows])
        judged = Judged(documents=len(rows))
        for row in rows:
            self._judge(row, said.get(row["doc_id"], {}), judged)
        return judged

    def _judge(self, row: Mapping[str, Any], stored: Mapping[str, Evidence], judged: Judged) -> None:
        ids = row["evidence_ids"] or []
        if any(one not in stored and one not in self._of_sites for one in ids):
            judged.without_evidence += 1
            return
        of_page = [self._reader.reread(stored[one]) for one in ids if one in stored]
        of_site = self._of_site(row["url"], row["fetched_at"], of_page, ids)
        everything = [*of_page, *(evidence for evidence, _ in of_site)]
        fresh = self._class_of(everything)
        before = self._classes.get(row["policy_class_id"])
        if before and before.rights.axes[Axis.CRAWL] in DENIALS and fresh.rights.axes[Axis.CRAWL] not in DENIALS:
            judged.not_revived += 1
            return
        named = sorted({one.evidence_id for one in everything})
        if fresh.policy_class_id == row["policy_class_id"] and named == sorted(set(ids)):
            return
        change = (row["doc_id"], self._run_id, row["policy_class_id"], fresh.policy_class_id, named)
        judged.changes.append(dict(zip(CHANGE_SCHEMA.names, change, strict=True)))
        judged.classes[fresh.policy_class_id] = fresh
        judged.evidence += [(one, row["doc_id"], None) for one in of_page if one.evidence_id not in stored]
        for evidence, digest in of_site:
            if evidence.evidence_id not in self._written:
                self._written.add(evidence.evidence_id)
                judged.evidence.append((evidence, None, digest))

    def _of_site(
        self, url: str, fetched_at: dt.datetime | None, of_page: Sequence[Evidence], ids: Sequence[str]
    ) -> list[tuple[Evidence, str | None]]:
        """What site files say by the present rules, with what page and site refer to.

        What files said that are no longer stored stays said.
        """
        stored = [self._of_sites[one] for one in ids if one in self._of_sites]
        lost = [(evidence, digest) for evidence, digest in stored if digest and digest not in self._digests]
        found: list[tuple[Evidence, str | None]] = [*self._site_files.signals(url, fetched_at), *lost]
        everything = [*of_page, *(evidence for evidence, _ in found)]
        followed = self._site_files.follow(everything, url, fetched_at)
        return [*found, *((one, one.body_sha256 if one.source_url != url else None) for one in followed)]

    def _class_of(self, evidence: Sequence[Evidence]) -> PolicyClass:
        """The class of evidence, resolved once for all evidence that says the same."""
        key = tuple(sorted({_said(one) for one in evidence}))
        found = self._resolved.get(key)
        if found is None:
            found = self._resolved[key] = policy_class(resolve(evidence))
        return found


def _said(one: Evidence) -> tuple[Any, ...]:
    """All of a piece of evidence but where and when it was found."""
    return (
        one.signal,
        one.scope,
        one.rule_id,
        one.axes,
        one.conditions,
        one.licence or "",
        one.confidence,
        one.declarer,
    )
