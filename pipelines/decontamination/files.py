"""Files of benchmarks, read as records.

The published sets come as JSON (KLUE's repository; SQuAD's form for reading comprehension), as sentences with a comment
above their tokens (KLUE's NER and DP), as CSV (KMMLU, HAE-RAE), TSV (KoBEST's first edition), JSON Lines and Parquet
(the hub), loose or packed. All become records: what JSON can hold.
"""

import csv
import gzip
import io
import json
import re
import tarfile
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import Any

import pyarrow.parquet as pq
import zstandard

from pipelines.errors import ConfigError

SUFFIXES = (".json", ".jsonl", ".ndjson", ".csv", ".tsv", ".parquet")
PACKED = (".gz", ".zst", ".tgz", ".zip", ".tar")

# Lists under these keys are the records, or hold them; what stands beside them describes the file.
_HOLDERS = ("data", "paragraphs", "rows", "examples", "instances", "items", "train", "validation", "dev", "test")
_LEAST_SENTENCE = 8
_HANGUL = re.compile("[가-힣]")
_LONGEST_HEADING = 40


def read_records(path: Path) -> Iterator[tuple[str, Any]]:
    """Name of the file (of the member, in an archive) and record, in order.

    Raises:
        ConfigError: The file cannot be read as what its name says.
    """
    try:
        for name, content in _members(path.name, path.read_bytes()):
            for record in _parsed(name, content):
                yield name, record
    except (
        OSError,
        ValueError,
        EOFError,
        csv.Error,
        tarfile.TarError,
        zipfile.BadZipFile,
        zstandard.ZstdError,
    ) as error:
        raise ConfigError(f"decontamination: cannot read {path}: {error}") from error


def _members(name: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    """Files in a file: itself, or what is packed in it."""
    lower = name.lower()
    if lower.endswith((".tar", ".tar.gz", ".tgz")):
        with tarfile.open(fileobj=io.BytesIO(content)) as archive:
            for member in sorted(archive.getmembers(), key=lambda found: found.name):
                packed = archive.extractfile(member)
                if packed is not None and _readable(member.name):
                    yield from _members(member.name, packed.read())
    elif lower.endswith(".zip"):
        with zipfile.ZipFile(io.BytesIO(content)) as zipped:
            for inner in sorted(zipped.namelist()):
                if _readable(inner):
                    yield from _members(inner, zipped.read(inner))
    elif lower.endswith(".gz"):
        yield from _members(name[:-3], gzip.decompress(content))
    elif lower.endswith(".zst"):
        yield from _members(
            name[:-4], zstandard.ZstdDecompressor().stream_reader(content, read_across_frames=True).read()
        )
    else:
        yield name, content


def _readable(name: str) -> bool:
    """Whether a member of an archive is a file of records, and not one that a system left there."""
    path = PurePosixPath(name)
    return path.name.lower().endswith(SUFFIXES + PACKED) and not any(
        part.startswith((".", "__MACOSX")) for part in path.parts
    )


def _parsed(name: str, content: bytes) -> Iterator[Any]:
    lower = name.lower()
    if lower.endswith(".parquet"):
        yield from pq.read_table(io.BytesIO(content)).to_pylist()
        return
    text = _decoded(content)
    if lower.endswith((".jsonl", ".ndjson")):
        yield from _json_lines(text)
    elif lower.endswith(".json"):
        try:
            yield from _records(json.loads(text))
        except json.JSONDecodeError:
            # Records a line are often called .json.
            yield from _json_lines(text)
    elif text.startswith("#"):
        yield from _commented_sentences(text)
    else:
        yield from _table(text, "\t" if lower.endswith(".tsv") else ",")


def _decoded(content: bytes) -> str:
    """UTF-8 with or without its mark, or else the code page of Korean Windows, which Excel writes."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp949")


def _json_lines(text: str) -> Iterator[Any]:
    # str.splitlines would also part at U+2028, which JSON leaves in strings.
    for line in text.split("\n"):
        if line.strip():
            yield from _records(json.loads(line))


def _records(value: Any) -> Iterator[Any]:
    """The records of a JSON value."""
    if isinstance(value, list):
        for element in value:
            yield from _records(element)
        return
    if isinstance(value, dict):
        held = [value[key] for key in _HOLDERS if isinstance(value.get(key), list | dict)]
        columns = list(value.values())
        if held:
            for part in held:
                yield from _records(part)
            return
        if columns and all(isinstance(column, dict) and column and all(map(str.isdigit, column)) for column in columns):
            # A data frame by columns.
            for row in columns[0]:
                yield {name: column.get(row) for name, column in value.items()}
            return
        if columns and all(isinstance(column, dict) for column in columns):
            yield from columns
            return
    yield value


def _commented_sentences(text: str) -> Iterator[dict[str, str]]:
    """KLUE's NER and DP: ``## id<tab>sentence`` above the tokens of the sentence, one a line."""
    for line in text.splitlines():
        found = re.fullmatch(r"##\s*(\S+)\t(.+)", line)
        # What stands above the first sentence is a legend: "## guid<tab>sentence".
        if found and _HANGUL.search(found[2]) and (" " in found[2].strip() or len(found[2].strip()) >= _LEAST_SENTENCE):
            yield {"guid": found[1], "sentence": found[2]}


def _table(text: str, delimiter: str) -> Iterator[dict[str, str]]:
    """Rows by the names in the first one; by numbers where that is a row itself."""
    readings = [_rows(text, delimiter, quoting) for quoting in (csv.QUOTE_MINIMAL, csv.QUOTE_NONE)]
    # A quotation mark that none closes swallows rows: the reading with fewer odd rows is right, then that with more.
    rows = min((rows for rows in readings if rows), key=lambda rows: (_odd_rows(rows), -len(rows)), default=[])
    if not rows and text.strip():
        raise ValueError("no rows")
    if not rows:
        return
    heading = rows[0]
    if not _is_heading(heading):
        heading = [f"column {number}" for number in range(1, len(heading) + 1)]
    else:
        rows = rows[1:]
    for row in rows:
        yield dict(zip(heading, row, strict=False))


def _is_heading(cells: list[str]) -> bool:
    """Whether cells name columns, and are no row of values."""
    if any(len(cell) > _LONGEST_HEADING or cell.rstrip().endswith(("?", ".")) for cell in cells):
        return False
    words = [cell for cell in cells if " " in cell.strip() and _HANGUL.search(cell)]
    return not (words and any(cell.strip().isdigit() for cell in cells))


def _rows(text: str, delimiter: str, quoting: Any) -> list[list[str]]:
    """Rows of a table, none where the text cannot be read like that."""
    try:
        return [row for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quoting=quoting) if row]
    except csv.Error:
        return []


def _odd_rows(rows: list[list[str]]) -> float:
    """Share of rows that have not as many cells as the first."""
    return sum(len(row) != len(rows[0]) for row in rows) / len(rows)
