"""Mail addresses, glued to Hangul on either side or written so that programs should not see them.

Syntax after RFC 5321 section 4.1.2, dot strings only; the last label must be a public suffix (publicsuffix.org, the
copy inside tldextract, never fetched).
"""

import functools
import re
from collections.abc import Iterator

import tldextract

from filters.pii.entities import Entity, Match

_LOCAL = r"[A-Za-z0-9][A-Za-z0-9._%+'-]{0,63}"
_LABEL = r"[A-Za-z0-9가-힣](?:[A-Za-z0-9가-힣-]{0,40}[A-Za-z0-9가-힣])?"
_DOMAIN = r"(?:[A-Za-z0-9][A-Za-z0-9-]{0,62}\.){1,5}[A-Za-z]{2,18}"
_PLAIN = re.compile(rf"(?<![A-Za-z0-9_%+@])({_LOCAL})@({_DOMAIN})(?![A-Za-z0-9@])")
_HANGUL_DOMAIN = re.compile(
    rf"(?<![A-Za-z0-9_%+@])({_LOCAL})@((?:{_LABEL}\.){{1,3}}(?:kr|com|net|한국))(?![A-Za-z0-9])"
)
_MASKED = re.compile(
    rf"(?<![A-Za-z0-9_%+@])([A-Za-z0-9._-]{{1,20}}\*{{2,20}}[A-Za-z0-9._-]{{0,20}})@({_DOMAIN})(?![A-Za-z0-9@])"
)

_DOT = r"(?:\.| ?[\[({] ?(?:dot|\.|점|닷) ?[\])}] ?| ?(?:점|닷|쩜) ?| dot )"
_SPELLED_AT = r" ?(?:[\[({<] ?(?:at|a|@|골뱅이|앳) ?[\])}>]|골뱅이|_at_) ?"
_SPELLED_DOMAIN = rf"(?:[A-Za-z0-9-]{{1,40}}{_DOT}){{1,3}}[A-Za-z]{{2,10}}"
_KOREAN_HOSTS = {
    "네이버": "naver",
    "지메일": "gmail",
    "다음": "daum",
    "한메일": "hanmail",
    "네이트": "nate",
    "구글": "gmail",
    "카카오": "kakao",
}
_SPELLED = re.compile(
    rf"(?<![A-Za-z0-9_%+@])({_LOCAL}){_SPELLED_AT}({_SPELLED_DOMAIN}|(?:{'|'.join(_KOREAN_HOSTS)})(?:{_DOT}(?:com|컴|net|넷))?)(?![A-Za-z0-9@])",
    re.IGNORECASE,
)
_WORDS = re.compile(
    rf"(?<![A-Za-z0-9_%+@])({_LOCAL}) at ((?:[A-Za-z0-9-]{{1,40}} dot ){{1,3}}[A-Za-z]{{2,10}})(?![A-Za-z0-9@])",
    re.IGNORECASE,
)
_WEBMAIL = (
    r"(?:naver|gmail|daum|hanmail|nate|kakao|hotmail|outlook|yahoo|icloud|korea|paran|dreamwiz)\.(?:com|net|co\.kr|kr)"
)
_SPACED = re.compile(rf"(?<![A-Za-z0-9_%+@])({_LOCAL}) ?@ ?({_WEBMAIL})(?![A-Za-z0-9@])", re.IGNORECASE)

_PERSONAL, _SPELLED_SCORE, _PART = 0.95, 0.8, 0.96
# What must be there for the patterns above to be worth trying.
_SPELLED_HINT = re.compile(r"골뱅이|[\[({<_ ](?:at|a|앳|@)[\])}>_ ]", re.IGNORECASE)
_HANGUL_HINT = re.compile(r"@[A-Za-z0-9.-]{0,40}[가-힣]|한국")
_SPACED_HINT = re.compile(r" @|@ ")
_CREDENTIALS = re.compile(r"://[^\s/@]{0,80}$")


def find_emails(text: str) -> Iterator[Match]:
    """Mail addresses, written plainly, spelled out, or hidden in part."""
    plain = "@" in text
    spelled = _SPELLED_HINT.search(text) is not None
    for pattern, worth, score in (
        (_PLAIN, plain, _PERSONAL),
        (_HANGUL_DOMAIN, plain and _HANGUL_HINT.search(text) is not None, _PERSONAL),
        (_SPACED, plain and _SPACED_HINT.search(text) is not None, _PERSONAL),
        (_SPELLED, spelled, _SPELLED_SCORE),
        (_WORDS, spelled, _SPELLED_SCORE),
    ):
        for found in pattern.finditer(text) if worth else ():
            yield from _judge(text, found, score)
    for found in _MASKED.finditer(text) if plain and "*" in text else ():
        yield _match(found, found[1], found[2], _PART, already_masked=True)


def _judge(text: str, found: re.Match[str], score: float) -> Iterator[Match]:
    domain = _resolve(found[2])
    local = found[1].rstrip(".'")
    # https://user:secret@host and git@host are no mail addresses.
    if _CREDENTIALS.search(text[max(0, found.start() - 100) : found.start()]):
        return
    if local.lower() != "git" and is_public(domain):
        yield _match(found, local, domain, score)


def _match(found: re.Match[str], local: str, domain: str, score: float, *, already_masked: bool = False) -> Match:
    value = f"{local}@{domain}".lower()
    return Match(found.start(), found.end(), Entity.EMAIL, score, value, already_masked=already_masked)


def _resolve(domain: str) -> str:
    """A domain as it is registered: ``네이버 닷컴`` is naver.com."""
    plain = re.sub(r"점|닷|쩜|dot|[\[({}\])]", ".", re.sub(r"\s", "", domain), flags=re.IGNORECASE)
    plain = re.sub(r"\.+", ".", plain).replace("컴", "com").replace("넷", "net")
    for name, host in _KOREAN_HOSTS.items():
        if plain.startswith(name):
            plain = host + (plain.removeprefix(name) or ".com")
    return plain


@functools.cache
def _suffixes() -> tldextract.TLDExtract:
    return tldextract.TLDExtract(cache_dir=None, suffix_list_urls=(), fallback_to_snapshot=True)


@functools.lru_cache(4096)
def is_public(domain: str) -> bool:
    """Does a domain end in a public suffix and have a name before it?"""
    if domain.endswith((".com", ".net", ".org", ".kr")):
        return True
    found = _suffixes()(domain.lower())
    return bool(found.suffix and found.domain)
