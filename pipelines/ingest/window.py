"""A window that moves forward over a source: any part of a large file, with bounded memory."""

from pipelines.ingest.storage import ByteSource


class Window:
    """Buffers what was read last, so that many small reads near each other cost one request.

    Args:
        source: Where bytes come from.
        read_bytes: Bytes of one request. The buffer holds at most twice that, or the longest view asked for.
    """

    def __init__(self, source: ByteSource, read_bytes: int) -> None:
        self.size = source.size
        self._source = source
        self._read_bytes = read_bytes
        self._start = 0
        self._buffer = b""

    def view(self, offset: int, length: int) -> memoryview:
        """``length`` bytes from ``offset``; fewer only at the end of the file. Valid as long as it is held."""
        end = min(offset + length, self.size)
        if offset >= end:
            return memoryview(b"")
        if not self._start <= offset < self._start + len(self._buffer):
            self._start, self._buffer = offset, b""
        missing = end - self._start - len(self._buffer)
        if missing > 0:
            kept = self._buffer[offset - self._start :]
            more = self._source.read(self._start + len(self._buffer), max(missing, self._read_bytes))
            self._start, self._buffer = offset, kept + more
        return memoryview(self._buffer)[offset - self._start : end - self._start]

    def find(self, pattern: bytes, offset: int, end: int | None = None) -> int:
        """Offset of the first ``pattern`` that begins in ``[offset, end)``, or -1."""
        end = self.size if end is None else min(end, self.size)
        overlap = len(pattern) - 1
        while offset < end:
            length = min(self._read_bytes, end - offset)
            found = bytes(self.view(offset, length + overlap)).find(pattern)
            if found >= 0:
                return offset + found
            offset += length
        return -1
