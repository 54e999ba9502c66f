"""malmoi inspect: what single inputs are judged to be."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping
from typing import Annotated, Any, BinaryIO, TypeAlias

import typer

from filters.pii import PiiSettings, detect, mask_text, masks
from licenses.vectors import JUDGES

Inspector: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]
"""From the ``input`` of a line to its ``result``; raises one of ``BAD_INPUT`` on an input that is none."""

WRONG_USAGE = 2
MAX_LINE_BYTES = 64 << 20
"""Longest line that is read; a file of 50 MB fits."""
BAD_INPUT = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)
"""What an input of a wrong form may raise: nothing a line holds ends the command."""
_ERROR_CHARS = 200
_PII = PiiSettings()


def inspect_pii(given: Mapping[str, Any]) -> dict[str, Any]:
    """Personal data in ``text``: types found and types masked (sorted), every find with its place, the masked text."""
    text = given["text"]
    if not isinstance(text, str):
        raise TypeError("text is no string")
    found = detect(text, _PII)
    return {
        "entities": sorted({str(match.entity) for match in found}),
        "masked": sorted({str(match.entity) for match in found if masks(match, _PII) or match.already_masked}),
        "finds": [
            {
                "start": match.start,
                "end": match.end,
                "entity": str(match.entity),
                "score": round(match.score, 2),
                "masked": masks(match, _PII),
                "already_masked": match.already_masked,
            }
            for match in found
        ],
        "text": mask_text(text, _PII).text,
    }


INSPECTORS: Mapping[str, Inspector] = {**JUDGES, "pii": inspect_pii}
"""What can be inspected, by kind."""


def inspect(
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="JSON lines of id, kind and input; - reads stdin.")],
) -> int:
    """Judge single inputs: a line {id, kind, input} gets a line {id, result}, or {id, error} and exit code 2."""
    judged = wrong = 0
    for number, line in enumerate(_lines(file), start=1):
        if line is None or line.strip():
            answer = _answer(line, number)
            judged += 1
            wrong += "error" in answer
            sys.stdout.buffer.write(_encoded(answer) + b"\n")
    sys.stdout.flush()
    if wrong:
        typer.echo(f"{wrong} of {judged} lines could not be judged", err=True)
    return WRONG_USAGE if wrong else 0


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Lines in order; None for one that is longer than ``MAX_LINE_BYTES``, whose bytes are passed over."""
    while line := file.readline(MAX_LINE_BYTES + 1):
        whole = line if len(line) <= MAX_LINE_BYTES else None
        while len(line) > MAX_LINE_BYTES and not line.endswith(b"\n"):
            line = file.readline(MAX_LINE_BYTES + 1)
        yield whole


def _encoded(answer: dict[str, Any]) -> bytes:
    """The answer as UTF-8; lone surrogates, which UTF-8 has not, stay escaped as they were asked."""
    try:
        return json.dumps(answer, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return json.dumps(answer).encode("ascii")


class _BadLineError(Exception):
    """What is wrong with a line, and the id that it gives."""

    def __init__(self, what: str, name: Any = None) -> None:
        super().__init__(what)
        self.name = name


def _answer(line: bytes | None, number: int) -> dict[str, Any]:
    try:
        name, kind, given = _asked(line)
        try:
            return {"id": name, "result": INSPECTORS[kind](given)}
        except BAD_INPUT as error:
            what = f"bad input of kind {kind} ({type(error).__name__}: {str(error)[:_ERROR_CHARS]})"
            raise _BadLineError(what, name) from error
    except _BadLineError as error:
        return {"id": error.name, "line": number, "error": f"line {number}: {error}"}


def _asked(line: bytes | None) -> tuple[Any, str, Mapping[str, Any]]:
    """Id, kind and input of a line."""
    if line is None:
        raise _BadLineError(f"longer than {MAX_LINE_BYTES} bytes")
    try:
        asked = json.loads(line.decode("utf-8-sig"), parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise _BadLineError(f"no JSON ({type(error).__name__})") from error
    if not isinstance(asked, dict) or not {"id", "kind", "input"} <= asked.keys():
        raise _BadLineError("an object with id, kind and input is needed")
    name, kind, given = asked["id"], asked["kind"], asked["input"]
    if not isinstance(kind, str) or kind not in INSPECTORS:
        raise _BadLineError(f"unknown kind {kind!r:.80}; known kinds: {', '.join(sorted(INSPECTORS))}", name)
    if not isinstance(given, dict):
        raise _BadLineError(f"bad input of kind {kind} (no object)", name)
    return name, kind, given


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is no JSON")
