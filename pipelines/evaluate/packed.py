"""Files plain, gzip or zstd, told by their first bytes and read as a stream."""

import gzip
import io
import zlib
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any, BinaryIO, cast

import zstandard

from pipelines.errors import BadInputError

BROKEN = (OSError, EOFError, zlib.error, zstandard.ZstdError)
"""What a stream raises when its compressed data is broken or cut."""

_GZIP, _ZSTD = b"\x1f\x8b", b"\x28\xb5\x2f\xfd"
_CHUNK = 1 << 17


def opened(path: Path) -> AbstractContextManager[BinaryIO]:
    """The decompressed bytes of a file; a gzipped web archive is left to its own reader.

    Raises:
        BadInputError: The file cannot be opened.
    """
    try:
        raw = path.open("rb")
    except OSError as error:
        raise BadInputError(f"{path}: {error.strerror or type(error).__name__}") from error
    magic = raw.peek(4)[:4] if path.is_file() else b""
    if magic.startswith(_GZIP) and not _is_archive(path):
        return cast("BinaryIO", _Packed(gzip.GzipFile(fileobj=raw), raw))
    if magic.startswith(_ZSTD):
        return cast("BinaryIO", _Packed(_ZstdFrames(raw), raw))
    return raw


def _is_archive(path: Path) -> bool:
    """Whether fastwarc unpacks the file itself, which is faster and goes on after a member that is broken."""
    return ".warc" in path.suffixes


class _Packed(io.BufferedReader):
    """A decompressed stream that closes the file below it."""

    def __init__(self, unpacked: Any, raw: BinaryIO) -> None:
        super().__init__(unpacked)
        self._below = raw

    def close(self) -> None:
        super().close()
        self._below.close()


class _ZstdFrames(io.RawIOBase):
    """Frame after frame decompressed. Unlike the library's own reader it does not take a cut frame for the end."""

    def __init__(self, raw: BinaryIO) -> None:
        self._raw = raw
        self._frame = zstandard.ZstdDecompressor().decompressobj()
        self._inside = False
        self._ready = b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._ready:
            packed = self._frame.unused_data if self._frame.eof else b""
            packed = packed or self._raw.read(_CHUNK)
            if not packed:
                if self._inside:
                    raise EOFError("the last frame has no end")
                return 0
            if self._frame.eof:
                self._frame = zstandard.ZstdDecompressor().decompressobj()
            self._ready = self._frame.decompress(packed)
            self._inside = not self._frame.eof
        size = min(len(buffer), len(self._ready))
        buffer[:size], self._ready = self._ready[:size], self._ready[size:]
        return size
