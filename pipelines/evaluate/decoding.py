"""Pages read as their true encoding says.

A reading is exact when it equals the body decoded by the encoding that the labels name, without a byte order mark;
bytes that are invalid in it may be left out or stand as U+FFFD.
"""

import codecs
from collections import Counter
from collections.abc import Mapping, Sequence

from filters import decode
from pipelines.evaluate.files import Page, Row
from pipelines.evaluate.report import Report

_FIELDS = ("encoding", "true_encoding")
_BOM = "\ufeff"


def decode_page(page: Page) -> str:
    """The page as text, by our own charset reader."""
    return decode(page.body, page.content_type).text


def true_texts(page: Page, label: Mapping[str, object]) -> tuple[str, ...]:
    """The readings of a page that count as exact: invalid bytes left out, or as U+FFFD; none if no codec is named.

    Args:
        page: The page.
        label: Its row, with the true encoding in `encoding` or `true_encoding`.
    """
    encoding = _encoding(label)
    if encoding is None or not _is_codec(encoding):
        return ()
    return tuple(page.body.decode(encoding, errors).removeprefix(_BOM) for errors in ("ignore", "replace"))


def decode_exactness(pages: Sequence[Page], labels: Mapping[str, Row]) -> Report | None:
    """Share of pages read exactly, by true encoding, and by `variant` where the labels have one.

    Args:
        pages: Pages of an archive.
        labels: Rows by address; the true encoding is in `encoding` or `true_encoding`.

    Returns:
        None when no label of these pages names an encoding.
    """
    kinds: Counter[str] = Counter()
    exact: Counter[str] = Counter()
    unknown = 0
    for page in pages:
        row = labels.get(page.url, {})
        encoding = _encoding(row)
        if encoding is None:
            continue
        texts = true_texts(page, row)
        if not texts:
            unknown += 1
            continue
        kind = str(row.get("variant") or encoding)
        kinds[kind] += 1
        exact[kind] += decode_page(page).removeprefix(_BOM) in texts
    if not kinds and not unknown:
        return None
    return {
        "n": kinds.total(),
        "exact": exact.total(),
        "encoding_not_a_codec": unknown,
        "by_encoding": {kind: {"n": count, "exact": exact[kind]} for kind, count in sorted(kinds.items())},
    }


def _encoding(label: Mapping[str, object]) -> str | None:
    return next((str(label[name]) for name in _FIELDS if label.get(name)), None)


def _is_codec(name: str) -> bool:
    try:
        codecs.lookup(name)
    except LookupError:
        return False
    return True
