"""Runs of near-duplicate removal, each a process of its own on cores of its own: what it found and what it took."""

import collections
import hashlib
import json
import os
import resource
import shutil
import statistics
import struct
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
from _dedup_sets import DataSet, made
from _meter import measure
from _peers import HERE, peers_python

Run = dict[str, Any]
LIBRARIES = ("datasketch", "rensa", "gaoya")
UNITS = ("5 words", "5 characters")
TOOLS = (*(f"{name}, {unit}" for name in LIBRARIES for unit in UNITS), "rensa matrix, 5 characters")
CORES = (1, 2)
REPEATS = 3
"""Runs of Malmoi, of which the one of median CPU time is told; the peers run once."""


def libraries(given: DataSet, *, fresh: bool) -> dict[str, Run]:
    """Signatures and searches in one process on one core."""
    print(f"  {given.name}: malmoi", file=sys.stderr)
    own = [_in_process(given, "malmoi", "own_dedup.py", sys.executable) for _ in range(REPEATS)]
    runs = {
        "malmoi": own[0] | {key: statistics.median(run[key] for run in own) for key in ("cpu_s", "signature_cpu_s")}
    }
    for tool in TOOLS:
        runs[tool] = _kept(
            given,
            tool,
            "peer_dedup.py",
            fresh,
            lambda name=tool: _in_process(given, name, "peer_dedup.py", peers_python()),
        )
    return runs


def programs(given: DataSet, *, fresh: bool) -> dict[str, Run]:
    """Whole programs, from the file to files, at each number of cores."""
    runs = {}
    for cores in CORES:
        if cores > len(os.sched_getaffinity(0)):
            continue
        print(f"  {given.name}: malmoi dedup, {cores}", file=sys.stderr)
        _malmoi(given, cores)  # fills the caches of compiled code and of files
        own = sorted((_malmoi(given, cores) for _ in range(REPEATS)), key=lambda run: run["cpu_s"])
        runs[f"malmoi, {cores}"] = own[REPEATS // 2]
        for name, script, run in (
            ("text-dedup", "peer_dedup_textdedup.py", _text_dedup),
            ("datatrove", "peer_dedup_datatrove.py", _datatrove),
        ):
            tool = f"{name}, {cores}"
            runs[tool] = _kept(given, tool, script, fresh, lambda run=run, cores=cores: run(given, cores))
    return runs


def _in_process(given: DataSet, tool: str, script: str, python: object) -> Run:
    out = given.folder / "found.json"
    out.unlink(missing_ok=True)
    command = [str(python), str(HERE / script), str(given.file), str(out), tool]
    cost = _measured(command, 1, given.folder, f"{tool}.log")
    run: Run = json.loads(out.read_text(encoding="utf-8"))[tool]
    return run | {key: cost[key] for key in ("peak_rss_mb", "load")}


def _malmoi(given: DataSet, cores: int) -> Run:
    out = given.folder / "malmoi"
    shutil.rmtree(out, ignore_errors=True)
    command = [str(Path(sys.executable).parent / "malmoi"), "dedup", str(given.file), "--out", str(out)]
    cost = _measured([*command, "--workers", str(cores)], cores, given.folder, "malmoi.log")
    number = {name: row for row, name in enumerate(given.ids)}
    members = collections.defaultdict(list)
    for row in pq.read_table(out / "duplicates.parquet", columns=["id", "cluster_id"]).to_pylist():
        members[number[row["cluster_id"]]].append(number[row["id"]])
    kept = json.loads((out / "report.json").read_text(encoding="utf-8"))["counts"]["kept"]
    return cost | {"clusters": [[best, *rows] for best, rows in members.items()], "kept": kept}


def _text_dedup(given: DataSet, cores: int) -> Run:
    work = _emptied(given.folder / "text-dedup")
    out = work / "out"
    command = [str(peers_python()), "-m", "text_dedup.minhash", "--path", "json", "--data_files", str(given.file)]
    command += ["--split", "train", "--cache_dir", str(work / "cache"), "--output", str(out), "--column", "text"]
    command += ["--ngram", "5", "--min_length", "0", "--num_proc", str(cores), "--hash_func", "xxh3"]
    command += ["--b", "14", "--r", "8", "--num_perm", "112", "--debug"]
    cost = _measured(command, cores, work, "log")
    found = work / "found.json"
    _measured([str(peers_python()), str(HERE / "peer_dedup_textdedup.py"), str(out), str(found)], cores, work, "read")
    return cost | json.loads(found.read_text(encoding="utf-8"))


def _datatrove(given: DataSet, cores: int) -> Run:
    work = _emptied(given.folder / "datatrove")
    lines = given.file.read_bytes().splitlines(keepends=True)
    share = -(-len(lines) // cores)
    for number in range(cores):
        (made(work / "in") / f"{number}.jsonl").write_bytes(b"".join(lines[number * share : (number + 1) * share]))
    script = str(HERE / "peer_dedup_datatrove.py")
    command = [str(peers_python()), script, str(work / "in"), str(work / "out"), str(cores)]
    cost = _measured(command, cores, work, "log")
    members: dict[int, list[int]] = collections.defaultdict(list)
    removed: set[int] = set()
    for number in range(cores):
        clusters, gone = (work / "out" / "clusters" / f"{number:06d}{end}" for end in (".clusters", ".remove"))
        for row, cluster in struct.iter_unpack("<2I", clusters.read_bytes()):
            members[cluster].append(number * share + row)
        removed |= {number * share + row for (row,) in struct.iter_unpack("<I", gone.read_bytes())}
    kept = sum(file.read_bytes().count(b"\n") for file in (work / "out" / "kept").glob("*.jsonl"))
    return cost | {
        "clusters": [sorted(rows, key=lambda row: row in removed) for rows in members.values()],
        "kept": kept,
    }


def _measured(command: Sequence[str], cores: int, work: Path, log: str) -> Run:
    """Run on the first so many cores.

    CPU seconds are those of all processes, as counted at their end or, where one leaves its children to nobody, as last
    seen. `load` is what the machine was busy with before.
    """
    load = os.getloadavg()[0]
    chosen = ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores]))
    offline = {"HF_HOME": str(work / "hub"), "HF_HUB_OFFLINE": "1"}
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    cost = measure(["taskset", "-c", chosen, *command], work, {**os.environ, **offline}, work / log)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    counted = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return asdict(cost) | {"cpu_s": max(counted, cost.cpu_s), "load": load}


def _kept(given: DataSet, tool: str, script: str, fresh: bool, run: Callable[[], Run]) -> Run:  # noqa: FBT001
    """The peer's run on these documents by this script, made when it is not there yet, or why there is none."""
    source = hashlib.sha256((HERE / script).read_bytes()).hexdigest()
    file = made(given.folder / "runs") / f"{tool.replace(', ', '-').replace(' ', '_')}.json"
    key = f"{given.digest} {source}"
    if file.exists() and not fresh:
        held: Run = json.loads(file.read_text(encoding="utf-8"))
        if held["key"] == key:
            return held
    print(f"  {given.name}: {tool}", file=sys.stderr)
    try:
        made_now = run()
    except (SystemExit, subprocess.CalledProcessError, OSError) as error:
        return {"reason": str(error)[:120]}
    if "reason" not in made_now:
        file.write_text(json.dumps(made_now | {"key": key}), encoding="utf-8")
    return made_now


def _emptied(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    return made(folder)


def machine() -> str:
    """Model of the processor, and how many cores there are."""
    lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    model = next(
        (line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), "unknown processor"
    )
    return f"{model}, {len(os.sched_getaffinity(0))} cores"


def versions() -> dict[str, str]:
    """Versions of the peers."""
    names = ("datasketch", "rensa", "gaoya", "text-dedup", "datatrove")
    told = "import importlib.metadata as m, json, sys; print(json.dumps({n: m.version(n) for n in sys.argv[1:]}))"
    try:
        done = subprocess.run([peers_python(), "-c", told, *names], capture_output=True, text=True, check=True)
    except (subprocess.CalledProcessError, OSError):
        return {"versions": "unknown, the environment of the peers could not be made"}
    found: dict[str, str] = json.loads(done.stdout)
    return found
