"""Licence URLs: the grammar of Creative Commons (section 2.2) and the few others that pages carry."""

import re
from dataclasses import dataclass
from urllib.parse import unquote

from licenses.catalogue import CC_UNKNOWN, FREE, Terms, cc_id, cc_terms, terms_of

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
_BY = terms_of(frozenset())
_SHARE_ALIKE = terms_of(frozenset({"sa"}))
_OTHERS: tuple[tuple[re.Pattern[str], str, Terms, bool], ...] = (
    (re.compile(r"//(?:www\.)?gnu\.org/(?:licenses|copyleft)/fdl-1\.2"), "GFDL-1.2-only", _SHARE_ALIKE, False),
    (re.compile(r"//(?:www\.)?gnu\.org/(?:licenses|copyleft)/fdl"), "GFDL-1.3-or-later", _SHARE_ALIKE, False),
    (re.compile(r"//(?:www\.)?opendatacommons\.org/licenses/by/"), "ODC-By-1.0", _BY, False),
    (re.compile(r"//(?:www\.)?opendatacommons\.org/licenses/odbl"), "ODbL-1.0", _SHARE_ALIKE, False),
    (re.compile(r"//(?:www\.)?opendatacommons\.org/licenses/pddl"), "PDDL-1.0", FREE, False),
    (re.compile(r"nationalarchives\.gov\.uk/doc/open-government-licence/version/3"), "OGL-UK-3.0", _BY, False),
    (re.compile(r"data\.gov\.uk/.*ogl|/open-government-licence"), "LicenseRef-OGL-UK-unversioned", _BY, False),
    (re.compile(r"//(?:www\.)?opensource\.org/licenses?/mit\b"), "MIT", _BY, True),
    (re.compile(r"//(?:www\.)?apache\.org/licenses/license-2\.0"), "Apache-2.0", _BY, True),
)


@dataclass(frozen=True, slots=True)
class NamedLicence:
    """A licence that a URL or sentence names. Without terms it is known to be meant, but not what it says."""

    id: str
    terms: Terms | None
    versioned: bool = True
    software: bool = False
    """Usually the licence of the theme: as a bare link it says nothing of the text."""


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
        return NamedLicence(CC_UNKNOWN, None)
    for pattern, name, terms, software in _OTHERS:
        if pattern.search(plain):
            return NamedLicence(name, terms, software=software)
    return None
