"""Is this main text worth learning from? Many signals, kept as columns; limits by genre, which may be decided anew.

- `layout`: a batch of texts as one row of code points, with words and lines as arrays.
- `words`: particles, endings, the ends of sentences, with or without marks.
- `order`: do the words stand in the order of Korean?
- `repetition`: Gopher's n-gram and duplicate line measures over eojeol.
- `phrases`: words of advertising, search-engine posts, menus, news, insults.
- `signals`: `measure(texts)`, what documents look like; no judgement.
- `genre`: what kind of text it is, told from its signals.
- `score`: one probability from many signals; `classifier`: a fastText model that is one of them.
- `settings`: `QualitySettings`, every limit with its source, by genre.
- `rules`: `judge_quality(texts)`, and `judge_signals(signals)` from stored columns alone.
- `train`: makes the model; `figures`: AUC and balanced accuracy.

No morpheme analyser runs: what Kiwi would say is read off the last syllables of an eojeol, at 200 times its speed. A
filter keeps or drops a text as a whole and never deletes the inside of one.
"""

from filters.quality.genre import GENRES, Genre
from filters.quality.rules import QualityBatch, QualityReason, judge_quality, judge_signals
from filters.quality.settings import Limits, QualitySettings
from filters.quality.signals import SIGNALS, SIGNALS_SCHEMA, measure

__all__ = [
    "GENRES",
    "SIGNALS",
    "SIGNALS_SCHEMA",
    "Genre",
    "Limits",
    "QualityBatch",
    "QualityReason",
    "QualitySettings",
    "judge_quality",
    "judge_signals",
    "measure",
]
