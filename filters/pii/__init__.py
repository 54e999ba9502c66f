"""Personal data in Korean text: found with check digits and context, and masked by keyed pseudonyms.

- `entities`: `Entity`, `Match`: what is looked for, and a find.
- `settings`: `PiiSettings`: threshold, masked types, place of the key.
- `detect`: `detect`, `masks`: all finds of a text.
- `mask`: `mask_text`, `mask_texts`, `key_id`: texts without personal data, and counts.
- `view`: the normal form that detectors read, with offsets into the original.
- `context`: words near a number; `checks`: check digits and dates.
- `registrations`, `phones`, `money`, `papers`, `emails`, `addresses`: the detectors.

Finds hold what they found. They are for masking and measuring, never for a log.
"""

from filters.pii.detect import detect, masks
from filters.pii.entities import KOREAN_NAMES, Entity, Match
from filters.pii.mask import COUNTS_TYPE, Masked, counts_array, key_id, mask_text, mask_texts
from filters.pii.settings import PiiSettings

__all__ = [
    "COUNTS_TYPE",
    "KOREAN_NAMES",
    "Entity",
    "Masked",
    "Match",
    "PiiSettings",
    "counts_array",
    "detect",
    "key_id",
    "mask_text",
    "mask_texts",
    "masks",
]
