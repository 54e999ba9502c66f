"""Good documents by the peers of the `bench` group. Rows: {"text"}; results: reason, "" if kept. Usage: see _serve.py.

FineWeb2 is the three filters of its Korean configuration; dps is the filters of its Korean job, from the checkout that
MALMOI_DPS names.
"""

import _dps
from _serve import Row, Tool, serve


def fineweb2() -> object:
    """FineWeb2's Korean thresholds, after which a document goes on to near-duplicate removal."""
    from datatrove.data import Document  # noqa: PLC0415
    from peer_datatrove import filters  # noqa: PLC0415

    steps = filters("")[1:]

    def run(row: Row) -> str:
        document = Document(text=row["text"], id="row")
        for step in steps:
            result = step.filter(document)
            keep, why = result if isinstance(result, tuple) else (result, type(step).__name__)
            if not keep:
                return str(why)
        return ""

    return run


def dps() -> object:
    """The filters of dps's Korean job, without its rewriting of texts."""
    korean, agnostic = _dps.load("prep.korean_prep"), _dps.load("prep.lang_agnostic_prep")
    steps = {
        "bad words": korean.bad_words_filter,
        "length": lambda text: agnostic.doc_len_filter(text, 50, 100_000),
        "word length": lambda text: agnostic.mean_word_len_filter(text, 3, 10),
        "symbols": lambda text: agnostic.symbol_to_word_ratio_filter(text, 0.1),
        "bullets": lambda text: agnostic.bullet_ellipsis_filter(text, 0.9, 0.3),
        "little Hangul": lambda text: korean.korean_word_ratio_filter(text, 0.25),
    }

    def run(row: Row) -> str:
        text = korean.make_compat(row["text"])
        return next((name for name, keep in steps.items() if not keep(text)), "")

    return run


TOOLS = {"FineWeb2": Tool(fineweb2, "datatrove", every=3), "dps": Tool(dps, "")}

if __name__ == "__main__":
    serve(TOOLS)
