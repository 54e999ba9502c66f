"""The libraries that our extractor is held against, imported only where they are asked for.

trafilatura's cache of repeated segments is never switched on: it would make a text depend on the pages before it.
"""

import logging


def trafilatura_text(html: str, url: str) -> str:
    """Main text by trafilatura without its slow fallbacks; empty when it finds none."""
    from trafilatura import extract  # noqa: PLC0415  half a second that other extractors need not pay

    # It logs addresses and fragments of pages; neither belongs in our log.
    for name in ("trafilatura", "htmldate", "courlan"):
        logging.getLogger(name).setLevel(logging.CRITICAL)
    return extract(html, url=url, fast=True, include_comments=False, include_tables=True, deduplicate=False) or ""


def resiliparse_text(html: str) -> str:
    """Main content by resiliparse."""
    from resiliparse.extract.html2text import extract_plain_text  # noqa: PLC0415  as above

    return str(extract_plain_text(html, main_content=True, alt_texts=False))
