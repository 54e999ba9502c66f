"""Zstandard frames (RFC 8878) and the dictionary that may stand before them (IIPC WARC zstandard 1.0).

Frames are fed to the decompressor block by block: a block inflates to at most 128 KiB, so no frame can surprise, and
the chain of block sizes tells where a damaged frame ends.
"""

from collections.abc import Iterator

import zstandard

from pipelines.ingest.faults import FaultError, Reason
from pipelines.ingest.window import Window

MAGIC = b"\x28\xb5\x2f\xfd"

_DICTIONARY_MAGIC = b"\x5d\x2a\x4d\x18"
_SKIPPABLE = bytes(range(0x50, 0x60))
_SKIPPABLE_TAIL = b"\x2a\x4d\x18"
_SKIPPABLE_HEADER = 8
_LONGEST_HEADER = 18
_DICTIONARY_ID_BYTES = (0, 1, 2, 4)
_CONTENT_SIZE_BYTES = (0, 2, 4, 8)
_SINGLE_SEGMENT, _RESERVED, _CHECKSUM = 0x20, 0x08, 0x04
_RLE, _RESERVED_BLOCK = 1, 3
_BLOCK_HEADER = 3
_LARGEST_BLOCK = 128 << 10
_CHECKSUM_BYTES = 4
_LARGEST_DICTIONARY = 64 << 20


class ZstdFrame:
    """One zstd frame being inflated."""

    short = Reason.BAD_CONTENT_LENGTH

    def __init__(self, window: Window, offset: int, decompressor: zstandard.ZstdDecompressor) -> None:
        self._window = window
        self._inflater = decompressor.decompressobj()
        header, self._checksum = _header(window, offset)
        self.position = offset + header
        self._pieces = self._walk()
        self._feed(bytes(window.view(offset, header)))

    def chunk(self) -> bytes:
        """See ``Member.chunk``."""
        for length in self._pieces:
            piece = bytes(self._window.view(self.position - length, length))
            inflated = self._feed(piece)
            if inflated:
                return inflated
        return b""

    def _feed(self, piece: bytes) -> bytes:
        try:
            return self._inflater.decompress(piece)
        except zstandard.ZstdError as error:
            # the library's own words depend on the frames that it saw before, and rows must not
            raise FaultError(Reason.BAD_COMPRESSION, "a zstd frame does not inflate", resume=self.end()) from error

    def end(self) -> int | None:
        """See ``Member.end``: the block sizes tell."""
        try:
            for _ in self._pieces:
                pass
        except FaultError:
            return None
        return self.position

    def _walk(self) -> Iterator[int]:
        """Lengths of the blocks, checksum of the last one included; ``position`` is behind each when it is given."""
        last = False
        while not last:
            header = self._window.view(self.position, _BLOCK_HEADER)
            value = int.from_bytes(header, "little")
            last, kind, size = bool(value & 1), value >> 1 & 3, value >> 3
            if len(header) == _BLOCK_HEADER and (kind == _RESERVED_BLOCK or size > _LARGEST_BLOCK):
                raise FaultError(Reason.BAD_COMPRESSION, "a zstd block of a kind or size that does not exist")
            length = _BLOCK_HEADER + (1 if kind == _RLE else size) + (_CHECKSUM_BYTES if last and self._checksum else 0)
            if len(header) < _BLOCK_HEADER or self.position + length > self._window.size:
                raise FaultError(Reason.TRUNCATED, "the file ends inside a zstd frame")
            self.position += length
            yield length


class ZstdCodec:
    """Records in zstd frames.

    Raises:
        FaultError: The file begins with a dictionary that cannot be read.
    """

    shares = True

    def __init__(self, window: Window) -> None:
        self._window = window
        dictionary = _dictionary(window)
        self._decompressor = (
            zstandard.ZstdDecompressor(dict_data=dictionary) if dictionary else zstandard.ZstdDecompressor()
        )

    def candidate(self, offset: int) -> int:
        """See ``Codec.candidate``."""
        return self._window.find(MAGIC, offset)

    def open(self, offset: int) -> ZstdFrame:
        """See ``Codec.open``."""
        return ZstdFrame(self._window, offset, self._decompressor)

    def skip(self, offset: int) -> int:
        """See ``Codec.skip``: skippable frames (RFC 8878, section 3.1.2)."""
        while is_skippable(head := bytes(self._window.view(offset, _SKIPPABLE_HEADER))):
            offset = min(offset + _SKIPPABLE_HEADER + int.from_bytes(head[4:], "little"), self._window.size)
        return offset


def is_skippable(head: bytes) -> bool:
    """Whether these first eight bytes begin a skippable frame."""
    return len(head) >= _SKIPPABLE_HEADER and head[0] in _SKIPPABLE and head[1:4] == _SKIPPABLE_TAIL


def _header(window: Window, offset: int) -> tuple[int, bool]:
    """Bytes of the frame header at ``offset`` and whether a checksum ends the frame (RFC 8878, section 3.1.1.1)."""
    head = window.view(offset, _LONGEST_HEADER)
    if head[:4] != MAGIC[: len(head)]:
        raise FaultError(Reason.BAD_MEMBER, f"no zstd frame begins here but bytes {bytes(head[:4]).hex()}")
    if len(head) <= len(MAGIC):
        raise FaultError(Reason.TRUNCATED, "the file ends inside the header of a zstd frame")
    descriptor = head[4]
    if descriptor & _RESERVED:
        raise FaultError(Reason.BAD_MEMBER, "a reserved bit is set in the header of a zstd frame")
    single = bool(descriptor & _SINGLE_SEGMENT)
    content_size = _CONTENT_SIZE_BYTES[descriptor >> 6] or int(single)
    length = 5 + (not single) + _DICTIONARY_ID_BYTES[descriptor & 3] + content_size
    return length, bool(descriptor & _CHECKSUM)


def _dictionary(window: Window) -> zstandard.ZstdCompressionDict | None:
    """The dictionary in the file's first frame, which may itself be compressed."""
    head = bytes(window.view(0, _SKIPPABLE_HEADER))
    if not head.startswith(_DICTIONARY_MAGIC) or len(head) < _SKIPPABLE_HEADER:
        return None
    length = int.from_bytes(head[4:], "little")
    if length > _LARGEST_DICTIONARY:
        raise FaultError(Reason.TOO_LARGE, f"a zstd dictionary of {length} bytes")
    data = bytes(window.view(_SKIPPABLE_HEADER, length))
    try:
        if data.startswith(MAGIC):
            with zstandard.ZstdDecompressor().stream_reader(data) as reader:
                data = reader.read(_LARGEST_DICTIONARY)
        return zstandard.ZstdCompressionDict(data)
    except zstandard.ZstdError as error:
        raise FaultError(Reason.BAD_COMPRESSION, f"the zstd dictionary cannot be read: {error}") from error
