"""From what a recipe names (files, folders, patterns, URLs) to the list of files that are read."""

import glob  # pathlib's cannot take a pattern that is absolute or begins with ..
import hashlib
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

from pipelines.errors import BadInputError
from pipelines.ingest.settings import IngestSettings
from pipelines.ingest.storage import StorageOptions, StoredFile, open_filesystem, with_retries

_SAMPLE_BYTES = 64 << 10
_REQUESTS_AT_ONCE = 16
_CHECKSUM_KEYS = ("ETag", "etag", "md5Hash", "crc32c", "checksum")
_GLOB_CHARACTERS = frozenset("*?[")


class Format(StrEnum):
    """What a file's name says that it holds. How a WARC is compressed is seen in its first bytes."""

    WARC = "warc"
    JSONL = "jsonl"
    JSONL_GZ = "jsonl.gz"
    JSONL_ZST = "jsonl.zst"
    PARQUET = "parquet"
    JSON = "json"
    ZIP = "zip"

    @property
    def splittable(self) -> bool:
        """Whether reading can begin inside the file."""
        return self not in {Format.JSONL_GZ, Format.JSONL_ZST, Format.JSON}


SUFFIXES: Mapping[str, Format] = {
    ".warc": Format.WARC,
    ".warc.gz": Format.WARC,
    ".warc.zst": Format.WARC,
    ".wet": Format.WARC,
    ".wet.gz": Format.WARC,
    ".wet.zst": Format.WARC,
    ".jsonl": Format.JSONL,
    ".jsonl.gz": Format.JSONL_GZ,
    ".jsonl.zst": Format.JSONL_ZST,
    ".parquet": Format.PARQUET,
}
"""Recognised ends of file names of captures."""

Suffixes = Mapping[str, Format]


@dataclass(frozen=True, slots=True)
class InputFile:
    """One input.

    ``fingerprint`` is the SHA-256 of a local file; of others what the store says of the content (ETag or checksum), or
    else the SHA-256 of the size and the first and last 64 KiB. Never a time, so that a copy is the same input.
    """

    uri: str
    size: int
    fingerprint: str
    format: Format
    dataset: str = ""
    """Name of the data set that it is of; empty for captures."""


def expand_inputs(
    patterns: Sequence[str],
    storage_options: StorageOptions | None = None,
    suffixes: Suffixes = SUFFIXES,
    dataset: str = "",
) -> list[InputFile]:
    """Find the files that are meant: sorted by URI, each once.

    Args:
        patterns: Paths, fsspec URLs, either with ``*``, ``**``, ``?`` and ``[]``; a folder means all recognised files
            below it. Relative paths stay relative.
        storage_options: For fsspec, such as ``endpoint_url`` through ``client_kwargs``.
        suffixes: Recognised ends of file names.
        dataset: Name of the data set that the files are of.

    Raises:
        BadInputError: No patterns, a pattern without matches, a file that is empty or of no recognised name.
        RetryableError: The store does not answer.
    """
    if not patterns:
        raise BadInputError("no inputs are named", patterns=[])
    found: dict[str, Mapping[str, Any]] = {}
    for pattern in patterns:
        matches = dict(_matches(pattern, storage_options, suffixes))
        if not matches:
            raise BadInputError(f"{pattern} matches no file that can be read; {_recognised(suffixes)}", pattern=pattern)
        found.update(matches)
    uris = sorted(found)
    with ThreadPoolExecutor(_REQUESTS_AT_ONCE) as pool:
        return list(pool.map(lambda uri: _describe(uri, found[uri], storage_options, suffixes, dataset), uris))


def recognise(uri: str, suffixes: Suffixes = SUFFIXES) -> Format | None:
    """Format by the end of a file's name, if it is a recognised one."""
    name = uri.lower()
    return next((kind for suffix, kind in suffixes.items() if name.endswith(suffix)), None)


def _matches(
    pattern: str, storage_options: StorageOptions | None, suffixes: Suffixes
) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """URIs that a pattern means, with what the store says of them."""
    if "://" not in pattern:
        yield from ((path, {"size": Path(path).stat().st_size}) for path in _local_matches(pattern, suffixes))
        return
    settings = IngestSettings()
    filesystem, path = open_filesystem(pattern, storage_options)
    is_pattern = not _GLOB_CHARACTERS.isdisjoint(path)
    list_files = filesystem.glob if is_pattern else filesystem.find
    listed = with_retries(lambda: list_files(path, detail=True), pattern, settings)
    single = not is_pattern and list(listed) == [path]
    for name, info in listed.items():
        uri = pattern if single else filesystem.unstrip_protocol(name)
        if info["type"] == "file" and (single or recognise(uri, suffixes)):
            yield uri, info


def _local_matches(pattern: str, suffixes: Suffixes) -> list[str]:
    if Path(pattern).is_file():
        return [pattern]
    if Path(pattern).is_dir():
        below = (str(path) for path in Path(pattern).rglob("*") if path.is_file())
    else:
        below = (path for path in glob.glob(pattern, recursive=True) if Path(path).is_file())  # noqa: PTH207
    return [path for path in below if recognise(path, suffixes)]


def _describe(
    uri: str, info: Mapping[str, Any], storage_options: StorageOptions | None, suffixes: Suffixes, dataset: str
) -> InputFile:
    kind = recognise(uri, suffixes)
    if kind is None:
        raise BadInputError(f"{uri} is of no recognised format; {_recognised(suffixes)}", uri=uri)
    size = info.get("size")
    if size is None:
        raise BadInputError(f"the size of {uri} cannot be found out", uri=uri)
    if size == 0:
        raise BadInputError(f"{uri} is empty", uri=uri, found="0 bytes")
    checksum = next((str(info[key]) for key in _CHECKSUM_KEYS if info.get(key)), None)
    if "://" not in uri:
        return InputFile(uri, size, _file_digest(Path(uri)), kind, dataset)
    fingerprint = f"{size}-{checksum.strip(chr(34))}" if checksum else _sample_digest(uri, size, storage_options)
    return InputFile(uri, size, fingerprint, kind, dataset)


def _file_digest(path: Path) -> str:
    """SHA-256 of a local file: a gigabyte a second, next to nothing beside reading it for its text."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sample_digest(uri: str, size: int, storage_options: StorageOptions | None) -> str:
    source = StoredFile(uri, size, IngestSettings(), storage_options)
    digest = hashlib.sha256(str(size).encode())
    digest.update(source.read(0, _SAMPLE_BYTES))
    digest.update(source.read(max(0, size - _SAMPLE_BYTES), _SAMPLE_BYTES))
    return digest.hexdigest()


def _recognised(suffixes: Suffixes) -> str:
    return f"recognised are {', '.join(suffixes)}"
