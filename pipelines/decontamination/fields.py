"""What of a record is text that a model must not have read.

Benchmarks name their fields each in its own way, so the fields that are not text are known by name and every other one
is taken. Options are told from passages because a true option is an ordinary statement.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from typing import Any

from dedup.benchmarks import Item

_NO_TEXT = re.compile(
    r"(.*_)?(id|idx|index|url|link|date|time|label|tags?)s?|guid|qid|uid|no|number|unnamed_\d+|timestamp|created_at|updated_at"
    r"|label_?\d+|source|gold|author|annotat(ors?|ions?)|agreement|(.*_)?category|subject|subset|domains?|state|split"
    r"|(.*_)?type|(.*_)?answers?(_.*)?|correct(_.*)?|target|is_impossible|version|license|canary|human_accuracy"
    r"|pos|lemma|head|deprel|word_form|role|speaker|level|difficulty|year|meta(data)?|genre|kind|register|licence|lang(uage)?"
)
_OPTIONS = re.compile(
    r"[a-h]|[1-9]|(option|choice|alternative|ending|candidate|distractor)s?_?[0-9a-h]?|선택지|보기_?[0-9]?"
    # Names and words that an item is about betray it as little.
    r"|(.*_)?(word|keyword|term|entity|entities)"
)
_IDENTIFIERS = ("guid", "id", "qid", "uid")
_LABELLED = re.compile(
    r"^[ \t]*(?:#+[ \t]*)?(질문|문제|지문|문장|참고|본문|선택지|보기|정답|답|답변)[ \t]*[:：]", re.MULTILINE
)
_ASKING = frozenset({"질문", "문제", "지문", "본문"})
_OFFERING = frozenset({"선택지", "보기", "정답", "답", "답변"})
_ENTITY = re.compile(r"<([^<>]+?):[A-Z]{2}>")
_URL = re.compile(r"https?://\S+")
_MARK = re.compile(r"^\s*(?:\(?[A-Ha-h1-9][).]|[①-⑨])\s*", re.MULTILINE)
_QUOTED = re.compile(r"'((?:[^'\\]|\\.)*)'|\"((?:[^\"\\]|\\.)*)\"")


def item_of(record: Any, place: str, row: int, fields: Sequence[str] = ()) -> Item | None:
    """The item that a record is; None where it has no text.

    Args:
        record: What a file holds, see ``read_records``.
        place: Name of the file, which names the item together with its identifier or row.
        row: Number of the record in the file.
        fields: Fields to take; empty for all that are text.
    """
    passages: list[str] = []
    options: list[str] = []
    titles: list[str] = []
    for key, text, offered in _texts(record, "", frozenset(map(_plain, fields)), taken=not fields, offered=False):
        (options if offered else titles if key == "title" else passages).append(text)
    # A title is the item where there is nothing else (topics of headlines), and else the name of its source.
    passages = passages or titles
    if not passages and not options:
        return None
    keyed = {_plain(str(key)): value for key, value in record.items()} if isinstance(record, dict) else {}
    named = [keyed[key] for key in _IDENTIFIERS if isinstance(keyed.get(key), str | int) and keyed[key] != ""]
    identifier = named[0] if named else row
    return Item(f"{place}#{identifier}", tuple(dict.fromkeys(passages)), tuple(dict.fromkeys(options)))


def _texts(
    value: Any, key: str, fields: frozenset[str], *, taken: bool, offered: bool
) -> Iterator[tuple[str, str, bool]]:
    """Key, text and whether it is an option, of everything under a value that is taken."""
    if isinstance(value, dict):
        for name, inner in value.items():
            plain = _plain(str(name))
            named = plain in fields
            is_option = offered or (not named and _OPTIONS.fullmatch(plain) is not None)
            if named or not _NO_TEXT.fullmatch(plain):
                yield from _texts(inner, plain, fields, taken=taken or named or is_option, offered=is_option)
    elif isinstance(value, list | tuple):
        if len(value) > 1 and all(isinstance(part, str) and len(part) <= 1 for part in value):
            # A sentence by its characters.
            value = ("".join(value),)
        for part in value:
            yield from _texts(part, key, fields, taken=taken, offered=offered)
    elif isinstance(value, str) and taken and (offered or any(map(str.isalpha, value))):
        yield from _from_string(value, key, offered=offered)


def _from_string(text: str, key: str, *, offered: bool) -> Iterator[tuple[str, str, bool]]:
    """A text, or the several that one string holds: a list as Python prints it, or parts under labels."""
    listed = _listed(text)
    if listed is not None:
        for part in listed:
            yield key, part, offered
        return
    text = _URL.sub(" ", _ENTITY.sub(r"\1", text))
    labels = list(_LABELLED.finditer(text))
    starts = [found.start() for found in labels]
    before = text[: starts[0]] if starts else text
    # What stands before labelled parts often tells how to answer, and is the same for many items.
    if before.strip() and not any(found[1] in _ASKING for found in labels):
        yield key, before.strip(), offered or bool(labels)
    for found, end in zip(labels, [*starts, len(text)][1:], strict=True):
        body = text[found.end() : end].strip()
        if found[1] in _OFFERING:
            for line in filter(str.strip, body.splitlines()):
                yield key, _MARK.sub("", line).strip(), True
        elif body:
            yield key, body, offered


def _listed(text: str) -> list[str] | None:
    """The strings of a printed list, as Python or NumPy prints it; None where the text is none."""
    inner = text.strip()
    if not (inner.startswith("[") and inner.endswith("]") and inner[1:].lstrip()[:1] in {"'", '"'}):
        return None
    try:
        parts = ast.literal_eval(inner)
    except (ValueError, SyntaxError):
        parts = []
    # Python takes 'a' 'b', which NumPy prints, for one string.
    if "," in inner and parts and isinstance(parts, list) and all(isinstance(part, str) for part in parts):
        return parts
    # A sentence in brackets may begin with a quotation too.
    return None if re.search(r"\w", _QUOTED.sub("", inner)) else [one or two for one, two in _QUOTED.findall(inner)]


def _plain(key: str) -> str:
    """A key in lower case, its words parted by underlines."""
    return re.sub(r"[\W_]+", "_", re.sub(r"(?<=[a-z])(?=[A-Z])", "_", key.strip()).lower()).strip("_")
