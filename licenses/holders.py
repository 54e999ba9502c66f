"""Whom a rights notice names: 머니투데이 in ``<저작권자 © ‘돈이 보이는 리얼타임 뉴스’ 머니투데이. 무단전재 금지>``."""

import re
import unicodedata
from collections.abc import Iterable

_MARK = re.compile(r"(?:(?:저작권자는?|저작권은|[©ⓒⒸ]|\(c\)|copyrights?)\s*)+", re.IGNORECASE)
_END = re.compile(
    r"all\s+rights|reserved|무단|불법|재배포|전재|복제|AI\s*학습|인공\s*지능|크롤링|금지|[\n>〉\])|]", re.IGNORECASE
)
_NO_NAME = re.compile(r"copyrights?|by|the|저작권자|[\W\d_]", re.IGNORECASE)
_FORMS = re.compile(r"㈜|\([주재사]\)|주식회사")
_BETWEEN = re.compile(r"[\W_]+")


def names_another(notice: str, names: Iterable[str]) -> bool:
    """Whether a notice names a rights holder, and none of ``names``.

    A notice with the mark of an owner and no name behind it speaks for the page it stands on.
    """
    notice = _FORMS.sub("", unicodedata.normalize("NFC", notice))
    mark = _MARK.search(notice)
    if mark is None:
        return False
    said = notice[mark.end() :]
    end = _END.search(said)
    named = said[: end.start()] if end else said
    if not _NO_NAME.sub("", named):
        return False
    words = [word for word in _BETWEEN.split(named.casefold()) if word]
    runs = {"".join(words[first:last]) for first in range(len(words)) for last in range(first + 1, len(words) + 1)}
    return not any(_plain(name) in runs for name in names)


def _plain(name: str) -> str:
    """A name to compare by: without case, spaces, punctuation and the form of a company."""
    return _BETWEEN.sub("", _FORMS.sub("", unicodedata.normalize("NFC", name)).casefold())
