"""malmoi quality train."""

import hashlib
import json
from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from pipelines.cli.show_report import show_report
from pipelines.errors import BadInputError
from pipelines.evaluate.files import read_jsonl
from pipelines.evaluate.report import plain
from pipelines.progress import configure_logging

quality_app = typer.Typer(help="Train the model of the quality filter.", no_args_is_help=True)


class SplitBy(StrEnum):
    """What is held out as a whole."""

    SOURCE = "source"
    KIND = "kind"
    HASH = "hash"


@quality_app.callback()
def quality() -> None:
    """Train the model of the quality filter."""


@quality_app.command()
def train(
    *,
    docs: Annotated[
        list[Path],
        typer.Option(help="JSON lines with text, label (good or bad), kind and source. Repeatable; .gz and .zst too."),
    ],
    out: Annotated[Path, typer.Option(help="File of the model; its card is the same name with .json.")],
    held_out: Annotated[float, typer.Option(min=0.0, max=0.9, help="Share of the documents to measure on.")] = 0.2,
    split_by: Annotated[SplitBy, typer.Option(help="Held out are whole sources, whole kinds, or documents.")] = (
        SplitBy.SOURCE
    ),
    leave_one_out: Annotated[
        bool, typer.Option("--leave-one-out", help="Also leave out every kind in turn; takes a while.")
    ] = False,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the choice and order of documents.")] = 0,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> None:
    """Train on labelled documents: figures on held-out ones first, then a model of all of them, and its card."""
    from filters.quality import labelled  # noqa: PLC0415  fastText and its like only when asked for
    from filters.quality import train as training  # noqa: PLC0415

    configure_logging(verbose=False)
    documents = [
        labelled.Labelled(row["text"], row["label"] == "good", str(row.get("kind", "")), str(row.get("source", path)))
        for path in docs
        for row in read_jsonl(path, {"text": str, "label": str})
        if row["label"] in {"good", "bad"}
    ]
    if len({document.good for document in documents}) < len(("good", "bad")):
        raise BadInputError(f"{', '.join(map(str, docs))}: training needs documents labelled good and others bad")
    settings = labelled.TrainSettings(seed=seed)
    signals = training.signals_of(documents)
    about: dict[str, Any] = {"data": {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in docs}}
    held = labelled.split(documents, split_by.value, held_out)
    if held.any():
        about["held_out"] = {
            "by": split_by.value,
            **asdict(training.evaluate_held_out(documents, signals, held, settings)),
        }
    if leave_one_out:
        about["leave_one_kind_out"] = training.leave_one_out(documents, signals, settings)
    card = training.train(documents, signals, settings, out, plain(about))
    report = {"evaluation": "quality model", "model": str(out), "sha256": card["sha256"], **plain(about)}
    if as_json:
        typer.echo(json.dumps({"ok": True, **report}, ensure_ascii=False))
    else:
        show_report(Console(), report)
