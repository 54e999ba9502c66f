"""How the targets of withdrawals compare: hosts, and names of people and companies."""

import re
import unicodedata

from licenses.urls import canonical_url, host_of

_FORMS = re.compile(r"\s+|㈜|\(주\)|주식회사|^\(재\)|^\(사\)")
_LEADING_FORMS = re.compile(r"^(?:\s|㈜|\(주\)|주식회사|\(재\)|\(사\))*")
_OFFICE = re.compile(r"(?<=..)(?:기자|특파원|논설위원|선임기자|인턴기자)$")
HOLDER = re.compile(
    r"(?i)(?:©|ⓒ|\(c\)|copyrights?|저작권자|저작권은|저작권\s*[::])"
    r"(?:\(c\)|[\s©ⓒ<>〈〉()\[\].,:;-]|by\s|\d{4}[\s.,~-])*(?P<named>[^\n]{1,60})"
)
"""A rights notice up to its end; ``named`` begins with the holder."""


def plain_host(host: str) -> str:
    """Canonical host: lower case, punycode, without user, port, wildcard or dots at its ends."""
    bare = host.strip().removeprefix("*.").strip(".")
    if re.fullmatch(r"[a-z0-9.-]+", bare):
        return bare
    return host_of(canonical_url(f"https://{bare}/"))


def plain_name(name: str) -> str:
    """A name to compare by."""
    plain = _FORMS.sub("", unicodedata.normalize("NFC", name).strip()).casefold()
    return _OFFICE.sub("", plain)


def names_first(name: str, named: str) -> bool:
    """Whether a notice names exactly this holder: the name, and then no letter that would make it another one."""
    plain = _LEADING_FORMS.sub("", unicodedata.normalize("NFC", named).casefold())
    pattern = r"\s*".join(re.escape(character) for character in name) + r"(?![^\W_])"
    return re.match(pattern, plain) is not None
