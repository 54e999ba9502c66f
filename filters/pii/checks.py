"""Check digits and dates. All take strings of ASCII digits of the right length."""

import datetime as dt

_RESIDENT_WEIGHTS = (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5)
_CORPORATE_WEIGHTS = (1, 2) * 6
_BUSINESS_WEIGHTS = (1, 3, 7, 1, 3, 7, 1, 3, 5)
_CENTURIES = {
    "9": 1800,
    "0": 1800,
    "1": 1900,
    "2": 1900,
    "5": 1900,
    "6": 1900,
    "3": 2000,
    "4": 2000,
    "7": 2000,
    "8": 2000,
}
_FOREIGN = "5678"


def _dot(number: str, weights: tuple[int, ...]) -> int:
    return sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))


def birthday(number: str) -> dt.date | None:
    """The day of birth that a resident number begins with (its seventh digit is the century); None: no such day."""
    try:
        return dt.date(_CENTURIES[number[6]] + int(number[:2]), int(number[2:4]), int(number[4:6]))
    except ValueError:
        return None


def is_foreign(number: str) -> bool:
    """Is a resident number (13 digits) that of a registered foreigner?"""
    return number[6] in _FOREIGN


def resident(number: str) -> bool:
    """Check digit of 주민등록번호 and 외국인등록번호 (13 digits), which numbers given since October 2020 lack."""
    return ((13 if is_foreign(number) else 11) - _dot(number, _RESIDENT_WEIGHTS) % 11) % 10 == int(number[12])


def corporate(number: str) -> bool:
    """Check digit of 법인등록번호 (13 digits)."""
    return (10 - _dot(number, _CORPORATE_WEIGHTS) % 10) % 10 == int(number[12])


def business(number: str) -> bool:
    """Check digit of 사업자등록번호 (10 digits)."""
    total = _dot(number, _BUSINESS_WEIGHTS) + int(number[8]) * 5 // 10
    return (10 - total % 10) % 10 == int(number[9])


def luhn(number: str) -> bool:
    """Check digit of payment cards (ISO/IEC 7812-1, annex B)."""
    doubled = (int(digit) * (1 + place % 2) for place, digit in enumerate(reversed(number)))
    return sum(value // 10 + value % 10 for value in doubled) % 10 == 0


def bar_code(number: str) -> bool:
    """Check digit of EAN-13 (GS1 General Specifications 7.9)."""
    return sum(int(digit) * (1 + place % 2 * 2) for place, digit in enumerate(number)) % 10 == 0
