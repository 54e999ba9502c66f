"""Dictionaries of RFC 9651 (Structured Field Values), as far as preferences need them: keys, tokens, and strictness.

A field that does not parse says nothing at all, so the grammar is checked to its last octet; values that are not tokens
are recognised and set aside.
"""

import re

_KEY = r"[a-z*][a-z0-9_.*-]*"
_WORD = r"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*"
_BARE = "|".join(
    (
        rf"(?:{_WORD})",
        r"-?\d{1,12}\.\d{1,3}",
        r"-?\d{1,15}",
        r'"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\["\\])*"',
        r":[A-Za-z0-9+/]*={0,2}:",
        r"\?[01]",
        r"@-?\d{1,15}",
        r'%"(?:[\x20\x21\x23\x24\x26-\x7e]|%[0-9a-f]{2})*"',
    )
)
_PARAMS = rf"(?:;[ ]*{_KEY}(?:=(?:{_BARE}))?)*"
_ITEM = rf"(?:{_BARE}){_PARAMS}"
_INNER_LIST = rf"\([ ]*(?:{_ITEM}(?:[ ]+{_ITEM})*)?[ ]*\){_PARAMS}"
_MEMBER = re.compile(rf"(?P<key>{_KEY})(?:=(?:(?P<token>{_WORD}){_PARAMS}|{_ITEM}|{_INNER_LIST})|{_PARAMS})")
_COMMA = re.compile(r"[ \t]*,[ \t]*")


class NotADictionaryError(ValueError):
    """The field is not a Dictionary of RFC 9651."""


def tokens_of_dictionary(value: str) -> dict[str, str | None]:
    """Members of a Dictionary by key: the token, or None for any other value. The last of equal keys wins.

    Raises:
        NotADictionaryError: The value does not parse.
    """
    members: dict[str, str | None] = {}
    rest = value.strip(" ")
    at = 0
    while at < len(rest):
        member = _MEMBER.match(rest, at)
        if member is None:
            raise NotADictionaryError(value)
        members.pop(member["key"], None)
        members[member["key"]] = member["token"]
        at = member.end()
        if at == len(rest):
            break
        comma = _COMMA.match(rest, at)
        if comma is None or comma.end() == len(rest):
            raise NotADictionaryError(value)
        at = comma.end()
    return members
