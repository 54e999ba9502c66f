"""Bytes of one input, asked for by range.

Range requests keep no state, so a failed one is simply asked for again. This is the one layer that retries: what s3fs
and botocore would retry below it is switched off, or attempts would multiply and nobody would know the waiting time.
"""

import hashlib
import io
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Protocol

import fsspec
from fsspec.core import url_to_fs

from pipelines.errors import BadInputError, RetryableError, SplitError
from pipelines.ingest.settings import IngestSettings

StorageOptions = Mapping[str, Any]

_FINAL = (FileNotFoundError, PermissionError, IsADirectoryError)
_LONGEST_WAIT = 30.0


@cache
def _transient() -> tuple[type[Exception], ...]:
    """What is worth another try. Looked up only when something has failed: clients of stores are slow to import."""
    import aiohttp  # noqa: PLC0415
    import botocore.exceptions  # noqa: PLC0415

    return OSError, aiohttp.ClientError, botocore.exceptions.BotoCoreError


class ByteSource(Protocol):
    """Something with a size, read by range."""

    size: int

    def read(self, offset: int, length: int) -> bytes:
        """Exactly ``length`` bytes from ``offset``, fewer only at the end."""
        ...


def open_filesystem(uri: str, storage_options: StorageOptions | None) -> tuple[fsspec.AbstractFileSystem, str]:
    """The fsspec file system of a URI and the path in it. ``storage_options`` are for remote URIs only."""
    filesystem: fsspec.AbstractFileSystem
    path: str
    if "://" not in uri or uri.startswith("file://"):
        filesystem, path = url_to_fs(uri)
        return filesystem, path
    options = dict(storage_options or {})
    if uri.startswith(("s3://", "s3a://")):
        config = dict(options.get("config_kwargs", {}))
        options["config_kwargs"] = {"retries": {"total_max_attempts": 1}, **config}
    filesystem, path = url_to_fs(uri, **options)
    if hasattr(filesystem, "retries"):
        filesystem.retries = 1
    return filesystem, path


class StoredFile:
    """A ``ByteSource`` over any fsspec URL.

    Args:
        uri: Local path or fsspec URL.
        size: Bytes the file had when it was planned; it must not have shrunk since.
        settings: Attempts and waits.
        storage_options: For remote URLs.

    Raises:
        BadInputError: The file is missing or may not be read (from ``read``).
        SplitError: The file is shorter than it was (from ``read``).
        RetryableError: Storage failed on every attempt (from ``read``).
    """

    def __init__(
        self, uri: str, size: int, settings: IngestSettings, storage_options: StorageOptions | None = None
    ) -> None:
        self.uri = uri
        self.size = size
        self._settings = settings
        self._filesystem, self._path = open_filesystem(uri, storage_options)

    def read(self, offset: int, length: int) -> bytes:
        """See ``ByteSource.read``."""
        end = min(offset + length, self.size)
        if offset >= end:
            return b""
        data: bytes = with_retries(
            lambda: self._filesystem.cat_file(self._path, start=offset, end=end), self.uri, self._settings, offset
        )
        if len(data) != end - offset:
            raise SplitError(
                f"{self.uri} has no {end} bytes, as it had when the run was planned: it changed, plan again",
                uri=self.uri,
                offset=offset,
                expected=end - offset,
                found=len(data),
            )
        return data


def with_retries(request: Callable[[], Any], uri: str, settings: IngestSettings, offset: int = 0) -> Any:
    """Call ``request`` until storage answers.

    The wait before attempt ``n`` is between a half and the whole of ``retry_seconds * 2**(n-2)``, at most 30 s. Where
    in between depends on what is asked for, so that workers that failed together do not come back together.

    Raises:
        BadInputError: What is asked for is missing or may not be read.
        RetryableError: Every attempt failed.
    """
    attempt = 1
    while True:
        try:
            return request()
        except _FINAL as error:
            raise BadInputError(f"cannot read {uri}: {error}", uri=uri, offset=offset) from error
        except _transient() as error:
            if attempt >= settings.read_attempts:
                raise RetryableError(
                    f"{uri} could not be read from byte {offset} in {attempt} attempts: {error}",
                    uri=uri,
                    offset=offset,
                    attempts=attempt,
                ) from error
        time.sleep(_wait(settings.retry_seconds, attempt, f"{uri} {offset}"))
        attempt += 1


def _wait(longest: float, attempt: int, key: str) -> float:
    share = int.from_bytes(hashlib.sha256(f"{key} {attempt}".encode()).digest()[:4]) / 2**32
    return float(min(longest * 2 ** (attempt - 1), _LONGEST_WAIT) * (1 + share) / 2)


class SourceIO(io.RawIOBase):
    """A seekable binary file over a ``ByteSource``, for libraries that want one (Parquet, compressed JSONL)."""

    def __init__(self, source: ByteSource) -> None:
        self._source = source
        self._position = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def seekable(self) -> bool:
        """Always."""
        return True

    def tell(self) -> int:
        """Bytes from the start."""
        return self._position

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        """Move as ``io.IOBase.seek`` does."""
        base = {io.SEEK_SET: 0, io.SEEK_CUR: self._position, io.SEEK_END: self._source.size}[whence]
        self._position = max(0, base + offset)
        return self._position

    def readinto(self, buffer: Any) -> int:
        """Fill ``buffer`` from the position."""
        data = self._source.read(self._position, len(buffer))
        buffer[: len(data)] = data
        self._position += len(data)
        return len(data)
