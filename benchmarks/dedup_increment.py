"""What a run asks of a warehouse: increments of equal size into warehouses of growing size.

    .venv/bin/python -m benchmarks.dedup_increment [--sizes 20000 100000 500000 1000000] [--increments 1000 10000]

Each warehouse is made of runs of 20,000 documents, compacted as runs do it. Of the increment one document in ten is a
near copy of a document that is there (nine signature values in ten are its own), one in twenty its text under another
URL, one in twenty a new version of a page; the rest is new. What is read is what the process asks the system for
(rchar), from a warm page cache; what is found is compared with what was planted.
"""

import argparse
import datetime as dt
import hashlib
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from dedup import DEFAULTS, fingerprints
from warehouse import TABLES, write_file
from warehouse.catalog import Warehouse
from warehouse.commit import commit_run
from warehouse.known import Known, maintain, write_fingerprints

_RUN = 20_000
_CHARS = 1_500
_TEXTS = 4_000
_KEPT_VALUES = 0.9
_WORDS = "말뭉치 나라 글 사람 마을 바다 하늘 시장 학교 정부 기록 역사 물건 소리 길 강 산 집 아이 말".split()


@dataclass(frozen=True)
class Cost:
    """What one step took."""

    name: str
    rows: int
    cpu_s: float
    read: int


@dataclass
class Meter:
    """Costs of steps, one after the other."""

    costs: list[Cost] = field(default_factory=list)

    def measure(self, name: str, step: Any) -> Any:
        """Do a step, which gives rows."""
        cpu, read = time.process_time(), _bytes_read()
        result = step()
        self.costs.append(Cost(name, len(result), time.process_time() - cpu, _bytes_read() - read))
        return result


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[20_000, 100_000, 500_000, 1_000_000])
    parser.add_argument("--increments", type=int, nargs="+", default=[1_000, 10_000])
    parser.add_argument("--folder", type=Path, help="where the warehouse is made; a temporary folder by default")
    options = parser.parse_args()
    print("| documents there | files | MB | increment | step | rows | CPU s | MB read | of the tables |")
    print("|---:|---:|---:|---:|---|---:|---:|---:|---:|")
    with (
        tempfile.TemporaryDirectory(dir=options.folder) as folder,
        Warehouse.open(str(Path(folder) / "warehouse")) as warehouse,
    ):
        runs: list[str] = []
        for size in sorted(options.sizes):
            while len(runs) * _RUN < size:
                runs.append(_add(warehouse, len(runs), Path(folder) / "files"))
                maintain(warehouse)
            for increment in options.increments:
                for line in _lines(warehouse, runs, increment):
                    print(line, flush=True)


def _lines(warehouse: Warehouse, runs: Sequence[str], increment: int) -> Iterator[str]:
    documents = len(runs) * _RUN
    asked = _increment(documents, increment)
    meter = Meter()
    known = Known.open(warehouse, runs)
    hits = meter.measure("hits", lambda: known.hits(asked))
    ids = sorted(set(hits["doc_id"].to_pylist()))
    signatures = meter.measure("signatures", lambda: known.signatures(ids))
    sites = dict(zip(*(signatures[name].to_pylist() for name in ("doc_id", "site")), strict=True))
    meter.measure("kept", lambda: known.kept(ids, [sites[one] for one in ids]))
    meter.measure(
        "texts", lambda: [row for batch in known.texts(ids, [sites[one] for one in ids]) for row in batch["doc_id"]]
    )
    planted = _planted(increment)
    found = set(hits["row"].to_pylist())
    sizes = [size for name in ("fingerprints", "signatures", "documents") for size in _sizes(warehouse, name)]
    costs = meter.costs
    costs.append(Cost("**all**", len(found), sum(one.cpu_s for one in costs), sum(one.read for one in costs)))
    there = f"| {documents:,} | {len(sizes)} | {sum(sizes) / 1e6:,.0f} | {increment:,} |"
    for one in costs:
        share = f"{one.read / 1e6:.1f} | {one.read / sum(sizes):.1%}"
        yield f"{there} {one.name} | {one.rows:,} | {one.cpu_s:.2f} | {share} |"
    if found != planted:
        yield f"of {len(planted):,} planted {len(found & planted):,} were found, and {len(found - planted):,} others"


def _add(warehouse: Warehouse, number: int, out: Path) -> str:
    """Commit a run of documents."""
    run_id = f"run-{number:05d}"
    pages = _pages(number * _RUN, _RUN)
    keys = _keys(pages)
    by_doc = keys.append_column("doc_id", pages["doc_id"].combine_chunks().take(keys["row"].combine_chunks()))
    files = {"fingerprints": write_fingerprints([by_doc], out, warehouse=warehouse, run_id=run_id)}
    owned = pages.append_column("run_id", pa.repeat(run_id, _RUN))
    tables = {
        "signatures": owned.drop_columns(["url_key", "text"])
        .append_column("scheme", pa.repeat(DEFAULTS.scheme, _RUN))
        .sort_by("doc_id"),
        "documents": owned.drop_columns(["url_key", "signature", "n_shingles"]).sort_by(
            [("site", "ascending"), ("doc_id", "ascending")]
        ),
    }
    for name, table in tables.items():
        path = out / f"{name}-{run_id}.parquet"
        write_file(table, path, TABLES[name], warehouse.file_schema(name))
        files[name] = [path]
    now = dt.datetime.now(dt.UTC)
    row = {
        "recipe_digest": "",
        "recipe": "",
        "code_version": "",
        "counts": json.dumps({"stages": {}}),
        "engine": "local",
    }
    commit_run(warehouse, run_id, files, {**row, "models": {}, "inputs": [], "started_at": now, "finished_at": now})
    for paths in files.values():
        for path in paths:
            path.unlink()
    return run_id


def _pages(start: int, count: int) -> pa.Table:
    """Documents by number: always the same ones."""
    generator = np.random.default_rng([7, start])
    ids = [hashlib.blake2b(b"%d" % number, digest_size=16).hexdigest() for number in range(start, start + count)]
    words = np.random.default_rng(7).integers(0, len(_WORDS), (_TEXTS, _CHARS // 3))
    pool = pa.array([" ".join(_WORDS[word] for word in row) for row in words.tolist()], pa.large_string())
    signatures = pa.FixedSizeBinaryArray.from_buffers(
        pa.binary(512), count, [None, pa.py_buffer(generator.bytes(512 * count))]
    )
    return pa.table(
        {
            "doc_id": ids,
            "text_digest": [one[::-1] for one in ids],
            "signature": signatures,
            "n_shingles": pa.repeat(pa.scalar(900, pa.int32()), count),
            "site": [f"{number % 997:03d}.kr" for number in range(start, start + count)],
            "url_key": pa.array(generator.integers(0, 2**64 - 1, count, dtype=np.uint64)),
            "text": pool.take(pa.array(generator.integers(0, _TEXTS, count))),
        }
    )


def _planted(count: int) -> set[int]:
    return {row for row in range(count) if row % 10 == 0 or row % 20 in {1, 2}}


def _increment(documents: int, count: int) -> pa.Table:
    """Fingerprints of an increment; what is planted copies documents spread over all runs."""
    fresh = _pages(documents, count)
    generator = np.random.default_rng(11)
    originals = generator.integers(0, documents, count)
    columns = {name: fresh[name].to_pylist() for name in ("text_digest", "url_key")}
    values = np.frombuffer(b"".join(fresh["signature"].to_pylist()), dtype="<u4").reshape(count, -1).copy()
    for run in range(documents // _RUN):
        pages = _pages(run * _RUN, _RUN)
        theirs = np.frombuffer(pages["signature"].combine_chunks().buffers()[1], dtype="<u4").reshape(_RUN, -1)
        for row in np.flatnonzero(originals // _RUN == run).tolist():
            at = int(originals[row]) % _RUN
            if row % 10 == 0:
                own = generator.random(values.shape[1]) < _KEPT_VALUES
                values[row, own] = theirs[at, own]
            elif row % 20 == 1:
                columns["text_digest"][row] = pages["text_digest"][at].as_py()
                values[row] = theirs[at]
            elif row % 20 == 2:
                columns["url_key"][row] = pages["url_key"][at].as_py()
    signatures = pa.array([value.tobytes() for value in values], pa.binary(512))
    digests, urls = pa.array(columns["text_digest"]), pa.array(columns["url_key"], pa.uint64())
    return fingerprints(fresh["doc_id"], digests, urls, signatures)


def _keys(pages: pa.Table) -> pa.Table:
    return fingerprints(*(pages[name] for name in ("doc_id", "text_digest", "url_key", "signature")))


def _sizes(warehouse: Warehouse, name: str) -> list[int]:
    return [task.file.file_size_in_bytes for task in warehouse.table(name).scan().plan_files()]


def _bytes_read() -> int:
    lines = Path("/proc/self/io").read_text("ascii").splitlines()
    return int(dict(line.split(": ") for line in lines)["rchar"])


if __name__ == "__main__":
    main()
