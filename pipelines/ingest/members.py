"""Compressed members of an archive: where they may begin, and their bytes in chunks of bounded size.

WARC files are compressed record by record, a gzip member (WARC 1.1, annex D; RFC 1952) or zstd frame (IIPC WARC
zstandard 1.0; RFC 8878) each, so that reading can begin anywhere. ``Codec`` is what the reader needs to know of one
compression; this module holds the plain one, ``gzip_members`` and ``zstd_frames`` the others.
"""

from typing import Protocol

from pipelines.ingest.faults import FaultError, Reason
from pipelines.ingest.window import Window

START = b"WARC/"
"""What every record begins with."""

_PLAIN_START = b"\r\n\r\nWARC/1."
_PLAIN_CHUNK = 64 << 10
_PROBE_BYTES = 64 << 10


class Member(Protocol):
    """One member being read."""

    position: int
    """Offset in the file behind what was taken so far; the member's end once it has ended."""
    short: Reason
    """What it means when the member ends inside a record."""

    def chunk(self) -> bytes:
        """The next inflated bytes, empty at the end.

        Raises:
            FaultError: The member is damaged or the file ends inside it.
        """
        ...

    def end(self) -> int | None:
        """Where the member ends, if that can be told without inflating the rest of it."""
        ...


class Codec(Protocol):
    """One way to store records."""

    shares: bool
    """A member may hold several records; otherwise it is one record by definition."""

    def candidate(self, offset: int) -> int:
        """First place from ``offset`` on where a member could begin, or -1."""
        ...

    def open(self, offset: int) -> Member:
        """Begin to read the member at ``offset``.

        Raises:
            FaultError: There is none.
        """
        ...

    def skip(self, offset: int) -> int:
        """Offset behind anything at ``offset`` that is allowed between members and holds no records."""
        ...


class PlainMember:
    """The bytes of an uncompressed archive from a record's start on."""

    short = Reason.TRUNCATED

    def __init__(self, window: Window, offset: int) -> None:
        self.position = offset
        self._window = window

    def chunk(self) -> bytes:
        """See ``Member.chunk``."""
        data = bytes(self._window.view(self.position, _PLAIN_CHUNK))
        self.position += len(data)
        return data

    def end(self) -> int | None:
        """See ``Member.end``."""
        return None


class PlainCodec:
    """Records without compression, one behind the other."""

    shares = False

    def __init__(self, window: Window) -> None:
        self._window = window

    def candidate(self, offset: int) -> int:
        """See ``Codec.candidate``: behind the empty lines that end the record before."""
        if offset == 0 and self._window.view(0, len(START)) == START:
            return 0
        found = self._window.find(_PLAIN_START, max(0, offset - 4))
        return found + 4 if found >= 0 else -1

    def open(self, offset: int) -> PlainMember:
        """See ``Codec.open``."""
        return PlainMember(self._window, offset)

    def skip(self, offset: int) -> int:
        """See ``Codec.skip``: nothing is."""
        return offset


def is_start(codec: Codec, offset: int) -> bool:
    """Whether a member that holds a record begins at ``offset``."""
    try:
        member = codec.open(offset)
        head = b""
        while len(head) < len(START) and member.position - offset < _PROBE_BYTES:
            chunk = member.chunk()
            if not chunk:
                break
            head += chunk
    except FaultError:
        return False
    return head.startswith(START)


def find_start(codec: Codec, offset: int, size: int) -> int:
    """First place from ``offset`` on where a record begins, or the file's ``size``."""
    while (offset := codec.candidate(offset)) >= 0:
        if is_start(codec, offset):
            return offset
        offset += 1
    return size
