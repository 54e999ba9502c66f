"""The search for copies in bounded memory.

Sketches go to flat files; text digests and band keys to partitions, which are solved one by one; the pairs that share a
bucket to partitions again, where they are made unique and screened by their sketches; what is left is verified on texts
that one more pass over the documents lays aside. Nothing depends on how many partitions or threads there are, for every
step takes all records that belong together, or none.
"""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from dedup import VERIFIED_SCHEMA, DedupSettings, band_keys, partition
from pipelines.copies import buckets, confirm, equal
from pipelines.copies.budget import EQUAL_BYTES, SCREENED_BYTES, VERIFIED_BYTES, Budget
from pipelines.copies.decide import decide
from pipelines.copies.documents import EQUAL_SCHEMA, Copies, Documents, Facts, Rows
from pipelines.copies.flat import FlatFile, Partitions, fixed_bytes
from pipelines.copies.pool import mapped

_LEAST_PAIR_FILES = 16


def find_copies(
    documents: Documents, settings: DedupSettings, scratch: Path, *, threads: int = 1, held: int = 0
) -> Copies:
    """Find equal texts and near-duplicates.

    Args:
        documents: What is searched.
        settings: What a near-duplicate is, and how much memory the process may take (``memory``).
        scratch: A folder for files of this search; what it leaves there may be removed. They take about 900 bytes for
            each document, and the texts of those that are in a pair.
        threads: How many work at once; they share the memory.
        held: Bytes that the caller holds for the documents meanwhile.

    Returns:
        The same for any number of threads, any memory and, but for their numbers, any order of the documents.

    Raises:
        ConfigError: ``settings.memory`` is too little for so many documents or copies.
        ValueError: The documents break the promises of ``Documents``.
    """
    scratch.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        search = _Search(documents, settings, scratch, threads, stack)
        search.budget.claim(held, f"what is known of {documents.count:,} documents")
        return search.run()


class _Search:
    def __init__(
        self, documents: Documents, settings: DedupSettings, scratch: Path, threads: int, stack: ExitStack
    ) -> None:
        self._documents, self._settings, self._scratch, self._threads = documents, settings, scratch, threads
        self._stack = stack
        self._count = documents.count
        self.budget = Budget(settings, self._count, threads)
        self._sketches = stack.enter_context(
            FlatFile(scratch / "sketches", confirm.SKETCH_BYTES + 4 * settings.permutations)
        )
        self._orders = stack.enter_context(FlatFile(scratch / "orders"))
        self._folded = np.zeros(self._count, dtype=np.bool_)
        self._spilled = 0

    def run(self) -> Copies:
        digests, bands = self._spill()
        rows, stands = self._equal(digests)
        first, then, capped = self._pair_files(bands)
        verified, candidates, screened = self._found(first, np.zeros(0, dtype=np.bool_))
        if then.written:
            facts = Facts(self._count, candidates, screened, verified.num_rows, capped, self._spilled)
            covered = self._gone(self._copies(rows, stands, verified, facts))
            more, *counts = self._found(then, covered)
            both = pa.concat_tables([verified, more])
            verified = both.sort_by([("a", "ascending"), ("b", "ascending")]).combine_chunks()
            candidates, screened = candidates + counts[0], screened + counts[1]
        facts = Facts(self._count, candidates, screened, verified.num_rows, capped, self._spilled)
        return self._copies(rows, stands, verified, facts)

    def _copies(self, rows: Rows, stands: Rows, pairs: pa.Table, facts: Facts) -> Copies:
        equal_texts = pa.table([pa.array(rows), pa.array(stands)], schema=EQUAL_SCHEMA)
        involved = _distinct(np.concatenate((rows, stands, pairs["a"].to_numpy(), pairs["b"].to_numpy())))
        buffer: Any = pa.py_buffer(self._orders.records(involved).tobytes())
        kind: Any = pa.binary(self._orders.width)
        orders: Any = pa.Array.from_buffers(kind, len(involved), [None, buffer])
        return Copies(equal_texts, pairs, involved, orders, facts)

    def _gone(self, copies: Copies) -> npt.NDArray[np.bool_]:
        """The documents that go for another one by what is known so far."""
        decided = decide(copies, copies.orders_of, self._settings)
        gone = np.zeros(self._count, dtype=np.bool_)
        gone[np.asarray(decided["row"])[~np.asarray(decided["kept"])]] = True
        return gone

    def _spill(self) -> tuple[Partitions, Partitions]:
        """One pass over the sketches: what is looked up by position, and what is solved by partition."""
        settings = self._settings
        digests = self._files("digests", equal.DIGEST, self._count, equal.SOLVED_BYTES)
        bands = self._files("bands", buckets.BAND, self._count * settings.bands, buckets.SOLVED_BYTES)
        first = 0
        for batch in self._documents.sketches():
            order = batch.column("order")
            self._orders.width = order.type.byte_width
            self._orders.append(fixed_bytes(order))
            self._sketches.append(_sketch_records(batch, settings))
            records = equal.digest_records(batch.column("text_digest"), first)
            digests.add(records, equal.place_of(records, digests.count))
            numbers = pa.array(np.arange(first, first + batch.num_rows))
            table = band_keys(numbers, batch.column("signature"), settings)
            keys = np.empty(table.num_rows, dtype=buckets.BAND)
            keys["key"], keys["row"] = table["key"].to_numpy(), table["row"].to_numpy()
            bands.add(keys, partition(table["key"], bands.count))
            first += batch.num_rows
        if first != self._count:
            raise ValueError(f"{self._count} documents were announced, {first} came")
        self._spilled += self._orders.size + self._sketches.size + digests.written + bands.written
        return digests, bands

    def _files(self, name: str, dtype: Any, records: int, solved_bytes: int) -> Partitions:
        """Partitions of which one can be solved in the share of a thread, chance included."""
        count = max(1, -(-records * solved_bytes * 5 // (4 * self.budget.share)))
        return Partitions(self._scratch, name, count, dtype)

    def _equal(self, digests: Partitions) -> tuple[Rows, Rows]:
        def solve(number: int) -> tuple[Rows, Rows]:
            return equal.fold(digests.take(number), self._orders)

        found = [(np.empty(0, np.int64), np.empty(0, np.int64))]
        for rows, stands in mapped(solve, range(digests.count), self._threads):
            self.budget.claim(len(rows) * EQUAL_BYTES, "the documents that are equal to others")
            found.append((rows, stands))
        rows, stands = (np.concatenate(column) for column in zip(*found, strict=True))
        self._folded[rows] = True
        order = np.argsort(rows)
        return rows[order], stands[order]

    def _pair_files(self, bands: Partitions) -> tuple[Partitions, Partitions, int]:
        """Codes of the pairs that share a bucket, first and then, and the number of crowded buckets."""
        files = max(_LEAST_PAIR_FILES, 2 * bands.count)
        first, then = (Partitions(self._scratch, name, files, np.int64) for name in ("pairs", "more-pairs"))

        def solve(number: int) -> int:
            found = buckets.Buckets(
                *buckets.crowd(bands.take(number), self._folded),
                partners=self._settings.bucket_partners,
                orders=self._orders,
                count=self._count,
            )
            for pairs, runs in ((first, found.first()), (then, found.then())):
                for codes in runs:
                    pairs.add(codes, buckets.place_of(codes, files, 0))
            return found.crowded

        capped = sum(mapped(solve, range(bands.count), self._threads))
        self._spilled += first.written + then.written
        return first, then, capped

    def _found(self, pairs: Partitions, covered: npt.NDArray[np.bool_]) -> tuple[pa.Table, int, int]:
        """Verified pairs, how many there were, and how many passed the screen; none whose second row is covered."""
        codes, candidates = self._screened(pairs, covered)
        return self._verified(codes, f"texts-of-{pairs.name}"), candidates, len(codes)

    def _screened(self, pairs: Partitions, covered: npt.NDArray[np.bool_]) -> tuple[buckets.Codes, int]:
        """Codes of the pairs to verify, ascending, and how many there were before."""

        def solve(codes: buckets.Codes) -> tuple[buckets.Codes, int]:
            codes = _distinct(codes[~covered[codes % self._count]] if len(covered) else codes)
            return confirm.screened(codes, self._count, self._sketches, self._settings), len(codes)

        kept, candidates = [np.empty(0, np.int64)], 0
        for codes, seen in mapped(solve, self._unique_runs(pairs, 0), self._threads):
            self.budget.claim(len(codes) * SCREENED_BYTES, "the pairs that are to be verified")
            kept.append(codes)
            candidates += seen
        return np.sort(np.concatenate(kept)), candidates

    def _unique_runs(self, pairs: Partitions, level: int) -> Iterator[buckets.Codes]:
        """Codes of whole partitions; those that are too large are parted again."""
        most = self.budget.share // confirm.CODE_BYTES
        for number in range(pairs.count):
            codes = pairs.size(number) // np.dtype(np.int64).itemsize
            if codes <= most:
                yield pairs.take(number)
                continue
            parts = Partitions(self._scratch, f"{pairs.name}-{number}", 1 + 2 * codes // most, np.int64)
            for chunk in pairs.chunks(number, most):
                parts.add(chunk, buckets.place_of(chunk, parts.count, level + 1))
            self._spilled += parts.written
            yield from self._unique_runs(parts, level + 1)

    def _verified(self, codes: buckets.Codes, name: str) -> pa.Table:
        if not len(codes):
            return VERIFIED_SCHEMA.empty_table()
        rows = _distinct(np.concatenate(np.divmod(codes, self._count)))
        file = self._stack.enter_context(FlatFile(self._scratch / name))
        texts = confirm.LaidAside(self._documents, rows, file)
        self._spilled += file.size

        def solve(batch: buckets.Codes) -> pa.Table:
            return confirm.verified(batch, self._count, texts, self._settings)

        found = []
        for table in mapped(solve, confirm.batches(codes, self._count, texts, self.budget.share), self._threads):
            self.budget.claim(table.num_rows * VERIFIED_BYTES, "the pairs of copies")
            found.append(table)
        return self._better_first(pa.concat_tables(found).combine_chunks())

    def _better_first(self, pairs: pa.Table) -> pa.Table:
        a, b = (np.asarray(pairs[name], dtype=np.int64) for name in ("a", "b"))
        rows = _distinct(np.concatenate((a, b)))
        rank = equal.ranks_of(rows, self._orders)
        right = rank[np.searchsorted(rows, a)] < rank[np.searchsorted(rows, b)]
        turned: list[Any] = [pa.array(np.where(right, a, b)), pa.array(np.where(right, b, a)), pairs["jaccard"]]
        table = pa.table(turned, schema=VERIFIED_SCHEMA)
        return table.sort_by([("a", "ascending"), ("b", "ascending")]).combine_chunks()


def _sketch_records(batch: pa.RecordBatch, settings: DedupSettings) -> npt.NDArray[np.uint8]:
    """Number of shingles and signature of each row as bytes; a signature that is null is anything."""
    width = 4 * settings.permutations
    records = np.empty((batch.num_rows, confirm.SKETCH_BYTES + width), dtype=np.uint8)
    sizes = np.asarray(batch.column("n_shingles"), dtype="<i4")
    records[:, : confirm.SKETCH_BYTES] = sizes.view(np.uint8).reshape(-1, confirm.SKETCH_BYTES)
    records[:, confirm.SKETCH_BYTES :] = fixed_bytes(batch.column("signature"))
    return records


def _distinct(values: Rows) -> Rows:
    """The distinct values, ascending (``np.unique`` hashes, which takes many times as long)."""
    ordered = np.sort(values)
    return ordered[np.concatenate(([True], ordered[1:] != ordered[:-1]))[: len(ordered)]]
