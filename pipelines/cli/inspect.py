"""malmoi inspect: what single inputs are judged to be."""

import json
import sys
from collections.abc import Callable, Mapping
from typing import Annotated, Any, TypeAlias

import typer

from filters.pii import PiiSettings, detect, mask_text, masks

Inspector: TypeAlias = Callable[[Mapping[str, Any]], dict[str, Any]]
"""From the ``input`` of a line to its ``result``; raises KeyError, TypeError or ValueError on an input that is none."""

WRONG_USAGE = 2
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


INSPECTORS: Mapping[str, Inspector] = {"pii": inspect_pii}
"""What can be inspected, by kind."""


def inspect(
    file: Annotated[typer.FileBinaryRead, typer.Argument(help="JSON lines of id, kind and input; - reads stdin.")],
) -> int:
    """Judge single inputs: a line {id, kind, input} gets a line {id, result}, or {id, error} and exit code 2."""
    wrong = False
    for number, line in enumerate(file, start=1):
        if line.strip():
            answer = _answer(line, number)
            wrong = wrong or "error" in answer
            sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")
    return WRONG_USAGE if wrong else 0


def _answer(line: bytes, number: int) -> dict[str, Any]:
    try:
        asked = json.loads(line.decode("utf-8"))
    except ValueError as error:
        return {"id": None, "line": number, "error": f"line {number}: no JSON ({type(error).__name__})"}
    if not isinstance(asked, dict) or not {"id", "kind", "input"} <= asked.keys():
        return {"id": None, "line": number, "error": f"line {number}: an object with id, kind and input is needed"}
    inspector = INSPECTORS.get(str(asked["kind"]))
    if inspector is None:
        known = ", ".join(sorted(INSPECTORS))
        return {"id": asked["id"], "error": f"line {number}: unknown kind {asked['kind']!r}; known kinds: {known}"}
    try:
        return {"id": asked["id"], "result": inspector(asked["input"])}
    except (KeyError, TypeError, ValueError) as error:
        return {"id": asked["id"], "error": f"line {number}: bad input of kind {asked['kind']} ({error})"}
