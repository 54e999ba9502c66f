"""JSON files and zip archives of them, as bytes in UTF-8."""

import codecs
import io
import lzma
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pipelines.errors import BadInputError
from pipelines.ingest.archive import describe_head
from pipelines.ingest.faults import FaultError, Reason
from pipelines.ingest.storage import ByteSource, SourceIO

_CHUNK = 256 << 10
_HEAD = 512
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ENCRYPTED, _UTF8 = 0x1, 0x800
_BROKEN = (zipfile.BadZipFile, struct.error, NotImplementedError, OverflowError, ValueError)
_UNPACKING = (zlib.error, lzma.LZMAError, EOFError, OSError)
"""What the standard library raises on archives that are none or are damaged."""


@dataclass(frozen=True, slots=True)
class Member:
    """A file of an archive."""

    offset: int
    """Where it begins in the archive, bytes."""
    info: zipfile.ZipInfo


class ZipArchive:
    """The files of a zip archive that match a pattern, by their place.

    Args:
        source: The archive.
        uri: What errors call it.
        patterns: Shell patterns of paths in the archive; ``*`` also spans folders.
        read_bytes: Bytes of one request to storage.

    Raises:
        BadInputError: It is no zip archive.
    """

    def __init__(self, source: ByteSource, uri: str, patterns: Sequence[str], read_bytes: int) -> None:
        file = io.BufferedReader(SourceIO(source), read_bytes)
        try:
            self._zip = zipfile.ZipFile(file)
        except _BROKEN as error:
            found = describe_head(source.read(0, _HEAD))
            raise BadInputError(f"{uri} is no zip archive: {found}", uri=uri, found=found) from error
        found_members = [
            Member(info.header_offset, info)
            for info in self._zip.infolist()
            if not info.filename.endswith("/") and any(fnmatchcase(_name(info), pattern) for pattern in patterns)
        ]
        self.members = sorted(found_members, key=lambda member: member.offset)

    def chunks(self, member: Member) -> Iterator[bytes]:
        """A file of the archive, unpacked, in pieces.

        Raises:
            FaultError: It is encrypted, packed in an unknown way, or damaged.
        """
        if member.info.flag_bits & _ENCRYPTED:
            raise FaultError(Reason.BAD_PAYLOAD, "the file is encrypted")
        try:
            with self._zip.open(member.info) as file:
                while chunk := file.read(_CHUNK):
                    yield chunk
        except _UNPACKING as error:
            raise FaultError(Reason.BAD_COMPRESSION, "the file does not unpack") from error
        except _BROKEN as error:
            crc = "CRC" in str(error)
            raise FaultError(Reason.CRC_MISMATCH if crc else Reason.BAD_MEMBER, "the file is damaged") from error


def _name(info: zipfile.ZipInfo) -> str:
    """The path of a file in the archive; Korean archives of Windows write it in CP949 without saying so."""
    if info.flag_bits & _UTF8:
        return info.filename
    try:
        return info.filename.encode("cp437").decode("cp949")
    except UnicodeError:
        return info.filename


def file_chunks(source: ByteSource, read_bytes: int) -> Iterator[bytes]:
    """A whole file in pieces."""
    for offset in range(0, source.size, read_bytes):
        yield source.read(offset, read_bytes)


def in_utf8(chunks: Iterator[bytes]) -> Iterator[bytes]:
    """The same text in UTF-8 without a mark of byte order; what is neither UTF-8 nor UTF-16 is taken for CP949.

    Raises:
        FaultError: It is none of them.
    """
    first = next(chunks, b"")
    encoding = _encoding(first)
    mark = next((bom for bom, name in _BOMS if name == encoding and first.startswith(bom)), b"")
    first = first[len(mark) :]
    if encoding == "utf-8":
        yield first
        yield from chunks
        return
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        yield decoder.decode(first).encode()
        for chunk in chunks:
            yield decoder.decode(chunk).encode()
        yield decoder.decode(b"", final=True).encode()
    except UnicodeError as error:
        raise FaultError(Reason.BAD_PAYLOAD, f"the file is neither UTF-8 nor {encoding}") from error


def _encoding(head: bytes) -> str:
    marked = next((name for bom, name in _BOMS if head.startswith(bom)), None)
    if marked:
        return marked
    try:
        codecs.getincrementaldecoder("utf-8")("strict").decode(head)
    except UnicodeDecodeError:
        return "cp949"
    return "utf-8"
