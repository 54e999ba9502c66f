"""What can go wrong, by what the runner has to do about it.

A bad *record* is no exception: it is quarantined and the split goes on. Everything here ends at least a split.
"""

from typing import Any


class MalmoiError(Exception):
    """Base of all errors that Malmoi raises on purpose.

    Args:
        message: One sentence for people: what is wrong and, where it can be said, what to do.
        fields: The same facts for programs, such as ``uri`` and ``offset``. They survive pickling between processes.
    """

    def __init__(self, message: str, **fields: Any) -> None:
        super().__init__(message)
        self.message = message
        self.fields = fields

    def __reduce__(self) -> tuple[Any, ...]:
        return _rebuild, (type(self), self.message, self.fields)


class ConfigError(MalmoiError):
    """Settings or inputs are wrong: stop before the first byte; trying again will not help."""


class BadInputError(ConfigError):
    """An input is missing, empty or not what its name says: stop, name the file and what was found in it."""


class SplitError(MalmoiError):
    """A split cannot be read: fail this split, go on with the others, end with a failure."""


class RetryableError(MalmoiError):
    """Storage kept failing after all attempts: the same split may succeed later."""


def _rebuild(kind: type[MalmoiError], message: str, fields: dict[str, Any]) -> MalmoiError:
    return kind(message, **fields)
