"""JSON files and zip archives of them, as bytes in UTF-8."""

import codecs
import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import BinaryIO

from pipelines.errors import BadInputError
from pipelines.ingest.archive import describe_head
from pipelines.ingest.faults import FaultError, Reason
from pipelines.ingest.storage import ByteSource, SourceIO

_CHUNK = 256 << 10
_HEAD = 512
_BOMS = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))
_ENCRYPTED = 0x1


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
            self._zip = _open(file)
        except (zipfile.BadZipFile, EOFError, ValueError) as error:
            found = describe_head(source.read(0, _HEAD))
            raise BadInputError(f"{uri} is no zip archive: {found}", uri=uri, found=found) from error
        found_members = [
            Member(info.header_offset, info)
            for info in self._zip.infolist()
            if not info.is_dir() and any(fnmatchcase(info.filename, pattern) for pattern in patterns)
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
        except (zipfile.BadZipFile, NotImplementedError) as error:
            crc = "CRC" in str(error)
            raise FaultError(Reason.CRC_MISMATCH if crc else Reason.BAD_MEMBER, "the file is damaged") from error
        except (zlib.error, EOFError, RuntimeError) as error:
            raise FaultError(Reason.BAD_COMPRESSION, "the file does not unpack") from error


def _open(file: BinaryIO) -> zipfile.ZipFile:
    """Korean archives of Windows name their files in CP949 without saying so."""
    try:
        return zipfile.ZipFile(file, metadata_encoding="cp949")
    except UnicodeDecodeError:
        file.seek(0)
        return zipfile.ZipFile(file)


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
