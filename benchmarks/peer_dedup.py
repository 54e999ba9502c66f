"""Near-duplicate pairs by the peers of the `bench` group. Rows: {"text"}; results: [[a, b]]. Usage: see _serve.py.

Each library gets 112 hashes in 14 bands of 8 rows, datatrove's own numbers, over runs of five words or of five
characters; a pair counts when the library's own estimate of the Jaccard index is at least 0.75.
"""

import json
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path

HASHES, BANDS, ROWS, ESTIMATE = 112, 14, 8, 0.75
Shingles = Callable[[str], list[str]]
Pairs = Iterable[tuple[int, int]]


def words(text: str) -> list[str]:
    """Distinct runs of five words."""
    units = unicodedata.normalize("NFC", text).lower().split()
    return list({" ".join(units[i : i + 5]) for i in range(max(1, len(units) - 4))})


def characters(text: str) -> list[str]:
    """Distinct runs of five characters without whitespace."""
    flat = "".join(unicodedata.normalize("NFC", text).lower().split())
    return list({flat[i : i + 5] for i in range(max(1, len(flat) - 4))})


def datasketch(texts: list[str], shingles: Shingles) -> Iterator[tuple[int, int]]:
    """The MinHashLSH of datasketch."""
    from datasketch import MinHash, MinHashLSH  # noqa: PLC0415

    index, sketches = MinHashLSH(num_perm=HASHES, params=(BANDS, ROWS)), []
    for number, text in enumerate(texts):
        sketch = MinHash(num_perm=HASHES, seed=1)
        sketch.update_batch([shingle.encode() for shingle in shingles(text)])
        yield from ((other, number) for other in index.query(sketch) if sketches[other].jaccard(sketch) >= ESTIMATE)
        index.insert(number, sketch, check_duplication=False)
        sketches.append(sketch)


def rensa(texts: list[str], shingles: Shingles) -> Iterator[tuple[int, int]]:
    """The RMinHashLSH of rensa."""
    from rensa import RMinHash, RMinHashLSH  # noqa: PLC0415

    index, sketches = RMinHashLSH(ESTIMATE, HASHES, BANDS), []
    for number, text in enumerate(texts):
        sketch = RMinHash(HASHES, 42)
        sketch.update(shingles(text))
        yield from ((other, number) for other in index.query(sketch) if sketches[other].jaccard(sketch) >= ESTIMATE)
        index.insert(number, sketch)
        sketches.append(sketch)


LIBRARIES = {"datasketch": datasketch, "rensa": rensa}
UNITS = {"5 words": words, "5 characters": characters}


def main() -> None:
    """Run every library over both kinds of shingles."""
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    out: dict[str, object] = {}
    for library, search in LIBRARIES.items():
        for unit, shingles in UNITS.items():
            name = f"{library}, {unit}"
            if sys.argv[3:] and name not in sys.argv[3:]:
                continue
            start = time.process_time()
            try:
                pairs = [list(pair) for pair in search(texts, shingles)]
            except ImportError as error:
                out[name] = {"reason": str(error)}
                continue
            seconds = time.process_time() - start
            out[name] = {"version": version(library), "rows": len(texts), "cpu_s": seconds, "results": pairs}
    Path(sys.argv[2]).write_text(json.dumps(out), encoding="utf-8")


if __name__ == "__main__":
    main()
