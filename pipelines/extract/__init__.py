"""Main text and metadata of a page.

Contents:
    settings  limits and choices
    metadata  title, author and date
    article   one page in, one article out: the extraction itself
    child     the process that does it
    sandbox   the parent's side: time, memory, replacement of a dead child
"""

from pipelines.extract.article import Article, extract_article
from pipelines.extract.sandbox import Failure, Sandbox
from pipelines.extract.settings import ExtractSettings

__all__ = ["Article", "ExtractSettings", "Failure", "Sandbox", "extract_article"]
