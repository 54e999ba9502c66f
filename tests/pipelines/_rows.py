"""Helpers of the end-to-end tests: small archives, runs of the real command, and the rows that came out."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
from warcio.archiveiterator import ArchiveIterator

from warehouse.catalog import Warehouse

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "examples" / "korean-web.warc.gz"
TABLES = ("documents", "drops", "evidence", "policy_classes", "site_files", "signatures")


def cut(source: Path, target: Path, step: int) -> Path:
    """Every ``step``-th record of an archive, byte for byte."""
    with source.open("rb") as file, source.open("rb") as raw, target.open("wb") as out:
        records = ArchiveIterator(file)
        for number, record in enumerate(records):
            offset = records.get_record_offset()
            record.content_stream().read()
            if number % step == 0:
                raw.seek(offset)
                out.write(raw.read(records.get_record_length()))
    return target


def command(*arguments: object) -> list[str]:
    """The ``malmoi`` command of this environment."""
    return [str(Path(sys.executable).parent / "malmoi"), *map(str, arguments)]


def malmoi(*arguments: object, cwd: Path = ROOT, **options: object) -> subprocess.CompletedProcess[str]:
    """Run the command to its end."""
    environment = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200"}
    return subprocess.run(
        command(*arguments), cwd=cwd, env=environment, capture_output=True, text=True, check=False, **options
    )


def run(inputs: Path | str, warehouse: Path, *options: object) -> dict[str, object]:
    """``malmoi run --json`` on one input; what it printed."""
    done = malmoi("run", "--input", inputs, "--warehouse", warehouse, "--json", *options)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def rows(warehouse: Path) -> dict[str, list[str]]:
    """All rows of all tables as sorted JSON lines; the runs table, which holds times, is left out."""
    with Warehouse.open(str(warehouse), create=False) as store:
        return {name: _lines(store.scan(name)) for name in TABLES}


def _lines(table: pa.Table) -> list[str]:
    return sorted(
        json.dumps(row, ensure_ascii=False, sort_keys=True, default=repr)
        for row in table.to_pylist(maps_as_pydicts="strict")
    )
