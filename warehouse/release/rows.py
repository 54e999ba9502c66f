"""The columns of a release, and what a policy class puts into them."""

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from licenses.conditions import Request
from licenses.gate_rules import conditions_of, needed_axes
from licenses.policy import PolicyClass

SOURCE_COLUMNS = (
    "doc_id",
    "url",
    "host",
    "site",
    "title",
    "author",
    "published_at",
    "fetched_at",
    "language",
    "genre",
    "quality_score",
    "n_chars",
    "text",
    "pii",
    "policy_class_id",
    "evidence_ids",
    "run_id",
)
"""What is read of a document to judge and to pack it."""


def _column(name: str, kind: pa.DataType, doc: str, *, required: bool = False) -> "pa.Field[Any]":
    return pa.field(name, kind, nullable=not required, metadata={"doc": doc})


RELEASE_SCHEMA = pa.schema(
    [
        _column("doc_id", pa.string(), "128-bit digest (hex) of canonical URL and payload digest.", required=True),
        _column("url", pa.string(), "URL as captured."),
        _column("site", pa.string(), "Registrable domain of the host."),
        _column("title", pa.string(), "Title of the page."),
        _column("author", pa.string(), "Author as the page names it."),
        _column("published_at", pa.string(), "Day of publication as the page states it (ISO 8601)."),
        _column("fetched_at", pa.timestamp("us", tz="UTC"), "When the page was fetched."),
        _column("language", pa.string(), "ko, or ko-mixed for a Korean part."),
        _column("genre", pa.string(), "Kind of text."),
        _column("quality_score", pa.float64(), "Probability that the document is good, 0 to 1."),
        _column("n_chars", pa.int64(), "Code points of the text."),
        _column("text", pa.large_string(), "Main text, personal data masked.", required=True),
        _column("licence", pa.string(), "SPDX id or LicenseRef of the licence."),
        _column("policy_class_id", pa.string(), "Rights: a row of classes.parquet.", required=True),
        _column("conditions", pa.list_(pa.string()), "What use is bound to, sorted."),
        _column("contract_ids", pa.list_(pa.string()), "Signed permissions that the rights rest on."),
        _column("evidence_ids", pa.list_(pa.string()), "Evidence that the rights rest on."),
        _column("synthetic", pa.bool_(), "Whether Malmoi wrote the row as a canary; leave it out.", required=True),
    ]
)
"""Columns of the shards."""

TEXT_COLUMNS = frozenset({"text", "title", "author", "url"})
"""Columns that get an encryption key of their own."""

_TERMS = pa.struct([("licence", pa.string()), ("conditions", pa.list_(pa.string()))])


class Terms:
    """Licence and conditions of each class, for one request."""

    def __init__(self, classes: Iterable[PolicyClass], request: Request) -> None:
        found = {
            one.policy_class_id: {
                "licence": one.rights.licence,
                "conditions": sorted(conditions_of(one.rights, needed_axes(one.rights, request))),
            }
            for one in classes
        }
        self._ids = pa.array(list(found), pa.string())
        self._terms = pa.array(list(found.values()), _TERMS)

    def columns(self, class_ids: "pa.Array[Any]") -> dict[str, "pa.Array[Any]"]:
        """The columns ``licence`` and ``conditions`` of documents."""
        taken: Any = self._terms.take(pc.index_in(class_ids, value_set=self._ids))
        return {"licence": taken.field("licence"), "conditions": taken.field("conditions")}
