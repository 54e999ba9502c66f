"""Main text of pages against texts that people wrote.

Every extractor gets the same pages as our own charset reader decoded them. Scores are means over pages, so that long
pages count no more than short ones; means over sites keep a site of many pages from deciding alone.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from statistics import median
from typing import Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field

from pipelines.errors import ConfigError
from pipelines.evaluate.contest import Found, Task, run_contest
from pipelines.evaluate.decoding import decode_exactness, decode_page
from pipelines.evaluate.extractors import DEFAULT, EXTRACTORS
from pipelines.evaluate.files import Page, Row
from pipelines.evaluate.overlap import MEASURES, Features, Overlap, compare, features, mean
from pipelines.evaluate.report import Report

_REFERENCE = "trafilatura"
_POOR = 0.5
_NOTHING = features("")


class ExtractionEvalSettings(BaseModel):
    """What is compared, and how long a page may take."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    extractors: tuple[str, ...] = Field(
        default=DEFAULT, min_length=1, description="Names of the extractors to compare."
    )
    page_seconds: float = Field(
        default=20.0, gt=0, description="CPU seconds one page may use before it counts as hung with an empty text."
    )


def evaluate_extraction(
    pages: Iterable[Page],
    gold: Iterable[Row],
    labels: Iterable[Row] | None = None,
    settings: ExtractionEvalSettings | None = None,
) -> tuple[Report, list[Row]]:
    """Compare extractors on the pages that have a gold text.

    Args:
        pages: Pages of an archive; of several with one address the first counts.
        gold: Rows with `url` and `text`; of several with one address the first counts.
        labels: Rows with `url` and the true `encoding`, for the exactness of decoding.
        settings: What is compared.

    Returns:
        The report, and one row per page and extractor with its three F1 scores.

    Raises:
        ConfigError: An extractor's name is unknown.
    """
    settings = settings or ExtractionEvalSettings()
    unknown = [name for name in settings.extractors if name not in EXTRACTORS]
    if unknown:
        raise ConfigError(f"no extractor {', '.join(unknown)}; there are {', '.join(EXTRACTORS)}")
    gold_rows, label_rows = list(gold), list(labels or ())
    texts = _first(gold_rows, "text")
    by_url = {str(row["url"]): row for row in label_rows}
    repeated = 0
    seen: set[str] = set()
    labelled: list[Page] = []
    chosen: list[Page] = []
    for page in pages:
        if page.url in seen:
            repeated += 1
            continue
        seen.add(page.url)
        if page.url in by_url:
            labelled.append(page)
        if page.url in texts:
            chosen.append(page)

    tasks = [Task(decode_page(page), page.url, page.fetched_on) for page in chosen]
    golds = [features(texts[page.url]) for page in chosen]
    installed = [name for name in settings.extractors if EXTRACTORS[name].version() is not None]
    found = run_contest(installed, tasks, settings.page_seconds)
    scores = {name: [compare(_features(one), g) for one, g in zip(found[name], golds, strict=True)] for name in found}
    sites = [urlsplit(page.url).netloc for page in chosen]
    report: Report = {
        "evaluation": "extraction",
        "n": len(chosen),
        "sites": len(set(sites)),
        "unmatched": {
            "gold_without_page": len(texts.keys() - seen),
            "repeated_gold": len(gold_rows) - len(texts),
            "pages_without_gold": len(seen) - len(chosen),
            "repeated_pages": repeated,
            **({"labels_without_page": len(by_url.keys() - seen)} if labels is not None else {}),
        },
        "extractors": {name: _summary(found[name], scores[name], sites) for name in installed},
        "versions": {name: EXTRACTORS[name].version() for name in installed},
        "detail": {name: _detail(scores[name]) for name in installed},
        "not_run": {
            name: f"{EXTRACTORS[name].package} is not installed"
            for name in settings.extractors
            if name not in installed
        },
    }
    _add_ratios(report["extractors"])
    if labels is not None:
        report["decoding"] = decode_exactness(labelled, by_url) or {"n": 0}
    return report, list(_page_rows(chosen, found, scores))


def _first(rows: Sequence[Row], field: str) -> dict[str, str]:
    first: dict[str, str] = {}
    for row in rows:
        first.setdefault(str(row["url"]), str(row[field]))
    return first


def _features(found: Found) -> Features:
    return features(found.text) if found.text else _NOTHING


def _summary(found: Sequence[Found], scores: Sequence[tuple[Overlap, ...]], sites: Sequence[str]) -> Row:
    columns = {name: [score[i].f1 for score in scores] for i, name in enumerate(MEASURES)}
    seconds = sum(one.cpu_s for one in found)
    return {
        **{name: mean(values) for name, values in columns.items()},
        **{f"{name}_by_site": _mean_over_sites(values, sites) for name, values in columns.items() if name != "char5"},
        "below_half": mean([float(value < _POOR) for value in columns["eojeol"]]),
        "empty": sum(not one.text.strip() for one in found),
        "hung": sum(one.outcome == "hung" for one in found),
        "failed": sum(one.outcome == "failed" for one in found),
        "pages_per_cpu_s": len(found) / seconds if seconds else None,
    }


def _detail(scores: Sequence[tuple[Overlap, ...]]) -> Row:
    detail: dict[str, Any] = {}
    for i, name in enumerate(MEASURES):
        detail[f"{name}_precision"] = mean([score[i].precision for score in scores])
        detail[f"{name}_recall"] = mean([score[i].recall for score in scores])
        detail[f"{name}_median"] = median(score[i].f1 for score in scores) if scores else None
    return detail


def _mean_over_sites(values: Sequence[float], sites: Sequence[str]) -> float | None:
    by_site: defaultdict[str, list[float]] = defaultdict(list)
    for site, value in zip(sites, values, strict=True):
        by_site[site].append(value)
    return mean([sum(some) / len(some) for some in by_site.values()])


def _add_ratios(extractors: Mapping[str, Row]) -> None:
    reference = (extractors.get(_REFERENCE) or {}).get("pages_per_cpu_s")
    for row in extractors.values():
        speed = row["pages_per_cpu_s"]
        row["speed_ratio"] = speed / reference if speed and reference else None


def _page_rows(
    pages: Sequence[Page], found: Mapping[str, Sequence[Found]], scores: Mapping[str, Sequence[tuple[Overlap, ...]]]
) -> Iterable[Row]:
    for name, results in found.items():
        for page, result, score in zip(pages, results, scores[name], strict=True):
            values = {measure: round(one.f1, 4) for measure, one in zip(MEASURES, score, strict=True)}
            yield {"extractor": name, "url": page.url, "outcome": result.outcome, **values}
