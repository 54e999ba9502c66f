"""The ledger: what was decided and handed out, in order, so that nothing can be changed or left out unseen.

JSON Lines, append-only. Every entry holds the SHA-256 of the one before it and its own, over canonical JSON
(RFC 8785); whoever keeps one digest can check everything before it. Beside the ledger lies ``<name>.head`` with the
number and digest of the last entry that was flushed: a ledger that ends before it was cut.
"""

import collections
import datetime as dt
import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from warehouse._durable import fsync, make_temp, rename
from warehouse.canonical import canonical
from warehouse.ledger_entry import FIRST, Entry, LedgerError, SealedEntry, check_chain, make_entry, read_entry

__all__ = ["FIRST", "LEDGER_FILE", "Entry", "Ledger", "LedgerError", "SealedEntry"]

LEDGER_FILE = "ledger.jsonl"
_BLOCK = 64 << 10


class Ledger:
    """A ledger file. Writers of several processes take turns; each entry is on disk when ``append`` returns."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._head_path = path.with_name(path.name + ".head")

    @classmethod
    def of(cls, warehouse_uri: str) -> "Ledger":
        """The ledger of a warehouse folder."""
        return cls(Path(warehouse_uri.removeprefix("file://")) / LEDGER_FILE)

    def append(self, kind: str, body: Mapping[str, Any]) -> Entry:
        """Add an entry.

        Args:
            kind: What happened, such as ``release``.
            body: A JSON object that says so; never text of documents nor personal data.

        Raises:
            ValueError: The body has no canonical JSON form.
            LedgerError: The last entry is broken, so nothing was added.
        """
        canonical(body)  # before the file is touched
        self.path.parent.mkdir(parents=True, exist_ok=True)
        with self.path.open("a+b") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            last = self._last(file)
            entry = make_entry(
                seq=last.seq + 1 if last else 0,
                at=dt.datetime.now(dt.UTC).isoformat(timespec="microseconds"),
                kind=kind,
                body=dict(body),
                previous=last.digest if last else FIRST,
            )
            file.write(entry.line())
            file.flush()
            os.fsync(file.fileno())
            if last is None:
                fsync(self.path.parent)
            self._note(entry)
        return entry

    def entries(self) -> Iterator[Entry]:
        """Entries in order, each checked against the one before it. None where there is no file.

        Raises:
            LedgerError: See there.
        """
        if not self.path.exists():
            if self._head() is not None:
                raise LedgerError(f"{self.path} is gone, and {self._head_path.name} says there were entries")
            return
        with self.path.open("rb") as file:
            with _shared(file):
                head, size = self._head(), file.seek(0, os.SEEK_END)
            found = None
            for found in check_chain(self._read_all(file, size, head), self.path.name):
                if head and found.seq == head[0] and found.digest != head[1]:
                    raise LedgerError(f"{self.path.name}: entry {found.seq} is not the one that was written")
                yield found
        if head and (found is None or found.seq < head[0]):
            last = found.seq if found else "none"
            raise LedgerError(f"{self.path.name}: cut after entry {last}; there were {head[0] + 1} entries")

    def check(self) -> Entry | None:
        """Check the whole chain; returns its last entry.

        Raises:
            LedgerError: See there.
        """
        last = collections.deque(self.entries(), maxlen=1)
        return last[0] if last else None

    def _read_all(self, file: BinaryIO, size: int, head: tuple[int, str] | None) -> Iterator[Entry]:
        for seq, line in enumerate(_whole_lines(file, size, head)):
            yield read_entry(line, self.path.name, seq)

    def _last(self, file: BinaryIO) -> Entry | None:
        """The last entry, a torn line after it cut off; the file stands at its end."""
        head = self._head()
        size = file.seek(0, os.SEEK_END)
        start, tail = _tail(file, size)
        if tail and not tail.endswith(b"\n"):
            self._cut(file, start, tail, head)
            return self._last(file)
        if not tail:
            if head:
                raise LedgerError(f"{self.path.name}: cut; there were {head[0] + 1} entries")
            return None
        entry = read_entry(tail, self.path.name)
        if head and entry.seq < head[0]:
            raise LedgerError(f"{self.path.name}: cut after entry {entry.seq}; there were {head[0] + 1} entries")
        if head and entry.seq == head[0] and entry.digest != head[1]:
            raise LedgerError(f"{self.path.name}: entry {entry.seq} is not the one that was written")
        return entry

    def _cut(self, file: BinaryIO, start: int, tail: bytes, head: tuple[int, str] | None) -> None:
        """Take off a line that a crash tore, unless it once was whole: then somebody else tore it."""
        before = _tail(file, start)[1]
        seq = read_entry(before, self.path.name).seq + 1 if before else 0
        if head and seq <= head[0]:
            raise LedgerError(f"{self.path.name}: entry {seq} was whole and is torn ({len(tail)} bytes are left)")
        file.truncate(start)
        os.fsync(file.fileno())

    def _head(self) -> tuple[int, str] | None:
        try:
            seq, last = self._head_path.read_text("ascii").split()
            return int(seq), last
        except FileNotFoundError:
            return None
        except ValueError as error:
            raise LedgerError(f"{self._head_path.name} does not hold a number and a digest") from error

    def _note(self, entry: Entry) -> None:
        folder = make_temp(self.path.parent)
        try:
            note = folder / self._head_path.name
            note.write_text(f"{entry.seq} {entry.digest}\n", "ascii")
            fsync(note)
            rename(note, self._head_path)
        finally:
            folder.rmdir()


def _tail(file: BinaryIO, end: int) -> tuple[int, bytes]:
    """Where the last line before ``end`` starts, and that line; its newline, if it has one, is part of it."""
    tail = b""
    start = end
    while start > 0:
        step = min(_BLOCK, start)
        start -= step
        file.seek(start)
        tail = file.read(step) + tail
        newline = tail.rfind(b"\n", 0, len(tail) - 1)
        if newline >= 0:
            return start + newline + 1, tail[newline + 1 :]
    return start, tail


def _whole_lines(file: BinaryIO, size: int, head: tuple[int, str] | None) -> Iterator[bytes]:
    """Lines of a ledger; the torn one that a crash left at its end, and that never was whole, is left out."""
    file.seek(0)
    for number, line in enumerate(file):
        if line.endswith(b"\n") or (head and number <= head[0]):
            yield line
        size -= len(line)
        if size <= 0:
            return


@contextmanager
def _shared(file: BinaryIO) -> Iterator[None]:
    fcntl.flock(file, fcntl.LOCK_SH)
    try:
        yield
    finally:
        fcntl.flock(file, fcntl.LOCK_UN)
