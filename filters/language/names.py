"""What language a text is in: by its script, by a model where a script is shared and the name is wanted."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from filters.language.korean import Verdicts
from filters.language.latin import korean_in_latin
from filters.language.measure import Letters
from filters.language.model import Identifier
from filters.language.scripts import CHINESE, JAPANESE, LATIN, alphabet_of
from filters.language.settings import KOREAN, KOREAN_MIXED, UNDETERMINED, LanguageSettings

_FIELDS: dict[str, pa.DataType] = {
    "language": pa.string(),
    "score": pa.float64(),
    "runner_up": pa.string(),
    "runner_up_score": pa.float64(),
    "hangul_share": pa.float64(),
}
IDENTITY_SCHEMA = pa.schema(_FIELDS)
"""What `LanguageFilter.identify` says of a text; languages by the codes of lid.176 (ISO 639) and some of our own:

- ``ko``: mainly Korean. ``ko-mixed``: foreign, with a Korean part worth having.
- ``ko-Latn``: romanised Korean; ``mash``: Korean typed with the keyboard on a Latin layout. Neither is Korean text.
- ``und``: no letters, random keys, or too little Hangul to tell; its score is 0. ``und-Latn`` and the like: a script
  (ISO 15924) that several languages share, where the model was not asked.

Scores are the share of the letters that are in a script of the language, 0..1; where the model was asked (see
`LanguageSettings.name_foreign`; always for the runner-up of ``ko-mixed``) its probability. Null: no runner-up.
"""

_SCRIPTS = (KOREAN, JAPANESE, CHINESE, LATIN, UNDETERMINED)
"""Columns of the table of shares; the last is the alphabet that `alphabet_of` names."""
_LATIN = _SCRIPTS.index(LATIN)
_ALPHABET = len(_SCRIPTS) - 1
# Latin letters whose work one letter of the script does: a page with source code is Japanese for all that.
_WEIGHTS = np.array([2.5, 2.5, 2.5, 1, 1])
_HANGUL_RUNS = re.compile("[\u1100-\u11ff\u3131-\u318e\uac00-\ud7a3]+")


@dataclass(frozen=True, slots=True)
class _Names:
    """Columns of `IDENTITY_SCHEMA` in the making."""

    language: list[str]
    score: npt.NDArray[np.float64]
    runner_up: list[str | None]
    runner_up_score: npt.NDArray[np.float64]


def name_languages(
    texts: Sequence[str], verdicts: Verdicts, identifier: Identifier, settings: LanguageSettings
) -> pa.RecordBatch:
    """Name the languages of texts that were judged; a batch of `IDENTITY_SCHEMA`, one row a text."""
    names = _by_script(texts, verdicts)
    for row, language in enumerate(names.language):
        if language == KOREAN_MIXED:
            _name_runner_up(names, row, _foreign(texts[row])[: settings.model_chars], identifier)
        elif settings.name_foreign and language.startswith(UNDETERMINED) and names.score[row] > 0:
            _name_foreign(names, row, texts[row][: settings.model_chars], identifier)
    unknown = np.array([name is None for name in names.runner_up], bool)
    columns: list[pa.Array[Any]] = [
        pa.array(names.language, pa.string()),
        pa.array(names.score, pa.float64()),
        pa.array(names.runner_up, pa.string()),
        pa.array(names.runner_up_score, pa.float64(), mask=unknown),
        pa.array(verdicts.letters.hangul_share, pa.float64()),
    ]
    return pa.RecordBatch.from_arrays(columns, schema=IDENTITY_SCHEMA)


def _by_script(texts: Sequence[str], verdicts: Verdicts) -> _Names:
    shares = _script_shares(verdicts.letters)
    order = np.argsort(-shares * _WEIGHTS, axis=1, kind="stable")
    korean = verdicts.korean
    first = np.where(korean, 0, order[:, 0])
    second = np.where(order[:, 0] == first, order[:, 1], order[:, 0])
    rows = np.arange(len(texts))
    score, runner_up_score = shares[rows, first], shares[rows, second]
    unsure = ~korean & (verdicts.junk | (first == 0) | (score == 0))
    score[unsure] = 0.0
    language: list[str] = [_SCRIPTS[script] for script in first.tolist()]
    runner_up: list[str | None] = [_SCRIPTS[script] for script in second.tolist()]
    for row in np.flatnonzero(korean | unsure).tolist():
        language[row] = verdicts.labels[row] or UNDETERMINED
    latin = np.flatnonzero(~unsure & (first == _LATIN) & (verdicts.letters.hangul == 0)).tolist()
    for row, kind in zip(latin, korean_in_latin([texts[row] for row in latin]), strict=True):
        language[row] = kind or language[row]
    for row in np.flatnonzero(~unsure & (first == _ALPHABET)).tolist():
        language[row] = alphabet_of(texts[row])
    for row in np.flatnonzero((runner_up_score > 0) & (second == _ALPHABET)).tolist():
        runner_up[row] = alphabet_of(texts[row])
    for row in np.flatnonzero(runner_up_score == 0).tolist():
        runner_up[row] = None
    return _Names(language, score, runner_up, runner_up_score)


def _script_shares(seen: Letters) -> npt.NDArray[np.float64]:
    """Share of the letters of each text by `_SCRIPTS`, of shape (n, 5); Han goes to Japanese or Chinese as a whole."""
    japanese = np.where(seen.is_japanese, seen.kana + seen.han, 0)
    chinese = np.where(seen.is_japanese, 0, seen.han)
    columns = np.stack([seen.hangul, japanese, chinese, seen.latin, seen.other], axis=1)
    shares: npt.NDArray[np.float64] = columns / np.maximum(seen.letters, 1)[:, None]
    return shares


def _name_runner_up(names: _Names, row: int, foreign: str, identifier: Identifier) -> None:
    guesses = identifier.guess(foreign, 1)
    if guesses:
        names.runner_up[row], names.runner_up_score[row] = guesses[0]


def _foreign(text: str) -> str:
    """Return a text without its Hangul, beside which the model takes English for languages of India."""
    return _HANGUL_RUNS.sub(" ", text)


def _name_foreign(names: _Names, row: int, text: str, identifier: Identifier) -> None:
    foreign = [guess for guess in identifier.guess(text, 3) if guess.language != KOREAN]
    if foreign:
        names.language[row], names.score[row] = foreign[0]
    if len(foreign) > 1:
        names.runner_up[row], names.runner_up_score[row] = foreign[1]
