"""Text that went through a wrong decoder before it reached us and cannot be repaired: drop it, do not learn from it.

Three signs, each a share of the text's letters: runs of Western letters no Western language has (UTF-8 or CP949 read
as Latin-1 or Windows-1252, also twice), syllables nobody writes (UTF-8, Chinese or Japanese bytes read as CP949), and
U+FFFD.
"""

import re
from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field

from filters.decision import Decision
from filters.hangul import Census, census

# What a byte from 0x80 to 0xFF becomes in Latin-1 and in Windows-1252.
_HIGH = "\x80-\xff" + re.escape("€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ")
# One Hangul syllable in UTF-8 is three such characters; no Western spelling has three accented letters or signs in a
# row.
_RUN = re.compile(f"[{_HIGH}]{{3,}}")
_WESTERN_LETTER = re.compile("[\xc0-\xff]")
_MIN_RARE = 10


class MojibakeSettings(BaseModel):
    """The damage at which a text is unusable. The worst Korean page or text measured has .38 of a limit."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    max_western: float = Field(
        default=0.1,
        gt=0,
        le=1,
        description="Characters in impossible Western runs, of all letters and such characters.",
    )
    max_rare: float = Field(
        default=0.2, gt=0, le=1, description="Syllables outside the 1,000 most common, of all syllables."
    )
    max_replacement: float = Field(default=0.01, gt=0, le=1, description="U+FFFD, of all letters and U+FFFD.")


class MojibakeReason(StrEnum):
    """Why a text is refused."""

    MOJIBAKE = "mojibake"


def mojibake_score(text: str, settings: MojibakeSettings | None = None) -> float:
    """Return the damage of an NFC text, 0..1: the worst of the three shares, scaled so that its limit is at 0.5."""
    return score_census(text, census(text), settings or MojibakeSettings())


def judge_mojibake(text: str, settings: MojibakeSettings | None = None) -> Decision:
    """Keep a text whose score is at most 0.5; the score is that of `mojibake_score`."""
    score = mojibake_score(text, settings)
    keep = score <= 0.5  # noqa: PLR2004 - the fixed point of the scale
    return Decision(keep=keep, reason=None if keep else MojibakeReason.MOJIBAKE, score=score)


def score_census(text: str, seen: Census, settings: MojibakeSettings) -> float:
    """Do the work of `mojibake_score` for a text already counted."""
    western = 0 if text.isascii() else sum(len(run) for run in _RUN.findall(text) if _WESTERN_LETTER.search(run))
    damage = (
        western / max(1, seen.letters, western) / settings.max_western,
        # One odd name in a headline is no damage.
        (seen.rare_share if seen.rare >= _MIN_RARE else 0.0) / settings.max_rare,
        seen.replacement / max(1, seen.letters + seen.replacement) / settings.max_replacement,
    )
    return min(1.0, max(damage) / 2)
