"""The documents of the comparison of near-duplicate removal, and which of them are near-duplicates, exactly."""

import json
import os
import random
import re
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import file_digest
from pathlib import Path

import numpy as np
from _peers import peers_python

from pipelines.evaluate.all_pairs import KINDS, Codes, Kind, exact_pairs
from pipelines.evaluate.files import read_jsonl

PLANTED = 100_000
THRESHOLDS = (0.8, 0.7)
_CHANGED = (0.0, 0.005, 0.01, 0.02, 0.03, 0.05, 0.08, 0.12, 0.18, 0.25)


@dataclass(frozen=True)
class DataSet:
    """Documents as JSON lines of `id` and `text`, and the truth about their pairs."""

    name: str
    title: str
    file: Path
    folder: Path
    """Where what belongs to the set is kept."""

    texts: list[str] = field(init=False, repr=False)
    ids: list[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        rows = list(read_jsonl(self.file, {"id": str, "text": str}))
        object.__setattr__(self, "texts", [row["text"] for row in rows])
        object.__setattr__(self, "ids", [row["id"] for row in rows])

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the file."""
        with self.file.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()

    @cached_property
    def truth(self) -> dict[tuple[Kind, float], Codes]:
        """Codes a * n + b of the pairs at each threshold, by shingle; computed once and kept."""
        kept = self.folder / f"truth-{self.digest[:16]}.npz"
        wanted = [(kind, threshold) for kind in KINDS for threshold in THRESHOLDS]
        if not kept.exists():
            print(f"  {self.name}: comparing all pairs", file=sys.stderr)
            made = {f"{kind} {least}": exact_pairs(self.texts, kind, least) for kind, least in wanted}
            np.savez(kept, **made)
        with np.load(kept) as held:
            return {(kind, least): held[f"{kind} {least}"] for kind, least in wanted}


def neardup(data: Path, work: Path) -> DataSet:
    """Successive versions of Korean documents, and petitions."""
    folder = made(work / "neardup")
    file = folder / "docs.jsonl"
    if not file.exists():
        write(file, ((row["id"], row["text"]) for row in read_jsonl(data / "neardup" / "docs.jsonl.zst", {})))
    return DataSet("neardup", "versions of real documents", file, folder)


def planted(data: Path, work: Path) -> DataSet:
    """Documents of random sentences, one in ten an edited copy of another.

    Made by the script beside the data, so that the set is the one that other figures tell of; where it is absent, by
    the like of it that stands here.
    """
    folder = made(work / "planted")
    file = folder / "planted.jsonl"
    script = data.parent / "tools" / "peers" / "neardup_data.py"
    if not file.exists() and script.exists():
        print("  planted: made by neardup_data.py", file=sys.stderr)
        places = {"PEER_DEV": str(data), "PYTHONPATH": str(script.parent)}
        subprocess.run(
            [peers_python(), script, "planted", folder, str(PLANTED)], check=True, env={**os.environ, **places}
        )
    elif not file.exists():
        write(file, ((str(i), text) for i, text in enumerate(generated(data, PLANTED))))
    return DataSet("planted", "random sentences with planted copies", file, folder)


SETS = {"neardup": neardup, "planted": planted}


def generated(data: Path, count: int, seed: int = 11) -> Iterator[str]:
    """Texts of 6 to 16 sentences; then copies in which words were replaced, left out or joined to the one before."""
    rng = random.Random(seed)
    texts = [row["text"] for row in read_jsonl(data / "neardup" / "docs.jsonl.zst", {})]
    pool = sorted({line for text in texts for line in re.split(r"(?<=[.!?])\s+|\n", text) if 15 <= len(line) <= 200})
    base = [" ".join(rng.sample(pool, rng.randint(6, 16))) for _ in range(count * 9 // 10)]
    yield from base
    for _ in range(count - len(base)):
        words = rng.choice(base).split()
        yield edited(words, rng.choice(_CHANGED), rng)


def edited(words: list[str], share: float, rng: random.Random) -> str:
    """A copy in which about so large a share of the words is another, gone, or joined."""
    out: list[str] = []
    for word in words:
        chance = rng.random()
        if chance < share / 2:
            out.append(rng.choice(words))
        elif chance < share * 3 / 4:
            continue
        elif chance < share and out:
            out[-1] += word
        else:
            out.append(word)
    return " ".join(out)


def made(folder: Path) -> Path:
    """The folder, there."""
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def write(file: Path, rows: Iterator[tuple[str, str]]) -> None:
    """JSON lines of id and text."""
    part = file.with_suffix(".part")
    with part.open("w", encoding="utf-8") as out:
        out.writelines(json.dumps({"id": name, "text": text}, ensure_ascii=False) + "\n" for name, text in rows)
    part.rename(file)
