"""Every pair of texts at a Jaccard index, exactly: the truth where nobody has listed it.

Nothing here is shared with `dedup`, which is judged by it. Two sets of index t have a shingle in common among the
n - ceil(t n) + 1 first of each in any one order (prefix filter: Chaudhuri, Ganti, Kaushik, A Primitive Operator for
Similarity Joins in Data Cleaning, ICDE 2006; Bayardo, Ma, Srikant, Scaling Up All Pairs Similarity Search, WWW 2007).
With rare shingles first an inverted index over these few brings together little more than the pairs looked for, and
each is compared in full.

Sets and the index lie in files of a temporary folder. In memory are one part of the index, 8 bytes for each text, and
24 for each pair that is compared.
"""

import hashlib
import tempfile
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Literal, TypeAlias

import numpy as np
import numpy.typing as npt

Kind = Literal["word5", "char5"]
Codes: TypeAlias = npt.NDArray[np.int64]
Shingles: TypeAlias = npt.NDArray[np.uint64]
Entries: TypeAlias = npt.NDArray[np.void]

KINDS: tuple[Kind, ...] = ("word5", "char5")
"""Five consecutive words of lower-cased NFC text; five consecutive characters of it without whitespace."""

_RUN = 5
_BUCKET_BITS = 22
_PART_ENTRIES = 1 << 22
_BLOCK_ENTRIES = 1 << 18
_HELD_CODES = 1 << 23
_ENTRY = np.dtype([("shingle", np.uint64), ("text", np.int64)])
# An odd factor is a bijection modulo 2^64; that of Knuth's MMIX generator.
_FACTOR = np.uint64(6364136223846793005)


def exact_pairs(texts: Iterable[str], kind: Kind, threshold: float) -> Codes:
    """All pairs of texts whose sets of shingles have a Jaccard index of at least the threshold.

    Args:
        texts: They are gone through once.
        kind: What a shingle is; a text shorter than one is one shingle, and an empty text is in no pair.
        threshold: Greater than 0.

    Returns:
        Codes of the pairs (`expand`), ascending and distinct. Shingles are told apart by 64-bit hashes: of n different
        ones two have the same with a probability of n^2 / 2^65.
    """
    with tempfile.TemporaryDirectory(prefix="malmoi-pairs-") as folder:
        sets = _Sets(texts, kind, Path(folder) / "sets")
        codes, shared = _candidates(sets, threshold, Path(folder))
        a, b = np.divmod(codes, len(sets.sizes))
        low, high = np.minimum(sets.sizes[a], sets.sizes[b]), np.maximum(sets.sizes[a], sets.sizes[b])
        # Shingles that two sets share are in both prefixes, or come after the end of one of them.
        most = np.minimum(low, shared + np.maximum(_rest(low, threshold), _rest(high, threshold)))
        likely = np.flatnonzero(most / (low + high - most) >= threshold)
        right = [_jaccard(sets.of(x), sets.of(y)) >= threshold for x, y in zip(a[likely], b[likely], strict=True)]
        kept = likely[np.array(right, dtype=np.bool_)]
        return expand(sets.standing, a[kept], b[kept])


def expand(standing: Codes, a: Codes, b: Codes) -> Codes:
    """Pairs of texts out of pairs of the texts that stand for equal ones.

    Args:
        standing: For each text the one that stands for it, itself where it stands for itself; -1 is in no pair.
        a: Texts that stand for themselves, one end of each pair.
        b: The other end.

    Returns:
        The code x * len(standing) + y, x < y, of each pair between the equals of both ends, and of each pair of equals.
    """
    count = len(standing)
    order = np.argsort(standing, kind="stable")[np.count_nonzero(standing < 0) :]
    size = np.bincount(standing[standing >= 0], minlength=count)
    start = np.cumsum(size) - size
    crowds = np.flatnonzero(size > 1)
    a, b = np.concatenate((a, crowds)), np.concatenate((b, crowds))
    times = size[a] * size[b]
    pair = np.repeat(np.arange(len(a)), times)
    step = np.arange(len(pair)) - np.repeat(np.cumsum(times) - times, times)
    left, right = np.divmod(step, size[b[pair]])
    x, y = order[start[a[pair]] + left], order[start[b[pair]] + right]
    codes = np.minimum(x, y) * count + np.maximum(x, y)
    return np.unique(codes[x != y])


class _Sets:
    """The sets of shingles, in a file. `standing` names the first text of each set, and -1 for an empty one."""

    def __init__(self, texts: Iterable[str], kind: Kind, file: Path) -> None:
        self.counts = np.zeros(1 << _BUCKET_BITS, dtype=np.uint32)
        """How many sets hold a shingle of each bucket, about how common the shingle is."""
        sizes, standing = [], []
        first: dict[bytes, int] = {}
        with file.open("wb") as out:
            for number, text in enumerate(texts):
                shingles = _shingles(text, kind)
                digest = hashlib.blake2b(shingles.tobytes(), digest_size=16).digest()
                standing.append(first.setdefault(digest, number) if len(shingles) else -1)
                again = standing[-1] != number
                sizes.append(0 if again else len(shingles))
                if not again:
                    np.add.at(self.counts, _bucket(shingles), 1)
                    out.write(shingles.tobytes())
        self.standing = np.array(standing, dtype=np.int64)
        self.sizes = np.array(sizes, dtype=np.int64)
        self._ends = np.cumsum(self.sizes)
        self._hashes = np.memmap(file, np.uint64, "r") if file.stat().st_size else np.empty(0, np.uint64)

    def of(self, number: int) -> Shingles:
        """The set of a text that stands for itself, ascending; else none."""
        end = int(self._ends[number])
        shingles: Shingles = self._hashes[end - int(self.sizes[number]) : end]
        return shingles

    def prefixes(self, threshold: float) -> Iterator[Entries]:
        """Entries of the index: of each set its rarest shingles, equally rare ones by their hash."""
        for number in np.flatnonzero(self.sizes):
            shingles = self.of(int(number))
            common = np.minimum(self.counts[_bucket(shingles)], 0xFFFF).astype(np.uint16)
            count = len(shingles) - int(_rest(self.sizes[number], threshold))
            entries = np.empty(count, dtype=_ENTRY)
            entries["shingle"] = shingles[np.argsort(common, kind="stable")[:count]]
            entries["text"] = number
            yield entries


def _candidates(sets: _Sets, threshold: float, folder: Path) -> tuple[Codes, Codes]:
    """Codes of the pairs that share a shingle of their prefixes and may be near by size; how many each shares."""
    entries = int((sets.sizes - _rest(sets.sizes, threshold)).sum())
    parts = [folder / f"index-{number}" for number in range(1 + entries // _PART_ENTRIES)]
    _write_parts(sets.prefixes(threshold), parts)
    codes = shared = np.empty(0, dtype=np.int64)
    held: list[Codes] = []
    for part in parts:
        for found in _meetings(np.fromfile(part, dtype=_ENTRY), sets.sizes, threshold):
            held.append(found)
            if sum(map(len, held)) > _HELD_CODES:
                codes, shared = _counted(codes, shared, held)
                held = []
        part.unlink()
    return _counted(codes, shared, held)


def _write_parts(prefixes: Iterator[Entries], parts: list[Path]) -> None:
    with ExitStack() as stack:
        files = [stack.enter_context(part.open("wb")) for part in parts]
        for block in _blocks(prefixes):
            place = (block["shingle"] >> np.uint64(32)) * np.uint64(len(parts)) >> np.uint64(32)
            for number, file in enumerate(files):
                file.write(block[place == number].tobytes())


def _blocks(pieces: Iterator[Entries]) -> Iterator[Entries]:
    held: list[Entries] = []
    count = 0
    for piece in pieces:
        held.append(piece)
        count += len(piece)
        if count > _BLOCK_ENTRIES:
            yield np.concatenate(held)
            held, count = [], 0
    if held:
        yield np.concatenate(held)


def _meetings(entries: Entries, sizes: Codes, threshold: float) -> Iterator[Codes]:
    """Code of a pair for each shingle that both index; texts of one shingle come in ascending order."""
    entries = entries[np.argsort(entries["shingle"], kind="stable")]
    shingle, text = entries["shingle"], entries["text"]
    size = sizes[text]
    live = np.arange(len(entries))
    step = 1
    while True:
        live = live[: np.searchsorted(live, len(entries) - step)]
        live = live[shingle[live] == shingle[live + step]]
        if not len(live):
            return
        low, high = np.minimum(size[live], size[live + step]), np.maximum(size[live], size[live + step])
        near = live[low / high >= threshold]
        yield text[near] * len(sizes) + text[near + step]
        step += 1


def _counted(codes: Codes, shared: Codes, held: list[Codes]) -> tuple[Codes, Codes]:
    """Distinct codes and how often each came, after more of them."""
    found = np.concatenate((codes, *held))
    times = np.concatenate((shared, np.ones(len(found) - len(codes), dtype=np.int64)))
    order = np.argsort(found, kind="stable")
    found, times = found[order], times[order]
    first = np.flatnonzero(np.concatenate(([True], found[1:] != found[:-1]))[: len(found)])
    return found[first], np.add.reduceat(times, first) if len(first) else times


def _rest(sizes: Codes, threshold: float) -> Codes:
    """How many shingles of sets are not indexed: those of the overlap that is needed at least, less one."""
    # Rounded down by a hair: a prefix too long costs time, one too short would cost pairs.
    needed: Codes = np.ceil(sizes * threshold - 1e-9).astype(np.int64)
    return np.maximum(needed - 1, 0)


def _shingles(text: str, kind: Kind) -> Shingles:
    """Hashes of the distinct shingles, ascending."""
    words = unicodedata.normalize("NFC", text).lower().split()
    if kind == "word5":
        units = np.fromiter(map(hash, words), np.int64, len(words)).view(np.uint64)
    else:
        units = np.frombuffer("".join(words).encode("utf-32-le", "surrogatepass"), "<u4").astype(np.uint64)
    width = min(_RUN, len(units))
    hashes = np.full(len(units) - width + 1 if width else 0, width, dtype=np.uint64)
    for offset in range(width):
        hashes = (hashes ^ units[offset : offset + len(hashes)]) * _FACTOR
        hashes ^= hashes >> np.uint64(29)
    hashes = np.sort(hashes)
    return hashes[np.concatenate(([True], hashes[1:] != hashes[:-1]))[: len(hashes)]]


def _bucket(shingles: Shingles) -> Codes:
    return (shingles >> np.uint64(64 - _BUCKET_BITS)).astype(np.int64)


def _jaccard(a: Shingles, b: Shingles) -> float:
    both = np.concatenate((a, b))
    both.sort(kind="stable")
    shared = int(np.count_nonzero(both[1:] == both[:-1]))
    return shared / (len(both) - shared)
