"""What a page says about its own use, read from the HTML and headers as served.

The lines that a text cleaner removes as boilerplate are the evidence, so this runs before extraction. Nothing stops
here: a page is judged when the site files of its host are known, which may lie in another split.
"""

import datetime as dt

import pyarrow as pa

from licenses import EVIDENCE_SCHEMA, RightsSettings, evidence_table, page_signals
from pipelines.stages.base import Outcome, divide, values

PAGE_EVIDENCE_SCHEMA = EVIDENCE_SCHEMA.insert(0, pa.field("doc_id", pa.string(), nullable=False))


class RightsStage:
    """Adds rows to ``evidence``; keeps every page."""

    name = "signals"

    def __init__(self, settings: RightsSettings) -> None:
        self._settings = settings

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        rows = zip(*(values(batch, name) for name in _NEEDS), strict=True)
        tables = [self._evidence(*row) for row in rows]
        evidence = pa.concat_tables([PAGE_EVIDENCE_SCHEMA.empty_table(), *tables])
        return divide(self.name, batch, [None] * batch.num_rows, {"evidence": evidence})

    def _evidence(  # noqa: PLR0917  the columns of _NEEDS, in their order
        self,
        doc_id: str,
        url: str,
        headers: list[dict[str, str]] | None,
        html: str,
        fetched_at: dt.datetime | None,
        payload_digest: str,
        http_status: int | None,
    ) -> pa.Table:
        found = page_signals(
            url,
            [(header["name"], header["value"]) for header in headers or []],
            html,
            fetched_at=fetched_at,
            body_sha256=payload_digest,
            http_status=http_status,
            settings=self._settings,
        )
        table = evidence_table(found)
        return table.add_column(
            0, PAGE_EVIDENCE_SCHEMA.field("doc_id"), pa.array([doc_id] * table.num_rows, pa.string())
        )


_NEEDS = ("doc_id", "url", "headers", "html", "fetched_at", "payload_digest", "http_status")
