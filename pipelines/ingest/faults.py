"""Why a record could not be read. Faults are data: a quarantined row each, never the end of a split."""

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a record is quarantined."""

    BAD_MEMBER = "bad_member"
    """No gzip member, zstd frame or record begins where one should."""
    BAD_COMPRESSION = "bad_compression"
    """Compressed data that does not inflate."""
    CRC_MISMATCH = "crc_mismatch"
    """The data inflates but its checksum or size says that it is not what was written."""
    TRUNCATED = "truncated"
    """The file ends inside the record."""
    TOO_LARGE = "too_large"
    """Larger than ``max_record_bytes``, packed or unpacked."""
    BAD_WARC_HEADER = "bad_warc_header"
    """No version line, a line that is no field, or a mandatory field that is missing."""
    BAD_CONTENT_LENGTH = "bad_content_length"
    """Content-Length is no number, or the record does not end where it says."""
    BAD_HTTP_HEADER = "bad_http_header"
    """A response without a status line or with a header that does not end."""
    BAD_PAYLOAD = "bad_payload"
    """A Content-Encoding that is really there but does not decode."""
    BAD_ROW = "bad_row"
    """A line of JSONL or a row of Parquet that is no capture."""


class FaultError(Exception):
    """Raised inside this package while a record is read; becomes a ``BadRecord``.

    Args:
        reason: Why.
        error: The same in words, without any of the record's text.
        resume: Offset in the file where the next member should begin, if the damage leaves that knowable.
        skip: Inflated bytes from the record's start to its end, if it is merely not wanted.
    """

    def __init__(self, reason: Reason, error: str, resume: int | None = None, skip: int | None = None) -> None:
        super().__init__(error)
        self.reason = reason
        self.error = error
        self.resume = resume
        self.skip = skip
        self.url: str | None = None
        self.inner = 0


@dataclass(frozen=True, slots=True)
class BadRecord:
    """A record that is quarantined."""

    offset: int
    """Where its member, frame, record or line begins in the file; the row number in Parquet."""
    reason: Reason
    error: str
    length: int | None = None
    """Bytes up to the place where reading went on."""
    url: str | None = None
    inner: int = 0
    """Inflated bytes before it in the same member."""
