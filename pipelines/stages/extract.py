"""Pages to articles, through the sandbox."""

from typing import Any

import pyarrow as pa

from filters import nfc
from pipelines.extract import Article, ExtractSettings, Failure, Sandbox
from pipelines.stages.base import Outcome, Verdict, divide, values, with_columns


class ExtractStage:
    """Replaces ``html`` by ``text``, ``title``, ``author`` and ``published_at``."""

    name = "extract"

    def __init__(self, settings: ExtractSettings, sandbox: Sandbox) -> None:
        self._settings = settings
        self._sandbox = sandbox

    def __call__(self, batch: pa.RecordBatch) -> Outcome:
        """See ``Stage``."""
        pages = zip(*(values(batch, name) for name in ("html", "url", "fetched_at", "plain")), strict=True)
        results = [
            Article(nfc(html).strip(), None, None, None, "plain")
            if plain
            else self._sandbox.extract(html, url, fetched_at.date() if fetched_at else None)
            for html, url, fetched_at, plain in pages
        ]
        articles = [result if isinstance(result, Article) else None for result in results]
        columns: dict[str, pa.Array[Any]] = {
            "text": pa.array([article.text if article else None for article in articles], pa.large_string())
        }
        for name in ("title", "author", "published_at", "extractor"):
            columns[name] = pa.array([getattr(article, name) if article else None for article in articles], pa.string())
        extracted = with_columns(batch.drop_columns(["html"]), columns)
        return divide(self.name, extracted, [self._judge(result) for result in results])

    def _judge(self, result: Article | Failure) -> Verdict | None:
        if isinstance(result, Failure):
            return Verdict(result.reason, error=result.detail)
        if len(result.text) < self._settings.min_characters:
            return Verdict("no_main_text", score=float(len(result.text)))
        return None
