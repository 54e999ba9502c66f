"""What each licence says on each axis (section 2.3; the table is data/licences.toml), and the ids of licences."""

from dataclasses import dataclass
from functools import cache

from licenses.axes import TRAIN, Axis, AxisValues, Value, on
from licenses.tables import table, version_of

TABLE = "licences"
VERSION = version_of(TABLE)

CC_UNKNOWN = "cc-unknown"
"""Creative Commons is named, but not a licence of it."""
CC_UNSPECIFIED = "cc-unspecified"
"""Several different licences are named: ambiguous."""
ALL_RIGHTS_RESERVED = "all-rights-reserved"
DEFAULT_LICENCE = "all-rights-reserved-default"
"""Nothing was said."""
NOT_LICENCES = frozenset({CC_UNKNOWN, CC_UNSPECIFIED, ALL_RIGHTS_RESERVED, DEFAULT_LICENCE})

USE_AXES = (*TRAIN, Axis.REDIST, Axis.COMMERCIAL, Axis.DERIVATIVES)
UNREADABLE: AxisValues = on(Value.UNKNOWN, *USE_AXES)
"""A licence is meant, but a person must say which."""


@dataclass(frozen=True, slots=True)
class Terms:
    """Axes and conditions of a licence."""

    axes: AxisValues
    conditions: tuple[str, ...]


@cache
def terms_of(elements: frozenset[str]) -> Terms:
    """Terms of an attribution licence with some of the elements ``nc``, ``nd`` and ``sa``, or of one that is ``free``.

    Elements that no row of the table has together hold back what each of them does.
    """
    rows = {frozenset(row["elements"]): row for row in table(TABLE)["terms"]}
    if elements not in rows:
        elements -= {"sa"}
    row = rows[elements]
    return Terms(tuple((Axis(axis), Value(value)) for axis, value in row["axes"].items()), tuple(row["conditions"]))


FREE = terms_of(frozenset({"free"}))
"""CC0, public domain mark, KOGL type 0."""


def cc_terms(code: str) -> Terms | None:
    """Terms of a Creative Commons code (``by-nc-sa``, ``zero``, ``mark``); None for retired codes without BY."""
    if code in ("zero", "mark"):
        return FREE
    first, *rest = code.split("-")
    return terms_of(frozenset(rest)) if first == "by" else None


def cc_id(code: str, version: str | None, port: str | None) -> str:
    """Id of a Creative Commons licence: SPDX where there is one for sure, else ``LicenseRef``.

    A port (``kr``) is a legal text for a jurisdiction, never a territory of permission.
    """
    if code == "zero":
        return "CC0-1.0"
    if code == "mark":
        return "LicenseRef-CC-PDM-1.0"
    name = f"CC-{code.upper()}"
    if version is None:
        return f"LicenseRef-{name}-unversioned"
    return f"LicenseRef-{name}-{version}-{port.upper()}" if port else f"{name}-{version}"
