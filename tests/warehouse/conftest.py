import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pyarrow as pa
import pytest

from warehouse import TABLES, write_file
from warehouse.catalog import Warehouse

ROOT = Path(__file__).parents[2]


def doc_id(key):
    return hashlib.blake2b(str(key).encode(), digest_size=16).hexdigest()


def make_documents(count, run_id="run-1", start=0):
    numbers = range(start, start + count)
    return pa.table(
        {
            "doc_id": [doc_id(n) for n in numbers],
            "url": [f"https://www.누리{n % 7}.kr/글/{n}" for n in numbers],
            "host": [f"www.누리{n % 7}.kr" for n in numbers],
            "site": [f"누리{n % 7}.kr" for n in numbers],
            "source": ["crawl/첫째.warc.gz"] * count,
            "offset": pa.array(numbers, pa.int64()),
            "title": [f"제목 {n}" for n in numbers],
            "text": [f"{n}번째 글입니다. 나랏말싸미 듕귁에 달아 " * (1 + n % 5) for n in numbers],
            "quality": pa.array([{"글자": float(n), "줄": None} for n in numbers]),
            "pii": pa.array([[("KR_PHONE", n % 3)] for n in numbers], pa.map_(pa.string(), pa.int32())),
            "evidence_ids": [[f"{n:032x}"] for n in numbers],
            "policy_class_id": ["class-1"] * count,
            "cluster_id": [doc_id(n) for n in numbers],
            "run_id": [run_id] * count,
        }
    )


def make_drops(count, run_id="run-1", partner=None):
    return pa.table(
        {
            "doc_id": [doc_id(f"drop {n}") for n in range(count)],
            "url": [f"https://drop.kr/{n}" for n in range(count)],
            "site": ["drop.kr"] * count,
            "outcome": ["dropped"] * count,
            "stage": ["dedup"] * count,
            "reason": ["near_duplicate"] * count,
            "partner_doc_id": pa.array([partner] * count, pa.string()),
            "jaccard": [0.9] * count,
            "run_id": [run_id] * count,
        }
    )


def run_row(kept, dropped=0):
    stages = {
        "language": {"in": kept + dropped, "kept": kept + dropped, "dropped": {}, "quarantined": {}},
        "dedup": {
            "in": kept + dropped,
            "kept": kept,
            "dropped": {"near_duplicate": dropped} if dropped else {},
            "quarantined": {},
        },
    }
    return {
        "recipe_digest": "r" * 64,
        "recipe": "[quality]",
        "code_version": "0.1.0",
        "models": {"lid.176": "a" * 64},
        "inputs": [{"uri": "crawl/첫째.warc.gz", "size": 10, "fingerprint": None}],
        "counts": json.dumps({"stages": stages}),
        "engine": "local",
    }


class Rows:
    """Makers of rows, for test modules that cannot import each other."""

    doc_id = staticmethod(doc_id)
    documents = staticmethod(make_documents)
    drops = staticmethod(make_drops)
    run_row = staticmethod(run_row)

    @staticmethod
    def file(warehouse, table, rows, path, **options):
        return write_file(rows, path, TABLES[table], warehouse.file_schema(table), **options)


@pytest.fixture(scope="session")
def rows():
    return Rows


@pytest.fixture
def warehouse(tmp_path):
    with Warehouse.open(str(tmp_path / "창고")) as opened:
        yield opened


@pytest.fixture(scope="session")
def python(tmp_path_factory):
    """Starts Python code in a process of its own."""
    env = {**os.environ, "PYTHONPATH": os.pathsep.join([str(ROOT), os.environ.get("PYTHONPATH", "")])}
    # Where byte code is not kept, each process would compile the catalog's libraries for seconds.
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(tmp_path_factory.mktemp("pycache"))

    def start(code, *arguments):
        command = [sys.executable, "-c", code, *map(str, arguments)]
        return subprocess.Popen(command, env=env, stdout=subprocess.PIPE, text=True)

    return start
