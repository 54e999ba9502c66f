"""Which code made a row: the release number and a digest of the sources, so that parts of two versions never mix."""

import hashlib
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

_ROOT = Path(__file__).resolve().parent.parent
_PACKAGES = ("dedup", "filters", "licenses", "pipelines", "warehouse")
# What decides the text of a row besides our own code. The same recipe with another version is another run.
_LIBRARIES = (
    "trafilatura",
    "htmldate",
    "resiliparse",
    "fasttext-numpy2",
    "faust-cchardet",
    "tldextract",
    "numpy",
    "ijson",
)


@cache
def code_version() -> str:
    """Release number, then 12 hex digits over our sources, our data and the libraries that shape rows."""
    digest = hashlib.sha256()
    for package in _PACKAGES:
        for path in sorted((_ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts:
                digest.update(str(path.relative_to(_ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    for library in _LIBRARIES:
        digest.update(f"{library}={_version(library)}\0".encode())
    return f"{_version('malmoi')}+{digest.hexdigest()[:12]}"


def _version(distribution: str) -> str:
    try:
        return version(distribution)
    except PackageNotFoundError:
        return "unknown"
