"""Labels of reuse in a few words: 이용허락범위 of data.go.kr, marks of items (section 3.6).

A label is read word by word and must be understood to its last letter: ``제한 없음 (제3자 권리 제외)`` is not
``제한 없음``. What is not understood is unknown, never a grant.
"""

import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from licenses.axes import TRAIN, Axis, Value, on
from licenses.catalogue import FREE, UNREADABLE, USE_AXES, Terms, cc_id, cc_terms, terms_of
from licenses.licence_url import licence_of_url

MOST_CHARS = 300
"""A longer text is no label."""
_SEPARATORS = re.compile(r"(?<!\d)\.|\.(?!\d)|[^\w.]|_")
_KOGL_LINK = re.compile(r"(?:https?:)?//(?:www\.)?kogl\.or\.kr/\S*licensetype(ai|[0-4])\.do\S*", re.IGNORECASE)
_COPIES = (Axis.REDIST, Axis.COMMERCIAL, Axis.DERIVATIVES)


@dataclass(frozen=True, slots=True)
class Label:
    """What a label says. Several parts where training is less sure than copies."""

    licence: str | None
    parts: tuple[tuple[Terms, float], ...]
    """Terms with their confidence."""


def read_label(text: str, *, portal: str | None, confidence: float) -> Label | None:
    """Read a label; None if any of it is not understood.

    Args:
        text: The label, in Korean or English, or the URL of a licence.
        portal: Id for terms that the portal itself defines (``제한 없음``, 저작자표시 …); None where there are none.
        confidence: How sure a clear label is.
    """
    linked = _of_url(text.strip(), confidence)
    if linked:
        return linked
    found = _read_words(text)
    elements = frozenset(found & {"by", "nc", "nd", "sa"})
    types = {int(word[5:]) for word in found if word.startswith("type:")}
    if {"nd", "sa"} <= elements:
        return None
    if types or found & {"kogl", "ai"}:
        return _kogl(types, elements, ai="ai" in found) if "sa" not in elements else None
    return _licence(elements, found, portal, confidence) if elements else _free(found, portal, confidence)


def _free(words: set[str], portal: str | None, confidence: float) -> Label | None:
    """Works that are free of every condition."""
    names = (
        ("cc0", "CC0-1.0"),
        ("mark", "LicenseRef-CC-PDM-1.0"),
        ("zero", "LicenseRef-PublicDomain"),
        ("expired", "LicenseRef-PD-expired"),
        ("free", f"{portal}-unrestricted" if portal else None),
    )
    licence = next((licence for word, licence in names if word in words), None)
    return Label(licence, ((FREE, confidence),)) if licence else None


def _of_url(text: str, confidence: float) -> Label | None:
    kogl = _KOGL_LINK.fullmatch(text)
    if kogl:
        return _kogl(set(), frozenset(), ai=True) if kogl[1].lower() == "ai" else _kogl({int(kogl[1])}, frozenset())
    named = licence_of_url(text) if re.match(r"(?:https?:)?//", text) else None
    if named is None or named.terms is None or named.software:
        return None
    return Label(named.id, ((named.terms, confidence if named.versioned else 0.6),))


@cache
def _words() -> re.Pattern[str]:
    """The words of ``data/labels.toml``, a group each."""
    text = (files("licenses") / "data" / "labels.toml").read_text(encoding="utf-8")
    table = tomllib.loads(text)["words"]
    return re.compile("|".join(f"(?P<{name}>{'|'.join(words)})" for name, words in table.items()))


def _read_words(text: str) -> set[str]:
    """Words of a label; none where a letter of it belongs to no word."""
    plain = _SEPARATORS.sub("", unicodedata.normalize("NFKC", text).lower()) if len(text) <= MOST_CHARS else ""
    words: set[str] = set()
    at = 0
    while at < len(plain):
        match = _words().match(plain, at)
        if match is None or not match.lastgroup:
            return set()
        words |= _meaning(match.lastgroup, match[0])
        at = match.end()
    return words - {"fluff"}


def _meaning(group: str, word: str) -> set[str]:
    if group == "type":
        return {f"type:{next(letter for letter in word if letter.isdigit())}"}
    if group == "code":
        return {word[at : at + 2] for at in range(0, len(word), 2)} | {"code"}
    if group == "source":
        return {"by", "kogl"}  # the word of 공공누리, as 저작자표시 is that of CC
    if group == "version":
        return {f"version:{word}"}
    return {"zero", "cc0"} if word in {"cc0", "cczero"} else {group}


def _licence(elements: frozenset[str], words: set[str], portal: str | None, confidence: float) -> Label | None:
    """An attribution licence: of the portal, or Creative Commons of a version."""
    if "by" not in elements:
        return Label(None, ((_held_back(elements), confidence),))
    code = "-".join(["by", *(name for name in ("nc", "nd", "sa") if name in elements)])
    terms = cc_terms(code)
    if terms is None:
        return None
    versions = sorted(word[8:] for word in words if word.startswith("version:"))
    if portal and not versions:
        return Label(f"{portal}-{code.upper()}", ((terms, confidence),))
    version = versions[0] if len(versions) == 1 else None
    port = "kr" if "port" in words else None
    return Label(cc_id(code, version, port), ((terms, confidence if version else 0.6),))


def _held_back(elements: frozenset[str]) -> Terms:
    """What restrictions without a licence say: they hold, and nothing is granted."""
    denied = {Axis.COMMERCIAL} if "nc" in elements else set()
    if "nd" in elements:
        denied |= {*TRAIN, Axis.DERIVATIVES}
    return Terms(tuple((axis, Value.DENY if axis in denied else Value.UNKNOWN) for axis in USE_AXES), ())


def _kogl(types: set[int], elements: frozenset[str], *, ai: bool = False) -> Label | None:
    """공공누리: the strictest of what type and words say, training as unsure as for marks on pages (row 19)."""
    bits = ("nc" in elements) | (2 * ("nd" in elements))
    for number in types:
        bits |= max(number - 1, 0)
    known = bool(types or elements)
    number = 0 if types == {0} and not elements else bits + 1
    if not known and not ai:
        return None
    terms = _kogl_terms(number) if known else Terms(UNREADABLE, ())
    licence = f"LicenseRef-KOGL-{number}{'+AI' if ai else ''}" if known else "LicenseRef-KOGL-AI"
    copies = Terms(tuple(pair for pair in terms.axes if pair[0] in _COPIES), terms.conditions)
    training = Terms(tuple(pair for pair in terms.axes if pair[0] in TRAIN), terms.conditions)
    if ai:
        learning = Terms(on(Value.COND, *TRAIN), ("anti_memorization", "no_resale"))
        return Label(licence, ((copies, _sure(number)), (learning, 0.9)))
    return Label(licence, ((copies, _sure(number)), (training, {1: 0.75, 2: 0.75}.get(number, _sure(number)))))


def _sure(number: int) -> float:
    return 0.95 if number < _FIRST_ND else 0.9


_FIRST_ND = 3


def _kogl_terms(number: int) -> Terms:
    names = (("nc", number in {2, 4}), ("nd", number in {3, 4}))
    return terms_of(frozenset(name for name, there in names if there)) if number else FREE
