"""What a search may hold in memory, and how it is cut to fit."""

from dedup import DedupSettings
from pipelines.errors import ConfigError

# Measured: the interpreter with Arrow, Polars, NumPy and compiled kernels, and what allocators keep for themselves.
_FIXED_BYTES = 352 << 20
_LEAST_SHARE = 48 << 20

EQUAL_BYTES = 16 + 8 + 64 + 96
"""A document that equals a better one: its row of the table, its order, and what is decided on it."""
SCREENED_BYTES = 48
"""A pair that is to be verified: its code, its rows, where their texts are."""
VERIFIED_BYTES = 24 + 320 + 96
"""A verified pair: its row of the table, the order of a row, and the lists in which it is decided on."""


class Budget:
    """Memory left of what the settings allow; what is claimed stays claimed.

    Args:
        settings: For ``memory``.
        documents: Documents of the search: a byte is held for each.
        threads: Threads that share what is left.

    Raises:
        ConfigError: So many documents do not fit.
    """

    def __init__(self, settings: DedupSettings, documents: int, threads: int) -> None:
        self._settings = settings
        self._documents = documents
        self._threads = threads
        self._left = int(settings.memory) - _FIXED_BYTES - threads * _LEAST_SHARE
        self._kept = 0
        self.claim(documents, f"{documents:,} documents")

    def claim(self, count: int, what: str) -> None:
        """Set bytes aside until the search ends.

        Raises:
            ConfigError: They are not there.
        """
        self._kept += count
        if self._kept > self._left:
            memory = int(self._settings.memory)
            needed = memory - self._left + self._kept
            fits = max(0, self._documents * self._left // max(1, self._kept))
            raise ConfigError(
                f"dedup.memory = {_size(memory)} is too little for {what}: the search would take {_size(needed)};"
                f" about {fits:,} documents like these fit",
                memory=memory,
                needed=needed,
                documents=fits,
            )

    @property
    def share(self) -> int:
        """Bytes that each thread may work with beside what is claimed."""
        return _LEAST_SHARE + (self._left - self._kept) // self._threads


def _size(count: int) -> str:
    return f"{-(-count // (1 << 20)):,} MiB"
