"""JSON of strangers: bounded size, and one exception for all that can go wrong."""

import json
from typing import Any

MAX_BYTES = 4 * 1024 * 1024


class JsonError(ValueError):
    """The bytes are not JSON that is read. ``reason``: one word, for counting."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"JSON is not read: {reason}")
        self.reason = reason


def parse_json(body: bytes) -> Any:
    """The value of a document in UTF-8, with or without a byte order mark.

    Raises:
        JsonError: Too large, nested too deeply, in another encoding, or not JSON.
    """
    if len(body) > MAX_BYTES:
        raise JsonError("too_large")
    try:
        return json.loads(body.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise JsonError("encoding") from error
    except RecursionError as error:
        raise JsonError("too_deep") from error
    except ValueError as error:
        raise JsonError("malformed") from error


def listed(value: object) -> list[Any]:
    """A value that may stand alone or in a list, as a list; nothing is an empty one."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
