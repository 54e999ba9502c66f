"""The tables behind the rules: files of ``licenses/data`` with their version and sources, each read once."""

import hashlib
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

VERSION_DIGITS = 32


@cache
def table(name: str) -> dict[str, Any]:
    """A table as it stands in ``licenses/data``: its entries beside ``version`` and ``sources``.

    Args:
        name: File name without ``.toml``.

    Raises:
        FileNotFoundError: There is no such table.
        ValueError: It does not say of which version and sources it is.
    """
    path = files("licenses") / "data" / f"{name}.toml"
    content = tomllib.loads(path.read_text(encoding="utf-8"))
    if not isinstance(content.get("version"), str) or not content.get("sources"):
        raise ValueError(f"the table {name} names no version or no sources")
    return content


def version_of(name: str) -> str:
    """Name and version of a table, as evidence carries it in ``spec_version``."""
    return f"{name} {table(name)['version']}"


@cache
def tables_version() -> str:
    """128-bit digest (hex) of every table: where it differs, rights may have to be derived anew."""
    digest = hashlib.sha256()
    for file in sorted((files("licenses") / "data").iterdir(), key=lambda one: one.name):
        content = file.read_bytes()
        digest.update(f"{file.name}\0{len(content)}\0".encode() + content)
    return digest.hexdigest()[:VERSION_DIGITS]
