"""The ways of finding main text that are compared, by name.

Malmoi's own is its public function with default settings. The others are the libraries' plain calls, as their own
documentation shows them.
"""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TypeAlias

Extract: TypeAlias = "Callable[[str, str, dt.date | None], str]"
"""Decoded page, its address and the day of its fetch to main text; empty when none is found."""


@dataclass(frozen=True, slots=True)
class Extractor:
    """A way of finding main text."""

    package: str
    """Distribution that it comes from."""
    load: Callable[[], Extract]
    """Imports what is needed; half a second, so only a process that uses it calls this."""

    def version(self) -> str | None:
        """Version of the package; None when it is not installed."""
        try:
            return version(self.package)
        except PackageNotFoundError:
            return None


def _malmoi() -> Extract:
    from pipelines.extract import ExtractSettings, extract_article  # noqa: PLC0415

    settings = ExtractSettings()
    return lambda html, url, day: extract_article(html, url, day, settings).text


def _trafilatura() -> Extract:
    from trafilatura import extract  # noqa: PLC0415

    return lambda html, _url, _day: extract(html, include_comments=False) or ""


def _trafilatura_fast() -> Extract:
    from trafilatura import extract  # noqa: PLC0415

    return lambda html, _url, _day: extract(html, include_comments=False, fast=True) or ""


def _resiliparse() -> Extract:
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415

    return lambda html, _url, _day: str(extract_plain_text(html, main_content=True, alt_texts=False))


def _justext() -> Extract:
    # justext has no types
    from justext import get_stoplist, justext  # type: ignore[import-untyped,unused-ignore] # noqa: PLC0415

    words = get_stoplist("Korean")
    return lambda html, _url, _day: "\n".join(p.text for p in justext(html, words) if not p.is_boilerplate)


def _readability() -> Extract:
    import lxml.html  # noqa: PLC0415
    from readability import Document  # type: ignore[import-not-found,unused-ignore] # noqa: PLC0415

    return lambda html, _url, _day: str(lxml.html.fromstring(Document(html).summary()).text_content())


EXTRACTORS = {
    "malmoi": Extractor("malmoi", _malmoi),
    "trafilatura": Extractor("trafilatura", _trafilatura),
    "trafilatura-fast": Extractor("trafilatura", _trafilatura_fast),
    "resiliparse": Extractor("resiliparse", _resiliparse),
    "justext": Extractor("jusText", _justext),
    "readability": Extractor("readability-lxml", _readability),
}

DEFAULT = ("malmoi", "trafilatura", "resiliparse")
"""What is compared when no names are given: ours and the two that Malmoi itself depends on."""
