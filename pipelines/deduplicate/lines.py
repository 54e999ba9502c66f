"""JSON lines to tables, a block at a time.

Numbers, booleans and strings keep their types; objects and lists come as their JSON text, for their members change from
line to line. A column whose values are of several kinds in one block comes as text too.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
from polars.exceptions import PolarsError

from pipelines.errors import BadInputError

LINE = "_malmoi_line"
"""Column of the number of each line, from 1."""

_BLOCK_BYTES = 4 << 20
_LONGEST_LINE = 256 << 20
# Half of a surrogate pair is no character: the parsers disagree on what it stands for. The first pattern begins with
# bytes that a search can jump to, and most blocks have none of them.
_HALVES = re.compile(rb"\\u[dD][89a-fA-F]")
_HALF_PAIR = re.compile(
    rb"\\u[dD][89abAB][0-9a-fA-F]{2}(?!\\u[dD][c-fC-F])|(?<!\\u[dD][89abAB][0-9a-fA-F]{2})\\u[dD][c-fC-F]"
)
_SCALARS: dict[type, pl.DataType] = {bool: pl.Boolean(), int: pl.Int64(), float: pl.Float64(), type(None): pl.Null()}


@dataclass(slots=True)
class Block:
    """Rows of a file that follow each other, with the column ``LINE``, and the numbers of the lines that are none."""

    rows: pl.DataFrame
    broken: list[int] = field(default_factory=list)


def read_blocks(path: Path) -> Iterator[Block]:
    """All lines of a file, plain or compressed as its name says; blank ones are skipped.

    Raises:
        BadInputError: The file is missing or damaged, or one of its lines is beyond all measure.
    """
    first = 1
    try:
        # Arrow reads several members or frames behind each other, and says when the last one has no end.
        with pa.input_stream(str(path), compression="detect") as file:
            for data in _whole_lines(file, path):
                yield _block(data, first)
                first += data.count(b"\n")
    except OSError as error:
        raise BadInputError(f"{path} cannot be read behind line {first - 1}: {error}", uri=str(path)) from error


def _whole_lines(file: Any, path: Path) -> Iterator[bytes]:
    rest: list[bytes] = []
    held = 0
    while data := file.read(_BLOCK_BYTES):
        end = data.rfind(b"\n") + 1
        if end:
            yield b"".join((*rest, data[:end]))
            rest, held = [], 0
        rest.append(data[end:])
        held += len(data) - end
        if held > _LONGEST_LINE:
            raise BadInputError(f"{path} has a line of more than {_LONGEST_LINE >> 20} MiB", uri=str(path))
    if held:
        yield b"".join((*rest, b"\n"))


def _block(data: bytes, first: int) -> Block:
    data = data.removeprefix(b"\xef\xbb\xbf") if first == 1 else data
    try:
        if _HALVES.search(data) and _HALF_PAIR.search(data):
            return _careful(data, first)
        rows = pl.read_ndjson(data, infer_schema_length=None)
        nested = {name: pl.String() for name, kind in rows.schema.items() if kind.is_nested()}
        if nested:
            rows = pl.read_ndjson(data, schema={**rows.schema, **nested})
    except PolarsError:
        return _careful(data, first)
    if rows.height == data.count(b"\n"):
        return Block(_numbered(rows, range(first, first + rows.height)))
    return _careful(data, first)


def _careful(data: bytes, first: int) -> Block:
    """A block that holds broken or blank lines, or columns of several kinds: line by line."""
    kinds: dict[str, pl.DataType] = {}
    good: list[tuple[int, bytes]] = []
    broken: list[int] = []
    for number, line in enumerate(data.split(b"\n")[:-1], start=first):
        if not line.strip():
            continue
        row = _object(line)
        if row is None:
            broken.append(number)
            continue
        good.append((number, line))
        for name, value in row.items():
            kinds[name] = _common(kinds.get(name), value)
    try:
        rows = _read([line for _, line in good], kinds)
    except PolarsError:
        good, refused = _sieved(good, kinds)
        broken = sorted(broken + refused)
        rows = _read([line for _, line in good], kinds)
    return Block(_numbered(rows, [number for number, _ in good]), broken)


def _object(line: bytes) -> dict[str, Any] | None:
    try:
        row = json.loads(line, parse_constant=_refuse)
        if _HALF_PAIR.search(line):
            json.dumps(row, ensure_ascii=False).encode()
    except (ValueError, RecursionError):
        return None
    return row if isinstance(row, dict) else None


def _refuse(constant: str) -> None:
    raise ValueError(f"{constant} is no JSON")


def _common(known: pl.DataType | None, value: Any) -> pl.DataType:
    kind = _SCALARS.get(type(value), pl.String())
    if isinstance(value, int) and not -(1 << 63) <= value < 1 << 63:
        kind = pl.String()
    if known is None or known == kind or known == pl.Null():
        return kind
    if kind == pl.Null():
        return known
    return pl.Float64() if {known, kind} == {pl.Int64(), pl.Float64()} else pl.String()


def _read(lines: list[bytes], kinds: dict[str, pl.DataType]) -> pl.DataFrame:
    if not lines:
        return pl.DataFrame(schema=kinds)
    # Objects without members are rows too; a frame without columns would have none.
    return pl.read_ndjson(b"\n".join(lines), schema=kinds or {LINE: pl.Int64()})


def _sieved(good: list[tuple[int, bytes]], kinds: dict[str, pl.DataType]) -> tuple[list[tuple[int, bytes]], list[int]]:
    """Lines that one parser takes and the other does not are broken as well."""
    taken, refused = [], []
    for number, line in good:
        try:
            _read([line], kinds)
            taken.append((number, line))
        except PolarsError:
            refused.append(number)
    return taken, refused


def _numbered(rows: pl.DataFrame, numbers: "range | list[int]") -> pl.DataFrame:
    nameless = [name for name in rows.columns if "\0" in name]
    if nameless:
        raise BadInputError(f"no column can be called {nameless[0]!r}")
    return rows.with_columns(pl.Series(LINE, numbers, pl.Int64))
