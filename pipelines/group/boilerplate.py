"""Lines that the pages of a host share leave the texts, between the map phase and the choice of documents.

Three passes over the parts. The first asks which documents tell of a template, from their sketches; the second counts
the lines of those; the third rewrites the documents of the parts in which lines go. What is counted lies in files of
bounded size, by what it is counted for. What goes follows from the documents, not from how they are cut into parts.
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from dedup import BoilerplateSettings, DedupSettings, sketch
from dedup.lines import VALUES, lines_of, shared_lines, values_of, without_lines, witnesses

_DOCUMENTS = "documents.parquet"
_BATCH = 512
_GROUP = ("host", "site", "fetched_at")
_LINE = np.dtype([("key", "<u8"), ("group", "<u8"), ("digest", "<u8"), ("later", "?"), ("long", "?")])
_DOCUMENT = np.dtype([("group", "<u8"), ("digest", "<u8"), ("row", "<i8"), *((name, "<u4") for name in VALUES)])
# A vote is as large as the shortest line, and Polars holds some copies of what it counts.
_SPREAD = 8
_MOST_FILES = 256


def strip_boilerplate(
    parts: Sequence[Path], settings: BoilerplateSettings, dedup: DedupSettings, scratch: Path
) -> list[Path]:
    """Take shared lines out of the documents of a run.

    Args:
        parts: Part folders, in order.
        settings: What goes.
        dedup: How texts are sketched, and how much memory there is.
        scratch: Folder for what is written; what is in it is removed.

    Returns:
        The parts, in order; where texts changed, a folder in ``scratch`` in place of the part: its documents with new
        texts, ``n_chars``, sketches and ``boilerplate_lines``, and its other tables. A text of nothing else is empty.
    """
    shutil.rmtree(scratch, ignore_errors=True)
    if not settings.enabled:
        return list(parts)
    files = [part / _DOCUMENTS for part in parts]
    shared = _count(files, settings, scratch / "votes", int(dedup.memory))
    if shared.is_empty():
        return list(parts)
    return [_strip(part, shared, settings, dedup, scratch / part.name) for part in parts]


def _count(files: Sequence[Path], settings: BoilerplateSettings, folder: Path, memory: int) -> pl.DataFrame:
    """Keys of the lines that go (``shared_lines``)."""
    spread = min(_MOST_FILES, 1 + _SPREAD * sum(map(_text_bytes, files)) // memory)
    telling, totals = _witnesses(files, settings, _Spill(folder / "documents", _DOCUMENT, spread))
    lines = _Spill(folder / "lines", _LINE, spread)
    for start, batch in _batches(files, [*_GROUP, "text_digest", "text"]):
        told = batch.filter(pa.array(telling[start : start + batch.num_rows]))
        if told.num_rows:
            groups = _groups(told, settings)
            digests = pl.Series("digest", pl.from_arrow(told.column("text_digest"))).hash()
            of_batch = lines_of(_series(told, "text"), groups, settings)
            rows = of_batch["row"].to_numpy()
            lines.append(of_batch.with_columns(groups[rows].alias("group"), digests[rows].alias("digest")))
    shared = pl.concat(shared_lines(votes, totals, settings) for votes in lines)
    shutil.rmtree(folder)
    return shared


def _witnesses(
    files: Sequence[Path], settings: BoilerplateSettings, spill: "_Spill"
) -> tuple[npt.NDArray[np.bool_], pl.DataFrame]:
    """Which documents tell of a template, by row over all parts; and the number of different texts of each group."""
    count = 0
    for start, batch in _batches(files, [*_GROUP, "text_digest", "signature"]):
        values = values_of(_series(batch, "signature"), _series(batch, "text_digest"))
        count = start + batch.num_rows
        rows = pl.Series("row", np.arange(start, count))
        spill.append(values.with_columns(_groups(batch, settings).alias("group"), rows))
    telling = np.zeros(count, dtype=np.bool_)
    totals = []
    for documents in spill:
        telling[documents["row"].to_numpy()] = witnesses(documents, settings).to_numpy()
        totals.append(documents.group_by("group").agg(pl.col("digest").n_unique().alias("documents")))
    return telling, pl.concat(totals)


class _Spill:
    """Votes in files; those that are counted together are in one.

    Args:
        folder: For the files.
        vote: Columns of a vote, the first of which says what it is counted for.
        spread: Number of files.
    """

    def __init__(self, folder: Path, vote: "np.dtype[np.void]", spread: int) -> None:
        folder.mkdir(parents=True)
        self._paths = [folder / str(place) for place in range(spread)]
        self._vote = vote
        self._names = list(vote.names or ())
        for path in self._paths:
            path.touch()

    def append(self, votes: pl.DataFrame) -> None:
        records = np.empty(votes.height, dtype=self._vote)
        for name in self._names:
            records[name] = votes[name].to_numpy()
        places = records[self._names[0]] % np.uint64(len(self._paths))
        order = np.argsort(places, kind="stable")
        bounds = np.searchsorted(places[order], np.arange(len(self._paths) + 1))
        for place in np.flatnonzero(np.diff(bounds)):
            with self._paths[place].open("ab") as file:
                file.write(records[order[bounds[place] : bounds[place + 1]]].tobytes())

    def __iter__(self) -> Iterator[pl.DataFrame]:
        for path in self._paths:
            records = np.fromfile(path, dtype=self._vote)
            yield pl.DataFrame({name: records[name].copy() for name in self._names})


def _strip(part: Path, shared: pl.DataFrame, settings: BoilerplateSettings, dedup: DedupSettings, target: Path) -> Path:
    """The part, or a copy of it in which lines are gone."""
    path = part / _DOCUMENTS
    if not any(_stripped(batch, shared, settings) for _, batch in _batches([path], [*_GROUP, "text"])):
        return part
    target.mkdir(parents=True)
    for other in part.iterdir():
        if other.suffix == ".parquet" and other.name != _DOCUMENTS:
            _link(other, target / other.name)
    schema = pq.read_schema(path)
    with pq.ParquetWriter(target / _DOCUMENTS, schema, compression="zstd", compression_level=1) as writer:
        for _, batch in _batches([path], schema.names):
            writer.write_batch(_rewritten(batch, _stripped(batch, shared, settings), dedup))
    return target


def _batches(files: Sequence[Path], columns: Sequence[str]) -> Iterator[tuple[int, pa.RecordBatch]]:
    """Documents of some files, some at a time, and the number of the first."""
    start = 0
    for path in files:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(batch_size=_BATCH, columns=list(columns)):
                yield start, batch
                start += batch.num_rows


def _stripped(batch: pa.RecordBatch, shared: pl.DataFrame, settings: BoilerplateSettings) -> dict[int, tuple[str, int]]:
    """New text and number of lines that went, by row, where any went."""
    lines = lines_of(_series(batch, "text"), _groups(batch, settings), settings, judged=True)
    shared = shared.rename({"later": "half"})
    goes = {
        "first": pl.col("near") & ~pl.col("half"),
        "last": pl.col("near") & pl.col("half"),
        "anywhere": pl.col("anywhere") & (pl.col("half") == pl.col("later")),
    }
    rows = (
        lines.join(shared, on="key")
        .group_by("row", maintain_order=True)
        .agg(pl.col("line").filter(place).alias(f"{name}_lines") for name, place in goes.items())
    )
    texts = batch.column("text")
    new = {
        row: without_lines(texts[row].as_py(), first, last, anywhere, settings)
        for row, first, last, anywhere in rows.iter_rows()
    }
    return {row: (text, count) for row, (text, count) in new.items() if count}


def _rewritten(batch: pa.RecordBatch, found: Mapping[int, tuple[str, int]], dedup: DedupSettings) -> pa.RecordBatch:
    """The batch with new texts in some rows, and what follows from a text."""
    if not found:
        return batch
    texts = [text for text, _ in found.values()]
    prints = sketch(pa.array(texts, pa.large_string()), dedup)
    before = batch.column("boilerplate_lines").take(pa.array(found)).to_pylist()
    columns: dict[str, list[Any]] = {
        "text": texts,
        "n_chars": list(map(len, texts)),
        "boilerplate_lines": [(old or 0) + count for old, (_, count) in zip(before, found.values(), strict=True)],
        **prints.to_pydict(),
    }
    for name, new in columns.items():
        place = batch.schema.get_field_index(name)
        field = batch.schema.field(place)
        values = batch.column(place).to_pylist()
        for row, value in zip(found, new, strict=True):
            values[row] = value
        batch = batch.set_column(place, field, pa.array(values, field.type))
    return batch


def _groups(batch: pa.RecordBatch, settings: BoilerplateSettings) -> pl.Series:
    """Number of each document's group."""
    day = pl.col("fetched_at").dt.date() if settings.window == "day" else pl.lit(None, pl.Date)
    group = pl.struct(pl.coalesce("host", "site").alias("host"), day.alias("day"))
    return pl.DataFrame(pl.from_arrow(batch.select(list(_GROUP)))).select(group.hash().alias("group"))["group"]


def _series(batch: pa.RecordBatch, name: str) -> pl.Series:
    """A column; fixed-width bytes as bytes."""
    column = batch.column(name)
    kind = pa.binary() if pa.types.is_fixed_size_binary(column.type) else column.type
    return pl.Series(name, pl.from_arrow(column.cast(kind)))


def _text_bytes(path: Path) -> int:
    meta = pq.read_metadata(path)
    groups = [meta.row_group(number) for number in range(meta.num_row_groups)]
    columns = [group.column(place) for group in groups for place in range(group.num_columns)]
    return sum(column.total_uncompressed_size for column in columns if column.path_in_schema == "text")


def _link(source: Path, target: Path) -> None:
    """The same file under another name, or a copy where the file system has no links."""
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
