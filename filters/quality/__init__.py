"""Is this main text worth learning from? FineWeb2's Korean rules, re-expressed without a morpheme analyser.

- `settings`: `QualitySettings`, every threshold with its source.
- `repetition`: Gopher's n-gram and duplicate line measures over eojeol.
- `signals`: `measure(text) -> Signals`, what a document looks like; no judgement.
- `rules`: `judge_quality(texts, settings) -> QualityBatch`, the rules in order and the reason of the first that fails.

FineWeb2 counts morphemes (Kiwi). Here the unit is the eojeol, the word between spaces, which holds about 2.2
morphemes: counts and n-gram lengths are divided by that, rates per word multiplied, and the result checked on labelled
documents.
"""

from filters.quality.rules import SIGNALS_SCHEMA, QualityBatch, QualityReason, judge_quality
from filters.quality.settings import QualitySettings
from filters.quality.signals import Signals, measure

__all__ = ["SIGNALS_SCHEMA", "QualityBatch", "QualityReason", "QualitySettings", "Signals", "judge_quality", "measure"]
