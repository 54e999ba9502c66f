"""malmoi dedup: files of documents without their copies."""

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import typer
from pydantic import ByteSize, ValidationError

from dedup import DedupSettings
from pipelines.deduplicate import Order, deduplicate
from pipelines.deduplicate.report import Report
from pipelines.errors import BadInputError, ConfigError
from pipelines.lean import NoPandas

_DEFAULTS = DedupSettings()


def dedup(
    inputs: Annotated[
        list[str], typer.Argument(help="Files (.jsonl, .ndjson, each also .gz or .zst; .parquet), folders, patterns.")
    ],
    *,
    out: Annotated[Path, typer.Option(help="Folder to make: kept documents, duplicates, rejected rows, report.")],
    text_column: Annotated[str, typer.Option(help="Column of the texts.")] = "text",
    id_column: Annotated[str, typer.Option(help="Column of the ids.")] = "id",
    threshold: Annotated[
        float, typer.Option(help="Least Jaccard index of near-duplicates, on runs of five letters without spaces.")
    ] = _DEFAULTS.threshold,
    memory: Annotated[str, typer.Option(help="What the process may take, as in 2GiB; more is spilled.")] = "2GiB",
    workers: Annotated[int, typer.Option(min=0, help="Threads; 0 takes one for each core. Changes no row.")] = 0,
    keep: Annotated[
        str, typer.Option(help="The better copy: length, first, COLUMN:asc, COLUMN:desc; several with commas.")
    ] = "length",
    as_json: Annotated[bool, typer.Option("--json", help="Print the report as one JSON object on stdout.")] = False,
) -> None:
    """Drop exact and near copies from files of documents; every one that goes is named with its partner."""
    try:
        with NoPandas():
            report = deduplicate(
                inputs,
                out,
                id_column=id_column,
                text_column=text_column,
                order=Order.parse(keep),
                settings=_settings(threshold, memory),
                workers=workers or len(os.sched_getaffinity(0)),
            )
    except (pa.ArrowException, UnicodeDecodeError) as error:
        raise BadInputError(f"columns of the inputs do not fit together, or hold what is no text: {error}") from error
    except OSError as error:
        raise ConfigError(f"cannot read the inputs or write {out}: {error}") from error
    if as_json:
        typer.echo(json.dumps({"ok": True, "out": str(out), **report}, ensure_ascii=False))
    else:
        typer.echo(_told(report, out))


def _settings(threshold: float, memory: str) -> DedupSettings:
    try:
        return DedupSettings.model_validate({"threshold": threshold, "memory": memory})
    except ValidationError as error:
        problems = (_problem(str(one["loc"][0]), one.get("ctx", {}), one["msg"]) for one in error.errors())
        raise ConfigError("; ".join(problems)) from error


def _problem(name: str, context: Mapping[str, Any], message: str) -> str:
    least = context.get("ge")
    if name == "memory" and least is not None:
        return f"--memory: what the process itself takes needs {ByteSize(least).human_readable()} at least"
    return f"--{name}: {message}"


def _told(report: Report, out: Path) -> str:
    counts = report["counts"]
    lines = [
        f"{counts['read']:,} rows read, {counts['kept']:,} documents kept in {out}",
        f"{counts['exact_duplicate']:,} exact and {counts['near_duplicate']:,} near copies dropped: duplicates.parquet",
    ]
    if counts["rejected"]:
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in report["rejected"].items())
        lines.append(f"{counts['rejected']:,} rows rejected ({reasons}): rejected.jsonl")
    lines += [f"largest cluster: {one['size']:,} documents, kept as {one['cluster_id']}" for one in
              report["largest_clusters"][:1]]  # fmt: skip
    lines += [f"alarm: {json.dumps(one, ensure_ascii=False)}" for one in report["alarms"]]
    return "\n".join(lines)
