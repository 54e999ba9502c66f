"""malmoi decontaminate: which documents hold items of benchmarks."""

import json
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated

import typer

from pipelines.decontamination import BenchmarkFiles, DecontaminationSettings, load_index
from pipelines.decontamination.report import OverlapReport, find_overlaps, read_documents
from pipelines.errors import ConfigError


def decontaminate(
    documents: Annotated[list[Path], typer.Argument(help="Documents: JSON lines (plain, .gz, .zst) or Parquet.")],
    *,
    benchmark: Annotated[
        list[str], typer.Option(help="NAME=PATH of a benchmark's file, folder or pattern. Repeatable.")
    ],
    text_column: Annotated[str, typer.Option(help="Column of the text.")] = "text",
    id_column: Annotated[str, typer.Option(help="Column of the identifier.")] = "id",
    out: Annotated[
        Path | None, typer.Option(help="File for id, benchmark, item and share of every overlap, JSON lines.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout.")] = False,
) -> int:
    """Tell which documents hold items of benchmarks; nothing is changed."""
    index = load_index(DecontaminationSettings(benchmarks=_benchmarks(benchmark)))
    report = OverlapReport()
    with ExitStack() as stack:
        file = stack.enter_context(out.open("w", encoding="utf-8")) if out else None
        for name, overlap in find_overlaps(read_documents(documents, text_column, id_column), index, report):
            row = {"id": name, "benchmark": overlap.benchmark, "item": overlap.item, "share": round(overlap.share, 4)}
            if file:
                file.write(json.dumps(row, ensure_ascii=False) + "\n")
    if as_json:
        typer.echo(json.dumps({"ok": True, **report.to_json(), "unusable": index.unusable}, ensure_ascii=False))
        return 0
    typer.echo(f"{report.contaminated} of {report.documents} documents hold items of benchmarks")
    for name, unusable in index.unusable.items():
        met = sum(key.startswith(f"{name}/") for key in report.items)
        typer.echo(
            f"  {name}: {met} items in {report.by_benchmark[name]} documents; {unusable} items too short to tell"
        )
    return 0


def _benchmarks(named: list[str]) -> tuple[BenchmarkFiles, ...]:
    paths: dict[str, list[str]] = {}
    for option in named:
        name, equals, path = option.partition("=")
        if not equals or not name or not path:
            raise ConfigError(f"--benchmark takes NAME=PATH, not {option}")
        paths.setdefault(name, []).append(path)
    try:
        return tuple(BenchmarkFiles(name=name, paths=tuple(found)) for name, found in paths.items())
    except ValueError as error:
        raise ConfigError(
            f"--benchmark: a name has letters, digits, dots, hyphens and underlines: {', '.join(paths)}"
        ) from error
