"""Dictionaries of RFC 9651 (Structured Field Values), as far as preferences need them: keys and tokens.

A field that does not parse says nothing at all; the library is strict to the last octet.
"""

import http_sf


class NotADictionaryError(ValueError):
    """The field is not a Dictionary of RFC 9651."""


def tokens_of_dictionary(value: str) -> dict[str, str | None]:
    """Members of a Dictionary by key: the token, or None for any other value. The last of equal keys wins.

    Raises:
        NotADictionaryError: The value does not parse.
    """
    try:
        members = http_sf.parse(value.encode("utf-8", "surrogatepass"), tltype="dictionary")
    except http_sf.StructuredFieldError as error:
        raise NotADictionaryError(value) from error
    if not isinstance(members, dict):
        raise NotADictionaryError(value)
    return {key: _token(member) for key, member in members.items()}


def _token(member: object) -> str | None:
    """The token of an Item (a value with its parameters); None for another value or an Inner List."""
    value = member[0] if isinstance(member, tuple) else member
    return str(value) if isinstance(value, http_sf.Token) else None
