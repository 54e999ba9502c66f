"""JSON-LD of a page's main entity: licence, payment, notices (section 2.1, rank 2)."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass

TELLING = re.compile(r"license|usageInfo|copyrightNotice|isAccessibleForFree|conditionsOfAccess", re.IGNORECASE)
"""What a document with statements about rights holds."""
_TYPES = frozenset({"creativework", "dataset", "report", "book"})
_TYPE_ENDINGS = ("article", "posting", "page")
_DEEPEST = 8
"""Lists and objects within each other: a graph in a page in a list is as deep as they come."""
_LICENCE_KEYS = ("license", "usageinfo", "acquirelicensepage")
_NOTICE_KEYS = ("copyrightnotice", "conditionsofaccess", "usageinfo")
_COMMENT = re.compile(r"^\s*(?://\s*)?<!\[CDATA\[|(?://\s*)?\]\]>\s*$|^\s*<!--|-->\s*$")


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement of the main entity. ``key`` in lower case."""

    key: str
    text: str


def statements(scripts: list[str]) -> Iterator[Statement]:
    """Statements about rights in the JSON-LD documents of a page. What does not parse says nothing."""
    for script in scripts:
        try:
            document = json.loads(_COMMENT.sub("", script), strict=False)
        except (ValueError, RecursionError):
            continue
        for entity in _entities(document):
            yield from _of_entity(entity)


def _entities(node: object, depth: int = 0) -> Iterator[dict[str, object]]:
    """Main entities: at the top, in ``@graph``, or as ``mainEntity`` of a page; never pictures or other parts."""
    if depth > _DEEPEST:
        return
    if isinstance(node, list):
        for one in node:
            yield from _entities(one, depth + 1)
    elif isinstance(node, dict):
        entity = {str(key).lower(): value for key, value in node.items()}
        if _is_main(entity.get("@type")):
            yield entity
        for key in ("@graph", "mainentity", "mainentityofpage"):
            if isinstance(entity.get(key), dict | list):
                yield from _entities(entity[key], depth + 1)


def _is_main(kind: object) -> bool:
    if kind is None:
        return True
    kinds = [
        str(one).lower().rpartition("/")[2].rpartition(":")[2] for one in (kind if isinstance(kind, list) else [kind])
    ]
    return any(one in _TYPES or one.endswith(_TYPE_ENDINGS) for one in kinds)


def _of_entity(entity: dict[str, object]) -> Iterator[Statement]:
    for key in _LICENCE_KEYS:
        for url in _texts(entity.get(key)):
            yield Statement(key, url)
    for key in _NOTICE_KEYS:
        for text in _texts(entity.get(key)):
            yield Statement("notice", text)
    free = entity.get("isaccessibleforfree")
    if free is False or (isinstance(free, str) and free.strip().lower().rpartition("/")[2] == "false"):
        yield Statement("isaccessibleforfree", "false")


def _texts(value: object, depth: int = 0) -> Iterator[str]:
    """Strings of a value that may be a string, a list, or an object with ``@id`` or ``url``."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list) and depth < _DEEPEST:
        for one in value:
            yield from _texts(one, depth + 1)
    elif isinstance(value, dict):
        lowered = {str(key).lower(): inner for key, inner in value.items()}
        for key in ("url", "@id"):
            if isinstance(lowered.get(key), str):
                yield str(lowered[key])
                return
