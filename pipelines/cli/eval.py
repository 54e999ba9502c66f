"""malmoi eval: how right each room is, on files of labelled data that anyone may bring."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from pipelines.cli.show_report import show_report
from pipelines.errors import ConfigError
from pipelines.evaluate.files import Row, read_as, read_jsonl, read_pages, read_table
from pipelines.evaluate.report import Report, plain
from pipelines.progress import configure_logging

eval_app = typer.Typer(help="Evaluate a room on labelled files: JSON lines (plain, .gz, .zst), TSV, WARC.")

_AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")]


@eval_app.callback(invoke_without_command=True)
def choose(context: typer.Context) -> None:
    """Evaluate a room on labelled files."""
    configure_logging(verbose=False)
    if context.invoked_subcommand is None:
        raise ConfigError(f"which evaluation? One of {', '.join(context.command.commands)}")  # type: ignore[attr-defined]


@eval_app.command()
def extraction(
    *,
    warc: Annotated[Path, typer.Option(help="Pages (WARC).")],
    gold: Annotated[Path, typer.Option(help="JSON lines with url and text, the main text of the page.")],
    labels: Annotated[
        Path | None, typer.Option(help="JSON lines with url and encoding: also says which pages are decoded exactly.")
    ] = None,
    extractor: Annotated[
        list[str] | None,
        typer.Option(
            help="malmoi, trafilatura, trafilatura-fast, resiliparse, justext or readability. Repeatable; without it "
            "the first, second and fourth."
        ),
    ] = None,
    page_seconds: Annotated[float, typer.Option(min=0.1, help="CPU seconds a page may use before it is hung.")] = 20.0,
    scores: Annotated[Path | None, typer.Option(help="File for the scores of each page, JSON lines.")] = None,
    as_json: _AsJson = False,
) -> None:
    """Compare main text with gold texts, for our extractor and others in the same run."""
    from pipelines.evaluate.extraction import ExtractionEvalSettings, evaluate_extraction  # noqa: PLC0415
    from pipelines.evaluate.extractors import DEFAULT  # noqa: PLC0415

    settings = ExtractionEvalSettings(extractors=tuple(extractor or DEFAULT), page_seconds=page_seconds)
    report, rows = evaluate_extraction(
        read_pages(warc),
        read_jsonl(gold, {"url": str, "text": str}),
        read_jsonl(labels, {"url": str}) if labels else None,
        settings,
    )
    if scores:
        scores.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    _print(report, as_json=as_json)


@eval_app.command()
def language(
    *,
    warc: Annotated[Path | None, typer.Option(help="Pages (WARC); needs --labels.")] = None,
    labels: Annotated[Path | None, typer.Option(help="JSON lines with url and label, one for each page.")] = None,
    docs: Annotated[Path | None, typer.Option(help="Sentences: JSON lines with text, label and kind.")] = None,
    as_json: _AsJson = False,
) -> None:
    """Is it Korean? Pages of an archive, single sentences, or both."""
    from pipelines.evaluate import rooms  # noqa: PLC0415

    if (warc is None) != (labels is None):
        raise ConfigError("--warc and --labels belong together: pages without labels cannot be judged")
    if warc is None and docs is None:
        raise ConfigError("give --warc with --labels, or --docs, or all three")
    report: Report = {"evaluation": "language"}
    if warc is not None and labels is not None:
        report["pages"] = rooms.evaluate_language_pages(
            read_pages(warc), read_jsonl(labels, {"url": str, "label": (str, type(None))})
        )
    if docs is not None:
        report["sentences"] = rooms.evaluate_language_sentences(read_jsonl(docs, {"text": str, "label": str}))
    _print(report, as_json=as_json)


@eval_app.command()
def quality(
    *,
    docs: Annotated[Path, typer.Option(help="Documents: JSON lines with text, and label and kind unless --labels.")],
    labels: Annotated[Path | None, typer.Option(help="JSON lines with id (or url), label and kind.")] = None,
    as_json: _AsJson = False,
) -> None:
    """Which good and bad documents the quality filter keeps."""
    from pipelines.evaluate import rooms  # noqa: PLC0415

    fields = {"text": str} if labels else {"text": str, "label": str}
    rows: Iterator[Row] = read_jsonl(docs, fields)
    label_rows = read_jsonl(labels, {"label": str}) if labels else None
    _print(rooms.evaluate_quality(rows, label_rows), as_json=as_json)


@eval_app.command()
def pii(
    *,
    docs: Annotated[
        Path | None,
        typer.Option(help="JSON lines with text and spans (start, end, type, mask); without it the built-in set."),
    ] = None,
    as_json: _AsJson = False,
) -> None:
    """Which personal data is found and masked, and what else is."""
    from pipelines.evaluate import rooms  # noqa: PLC0415
    from pipelines.evaluate.pii import example_of  # noqa: PLC0415

    examples = read_as(docs, {"text": str, "spans": list}, example_of) if docs else None
    _print(rooms.evaluate_pii(examples), as_json=as_json)


@eval_app.command()
def dedup(
    *,
    docs: Annotated[Path, typer.Option(help="Documents: JSON lines with id and text.")],
    pairs: Annotated[
        Path | None,
        typer.Option(
            help="TSV with doc_a, doc_b and jaccard_... columns, every pair at the threshold; without it all pairs are "
            "compared here."
        ),
    ] = None,
    threshold: Annotated[float, typer.Option(min=0.01, max=1.0, help="Least Jaccard index of a near-duplicate.")] = 0.8,
    as_json: _AsJson = False,
) -> None:
    """Compare found pairs of near-duplicates with exact Jaccard indices."""
    from pipelines.evaluate.dedup import evaluate_dedup  # noqa: PLC0415

    listed = read_table(pairs, {"doc_a": str, "doc_b": str, "jaccard_*": float}) if pairs else None
    _print(evaluate_dedup(read_jsonl(docs, {"id": (str, int), "text": str}), listed, threshold), as_json=as_json)


@eval_app.command()
def licences(
    *,
    warc: Annotated[Path, typer.Option(help="Pages (WARC).")],
    labels: Annotated[
        Path,
        typer.Option(
            help="JSON lines with url, and cc_links (licence URLs in the page, separated by semicolons) or licence."
        ),
    ],
    as_json: _AsJson = False,
) -> None:
    """Compare the licence that each page is tagged with with the one that an index names."""
    from pipelines.evaluate.licences import evaluate_licences  # noqa: PLC0415  as above

    _print(evaluate_licences(read_pages(warc), read_jsonl(labels, {"url": str})), as_json=as_json)


def _print(report: Report, *, as_json: bool) -> None:
    values = plain(report)
    if as_json:
        typer.echo(json.dumps({"ok": True, **values}, ensure_ascii=False))
    else:
        show_report(Console(), values)
