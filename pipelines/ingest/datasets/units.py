"""The records of a JSON file of any size, taken as the bytes come.

Layouts differ in how deep their records lie, so the file is not told where to look. Each object of a list that may hold
records is taken for one; an object in which records were found is their wrapper and none itself. Memory holds one
record and what its wrappers say of themselves.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import ijson

from pipelines.ingest.datasets.layouts import MOST_DEPTH, Layout, Record
from pipelines.ingest.faults import FaultError, Reason

NO_TEXT = "the record has no text where its layout has it"
_OVERHEAD = 16
"""Bytes that a value takes beside its own, about."""


@dataclass(frozen=True, slots=True)
class Unread:
    """A record that is none."""

    reason: Reason
    error: str


Found = Record | Unread


@dataclass(slots=True)
class _Node:
    """An object or list that is being read."""

    value: Any
    key: str | None
    """Name under which it stands."""
    unit: bool = False
    """Whether it may be a record."""
    wrapper: bool = False
    without_text: int = 0
    """Records in it that have no text, while it is not known to be a wrapper."""
    size: int = 0
    name: str | None = None
    """Name of the value that follows."""
    too_large: bool = field(default=False)


class Units:
    """Takes the bytes of a JSON file (UTF-8), gives records.

    Several values one after the other are read as several files.

    Args:
        layout: Where records lie.
        most_bytes: Size of a record, and of any single text in it.
    """

    def __init__(self, layout: Layout, most_bytes: int) -> None:
        self._layout = layout
        self._most = most_bytes
        self._stack: list[_Node] = []
        self._found: list[Found] = []
        self._silent = 0
        self._none = True
        self._events: list[tuple[str, Any]] = ijson.sendable_list()
        self._parser = ijson.basic_parse_coro(self._events, use_float=True, multiple_values=True)
        self._handlers: dict[str, Callable[[Any], None]] = {
            "start_map": lambda _: self._open({}),
            "start_array": lambda _: self._open([]),
            "end_map": lambda _: self._close(),
            "end_array": lambda _: self._close(),
            "map_key": self._name,
        }

    def feed(self, chunk: bytes) -> Iterator[Found]:
        """Read on.

        Raises:
            FaultError: The file cannot be read on: it is no JSON, nests too deeply or holds too large a text.
        """
        if not chunk:
            return  # the parser would take it for the end
        try:
            self._parser.send(chunk)
        except (ijson.JSONError, ValueError) as error:
            yield from self._take()
            raise FaultError(Reason.BAD_ROW, f"the file is no JSON from here on ({type(error).__name__})") from error
        self._silent = 0 if self._events else self._silent + len(chunk)
        if self._silent > 2 * self._most:
            raise FaultError(Reason.TOO_LARGE, f"a text of more than {self._silent} bytes")
        yield from self._take()

    def end(self) -> Iterator[Found]:
        """Say that there are no more bytes.

        Raises:
            FaultError: The file ends inside a value.
        """
        try:
            self._parser.close()
        except (ijson.JSONError, ValueError) as error:
            yield from self._take()
            raise FaultError(Reason.TRUNCATED, "the file ends inside a value") from error
        yield from self._take()
        if self._none:
            yield Unread(Reason.BAD_ROW, "the file holds no record")

    def _take(self) -> Iterator[Found]:
        events, handlers = self._events, self._handlers
        for event, value in events:
            handler = handlers.get(event)
            if handler is None:
                self._attach(value)
            else:
                handler(value)
        del events[:]
        found, self._found = self._found, []
        self._none = self._none and not found
        yield from found

    def _name(self, name: str) -> None:
        self._stack[-1].name = name

    def _open(self, value: Any) -> None:
        if len(self._stack) >= MOST_DEPTH:
            raise FaultError(Reason.BAD_ROW, f"the file nests more than {MOST_DEPTH} deep")
        above = self._stack[-1] if self._stack else None
        key = above.name if above else None
        unit = isinstance(value, dict) and (above is None or self._holds_records(above))
        self._stack.append(_Node(value, key, unit=unit))

    def _holds_records(self, node: _Node) -> bool:
        """Whether the objects in a list are records: by its name, or as it is the whole file."""
        if not isinstance(node.value, list):
            return False
        if len(self._stack) == 1:
            return True
        parent = self._stack[-2].key
        return node.key in self._layout.containers or f"{parent}.{node.key}" in self._layout.containers

    def _close(self) -> None:
        node = self._stack.pop()
        if node.unit:
            self._close_unit(node)
        else:
            self._attach(node.value, node.size)

    def _close_unit(self, node: _Node) -> None:
        if node.too_large:
            self._give(Unread(Reason.TOO_LARGE, f"a record of more than {self._most} bytes"))
            return
        # What a file says of itself beside its records is no record.
        whole_file = node.wrapper and not self._stack
        record = None if whole_file else self._layout.read(node.value)
        if record is not None:
            self._give(record)
        elif not node.wrapper:
            self._without_text(node)

    def _without_text(self, node: _Node) -> None:
        above = next((one for one in reversed(self._stack) if one.unit), None)
        count = max(1, node.without_text)
        if above is None or above.wrapper:
            self._found += [Unread(Reason.BAD_ROW, NO_TEXT)] * count
        else:
            above.without_text += count
            self._attach(node.value, node.size)

    def _give(self, found: Found) -> None:
        for above in self._stack:
            if above.unit and not above.wrapper:
                above.wrapper = True
                self._found += [Unread(Reason.BAD_ROW, NO_TEXT)] * above.without_text
                above.without_text = 0
        self._found.append(found)

    def _attach(self, value: Any, size: int | None = None) -> None:
        if not self._stack:
            return  # a file that is a bare value or a list of them
        node = self._stack[-1]
        node.size += _OVERHEAD + (size if size is not None else len(value) if isinstance(value, str) else 0)
        if node.size > self._most or node.too_large:
            self._overflow(node)
        elif isinstance(node.value, dict):
            node.value[node.name or ""] = value
        else:
            node.value.append(value)

    def _overflow(self, node: _Node) -> None:
        """Let go of the record that is too large, and go on reading behind it."""
        node.value = {} if isinstance(node.value, dict) else []
        for above in reversed(self._stack):
            above.too_large = not above.wrapper
            if above.unit:
                break
