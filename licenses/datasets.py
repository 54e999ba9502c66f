"""Documents of data sets: how they were acquired, and what their origin says.

The declaration of a data set is kept like a site file: stored as it was made, read by the present rules.
"""

import json
from typing import Any

from licenses.axes import Axis, Value
from licenses.evidence import Evidence, Source
from licenses.origins import origin_signals

KIND = "dataset"
"""The kind of site file that a declaration is."""
CHANNEL = "channel"
"""Signal of how a document was acquired where it was not crawled."""


class DatasetRules:
    """What a declaration says about documents under its URL.

    Args:
        source: The declaration; its URL is where the URLs of its documents begin.
        body: A JSON object with ``origin``, ``terms``, ``mirror``, ``name`` and ``kind``.
    """

    def __init__(self, source: Source, body: bytes) -> None:
        self._place = source.url
        said = _object(body)
        origin, terms = said.get("origin"), said.get("terms")
        self._evidence = [
            source.evidence(
                CHANNEL,
                "channel.dataset",
                body.decode("utf-8", "replace"),
                locator="declaration",
                scope="dataset",
                axes=((Axis.CRAWL, Value.ALLOW),),
                confidence=1.0,
                declarer="unknown",
            ),
            *origin_signals(
                origin if isinstance(origin, str) else "",
                terms if isinstance(terms, str) else None,
                said.get("mirror"),
                source,
            ),
        ]

    def signals(self, url: str) -> list[Evidence]:
        """See ``SiteRules``."""
        return self._evidence if url.startswith(self._place) else []


def _object(body: bytes) -> dict[str, Any]:
    try:
        said = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return said if isinstance(said, dict) else {}
