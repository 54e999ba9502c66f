"""Countries by their ISO 3166-1 alpha-2 codes (data/countries.tsv, after ``iso3166.tab`` of the tz database)."""

import csv
from functools import cache
from importlib.resources import files

KOREA = "KR"
EUROPEAN_UNION = frozenset("AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK".split())
"""Members of the European Union: what the code ``EU`` stands for in a list of countries."""


@cache
def countries() -> frozenset[str]:
    """Every assigned code."""
    with (files("licenses") / "data" / "countries.tsv").open(encoding="utf-8") as file:
        return frozenset(row["alpha2"] for row in csv.DictReader(file, delimiter="\t"))


def check_country(code: str) -> str:
    """Return ``code`` if it is one.

    Raises:
        ValueError: It is no assigned alpha-2 code in capitals.
    """
    if code in countries():
        return code
    raise ValueError(f"no ISO 3166-1 alpha-2 code: {code!r}")


def expand(codes: frozenset[str]) -> frozenset[str]:
    """Countries of a list in which ``EU`` may stand for its members."""
    return (codes - {"EU"}) | EUROPEAN_UNION if "EU" in codes else codes
