"""How `malmoi dedup` grows: time for each document, peak memory, and what it finds of planted copies.

Documents are made of sentences of the shared texts: most of six to sixteen chosen at random, some as copies of an
earlier one (spaces doubled, the tail cut off, one sentence exchanged, one added). The Jaccard index of a copy and its
source is computed on sets of strings, apart from the code under test. The command runs in a process of its own; its
peak is that of the process, which has threads and no children.

    python benchmarks/dedup_growth.py --sizes 100000 1000000 5000000 --memory 2GiB

Five million documents take some 12 GB of disk while they run, which are freed behind them.
"""

import argparse
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import zstandard

from dedup import canonical

ROOT = Path(__file__).parents[1]
SHARED = Path(os.environ.get("MALMOI_SHARED", ROOT.parent / "shared"))
BATCH = 20_000
RATE = 0.1
THRESHOLD = 0.8
WIDTH = 5


def sentences() -> "pa.Array[Any]":
    """Distinct sentences of 15 to 200 characters, sorted."""
    found: set[str] = set()
    for path in sorted((SHARED / "data" / "text").glob("*.jsonl.zst")):
        if path.name.startswith(("docs-", "law-")):
            continue
        with path.open("rb") as file, zstandard.ZstdDecompressor().stream_reader(file) as stream:
            for line in stream.read().decode().split("\n"):
                text = json.loads(line)["text"] if line else ""
                found.update(one for one in re.split(r"(?<=[.!?])\s+|\n", text) if 15 <= len(one) <= 200)
    return pa.array(sorted(found), pa.string())


def batches(pool: "pa.Array[Any]", count: int, seed: int) -> Iterator[tuple[pl.DataFrame, list[float]]]:
    """Documents (`id`, `text`) of which the last ones are copies of others before them, with the index of each copy."""
    chance = np.random.default_rng(seed)
    for start in range(0, count, BATCH):
        size = min(BATCH, count - start)
        copies = int(size * RATE)
        fresh = size - copies
        lengths = chance.integers(6, 17, fresh)
        ends = np.cumsum(lengths)
        chosen = chance.integers(0, len(pool), ends[-1])
        texts = joined(pool, chosen, np.concatenate(([0], ends)))
        sources = chance.choice(fresh, copies, replace=False)
        copied = [
            edited(kind, pool, chosen[ends[one] - lengths[one] : ends[one]], texts[int(one)].as_py(), chance)
            for one, kind in zip(sources.tolist(), chance.integers(0, 4, copies).tolist(), strict=True)
        ]
        ids = [f"d{start + one:09d}" for one in range(fresh)] + [f"c{start + one:09d}" for one in sources.tolist()]
        exact = [index(texts[int(one)].as_py(), copy) for one, copy in zip(sources, copied, strict=True)]
        yield pl.DataFrame({"id": ids, "text": [*texts.to_pylist(), *copied]}), exact


def joined(pool: "pa.Array[Any]", chosen: Any, bounds: Any) -> Any:
    """Sentences by number, joined by spaces between bounds."""
    lists = pa.ListArray.from_arrays(pa.array(bounds, pa.int32()), pool.take(pa.array(chosen)))
    return pc.binary_join(lists, " ")


def edited(kind: int, pool: Any, chosen: Any, text: str, chance: np.random.Generator) -> str:
    """A copy of a text of these sentences."""
    if kind == 0:
        return text.replace(" ", "  ")
    if kind == 1:
        return text[: int(len(text) * (1 - 0.3 * chance.random()))]
    parts = pool.take(pa.array(chosen)).to_pylist()
    other = pool[int(chance.integers(len(pool)))].as_py()
    if kind == 2:
        parts[int(chance.integers(len(parts)))] = other
        return " ".join(parts)
    return " ".join([*parts, other])


def index(one: str, other: str) -> float:
    """Exact Jaccard index of two texts."""
    a, b = ({form[at : at + WIDTH] for at in range(len(form) - WIDTH + 1)} for form in map(canonical, (one, other)))
    return len(a & b) / len(a | b)


def make(path: Path, pool: Any, count: int, seed: int) -> dict[str, float]:
    """Write documents to a Parquet file; the index of each copy by its number."""
    truth: dict[str, float] = {}
    schema = pa.schema([("id", pa.large_string()), ("text", pa.large_string())])
    with pq.ParquetWriter(path, schema, compression="zstd", compression_level=1, use_dictionary=False) as writer:
        for frame, exact in batches(pool, count, seed):
            writer.write_table(frame.to_arrow().cast(schema))
            copies = frame["id"][frame.height - len(exact) :].str.slice(1).to_list()
            truth.update(zip(copies, exact, strict=True))
    return truth


def found(out: Path) -> tuple[set[str], int]:
    """Numbers of the copies that were found beside their sources, and how many pairs of other documents."""
    table = pl.read_parquet(out / "duplicates.parquet", columns=["id", "partner_id"])
    numbers = table.select(a=pl.col("id").str.slice(1), b=pl.col("partner_id").str.slice(1))
    same = numbers.filter(pl.col("a") == pl.col("b"))["a"]
    return set(same.to_list()), table.height - same.len()


def run(command: list[str]) -> tuple[float, float, int]:
    """Wall and CPU seconds and peak resident bytes of a command."""
    start = time.monotonic()
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    wall = time.monotonic() - start
    if status:
        sys.exit(f"{' '.join(command)}: failed with {os.waitstatus_to_exitcode(status)}")
    return wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss << 10


def main() -> None:
    """Print a row for each size."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="+", default=[100_000, 1_000_000])
    parser.add_argument("--memory", default="2GiB")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--scratch", type=Path, default=None, help="Folder for the documents; a temporary one else.")
    arguments = parser.parse_args()
    pool = sentences()
    print(
        f"{len(pool):,} sentences; one document in ten is a copy;"
        f" memory {arguments.memory}, {arguments.workers} workers"
    )
    print()
    names = ("documents", "CPU us/document", "of the first", "wall s", "peak MiB", "copies at 0.8", "found", "off by")
    print("|", " | ".join((*names, "other pairs")), "|")
    print("|---:|---:|---:|---:|---:|---:|---:|---:|---:|")
    first = 0.0
    for size in arguments.sizes:
        folder = Path(tempfile.mkdtemp(prefix="growth-", dir=arguments.scratch))
        try:
            truth = make(folder / "documents.parquet", pool, size, seed=size)
            command = [sys.executable, "-c", "from pipelines.cli import main; main()", "dedup"]
            command += [str(folder / "documents.parquet"), "--out", str(folder / "out")]
            command += ["--memory", arguments.memory, "--workers", str(arguments.workers)]
            wall, cpu, peak = run(command)
            there = {number for number, exact in truth.items() if exact >= THRESHOLD}
            hit, others = found(folder / "out")
            each = cpu / size * 1e6
            first = first or each
            off = len(hit & there) / len(there) - 1
            print(
                f"| {size:,} | {each:.1f} | {each / first:.2f} | {wall:.0f} | {peak >> 20:,} | {len(there):,}"
                f" | {len(hit & there):,} | {off:+.3%} | {others:,} |",
                flush=True,
            )
            if hit - there:
                sys.exit(f"{len(hit - there)} pairs below the threshold were taken for copies")
        finally:
            shutil.rmtree(folder)


if __name__ == "__main__":
    main()
