"""Invented personal data in the forms people write, with the spans that belong to it.

Every number is drawn at random and satisfies the check digits of its kind. Forms named ``HELD_OUT`` are used by the
held-out split alone.
"""

import datetime as dt
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

_FULL_WIDTH = str.maketrans("0123456789-", "０１２３４５６７８９－")
_HANGUL = str.maketrans("0123456789", "공일이삼사오육칠팔구")
_HANGUL_ZERO = str.maketrans("0123456789", "영일이삼사오육칠팔구")
_FAMILY = "김 이 박 최 정 강 조 윤 장 임 한 오 서 신 권 황 안 송 류 홍".split()
_GIVEN = "민준 서연 도윤 지우 하은 예준 지호 수아 영희 철수 미경 상훈 은정 동현 진영 가람 다온 한결".split()
_CITIES = "서울 부산 대구 인천 광주 대전 울산 수원 청주 전주 춘천 제주".split()
_COMPANIES = "(주)한빛소재 나루상사 주식회사 새벽유통 가온테크 해솔식품 다솜출판 ㈜푸른길 온누리약국".split()
_BANKS = [
    *("국민은행", "신한은행", "우리은행", "하나은행", "기업은행", "농협", "카카오뱅크", "토스뱅크"),
    *("새마을금고", "우체국", "신협", "부산은행", "국민", "신한"),
]
_ACCOUNTS = ((6, 2, 6), (3, 3, 6), (4, 3, 6), (3, 6, 5), (3, 6, 2, 3), (3, 4, 4, 2), (4, 2, 7), (4, 4, 4))
_LOCAL = "hong.gil kimcs chulsoo77 reporter01 j_lee sunny-day minji.park press help admin2 yjkim dawn_92".split()
_DOMAINS = (
    "naver.com gmail.com daum.net hanmail.net nate.com korea.kr saebyeok.co.kr mail.hanbit.or.kr kakao.com".split()
)
_PLATE_LETTERS = "가나다라마거너더러머버서어저고노도로모보소오조구누두루무부수우주아바사자배하허호"
_REGIONS = "서울 부산 경기 인천 대구 강원 충북 전남 경남 제주".split()
_STREETS = (
    "서울특별시 강남구 테헤란로",
    "서울 마포구 월드컵북로 ",
    "경기도 성남시 분당구 판교역로 ",
    "부산광역시 해운대구 센텀중앙로 ",
    "대전 유성구 대학로",
    "전라북도 전주시 완산구 홍산로 ",
    "강원도 춘천시 소양강로",
    "대구 중구 국채보상로 ",
    "인천 남동구 예술로152번길 ",
    "경기 수원시 영통구 봉영로1517번길 ",
    "충청남도 천안시 서북구 불당14로 ",
    "제주특별자치도 제주시 연삼로 ",
    "서울시 종로구 자하문로7길 ",
)
_LOTS = (
    "서울 송파구 잠실동 ",
    "부산 해운대구 우동 ",
    "전남 순천시 해룡면 신대리 ",
    "경기도 화성시 진안동 ",
    "충북 청주시 흥덕구 봉명동 ",
    "서울 중구 을지로3가 ",
    "경상북도 안동시 풍천면 하회리 ",
    "광주광역시 북구 용봉동 ",
)
_HEAVY = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Value:
    """Text for a slot; the characters from ``start`` on are personal data of type ``entity`` (None: none are)."""

    text: str
    entity: str | None = None
    mask: bool = True
    start: int = 0


Maker = Callable[[random.Random, bool], Value]
"""Makes a value; the flag says that forms of the held-out split may be used."""


def digits(rng: random.Random, count: int) -> str:
    """Random digits, the first not zero."""
    return str(rng.randrange(10 ** (count - 1), 10**count))


def day(rng: random.Random, first: int = 1950, last: int = 2023) -> dt.date:
    """A random day between two years."""
    return dt.date(first, 1, 1) + dt.timedelta(days=rng.randrange((last - first) * 365))


def _resident(rng: random.Random, *, foreign: bool) -> tuple[str, str]:
    born = day(rng)
    century = (1 if born.year < 2000 else 3) + (4 if foreign else 0)  # noqa: PLR2004  centuries of birth
    body = f"{born:%y%m%d}{century + rng.randrange(2)}{rng.randrange(10**5):05d}"
    total = sum(int(a) * b for a, b in zip(body, _HEAVY, strict=True)) % 11
    check = ((13 if foreign else 11) - total) % 10
    if born.year > 2020:  # noqa: PLR2004  random since October 2020
        check = rng.randrange(10)
    return body[:6], body[6:] + str(check)


def _resident_value(*, foreign: bool, bare: bool = False) -> Maker:
    def make(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
        front, back = _resident(rng, foreign=foreign)
        forms = ["{}-{}"] * 4 + ["{} - {}", "{}–{}", "{}ㅡ{}", "{}－{}", "{}~{}"]
        forms = ["{}{}"] if bare else forms + (["{}‑{}", "{} -{}"] if held_out else [])
        text = rng.choice(forms).format(front, back)
        if rng.random() < 0.05:  # noqa: PLR2004
            text = text.translate(_FULL_WIDTH)
        return Value(text, "KR_FRN" if foreign else "KR_RRN")

    return make


def _resident_masked(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    front, back = _resident(rng, foreign=False)
    tail = rng.choice(["******", "XXXXXX", "●●●●●●", *(["○○○○○○", "xxxxxx"] if held_out else [])])
    return Value(f"{front}-{back[0]}{tail}", "KR_RRN", mask=False)


def _corporate(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001, ARG001
    body = rng.choice(["110111", "131111", "160111", "180111", "120111", "200111"]) + digits(rng, 6)
    total = sum(int(a) * b for a, b in zip(body, (1, 2) * 6, strict=True))
    return Value(f"{body[:6]}-{body[6:]}{(10 - total % 10) % 10}", "KR_CRN", mask=False)


def business_number(rng: random.Random, *, right: bool = True) -> str:
    """Ten digits of a business registration number, with a right or a wrong check digit."""
    body = digits(rng, 9)
    total = sum(int(a) * b for a, b in zip(body, (1, 3, 7, 1, 3, 7, 1, 3, 5), strict=True)) + int(body[8]) * 5 // 10
    return body + str((10 - total + (0 if right else 1 + rng.randrange(8))) % 10)


def _business(*, sole: bool = False, bare: bool = False) -> Maker:
    def make(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
        number = business_number(rng)
        form = rng.choice(["{}-{}-{}"] * 5 + ["{}–{}–{}", *(["{} - {} - {}"] if held_out else [])])
        text = number if bare else form.format(number[:3], number[3:5], number[5:])
        return Value(text, "KR_BRN", mask=sole)

    return make


def _three(rng: random.Random, first: str, middle: str, last: str, held_out: bool) -> str:  # noqa: FBT001
    seps = ["-"] * 6 + [" ", ".", "–", "", " - ", "−", "ㅡ", *(["·", "‐", " . ", "/"] if held_out else [])]
    sep = rng.choice(seps)
    text = f"{first}{sep}{middle}{sep}{last}"
    return text.translate(_FULL_WIDTH) if rng.random() < 0.04 else text  # noqa: PLR2004


def _mobile(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    old = rng.random() < 0.08  # noqa: PLR2004
    first = rng.choice(["011", "016", "017", "018", "019"]) if old else "010"
    return Value(_three(rng, first, digits(rng, 3 if old else 4), digits(rng, 4), held_out), "KR_PHONE")


def _mobile_hangul(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    middle, last = digits(rng, 4), digits(rng, 4)
    table = rng.choice([_HANGUL, _HANGUL, _HANGUL_ZERO])
    forms = ["{0} {1} {2}", "{0}{1}{2}", "{0}-{1}-{2}", *(["{0}.{1}.{2}"] if held_out else [])]
    text = rng.choice(forms).format(*(part.translate(table) for part in ("010", middle, last)))
    if rng.random() < 0.25:  # noqa: PLR2004
        text = f"{'010'.translate(table)}-{middle}-{last}"
    return Value(text, "KR_PHONE")


def _mobile_intl(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    forms = ["+82-10-{}-{}", "+82 10-{}-{}", "+8210{}{}", "+82 10 {} {}", "+82(0)10-{}-{}", "82-10-{}-{}"]
    forms += ["+82)10-{}-{}", "(+82) 10-{}-{}", "+82-(0)10-{}-{}"] if held_out else []
    return Value(rng.choice(forms).format(digits(rng, 4), digits(rng, 4)), "KR_PHONE")


def _mobile_masked(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001, ARG001
    forms = [f"010-****-{digits(rng, 4)}", f"010-{digits(rng, 4)}-****", f"010-{digits(rng, 2)}**-{digits(rng, 4)}"]
    return Value(rng.choice(forms), "KR_PHONE", mask=False)


def _landline(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    area = rng.choice("02 02 02 031 032 033 041 042 043 044 051 052 053 054 055 061 062 063 064".split())
    middle, last = digits(rng, rng.choice([3, 4])), digits(rng, 4)
    forms = ["{}-{}-{}"] * 6 + ["({}){}-{}", "({}) {}-{}", "{}){}-{}", "{}) {}-{}", "{}.{}.{}", "{} –{}-{}", "{} {} {}"]
    forms += ["({}-{}-{})", "{})-{}-{}"] if held_out else []
    return Value(rng.choice(forms).format(area, middle, last), "KR_PHONE")


def _voip(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    first = rng.choice(["070", "070", "0505", "0507", "0504", "0502", "0503"])
    return Value(_three(rng, first, digits(rng, 4), digits(rng, 4), held_out), "KR_PHONE")


def _biz(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001, ARG001
    line = f"{rng.choice('1588 1577 1544 1566 1600 1644 1661 1670 1811 1899 1522 1688'.split())}-{digits(rng, 4)}"
    return Value(rng.choice([line, line, line, f"080-{digits(rng, 3)}-{digits(rng, 4)}"]), "KR_BIZ_PHONE", mask=False)


def luhn(body: str) -> str:
    """The check digit of a card number."""
    doubled = (int(c) * (2 - i % 2) for i, c in enumerate(reversed(body)))
    return str(-sum(d // 10 + d % 10 for d in doubled) % 10)


def _card_number(rng: random.Random) -> str:
    body = rng.choice(["4", "51", "52", "55", "9410", "9420", "6243", "3563"])
    body += "".join(rng.choice("0123456789") for _ in range(15 - len(body)))
    return body + luhn(body)


def _card(*, bare: bool = False) -> Maker:
    def make(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
        number = _card_number(rng)
        sep = "" if bare else rng.choice(["-", "-", " ", " ", "–", "", *([" - ", "."] if held_out else [])])
        return Value(sep.join(number[i : i + 4] for i in (0, 4, 8, 12)), "CARD")

    return make


def _card_masked(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001, ARG001
    number = _card_number(rng)
    forms = [f"{number[:4]}-****-****-{number[12:]}", f"{number[:4]}-{number[4:6]}**-****-{number[12:]}"]
    return Value(rng.choice(forms), "CARD", mask=False)


def account_number(rng: random.Random) -> str:
    """An account number in the grouping of one of the banks."""
    return "-".join(digits(rng, size) for size in rng.choice(_ACCOUNTS))


def _account(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    text = account_number(rng)
    if rng.random() < 0.2:  # noqa: PLR2004
        text = text.replace("-", rng.choice(["", " ", "–", *([" - "] if held_out else [])]))
    return Value(text, "KR_ACCOUNT")


def _passport(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001, ARG001
    new = f"{rng.choice('MSROD')}{digits(rng, 3)}{rng.choice('ABCDEFGHJKLMNPRSTUVWXYZ')}{digits(rng, 4)}"
    return Value(rng.choice([new, f"{rng.choice('MSROD')}{digits(rng, 8)}"]), "KR_PASSPORT")


def _driver(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    region = rng.choice([*map(str, range(11, 27)), "28", *_REGIONS[:6]])
    parts = (region, f"{rng.randrange(100):02d}", digits(rng, 6), digits(rng, 2))
    form = rng.choice(["{}-{}-{}-{}"] * 4 + ["{} {} {} {}", *(["{}–{}–{}–{}"] if held_out else [])])
    return Value(form.format(*parts), "KR_DRIVER")


def _health(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001, ARG001
    return Value(f"{digits(rng, 1)}{rng.choice(['-', ''])}{digits(rng, 10)}", "KR_HEALTH_INS")


def _plate(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001, ARG001
    space = rng.choice(["", "", " "])
    return Value(f"{digits(rng, rng.choice([2, 3]))}{rng.choice(_PLATE_LETTERS)}{space}{digits(rng, 4)}", "KR_PLATE")


def _plate_old(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    space = rng.choice(["", "", " "]) if held_out else ""
    number = f"{digits(rng, 2)}{rng.choice(_PLATE_LETTERS)}{space}{digits(rng, 4)}"
    return Value(f"{rng.choice(_REGIONS)}{space}{number}", "KR_PLATE")


def _email(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001, ARG001
    text = f"{rng.choice(_LOCAL)}@{rng.choice(_DOMAINS)}"
    return Value(rng.choice([text] * 8 + [text.replace("@", "＠"), text.upper()]), "EMAIL")


def _email_at(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    forms = ["{} [at] {}", "{}(at){}", "{}골뱅이{}", "{} 골뱅이 {}", "{}[골뱅이]{}", "{} at {dotted}"]
    forms += ["{}{{at}}{}", "{}<at>{}", "{} @ {}"] if held_out else []
    local, domain = rng.choice(_LOCAL), rng.choice(_DOMAINS[:5])
    return Value(rng.choice(forms).format(local, domain, dotted=domain.replace(".", " dot ")), "EMAIL")


def _address(rng: random.Random, held_out: bool) -> Value:  # noqa: FBT001
    number = str(rng.randrange(1, 400)) + rng.choice(["", "", f"-{rng.randrange(1, 60)}"])
    before = rng.choice(_STREETS)
    if rng.random() < 0.35:  # noqa: PLR2004
        before = rng.choice(_LOTS)
        number += rng.choice(["", "번지"])
    if rng.random() < 0.3:  # noqa: PLR2004
        number += (
            rng.choice([", ", " "]) + f"{rng.randrange(101, 120)}동 {rng.randrange(1, 25)}0{rng.randrange(1, 9)}호"
        )
    elif held_out and rng.random() < 0.2:  # noqa: PLR2004
        number += f" {rng.randrange(2, 9)}층"
    return Value(before + number, "KR_ADDRESS", start=len(before))


def _word(words: list[str]) -> Maker:
    return lambda rng, _: Value(rng.choice(words))


POSITIVE: Mapping[str, Maker] = {
    "rrn": _resident_value(foreign=False),
    "rrn_bare": _resident_value(foreign=False, bare=True),
    "rrn_masked": _resident_masked,
    "frn": _resident_value(foreign=True),
    "crn": _corporate,
    "brn": _business(),
    "brn_bare": _business(bare=True),
    "brn_sole": _business(sole=True),
    "mobile": _mobile,
    "mobile_hangul": _mobile_hangul,
    "mobile_intl": _mobile_intl,
    "mobile_masked": _mobile_masked,
    "landline": _landline,
    "voip": _voip,
    "biz": _biz,
    "card": _card(),
    "card_bare": _card(bare=True),
    "card_masked": _card_masked,
    "account": _account,
    "passport": _passport,
    "driver": _driver,
    "health": _health,
    "plate": _plate,
    "plate_old": _plate_old,
    "email": _email,
    "email_at": _email_at,
    "address": _address,
    "bank": _word(_BANKS),
    "name": lambda rng, _: Value(rng.choice(_FAMILY) + rng.choice(_GIVEN)),
    "city": _word(_CITIES),
    "company": _word(_COMPANIES),
    "four": lambda rng, _: Value(digits(rng, 4)),
}
"""Makers by slot."""
