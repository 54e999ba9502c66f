"""XML of strangers: no DTD, no entities, bounded size, depth and count; every failure is one exception with a reason.

The parser is defusedxml's. What is kept of a document is a tree of small nodes that know where they stand in the
source, so that evidence can quote the bytes and not a rendering of them.
"""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, NoReturn
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, DTDForbidden
from defusedxml.ElementTree import DefusedXMLParser

MAX_BYTES = 4 * 1024 * 1024
MAX_DEPTH = 64
MAX_ELEMENTS = 100_000

_DECLARED = re.compile(rb"<\?xml[^>]{0,200}?encoding\s*=\s*[\"']([A-Za-z0-9._-]{1,40})[\"']")
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
    (b"<\x00", "utf-16-le"),
    (b"\x00<", "utf-16-be"),
)
_KOREAN = re.compile(r"euc[-_]?kr|ks_?c[-_]?5601(?:-19(?:87|89))?|korean|(?:windows-|cp|ms|x-windows-)949|uhc")
_OTHERS = re.compile(r"utf-?8|us-ascii|ascii|iso-8859-\d{1,2}|windows-125\d|shift_jis|euc-jp|gb2312|gbk|gb18030|big5")
"""Encodings that are read. Python knows more, some of which take quadratic time."""


class XmlError(ValueError):
    """The bytes are not XML that is read. ``reason``: one word, for counting."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"XML is not read: {reason}")
        self.reason = reason


@dataclass(slots=True)
class Node:
    """An element. Comments and processing instructions are not kept."""

    tag: str
    """``{namespace}name``, or the name alone."""
    attributes: dict[str, str]
    source: bytes
    """The whole document, UTF-8."""
    start: int
    """Offset of the element in ``source``."""
    end: int = 0
    text: str = ""
    """Character data of its own, without that of its children."""
    children: "list[Node]" = field(default_factory=list)

    @property
    def namespace(self) -> str:
        """Namespace of the tag; empty if it has none."""
        return self.tag[1:].rpartition("}")[0] if self.tag.startswith("{") else ""

    @property
    def name(self) -> str:
        """Tag without its namespace."""
        return self.tag.rpartition("}")[2]

    @property
    def literal(self) -> str:
        """The element as it is written."""
        return self.source[self.start : self.end].decode("utf-8", "replace")

    def walk(self) -> "Iterator[Node]":
        """The element and all below it, in document order, whatever the depth."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


class _Builder:
    """Target of the parser: builds nodes and counts them."""

    def __init__(self, source: bytes) -> None:
        self.parser: Any = None
        self._source = source
        self._open: list[Node] = []
        self._texts: list[list[str]] = []
        self._count = 0
        self._root: Node | None = None

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        self._count += 1
        if len(self._open) >= MAX_DEPTH:
            raise XmlError("too_deep")
        if self._count > MAX_ELEMENTS:
            raise XmlError("too_many_elements")
        node = Node(tag, attributes, self._source, self.parser.CurrentByteIndex)
        if self._open:
            self._open[-1].children.append(node)
        else:
            self._root = node
        self._open.append(node)
        self._texts.append([])

    def data(self, text: str) -> None:
        if self._texts:
            self._texts[-1].append(text)

    def end(self, tag: str) -> None:  # noqa: ARG002 - expat has checked that it is the open one
        node = self._open.pop()
        node.text = "".join(self._texts.pop())
        at = self.parser.CurrentByteIndex
        # At the end tag; behind an element that has none.
        node.end = self._source.find(b">", at) + 1 if self._source.startswith(b"</", at) else at

    def close(self) -> Node:
        if self._root is None:
            raise XmlError("malformed")
        return self._root


def parse_xml(body: bytes) -> Node:
    """The root element of a document.

    Raises:
        XmlError: Too large, too deep, with a DTD, in an encoding that is not read, or not well-formed.
    """
    if len(body) > MAX_BYTES:
        raise XmlError("too_large")
    source = _utf8(body)
    builder = _Builder(source)
    # The encoding given here overrides the one that the document declares.
    parser = DefusedXMLParser(target=builder, encoding="utf-8", forbid_dtd=True)
    builder.parser = parser.parser
    try:
        parser.feed(source)
        root = parser.close()
    except DTDForbidden as error:
        _fail("dtd", error)
    except DefusedXmlException as error:
        _fail("entities", error)
    except ParseError as error:
        _fail("malformed", error)
    if not isinstance(root, Node):
        raise XmlError("malformed")
    return root


def _fail(reason: str, error: Exception) -> NoReturn:
    raise XmlError(reason) from error


def _utf8(body: bytes) -> bytes:
    """The document in UTF-8, without a byte order mark."""
    encoding = next((name for mark, name in _MARKS if body.startswith(mark)), None) or _declared(body)
    try:
        return body.decode(encoding).removeprefix("\ufeff").strip(" \t\r\n").encode()
    except UnicodeError as error:
        raise XmlError("encoding") from error


def _declared(body: bytes) -> str:
    declared = _DECLARED.match(body.lstrip()[:300])
    name = declared[1].decode("ascii").lower() if declared else "utf-8"
    if _KOREAN.fullmatch(name):
        return "cp949"
    if _OTHERS.fullmatch(name):
        return name
    raise XmlError("encoding")
