"""Personal data by the peers of the `bench` group. Rows: {"text"}; results: [[start, end, type]]. Usage: _serve.py.

Presidio: its Korean recognizers and those for telephone, e-mail and card, alone: every result, or those of
a score of 0.5 and more. datatrove and dps: what their expressions match; dps from the checkout that MALMOI_DPS names.
"""

import re

import _dps
from _serve import Row, Tool, serve


def presidio(least: float) -> object:
    """Presidio's recognizers for Korea."""
    from presidio_analyzer import predefined_recognizers as library  # noqa: PLC0415

    recognizers = [
        library.KrRrnRecognizer(),
        library.KrFrnRecognizer(),
        library.KrBrnRecognizer(),
        library.KrPassportRecognizer(),
        library.KrDriverLicenseRecognizer(),
        library.PhoneRecognizer(supported_regions=("KR",), supported_language="ko"),
        library.EmailRecognizer(supported_language="ko"),
        library.CreditCardRecognizer(supported_language="ko"),
        library.IpRecognizer(supported_language="ko"),
    ]

    def run(row: Row) -> list[list[object]]:
        found = [
            result
            for recognizer in recognizers
            for result in recognizer.analyze(row["text"], recognizer.supported_entities, None) or ()
        ]
        return [[one.start, one.end, one.entity_type] for one in found if one.score > 0 and one.score >= least]

    return run


def datatrove() -> object:
    """The two expressions of datatrove's formatter."""
    from datatrove.pipeline.formatters import PIIFormatter  # noqa: PLC0415

    formatter = PIIFormatter()
    replacers = {"EMAIL_ADDRESS": formatter.emails_replacer, "IP_ADDRESS": formatter.ip_replacer}

    def run(row: Row) -> list[list[object]]:
        return [
            [match.start(), match.end(), name]
            for name, replacer in replacers.items()
            for match in replacer.regex.finditer(row["text"])
            if replacer.validator is None or replacer.validator(match[0])
        ]

    return run


def dps() -> object:
    """The expressions of dps in its order; what one has matched, the next does not see."""
    korean, agnostic = _dps.load("utils.korean_utils"), _dps.load("utils.lang_agnostic_utils")
    patterns: dict[str, re.Pattern[str]] = {
        "EMAIL_ADDRESS": agnostic.EMAIL_PATTERN,
        "CREDIT_CARD": korean.CARD_PATTERN,
        "KR_RRN": korean.RRN_PATTERN,
        "PHONE_NUMBER": korean.PHONE_NUMBER_PATTERN,
        "KR_BANK_ACCOUNT": korean.ACCOUNT_PATTERN,
    }

    def run(row: Row) -> list[list[object]]:
        text, spans = row["text"], []
        for name, pattern in patterns.items():
            spans.extend([match.start(), match.end(), name] for match in pattern.finditer(text) if match[0])
            text = pattern.sub(lambda match: "\0" * len(match[0]), text)
        return spans

    return run


TOOLS = {
    "Presidio": Tool(lambda: presidio(0.0), "presidio-analyzer"),
    "Presidio at 0.5": Tool(lambda: presidio(0.5), "presidio-analyzer"),
    "datatrove": Tool(datatrove, "datatrove"),
    "dps": Tool(dps, ""),
}

if __name__ == "__main__":
    serve(TOOLS)
