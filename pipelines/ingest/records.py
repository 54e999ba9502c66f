"""WARC records (ISO 28500:2017, WARC/1.1) out of the inflated bytes of a member.

An own parser and not fastwarc: that one skips what it does not understand without a word, and here a record that cannot
be read must be named with its offset. The header is a dozen short lines, so nothing is lost by splitting them here.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from pipelines.ingest.faults import BadRecord, FaultError, Reason
from pipelines.ingest.members import START, Member
from pipelines.ingest.payload import decode_header, field_name
from pipelines.ingest.settings import IngestSettings

_END = b"\r\n\r\n"
_VERSION = re.compile(r"WARC/[01]\.\d{1,2}", re.ASCII)
_NEXT_START = _END + START
_LENGTH_DIGITS = 18
_COMPRESSED = frozenset({Reason.BAD_COMPRESSION, Reason.CRC_MISMATCH, Reason.TRUNCATED})
"""Damage below the records: nothing that follows in the same member can be trusted."""


@dataclass(frozen=True, slots=True)
class Record:
    """One WARC record."""

    offset: int
    """Where its member begins in the file."""
    inner: int
    """Inflated bytes before it in the same member."""
    length: int | None
    """Bytes of its member in the file; None when it shares the member."""
    fields: dict[str, str]
    """Named fields, names in lower case; the first of repeated ones."""
    block: bytes


class Inflated:
    """What a member inflates to, taken piece by piece."""

    def __init__(self, member: Member) -> None:
        self.member = member
        self.taken = 0
        self._buffer = bytearray()
        self._ended = False

    def fill(self, length: int) -> bool:
        """Hold at least ``length`` bytes if the member has as many; False when it has not."""
        while len(self._buffer) < length and not self._ended:
            chunk = self.member.chunk()
            self._buffer += chunk
            self._ended = not chunk
        return len(self._buffer) >= length

    def peek(self, start: int, length: int) -> bytes:
        """Up to ``length`` bytes, ``start`` bytes ahead, of those that were filled."""
        with memoryview(self._buffer) as view:
            return bytes(view[start : start + length])

    def find(self, pattern: bytes, limit: int) -> int:
        """Bytes before the first ``pattern`` that ends within ``limit`` bytes, or -1."""
        searched = 0
        while True:
            found = self._buffer.find(pattern, searched, limit)
            if found >= 0 or len(self._buffer) >= limit:
                return found
            searched = max(0, len(self._buffer) - len(pattern) + 1)
            if not self.fill(len(self._buffer) + 1):
                return -1

    def drop(self, length: int) -> bool:
        """Take ``length`` bytes without keeping them; False when the member has fewer."""
        while length > len(self._buffer):
            length -= len(self._buffer)
            self.taken += len(self._buffer)
            self._buffer.clear()
            if not self.fill(1):
                return False
        del self._buffer[:length]
        self.taken += length
        return True


def member_records(member: Member, offset: int, settings: IngestSettings) -> Iterator[Record | BadRecord]:
    """All records of a compressed member; normally one.

    A bad record among several costs only itself. A record that is too large is inflated and thrown away where it stands
    behind another one of the same member, since nothing else leads to what follows it; where it is the first, the
    member is taken to hold it alone and no more of it is inflated: a bomb costs no more than a page.

    Raises:
        FaultError: The rest of the member is lost: it is damaged, or its first record is too large.
    """
    stream = Inflated(member)
    inner = 0
    try:
        more = stream.fill(1)  # an empty member ends a file of block gzip
        while more:
            inner = stream.taken
            try:
                fields, block, more = read_record(stream, settings)
            except FaultError as fault:
                if fault.reason in _COMPRESSED:
                    raise
                if fault.reason is Reason.TOO_LARGE and inner == 0:
                    fault.resume = member.end()
                    raise
                more = _pass(stream, fault, settings)
                length = None if more or inner else member.position - offset
                yield BadRecord(offset, fault.reason, fault.error, length, fault.url, inner)
            else:
                length = None if more or inner else member.position - offset
                yield Record(offset, inner, length, fields, block)
    except FaultError as fault:
        fault.inner = inner
        raise


def read_record(stream: Inflated, settings: IngestSettings) -> tuple[dict[str, str], bytes, bool]:
    """Take one record: its fields, its block, and whether another one follows.

    What follows is looked at before the record is given: only so are a wrong Content-Length and, where it was the last
    of its member, a wrong checksum found in time.

    Raises:
        FaultError: There is no whole record. Nothing was taken.
    """
    head = stream.find(_END, settings.max_header_bytes)
    if head < 0:
        cut = not stream.fill(settings.max_header_bytes) and START.startswith(stream.peek(0, len(START)))
        reason = stream.member.short if cut else Reason.BAD_WARC_HEADER
        raise FaultError(reason, "the WARC header does not end")
    fields = _parse_fields(stream.peek(0, head))
    try:
        return fields, *_read_block(stream, head + len(_END), _content_length(fields), settings)
    except FaultError as fault:
        fault.url = target_uri(fields)
        raise


def _read_block(stream: Inflated, start: int, length: int, settings: IngestSettings) -> tuple[bytes, bool]:
    if length > settings.max_record_bytes:
        skip = start + length + len(_END)
        raise FaultError(Reason.TOO_LARGE, f"a record of {length} bytes", skip=skip)
    whole = stream.fill(start + length)
    ended = not stream.fill(start + length + len(_NEXT_START))
    rest = stream.peek(start + length, len(_NEXT_START))
    if not (whole and _is_end(rest, ended=ended, plain=stream.member.short is Reason.TRUNCATED)):
        reason = stream.member.short if ended and _END.startswith(rest) else Reason.BAD_CONTENT_LENGTH
        raise FaultError(reason, f"the record does not end after the {length} bytes that it announces")
    block = stream.peek(start, length)
    stream.drop(start + length + min(len(rest), len(_END)))
    return block, rest == _NEXT_START


def _is_end(rest: bytes, *, ended: bool, plain: bool) -> bool:
    """Whether these bytes can follow a record: two empty lines, then the next one or the end.

    Many writers leave the lines out at the end of a member. Without compression they are the only sign of the end, and
    a broken record behind them is not the fault of this one.
    """
    if plain:
        return rest.startswith(_END)
    return rest == _NEXT_START or (ended and rest in (_END, b""))


def _pass(stream: Inflated, fault: FaultError, settings: IngestSettings) -> bool:
    """Go behind a bad record to the next one; False when the member has none.

    Raises:
        FaultError: ``fault``, when no record is found within the size of one.
    """
    if fault.skip is not None:
        if not stream.drop(fault.skip) or not stream.fill(1):
            return False
        if stream.fill(len(START)) and stream.peek(0, len(START)) == START:
            return True
    limit = settings.max_record_bytes + settings.max_header_bytes
    found = stream.find(_NEXT_START, limit)
    if found >= 0:
        return stream.drop(found + len(_END))
    if stream.fill(limit):
        raise fault
    return False


def target_uri(fields: dict[str, str]) -> str | None:
    """WARC-Target-URI, without the angle brackets that some writers of WARC/1.0 put around it."""
    uri = fields.get("warc-target-uri")
    return uri[1:-1] if uri and uri[0] == "<" and uri[-1] == ">" else uri


def _parse_fields(header: bytes) -> dict[str, str]:
    """Named fields of a header (WARC 1.1, section 4); stricter than for HTTP, as only programs write it.

    Raises:
        FaultError: It is not one.
    """
    version, *lines = decode_header(header).split("\r\n")
    if not _VERSION.fullmatch(version):
        raise FaultError(Reason.BAD_WARC_HEADER, "the record does not begin with a WARC version")
    fields: dict[str, str] = {}
    name = ""
    for line in lines:
        if line[:1] in {" ", "\t"} and name:
            fields[name] += f" {line.strip()}"
            continue
        raw, colon, value = line.partition(":")
        name = field_name(raw)
        if not colon or not name:
            raise FaultError(Reason.BAD_WARC_HEADER, "a line of the WARC header is no field")
        fields.setdefault(name, value.strip())
    if not fields.get("warc-type"):
        raise FaultError(Reason.BAD_WARC_HEADER, "the record has no WARC-Type")
    return fields


def _content_length(fields: dict[str, str]) -> int:
    value = fields.get("content-length", "")
    if not (value.isascii() and value.isdigit() and len(value) <= _LENGTH_DIGITS):
        raise FaultError(Reason.BAD_CONTENT_LENGTH, "the record has no Content-Length or one that is no number")
    return int(value)
