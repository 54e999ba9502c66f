"""Street addresses (도로명, 도로명주소법) and lot addresses (지번) from the building number on.

An address is a number behind a street or lot name, with the town before it; the town stays, the number goes. Names are
judged word by word, since 로, 길, 동 and 리 end many other words and 로 is a particle too.
"""

import re
from collections.abc import Iterator

from filters.pii.entities import Entity, Match

_PROVINCES = (
    "서울|부산|대구|인천|광주|대전|울산|세종|경기|강원|충북|충남|충청북|충청남|"
    "전북|전남|전라북|전라남|경북|경남|경상북|경상남|제주"
)
_PROVINCE = re.compile(rf"(?:{_PROVINCES})(?:특별자치시|특별자치도|특별시|광역시|직할시|시|도)?")
_TOWN = re.compile(r"[가-힣]{1,5}[시군구]")
_NOT_TOWNS = re.compile(
    r"(?:다시|역시|잠시|혹시|즉시|동시|일시|임시|표시|지시|무시|제시|전시|감시|몇시|택시|필시|반드시|도시|친구|연구|요구|"
    r"욕구|지구|기구|가구|입구|출구|야구|축구|농구|배구|당구|누구|복구|영구|도구|장군|아군|적군|미군|국군|해군|공군|육군)"
)
_PART = re.compile(r"[가-힣0-9]{1,7}(?:읍|면|동|리|가)|[가-힣A-Za-z0-9]{1,12}(?:로|길)")
_GLUED = re.compile(
    rf"(?:(?:{_PROVINCES})(?:특별자치시|특별자치도|특별시|광역시|시|도)?)?"
    r"(?:[가-힣]{1,4}시)?(?:[가-힣]{1,4}[군구])?"
)

_TAIL = (
    r"(?:,? ?\([가-힣0-9A-Za-z, ]{2,20}\))?"
    r"(?:,? ?(?:[가-힣A-Za-z0-9]{2,14} )?(?:[0-9A-Za-z가-힣]{1,4}동,? ?)?"
    r"(?:지하 ?|B)?[0-9]{1,4}(?:호|층(?! ?건물))(?: ?[0-9]{1,4}호)?)?"
)
_AFTER = (
    r"(?![0-9]|[-.,~:/][0-9]|\s?[%℃㎞㎡])(?=번지|[^가-힣A-Za-z]|에|으?로(?!\s?[0-9\ufffc])|의|은|"
    r"는|이|입|인데|인\s|이[고며라에야]|임|을|를|과|와|앞|옆|까지|$)"
)
_NUMBER = re.compile(rf"[1-9][0-9]{{0,3}}(?: ?[-~] ?[0-9]{{1,4}})?{_AFTER}(?:번지 ?(?:[0-9]{{1,4}}호)?)?{_TAIL}")
_NAME = re.compile(r"(?P<name>[가-힣A-Za-z0-9·]{1,14}(?P<kind>[로길동리]|[0-9]가)) {0,2}(?P<hill>(?:산 ?)?)$")
_NAME_REACH = 20
_CANDIDATE = re.compile(r"[로길동리가산] {0,2}[1-9]")
_FLAT = re.compile(
    r"(?P<name>[가-힣A-Za-z]{2,14}) ?"
    r"(?P<number>(?<![0-9])[0-9]{1,4}동,? ?(?:제?[0-9]{1,2}층 ?)?[0-9]{2,4}호(?!선|차|실))"
)
_COUNTED = re.compile(
    r"\s(?:곳|명|개|건|년|월|일|시|분|초|차로|차선|km|m|미터|세|살|대|억|만|천|원|회|주|배|인|가구|마을|호선|"
    r"마리|층 건물)(?![가-힣])"
)
# Words of other meaning that end like a street or a lot name; inside a longer name (언주로, 정자동) they prove nothing.
_OTHER_WORDS = re.compile(
    r"(?:으로|그대로|새로|별로|서로|바로|따로|홀로|스스로|대체로|실제로|때로|주로|도로|제로|이대로|차로|경로|통로|진로|활로|별도로|"
    r"활동|운동|행동|이동|노동|공동|자동|변동|작동|아동|진동|충동|감동|출동|부동|유동|소동|구동|가동|수동|연동|선동)"
)
_TOWN_AND_PARTICLE = re.compile(r"[가-힣]+[시군구도]로")
_COMMON_NOUN = re.compile(r"(?:활동|운동|행동|이동|노동|공동|자동|변동|작동|아동|충동|감동|출동|소동)$")
_REACH = 44
_SCORE = 0.85
_MAX_PARTS = 4


def find_addresses(text: str) -> Iterator[Match]:
    """Addresses; the find begins at the building number, or at the block of a flat where there is none."""
    for candidate in _CANDIDATE.finditer(text):
        start = candidate.end() - 1
        found = _NUMBER.match(text, start)
        if found is None or _COUNTED.match(text, found.end()):
            continue
        named = _NAME.search(text[max(0, start - _NAME_REACH) : start])
        if named is None:
            continue
        name, place = named["name"], start - len(named[0])
        before = _before(text, place)
        if _is_other_word(name, before, found[0]):
            continue
        town = _town(before, name)
        if town is not None and (named["kind"] != "리" or _village(before, name, found[0])):
            yield _match(start - len(named["hill"]), named["hill"] + found[0], town + name)
    for found in _FLAT.finditer(text):
        town = _town(_before(text, found.start()), found["name"])
        if town is not None:
            yield _match(found.start("number"), found["number"], town + found["name"])


def _match(start: int, number: str, place: str) -> Match:
    number = number.rstrip(" ,")
    value = re.sub(r"[\s,]|번지", "", f"{place} {number}")
    return Match(start, start + len(number), Entity.ADDRESS, _SCORE, value)


def _before(text: str, start: int) -> list[str]:
    """Words before a place on the same line, the nearest last, without what labels them."""
    line = text[max(0, start - _REACH) : start].rsplit("\n", 1)[-1]
    if line and not line[-1].isspace() and line[-1] != ",":
        return []
    words = line.replace(",", " ").split()
    return [re.split(r"[:(|\[\"'=;✔📍]", word)[-1] for word in words[-_MAX_PARTS:]]


def _is_other_word(name: str, before: list[str], number: str) -> bool:
    """Whether a name is an everyday word or a town with a particle behind it."""
    in_town = bool(before) and _TOWN.fullmatch(before[-1]) is not None and not _NOT_TOWNS.fullmatch(before[-1])
    if _OTHER_WORDS.fullmatch(name):
        return not (in_town and ("-" in number or "번지" in number))
    if _TOWN_AND_PARTICLE.fullmatch(name):
        return not in_town
    return _COMMON_NOUN.search(name) is not None and not in_town


def _town(before: list[str], name: str) -> str | None:
    """Province and town that lead up to a name, or that are glued to its front; None if there are none."""
    parts: list[str] = []
    found = False
    for word in reversed(before):
        province = _PROVINCE.fullmatch(word) is not None
        town = _TOWN.fullmatch(word) is not None and not _NOT_TOWNS.fullmatch(word)
        if not (province or town or _PART.fullmatch(word) or _is_glued(word)):
            break
        found |= province or town or _is_glued(word)
        parts.append(word)
        if province:
            break
    glued = _GLUED.match(name)
    # A province alone is part of many street names: 세종대로, 부산대로.
    town = glued is not None and 2 <= len(glued[0]) <= len(name) - 2 and glued[0][-1] in "시군구도"  # noqa: PLR2004
    found |= town and not _NOT_TOWNS.match(name)
    return "".join(reversed(parts)) if found else None


def _is_glued(word: str) -> bool:
    """Province and town in one word, as in 서울강남구."""
    return _PROVINCE.match(word) is not None and _GLUED.fullmatch(word) is not None and word[-1] in "시군구"


def _village(before: list[str], name: str, number: str) -> bool:
    """리 ends many words: it is a village behind 읍 or 면, or where the number is plainly that of a lot."""
    return bool(before and before[-1][-1:] in ("읍", "면")) or "번지" in number or "-" in number or "면" in name[1:-1]
