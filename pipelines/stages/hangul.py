"""Can these bytes hold Korean at all? The cheap test that saves most of a crawl from being parsed."""

import pyarrow as pa

from filters import HangulSettings, judge_bytes
from pipelines.stages.base import Outcome, Verdict, divide, values


class HangulStage:
    """Drops captures whose bytes hold too little Hangul in any encoding."""

    name = "hangul"

    def __init__(self, settings: HangulSettings) -> None:
        self._settings = settings

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        findings = [judge_bytes(body, self._settings) for body in values(batch, "body")]
        verdicts = [None if found.keep else Verdict(str(found.reason), found.score) for found in findings]
        return divide(self.name, batch, verdicts)
