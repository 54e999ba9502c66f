"""Main text by the peers of the `bench` group. Rows: {"html"}; results: text. Usage: see _serve.py.

trafilatura is the older version that datatrove asks for, called as FineWeb2's recipe calls it.
"""

from _serve import Row, Tool, serve


def datatrove() -> object:
    """The extractor of datatrove without its process."""
    from datatrove.pipeline.extractors import Trafilatura  # noqa: PLC0415

    extractor = Trafilatura(favour_precision=True)
    return lambda row: extractor.extract(row["html"]) or ""


def justext(*, stop_words: bool) -> object:
    """The paragraphs that jusText keeps with its Korean stop words, or in its language-independent mode."""
    import justext as library  # noqa: PLC0415

    options = {"stopwords_low": 0, "stopwords_high": 0}
    words, more = (library.get_stoplist("Korean"), {}) if stop_words else (frozenset(), options)

    def run(row: Row) -> str:
        return "\n".join(p.text for p in library.justext(row["html"], words, **more) if not p.is_boilerplate)

    return run


def readability() -> object:
    """readability-lxml's summary, as text."""
    import lxml.html  # noqa: PLC0415
    from readability import Document  # noqa: PLC0415

    return lambda row: lxml.html.fromstring(Document(row["html"]).summary()).text_content()


TOOLS = {
    "datatrove": Tool(datatrove, "datatrove"),
    "readability": Tool(readability, "readability-lxml"),
    "jusText": Tool(lambda: justext(stop_words=True), "jusText"),
    "jusText without stop words": Tool(lambda: justext(stop_words=False), "jusText"),
}

if __name__ == "__main__":
    serve(TOOLS)
