"""Entries of the ledger and what proves them.

The digest of an entry covers its number, time, kind, the digest before it, and a salted digest of its body. So an entry
can be shown without its body (``SealedEntry``): the chain can be checked by somebody who must not know what it says,
and the salt keeps short bodies from being guessed.
"""

import json
import secrets
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any, TypeVar

from warehouse.canonical import canonical, digest
from warehouse.errors import WarehouseError

FIRST = "0" * 64
"""What the first entry has as the digest of the one before it."""


class LedgerError(WarehouseError):
    """The chain is broken: an entry was changed, removed, added or cut. The message names the first such entry."""


@dataclass(frozen=True, slots=True)
class SealedEntry:
    """An entry without its body."""

    seq: int
    """Number, from 0."""
    at: str
    """When it was appended: ISO 8601, UTC."""
    kind: str
    content: str
    """SHA-256 (hex) of the canonical JSON of salt and body."""
    previous: str
    """``digest`` of the entry before it; ``FIRST`` for the first."""
    digest: str
    """SHA-256 (hex) of the canonical JSON of all fields above."""

    def line(self) -> bytes:
        """The entry as it stands in a proof."""
        return canonical(asdict(self)) + b"\n"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the ledger."""

    seq: int
    """Number, from 0."""
    at: str
    """When it was appended: ISO 8601, UTC."""
    kind: str
    body: Mapping[str, Any]
    previous: str
    """``digest`` of the entry before it; ``FIRST`` for the first."""
    digest: str
    """See ``SealedEntry``."""
    salt: str
    """Random; hides the body of a sealed entry."""

    def line(self) -> bytes:
        """The entry as it stands in the file."""
        return canonical(asdict(self)) + b"\n"

    def sealed(self) -> SealedEntry:
        """The entry without its body."""
        return seal(self.seq, self.at, self.kind, _content(self.salt, self.body), self.previous)


def make_entry(seq: int, at: str, kind: str, body: Mapping[str, Any], previous: str) -> Entry:
    """A new entry.

    Raises:
        ValueError: The body has no canonical JSON form.
    """
    salt = secrets.token_hex(16)
    return Entry(seq, at, kind, body, previous, seal(seq, at, kind, _content(salt, body), previous).digest, salt)


def seal(seq: int, at: str, kind: str, content: str, previous: str) -> SealedEntry:
    """A sealed entry with its digest."""
    fields = {"seq": seq, "at": at, "kind": kind, "content": content, "previous": previous}
    return SealedEntry(seq, at, kind, content, previous, digest(fields))


def _content(salt: str, body: Mapping[str, Any]) -> str:
    return digest({"salt": salt, "body": body})


def read_entry(line: bytes, name: str, seq: int | None = None) -> Entry:
    """The entry of a line.

    Args:
        line: The line with its newline.
        name: What errors call the ledger.
        seq: Which number errors give the entry; None for the last one.

    Raises:
        LedgerError: The line is no entry, or is not what its digest says.
    """
    where, values = _parse(line, name, seq)
    if values.keys() != Entry.__dataclass_fields__.keys():
        raise LedgerError(f"{name}: {where} lacks fields of an entry")
    entry = Entry(**values)
    try:
        same = entry.line() == line and entry.sealed().digest == entry.digest
    except ValueError as error:
        raise LedgerError(f"{name}: {where} is not canonical JSON") from error
    if not same:
        raise LedgerError(f"{name}: {where} is not what its digest says")
    return entry


def read_any(line: bytes, name: str, seq: int | None = None) -> Entry | SealedEntry:
    """The entry of a line that may be sealed.

    Raises:
        LedgerError: See ``read_entry``.
    """
    where, values = _parse(line, name, seq)
    if values.keys() != SealedEntry.__dataclass_fields__.keys():
        return read_entry(line, name, seq)
    entry = SealedEntry(**values)
    try:
        same = entry.line() == line and seal(entry.seq, entry.at, entry.kind, entry.content, entry.previous) == entry
    except ValueError as error:
        raise LedgerError(f"{name}: {where} is not canonical JSON") from error
    if not same:
        raise LedgerError(f"{name}: {where} is not what its digest says")
    return entry


def _parse(line: bytes, name: str, seq: int | None) -> tuple[str, dict[str, Any]]:
    where = "the last entry" if seq is None else f"entry {seq}"
    try:
        values = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise LedgerError(f"{name}: {where} is no JSON") from error
    if not isinstance(values, dict):
        raise LedgerError(f"{name}: {where} is no JSON object")
    return where, values


E = TypeVar("E", bound=Entry | SealedEntry)


def check_chain(entries: Iterable[E], name: str) -> Iterator[E]:
    """Entries, each checked to follow from the one before it, from the first on.

    Raises:
        LedgerError: One does not.
    """
    previous = FIRST
    for seq, entry in enumerate(entries):
        if entry.seq != seq:
            raise LedgerError(f"{name}: entry {entry.seq} stands where entry {seq} should")
        if entry.previous != previous:
            raise LedgerError(f"{name}: entry {seq} does not follow from the entry before it")
        previous = entry.digest
        yield entry
