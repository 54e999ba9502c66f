"""Licence URLs: the grammar of Creative Commons (section 2.2) and the few others that pages carry."""

import re
from dataclasses import dataclass
from functools import cache
from urllib.parse import unquote

from licenses.catalogue import CC_UNKNOWN, FREE, TABLE, Terms, cc_id, cc_terms, terms_of
from licenses.tables import table

_HOST = r"(?:https?:)?//(?:www\.|i\.)?creativecommons\.org/"
_CC = re.compile(
    _HOST + r"(?:licenses|l)/(by(?:-nc)?(?:-nd|-sa)?|nc|nd|sa|nc-sa|nd-nc|sampling\+?)(?:/(\d\.\d))?"
    r"(?:/([a-z]{2,3}|igo|scotland))?(?:/(?:deed|legalcode)(?:\.[a-z_-]+)?)?/?"
)
_PUBLIC_DOMAIN = re.compile(
    _HOST
    + r"(?:publicdomain|p)/(zero|mark|certification)(?:/1\.0)?(?:/[a-z]{2,3})?(?:/(?:deed|legalcode)(?:\.[a-z_-]+)?)?/?"
)
_ANY_CC = re.compile(r"(?:https?:)?//(?:[a-z]+\.)?creativecommons\.org(?:/|$)")
_NAMED_CC = re.compile(r"(?:https?:)?//(?:[a-z]+\.)?creativecommons\.org/(?:licenses|l|publicdomain|p)/[^/]")


@dataclass(frozen=True, slots=True)
class NamedLicence:
    """A licence that a URL or sentence names. Without terms it is known to be meant, but not what it says."""

    id: str
    terms: Terms | None
    versioned: bool = True
    software: bool = False
    """Usually the licence of the theme: as a bare link it says nothing of the text."""
    named: bool = True
    """Whether one licence is meant, known or not; not so by the home page of Creative Commons."""


@cache
def _others() -> tuple[tuple[re.Pattern[str], NamedLicence], ...]:
    """Licences of the table with what their URLs match."""
    return tuple(
        (
            re.compile(r"(?:https?:)?//" + row["url"]),
            NamedLicence(
                row["id"],
                terms_of(frozenset(row["elements"])),
                versioned=not row.get("unversioned", False),
                software=row.get("software", False),
            ),
        )
        for row in table(TABLE)["licence"]
    )


def licence_of_url(url: str) -> NamedLicence | None:
    """The licence behind a URL; None if there is none, ``cc-unknown`` for another page of Creative Commons."""
    plain = unquote(url.strip()).lower().partition("#")[0].partition("?")[0]
    found = _CC.fullmatch(plain)
    if found:
        code, version, port = found.groups()
        terms = cc_terms(code)
        if terms is None:
            return NamedLicence(CC_UNKNOWN, None)
        return NamedLicence(cc_id(code, version, port), terms, versioned=version is not None)
    domain = _PUBLIC_DOMAIN.fullmatch(plain)
    if domain:
        # The retired "certification" deed states a belief of whoever made it, in one jurisdiction.
        code = domain[1]
        return (
            NamedLicence(CC_UNKNOWN, None) if code == "certification" else NamedLicence(cc_id(code, None, None), FREE)
        )
    if _ANY_CC.match(plain):
        return NamedLicence(CC_UNKNOWN, None, named=bool(_NAMED_CC.match(plain)))
    return next((licence for pattern, licence in _others() if pattern.match(plain)), None)
