"""Bringing finished files into the data folders of tables."""

import os
import re
import shutil
import tempfile
from pathlib import Path
from urllib.parse import quote

from pyiceberg.io import FileIO
from pyiceberg.table import Table

from warehouse._durable import fsync, sha256

DIGEST_NAME = re.compile(r"-([0-9a-f]{32})\.parquet$")
"""End of the name of a file that was placed: the first half of its SHA-256."""


def place(table: Table, path: Path, run_id: str) -> str:
    """Bring a file into the data folder of its table; returns its location.

    The name carries the run and the digest of the file: a file that a crashed commit left is the same or another one.
    """
    location = f"{table.location()}/data/{quote(run_id, safe='')}/{path.stem}-{sha256(path)[:32]}.parquet"
    if "://" in location and not location.startswith("file://"):
        _upload(table.io, path, location)
        return location
    target = Path(location.removeprefix("file://"))
    target.parent.mkdir(parents=True, exist_ok=True)
    if not target.exists():
        _link(path, target)
        fsync(target.parent)
    return location


def _link(path: Path, target: Path) -> None:
    """Link a file to its place, or copy it there from another file system; it appears whole."""
    try:
        os.link(path, target)
    except FileExistsError:
        return
    except OSError:
        with (
            tempfile.NamedTemporaryFile(dir=target.parent, prefix=".tmp-", delete=False) as copy,
            path.open("rb") as file,
        ):
            shutil.copyfileobj(file, copy)
        fsync(Path(copy.name))
        Path(copy.name).replace(target)


def _upload(io: FileIO, path: Path, location: str) -> None:
    with path.open("rb") as file, io.new_output(location).create(overwrite=True) as target:
        shutil.copyfileobj(file, target, 8 << 20)
