"""Numbers that look like personal data and are none: codes, dates, counts, coordinates, identifiers of software."""

import random
import uuid
from collections.abc import Callable, Mapping

from pipelines.evaluate.pii_values import Value, account_number, business_number, day, digits, luhn

_TITLES = "한국의 들꽃|말의 온도|처음 배우는 통계|바다로 간 기차|고전 읽기의 즐거움".split("|")
_HEX = "0123456789abcdef"


def _ean(rng: random.Random, prefix: str) -> str:
    body = prefix + "".join(rng.choice("0123456789") for _ in range(12 - len(prefix)))
    return body + str(-sum(int(c) * (3 if i % 2 else 1) for i, c in enumerate(body)) % 10)


def _isbn(rng: random.Random) -> str:
    number = _ean(rng, rng.choice(["97889", "97911"]))
    grouped = f"{number[:3]}-{number[3:5]}-{number[5:9]}-{number[9:12]}-{number[12]}"
    return rng.choice([number, grouped])


def _isbn10(rng: random.Random) -> str:
    body = "89" + digits(rng, 7)
    check = -sum(int(c) * (10 - i) for i, c in enumerate(body)) % 11
    last = "X" if check == 10 else str(check)  # noqa: PLR2004  X stands for ten
    return rng.choice([body + last, f"{body[:2]}-{body[2:5]}-{body[5:]}-{last}"])


def _date(rng: random.Random) -> str:
    return day(rng).strftime(
        rng.choice(["%Y-%m-%d", "%Y.%m.%d", "%Y. %m. %d.", "%Y/%m/%d", "%Y년 %m월 %d일", "%Y%m%d"])
    )


def _time(rng: random.Random) -> str:
    return f"{rng.randrange(24):02d}:{rng.randrange(60):02d}" + rng.choice(["", f":{rng.randrange(60):02d}"])


def _price(rng: random.Random) -> str:
    return f"{int(digits(rng, rng.randrange(4, 12))):,}"


def _version(rng: random.Random) -> str:
    return ".".join(str(rng.randrange(1, 40)) for _ in range(rng.choice([2, 3, 4])))


def _decimal(rng: random.Random) -> str:
    return f"{rng.randrange(0, 3000)}.{digits(rng, rng.randrange(1, 9))}"


def _coordinate(rng: random.Random) -> str:
    return f"{rng.choice([35, 36, 37, 126, 127, 128])}.{digits(rng, rng.randrange(4, 9))}"


def _years(rng: random.Random, first: int, last: int) -> str:
    start = rng.randrange(first, last)
    return f"{start}{rng.choice(['-', '~', '–', ' - '])}{start + rng.randrange(1, 25)}"


def _tracking(rng: random.Random) -> str:
    forms = [digits(rng, 10), digits(rng, 12), f"{digits(rng, 4)}-{digits(rng, 4)}-{digits(rng, 4)}"]
    return rng.choice([*forms, f"{digits(rng, 5)}-{digits(rng, 4)}-{digits(rng, 4)}"])


def _serial(rng: random.Random) -> str:
    letters = "".join(rng.choice("ABCDEFGHJKLMNP") for _ in range(3))
    forms = [
        f"{letters}{digits(rng, 8)}",
        f"{letters}-{digits(rng, 4)}-{digits(rng, 4)}",
        f"{digits(rng, 5)}-{letters}-{digits(rng, 5)}",
    ]
    return rng.choice([*forms, f"SN{digits(rng, 12)}", f"{digits(rng, 2)}{letters}{digits(rng, 7)}"])


def _coupon(rng: random.Random) -> str:
    return "-".join("".join(rng.choice("ABCDEFGHJKLMNPQRSTUVWXYZ23456789") for _ in range(4)) for _ in range(4))


def _bad_card(rng: random.Random) -> str:
    body = digits(rng, 15)
    number = body + str((int(luhn(body)) + 1 + rng.randrange(9)) % 10)
    return "-".join(number[i : i + 4] for i in (0, 4, 8, 12))


def _bad_business(rng: random.Random) -> str:
    number = business_number(rng, right=False)
    return f"{number[:3]}-{number[3:5]}-{number[5:]}"


def _bad_resident(rng: random.Random) -> str:
    month = rng.choice(["13", "00", "25", "47"])
    return f"{digits(rng, 2)}{month}{rng.randrange(1, 32):02d}-{rng.randrange(1, 5)}{digits(rng, 6)}"


def _case(rng: random.Random) -> str:
    kind = rng.choice(["도", "다", "나", "두", "헌마", "구합", "가단"])
    return f"{rng.randrange(1990, 2024)}{kind}{digits(rng, rng.randrange(3, 7))}"


def _doc_number(rng: random.Random) -> str:
    return rng.choice(
        [
            f"{rng.randrange(2005, 2024)}-{digits(rng, rng.choice([2, 3, 4]))}",
            f"{rng.randrange(2005, 2024)}-{digits(rng, 3)}-{digits(rng, 3)}",
        ]
    )


def _ip(rng: random.Random) -> str:
    return ".".join(str(rng.randrange(1, 255)) for _ in range(4))


def _doi(rng: random.Random) -> str:
    forms = [
        f"j.cell.{digits(rng, 4)}.010-{digits(rng, 4)}-{digits(rng, 4)}",
        f"s{digits(rng, 5)}-0{digits(rng, 2)}-{digits(rng, 4)}-{digits(rng, 1)}",
    ]
    return rng.choice([*forms, f"KJM.02-{digits(rng, 3)}-{digits(rng, 4)}", f"{digits(rng, 6)}-{digits(rng, 7)}"])


def _hash(rng: random.Random) -> str:
    return "".join(rng.choice(_HEX) for _ in range(rng.choice([7, 8, 12, 40])))


def _order(rng: random.Random) -> str:
    stamp = day(rng, 2015, 2023)
    return rng.choice(
        [
            f"{stamp:%Y%m%d}{digits(rng, 6)}",
            f"{stamp:%Y%m%d}-{digits(rng, 7)}",
            digits(rng, 16),
            f"ORD{digits(rng, 10)}",
            digits(rng, 9),
        ]
    )


def _score(rng: random.Random) -> str:
    return rng.choice(
        [
            f"{rng.randrange(6)}-{rng.randrange(6)}",
            f"{rng.randrange(70, 120)}-{rng.randrange(70, 120)}",
            f"{rng.randrange(40, 100)}.{digits(rng, 2)}",
        ]
    )


def _mac(rng: random.Random) -> str:
    return ":".join(f"{rng.randrange(256):02x}" for _ in range(6))


_Text = Callable[[random.Random], str]
_TEXTS: Mapping[str, _Text] = {
    "isbn": _isbn,
    "isbn10": _isbn10,
    "ean": lambda rng: _ean(rng, rng.choice(["880", "880", "490", "693"])),
    "date": _date,
    "time": _time,
    "datetime": lambda rng: f"{day(rng):%Y-%m-%d} {_time(rng)}",
    "order": _order,
    "count": lambda rng: digits(rng, rng.randrange(1, 11)),
    "price": _price,
    "price0": lambda rng: digits(rng, rng.randrange(4, 12)),
    "version": _version,
    "kernel": lambda rng: f"{rng.randrange(3, 7)}.{rng.randrange(20)}.{rng.randrange(99)}-{digits(rng, 4)}-generic",
    "ip": _ip,
    "coord": _coordinate,
    "statute": lambda rng: digits(rng, 5),
    "article": lambda rng: str(rng.randrange(1, 1200)),
    "hash": _hash,
    "tracking": _tracking,
    "year": lambda rng: str(rng.randrange(1950, 2025)),
    "years": lambda rng: _years(rng, 1950, 2020),
    "years18": lambda rng: _years(rng, 1500, 1890),
    "score": _score,
    "epoch": lambda rng: str(rng.randrange(1_400_000_000_000, 1_750_000_000_000)),
    "bigid": lambda rng: digits(rng, rng.choice([10, 13, 15, 18, 19])),
    "acctlike": account_number,
    "serial": _serial,
    "doi": _doi,
    "docno": _doc_number,
    "casenote": _case,
    "cardbad": _bad_card,
    "brnbad": _bad_business,
    "rrnbad": _bad_resident,
    "decimal": _decimal,
    "mac": _mac,
    "uuid": lambda rng: str(uuid.UUID(int=rng.getrandbits(128), version=4)),
    "model": lambda rng: (
        f"{rng.choice('SMABX')}{rng.choice('MSROD')}{digits(rng, rng.choice([3, 8]))}{rng.choice('NXK')}"
    ),
    "coupon": _coupon,
    "patent": lambda rng: f"10-{digits(rng, 7)}",
    "stamp": lambda rng: f"{day(rng, 2010, 2023):%Y%m%d}_{digits(rng, 6)}",
    "stamp8": lambda rng: f"{rng.randrange(2010, 2024)}{digits(rng, 6)}",
    "title": lambda rng: rng.choice(_TITLES),
}


def _maker(text: _Text) -> Callable[[random.Random, bool], Value]:
    return lambda rng, _: Value(text(rng))


LOOKALIKES = {slot: _maker(text) for slot, text in _TEXTS.items()}
"""Makers by slot."""
