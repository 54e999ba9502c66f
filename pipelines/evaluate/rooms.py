"""Labelled rows joined, and given to the evaluations of language, quality and personal data."""

from collections.abc import Iterable
from typing import Any

from filters import visible_text
from pipelines.evaluate import pii
from pipelines.evaluate.decoding import decode_page
from pipelines.evaluate.files import Page, Row
from pipelines.evaluate.pii_set import Example, Split, labelled_set
from pipelines.evaluate.report import Report, plain

SEED = 1
"""Seed of the built-in texts with personal data."""
SPLITS: tuple[Split, ...] = ("development", "held_out")

_KEYS = ("id", "url")
_NO_LABEL = "none"


def evaluate_language_pages(pages: Iterable[Page], labels: Iterable[Row]) -> Report:
    """Judge the visible text of the pages that have a label; of rows with one address the first counts.

    Args:
        pages: Pages of an archive.
        labels: Rows with `url` and `label`; a label of None counts as "none".
    """
    from pipelines.evaluate.language import evaluate_pages  # noqa: PLC0415  no command pays for another room's models

    label_rows = list(labels)
    by_url = {str(row["url"]): str(row["label"] or _NO_LABEL) for row in reversed(label_rows)}
    texts: list[str] = []
    found: list[str] = []
    seen: set[str] = set()
    without = repeated = 0
    for page in pages:
        label = by_url.get(page.url)
        if label is None or page.url in seen:
            without += label is None
            repeated += label is not None
            continue
        seen.add(page.url)
        texts.append(visible_text(decode_page(page)))
        found.append(label)
    report = plain(evaluate_pages(texts, found))
    return {
        **_named(report),
        "unmatched": {
            "labels_without_page": len(by_url.keys() - seen),
            "repeated_labels": len(label_rows) - len(by_url),
            "pages_without_label": without,
            "repeated_pages": repeated,
        },
    }


def evaluate_language_sentences(rows: Iterable[Row]) -> Report:
    """Judge sentences; rows with `text`, `label` and `kind`, which is empty where it is missing."""
    from pipelines.evaluate.language import evaluate_sentences  # noqa: PLC0415  as above

    return _named(plain(evaluate_sentences([{**row, "kind": str(row.get("kind") or "")} for row in rows])))


def evaluate_quality(docs: Iterable[Row], labels: Iterable[Row] | None = None) -> Report:
    """Judge documents; rows with `text`, `label` and `kind`.

    Args:
        docs: The documents; label and kind may come from `labels`.
        labels: Rows with `label`, joined by `id` where both sides have one, else by `url`.
    """
    from pipelines.evaluate.quality import evaluate  # noqa: PLC0415  as above

    unmatched: dict[str, int] = {}
    rows = list(docs)
    if labels is not None:
        label_rows = list(labels)
        by_key = {(key, str(row[key])): row for row in label_rows for key in _KEYS if key in row}
        used: set[int] = set()
        joined: list[Row] = []
        for row in rows:
            match = next((by_key[key, str(row[key])] for key in _KEYS if (key, str(row.get(key))) in by_key), None)
            if match is not None:
                used.add(id(match))
                joined.append({**row, "label": match["label"], "kind": match.get("kind", row.get("kind"))})
        unmatched = {
            "documents_without_label": len(rows) - len(joined),
            "labels_without_document": sum(id(row) not in used for row in label_rows),
        }
        rows = joined
    report = plain(evaluate([{**row, "kind": str(row.get("kind") or "")} for row in rows]))
    return {"evaluation": "quality", **_named(report), "unmatched": unmatched}


def evaluate_pii(examples: Iterable[Example] | None = None) -> Report:
    """Find and mask personal data in labelled texts, the built-in ones when none are given.

    Args:
        examples: Labelled texts; `pii.example_of` makes them of rows.
    """
    given = None if examples is None else list(examples)
    sets = {"given": given} if given is not None else {name: labelled_set(SEED, name) for name in SPLITS}
    return {
        "evaluation": "pii",
        **{name: {**plain(pii.evaluate(some)), "masking": pii.masking(some)} for name, some in sets.items()},
    }


def _named(report: Any) -> Report:
    """A report is an object; anything else becomes its only member."""
    return report if isinstance(report, dict) else {"result": report}
