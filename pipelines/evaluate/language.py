"""Is it Korean? The language filter against labels of pages and of sentences."""

import time
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from filters import LanguageFilter, LanguageSettings
from filters.language.settings import KOREAN, KOREAN_MIXED

SOME_KOREAN = "nonko-with-ko"
NOT_SCORED = (KOREAN_MIXED, SOME_KOREAN, "thin", "okm", "jje")
"""Labels that are reported and not scored: texts that hold both by definition, pages of a few letters, and Middle
Korean and Jeju, which are Korean of a kind."""


def evaluate_pages(
    texts: Sequence[str], labels: Sequence[str], settings: LanguageSettings | None = None
) -> dict[str, Any]:
    """Score the language of whole pages; a page counts as found where it is ``ko``, mainly Korean.

    Args:
        texts: Visible text of each page.
        labels: ``ko`` or another of each; those of ``NOT_SCORED`` are reported and not scored.
        settings: Of the filter.

    Returns:
        ``precision``, ``recall`` and ``f1`` (0..1), pages a CPU second, and a table of what was found by label.
        ``f1_strict`` counts foreign pages that hold some Korean as negatives. Such labels are counts of letters, and
        Hangul written in character references is easily left out of them.
    """
    report = _evaluate(texts, labels, labels, settings or LanguageSettings())
    some = report["groups"].get(SOME_KOREAN, {"texts": 0, "ko": 0.0})
    wrong = report["wrong"] + round(some["texts"] * some["ko"])
    strict = _ratio(2 * report["right"], 2 * report["right"] + wrong + report["missed"])
    return {"evaluation": "language of pages", "f1_strict": strict, **report}


def evaluate_sentences(rows: Iterable[Mapping[str, Any]], settings: LanguageSettings | None = None) -> dict[str, Any]:
    """Score the language of sentences; one counts as found where it is ``ko`` or ``ko-mixed``, which is Korean too.

    Args:
        rows: Rows with ``text``, ``label`` and ``kind``.
        settings: Of the filter; by default those for single sentences.

    Returns:
        As `evaluate_pages`; the table is by label and kind.
    """
    rows = list(rows)
    labels = [str(row["label"]) for row in rows]
    kinds = [f"{row['label']} / {row['kind']}" if row.get("kind") else str(row["label"]) for row in rows]
    found = _evaluate(
        [str(row["text"]) for row in rows], labels, kinds, settings or LanguageSettings(min_syllables=1), mixed=True
    )
    return {"evaluation": "language of sentences", **found}


def _evaluate(
    texts: Sequence[str],
    labels: Sequence[str],
    groups: Sequence[str],
    settings: LanguageSettings,
    *,
    mixed: bool = False,
) -> dict[str, Any]:
    language = LanguageFilter(settings)
    language.identify(texts)  # reads the data files and the model, which is not what is measured
    start = time.process_time()
    identities = language.identify(texts)
    seconds = time.process_time() - start
    names = [str(name) for name in identities.column("language").to_pylist()]
    found = [name == KOREAN or (mixed and name == KOREAN_MIXED) for name in names]
    scored = [(label == KOREAN, hit) for label, hit in zip(labels, found, strict=True) if label not in NOT_SCORED]
    right = sum(korean and hit for korean, hit in scored)
    wrong = sum(hit and not korean for korean, hit in scored)
    missed = sum(korean and not hit for korean, hit in scored)
    return {
        "texts": len(texts),
        "scored": len(scored),
        "precision": _ratio(right, right + wrong),
        "recall": _ratio(right, right + missed),
        "f1": _ratio(2 * right, 2 * right + wrong + missed),
        "right": right,
        "wrong": wrong,
        "missed": missed,
        "per_cpu_s": round(len(texts) / seconds) if seconds else None,
        "groups": _table(groups, names),
    }


def _table(groups: Sequence[str], names: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Texts of each group, the share that was called Korean, and the languages named, most frequent first."""
    by_group: dict[str, Counter[str]] = defaultdict(Counter)
    for group, name in zip(groups, names, strict=True):
        by_group[group][name] += 1
    return {
        group: {
            "texts": counts.total(),
            "ko": counts[KOREAN] / counts.total(),
            "ko_mixed": counts[KOREAN_MIXED] / counts.total(),
            "named": ", ".join(f"{name} {count}" for name, count in counts.most_common(3)),
        }
        for group, counts in sorted(by_group.items())
    }


def _ratio(part: int, whole: int) -> float:
    """0..1; NaN of nothing."""
    return part / whole if whole else float("nan")
