"""Small labelled files for the tests of evaluations, and the real command on them."""

import gzip
import json
from pathlib import Path

import zstandard

from tests.pipelines._rows import malmoi


def write_rows(path: Path, rows) -> Path:
    """JSON lines, packed as the name says."""
    return write_bytes(path, "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows).encode())


def write_bytes(path: Path, data: bytes) -> Path:
    pack = {".gz": gzip.compress, ".zst": zstandard.ZstdCompressor().compress}.get(path.suffix, bytes)
    path.write_bytes(pack(data))
    return path


def evaluate(*arguments: object) -> dict:
    """`malmoi eval ... --json`: what it printed, which is one object and nothing else."""
    done = malmoi("eval", *arguments, "--json")
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def refused(*arguments: object) -> str:
    """The one line of error of a command that is refused as wrong usage."""
    done = malmoi("eval", *arguments)
    assert done.returncode == 2, (done.returncode, done.stderr)
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    return done.stderr
