"""Near-duplicate pairs by the libraries of the `bench` group. Rows: {"text"}. Usage: see _serve.py.

Each library gets 112 hashes in 14 bands of 8 rows, datatrove's own numbers, over sets of runs of five words or of five
characters, which it has no way of its own to make of Korean text. Results are the pairs that share a band and whose
Jaccard index the library itself estimates at 0.75 or more; `sharing` holds all that share a band, where it tells.

Of each, CPU seconds of the search (`cpu_s`: shingles, signatures, index and pairs), of the signatures alone
(`signature_cpu_s`: text to signature, shingles with it), and of the shingles in them (`shingle_cpu_s`).
"""

import json
import sys
import time
import unicodedata
from collections.abc import Callable, Iterable, Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

HASHES, BANDS, ROWS, ESTIMATE = 112, 14, 8, 0.75
Shingles = Callable[[str], list[str]]
Found = Iterator[tuple[int, int, bool]]
"""Pairs that share a band, and whether the estimate is high enough."""


def words(text: str) -> list[str]:
    """Distinct runs of five words."""
    units = unicodedata.normalize("NFC", text).lower().split()
    return list({" ".join(units[i : i + 5]) for i in range(max(1, len(units) - 4))})


def characters(text: str) -> list[str]:
    """Distinct runs of five characters without whitespace."""
    flat = "".join(unicodedata.normalize("NFC", text).lower().split())
    return list({flat[i : i + 5] for i in range(max(1, len(flat) - 4))})


def datasketch(texts: list[str], shingles: Shingles) -> Found:
    """The MinHashLSH of datasketch."""
    from datasketch import MinHashLSH  # noqa: PLC0415

    index, sketches = MinHashLSH(num_perm=HASHES, params=(BANDS, ROWS)), []
    for number, sketch in enumerate(datasketch_signatures(texts, shingles)):
        yield from ((other, number, sketches[other].jaccard(sketch) >= ESTIMATE) for other in index.query(sketch))
        index.insert(number, sketch, check_duplication=False)
        sketches.append(sketch)


def datasketch_signatures(texts: list[str], shingles: Shingles) -> Iterator[Any]:
    """Signatures alone."""
    from datasketch import MinHash  # noqa: PLC0415

    for text in texts:
        sketch = MinHash(num_perm=HASHES, seed=1)
        sketch.update_batch([shingle.encode() for shingle in shingles(text)])
        yield sketch


def rensa(texts: list[str], shingles: Shingles) -> Found:
    """The RMinHashLSH of rensa."""
    from rensa import RMinHashLSH  # noqa: PLC0415

    index, sketches = RMinHashLSH(ESTIMATE, HASHES, BANDS), []
    for number, sketch in enumerate(rensa_signatures(texts, shingles)):
        yield from ((other, number, sketches[other].jaccard(sketch) >= ESTIMATE) for other in index.query(sketch))
        index.insert(number, sketch)
        sketches.append(sketch)


def rensa_signatures(texts: list[str], shingles: Shingles) -> Iterator[Any]:
    """Signatures alone."""
    from rensa import RMinHash  # noqa: PLC0415

    for text in texts:
        sketch = RMinHash(HASHES, 42)
        sketch.update(shingles(text))
        yield sketch


def rensa_matrix(texts: list[str], shingles: Shingles) -> Iterator[Any]:
    """All signatures in one call, which is rensa's fastest way; its index then tells documents and not pairs."""
    from rensa import RMinHash  # noqa: PLC0415

    yield RMinHash.digest_matrix_from_token_sets(map(shingles, texts), HASHES, 42)


def gaoya(texts: list[str], shingles: Shingles) -> Found:
    """The MinHashStringIndex of gaoya, which hashes and indexes in one, and tells only what it deems near."""
    from gaoya.minhash import MinHashStringIndex  # noqa: PLC0415

    index = MinHashStringIndex(64, ESTIMATE, BANDS, ROWS, None, lambda shingled: shingled, False, None)
    for number, text in enumerate(texts):
        shingled = shingles(text)
        yield from ((other, number, True) for other in index.query(shingled))
        index.insert_document(number, shingled)


SEARCHES: dict[str, Callable[[list[str], Shingles], Found]] = {"datasketch": datasketch, "rensa": rensa, "gaoya": gaoya}
SIGNATURES: dict[str, Callable[[list[str], Shingles], Iterable[Any]]] = {
    "datasketch": datasketch_signatures,
    "rensa": rensa_signatures,
    "rensa matrix": rensa_matrix,
}
UNITS = {"5 words": words, "5 characters": characters}


def main() -> None:
    """Run the tools that are named."""
    with Path(sys.argv[1]).open(encoding="utf-8") as lines:
        texts = [json.loads(line)["text"] for line in lines]
    out = {}
    for name in sys.argv[3:]:
        library, unit = name.split(", ")
        try:
            out[name] = measure(library, texts, UNITS[unit])
        except ImportError as error:
            out[name] = {"reason": str(error)}
    Path(sys.argv[2]).write_text(json.dumps(out), encoding="utf-8")


def measure(library: str, texts: list[str], shingles: Shingles) -> dict[str, Any]:
    """What a library finds and takes."""
    row: dict[str, Any] = {"version": version(library.split(" ", maxsplit=1)[0]), "rows": len(texts), "results": []}
    for tools in (SEARCHES, SIGNATURES):
        if library in tools:
            list(tools[library](texts[:20], shingles))
    row["shingle_cpu_s"] = seconds(lambda: [len(shingles(text)) for text in texts])
    if library in SIGNATURES:
        row["signature_cpu_s"] = seconds(lambda: list(SIGNATURES[library](texts, shingles)))
    if library in SEARCHES:
        found: list[tuple[int, int, bool]] = []
        row["cpu_s"] = seconds(lambda: found.extend(SEARCHES[library](texts, shingles)))
        row["results"] = [(a, b) for a, b, near in found if near]
        if library != "gaoya":
            row["sharing"] = [(a, b) for a, b, _ in found]
    return row


def seconds(work: Callable[[], object]) -> float:
    """CPU seconds of this process."""
    started = time.process_time()
    work()
    return time.process_time() - started


if __name__ == "__main__":
    main()
