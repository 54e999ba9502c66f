"""Deduplication of files, from inputs to an output folder that appears whole or not at all."""

import json
import os
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

from dedup import DedupSettings, expect
from pipelines.copies import decide, find_copies
from pipelines.copies.flat import FlatFile
from pipelines.deduplicate.corpus import Corpus
from pipelines.deduplicate.keep import Order
from pipelines.deduplicate.parts import find_inputs, open_parts
from pipelines.deduplicate.report import Report, make_report
from pipelines.deduplicate.write import Rejects, Writer
from pipelines.errors import BadInputError, ConfigError

_ID_BYTES = 16


def deduplicate(
    inputs: Sequence[str],
    out: Path,
    *,
    id_column: str = "id",
    text_column: str = "text",
    order: Order | None = None,
    settings: DedupSettings | None = None,
    workers: int = 1,
) -> Report:
    """Deduplicate documents.

    Args:
        inputs: Files (``.jsonl``, ``.ndjson``, plain or with ``.gz`` or ``.zst``, and ``.parquet``), folders, patterns.
        out: A folder that is not there yet. It gets ``kept-*.parquet`` (the documents that are kept, with all their
            columns, ``cluster_id`` and ``cluster_size``), ``duplicates.parquet``, ``rejected.jsonl`` and
            ``report.json``. Beside it lies, while this runs, a folder of what is laid aside.
        id_column: Column of the names of documents.
        text_column: Column of their texts.
        order: Which of two copies is kept; the longer one where this is left out.
        settings: What a near-duplicate is, and how much memory may be taken.
        workers: Threads.

    Returns:
        What ``report.json`` holds.

    Raises:
        ConfigError: An input cannot be read, a column is missing, the output is there already, or the memory is too
            little.
    """
    settings, order = settings or DedupSettings(), order or Order.parse("length")
    if out.exists():
        raise ConfigError(f"{out} is there already: name a new folder")
    files = find_inputs(inputs)
    out.parent.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=f".{out.name}-", dir=out.parent))
    try:
        made, scratch = folder / "out", folder / "scratch"
        made.mkdir()
        scratch.mkdir()
        report = _into(
            made, scratch, files, columns=(id_column, text_column), order=order, settings=settings, workers=workers
        )
        _flush(made)
        made.rename(out)
    finally:
        shutil.rmtree(folder)
    return report


def _into(
    made: Path,
    scratch: Path,
    files: Sequence[Path],
    *,
    columns: tuple[str, str],
    order: Order,
    settings: DedupSettings,
    workers: int,
) -> Report:
    rejects = Rejects(made / "rejected.jsonl")
    try:
        parts = open_parts(files, columns, scratch, lambda path, line: rejects.add(str(path), "broken_line", line=line))
        if not parts:
            raise BadInputError(f"{', '.join(map(str, files))}: no document in them")
        with FlatFile(scratch / "id-digests", _ID_BYTES) as ids:
            corpus = Corpus(parts, *columns, order, settings, threads=workers, ids=ids)
            order.check(corpus.schema)
            expect(sum(part.size for part in parts))
            corpus.check_ids(scratch)
            copies = find_copies(corpus, settings, scratch / "search", threads=workers)
            decisions = decide(copies, copies.orders_of, settings)
            writer = Writer(corpus, decisions, made, rejects)
            names = writer.write()
    finally:
        rejects.close()
    report = make_report(corpus, decisions, names, copies.facts, settings, writer=writer, rejects=rejects)
    (made / "report.json").write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n", "utf-8")
    return report


def _flush(folder: Path) -> None:
    """Make the disk remember the files of a folder."""
    for path in (*folder.iterdir(), folder):
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
