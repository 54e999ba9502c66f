"""Making the file system remember: files appear whole under their names or not at all."""

import hashlib
import os
import re
import shutil
import socket
import tempfile
from pathlib import Path

_TEMPORARY = re.compile(r"\.tmp-(?P<host>.+)-(?P<pid>\d+)-[^-]+")


def fsync(path: Path) -> None:
    """Flush a file or a directory to its disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def rename(source: Path, target: Path) -> None:
    """Give a flushed file or directory its final name, durably. A file of that name is replaced at once."""
    source.replace(target)
    fsync(target.parent)


def sha256(path: Path) -> str:
    """SHA-256 (hex) of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def make_temp(parent: Path) -> Path:
    """A new directory in ``parent`` whose name tells ``clean_temp`` which process it belongs to."""
    parent.mkdir(parents=True, exist_ok=True)
    return Path(tempfile.mkdtemp(prefix=f".tmp-{socket.gethostname()}-{os.getpid()}-", dir=parent))


def clean_temp(parent: Path) -> list[Path]:
    """Remove what processes of this machine that are no more left in ``parent``; returns what was removed.

    Directories of living processes and of other machines stay.
    """
    dead = [path for path in sorted(parent.glob(".tmp-*")) if _is_orphan(path.name)]
    for path in dead:
        shutil.rmtree(path)
    return dead


def _is_orphan(name: str) -> bool:
    match = _TEMPORARY.fullmatch(name)
    if match is None or match["host"] != socket.gethostname():
        return False
    try:
        os.kill(int(match["pid"]), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
