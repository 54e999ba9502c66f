"""Is it Korean? by the peers of the `bench` group. Rows: {"text"}; results: bool. Usage: see _serve.py.

lid.176.ftz is read from MALMOI_LID, as datatrove would download it; its threshold is FineWeb2's.
"""

import os
import re

import _dps
from _serve import Row, Tool, serve


def lid176(threshold: float) -> object:
    """The fastText model of 176 languages."""
    from fasttext.FastText import _FastText  # noqa: PLC0415

    model = _FastText(os.environ["MALMOI_LID"])

    def run(row: Row) -> bool:
        # A numpy 2 safe call: the wrapper's own predict is not, in some builds.
        pairs = model.f.predict(row["text"].replace("\n", " ") + "\n", 1, 0.0, "strict")
        return bool(pairs) and pairs[0][1] == "__label__ko" and pairs[0][0] >= threshold

    return run


def cld2() -> object:
    """Compact Language Detector 2."""
    import pycld2  # noqa: PLC0415

    def run(row: Row) -> bool:
        try:
            return pycld2.detect(row["text"].encode("utf-8", "ignore"), isPlainText=True)[2][0][1] == "ko"
        except pycld2.error:
            return False

    return run


def py3langid() -> object:
    """py3langid's most likely language."""
    import py3langid as library  # noqa: PLC0415

    return lambda row: library.classify(row["text"])[0] == "ko"


def lingua(*, low: bool) -> object:
    """Lingua among all its languages."""
    from lingua import Language, LanguageDetectorBuilder  # noqa: PLC0415

    builder = LanguageDetectorBuilder.from_all_languages()
    detector = (builder.with_low_accuracy_mode() if low else builder).build()
    return lambda row: detector.detect_language_of(row["text"]) == Language.KOREAN


def dps() -> object:
    """The share of Hangul that dps's Korean job asks for."""
    korean = _dps.load("prep.korean_prep")
    return lambda row: bool(korean.korean_word_ratio_filter(row["text"], 0.25))


def share() -> object:
    """A plain rule: three in ten letters are Hangul."""
    hangul = re.compile("[\uac00-\ud7a3\u1100-\u11ff\u3130-\u318f\ua960-\ua97f\ud7b0-\ud7ff]")
    letter = re.compile(r"[^\W\d_]")
    return lambda row: len(hangul.findall(row["text"])) >= 0.3 * max(1, len(letter.findall(row["text"])))


TOOLS = {
    "lid.176 at 0.65": Tool(lambda: lid176(0.65), "datatrove"),
    "cld2": Tool(cld2, "pycld2"),
    "py3langid": Tool(py3langid, "py3langid"),
    "lingua": Tool(lambda: lingua(low=False), "lingua-language-detector", every=5),
    "lingua, low accuracy": Tool(lambda: lingua(low=True), "lingua-language-detector"),
    "Hangul share 0.3": Tool(share, ""),
    "dps": Tool(dps, ""),
}

if __name__ == "__main__":
    serve(TOOLS)
