"""Main text and metadata of a page.

Contents:
    settings   limits and choices
    article    one page in, one article out
    page       the page as flat lists of elements and blocks of text
    roles      what class and id names say; the names are in data/names.toml
    content    which blocks are the main text
    render     blocks to text
    metadata   title, author and date
    reference  trafilatura and resiliparse
    child      the process that does it
    sandbox    the parent's side: time, memory, replacement of a dead child
"""

from pipelines.extract.article import Article, extract_article
from pipelines.extract.sandbox import Failure, Sandbox
from pipelines.extract.settings import ExtractSettings

__all__ = ["Article", "ExtractSettings", "Failure", "Sandbox", "extract_article"]
