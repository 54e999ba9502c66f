"""Version of the code that decides over a release; that of its tables is ``licenses.tables.tables_version``."""

import hashlib
from functools import cache
from importlib.resources import files
from importlib.resources.abc import Traversable

import licenses


@cache
def rules_version() -> str:
    """SHA-256 (hex) of the modules of ``licenses``: resolution, gate, contracts and withdrawals."""
    return _digest([one for one in files(licenses).iterdir() if one.name.endswith(".py")])


def _digest(parts: list[Traversable]) -> str:
    whole = hashlib.sha256()
    for one in sorted(parts, key=_name):
        whole.update(f"{one.name}\n{hashlib.sha256(one.read_bytes()).hexdigest()}\n".encode())
    return whole.hexdigest()


def _name(part: Traversable) -> str:
    return part.name
