"""Masking: every find becomes a placeholder with the Korean name of its kind, such as ``<전화번호:k3f9q2mzt4>``.

The token is the beginning of HMAC-SHA256 (RFC 2104) over kind and canonical number, in base32 (RFC 4648): without the
key it tells nothing, with the same key the same number has the same token in every document. Ten characters are 50
bits: among a million distinct numbers of one kind the chance that any two share a token is 10^12 / 2^51, one in 2,000.
Without a key there is no token: a keyless digest of a telephone number is undone by trying all telephone numbers.
"""

import base64
import hashlib
import hmac
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from filters.pii.detect import detect, masks
from filters.pii.entities import KOREAN_NAMES, Entity, Match
from filters.pii.settings import PiiSettings

TOKEN_LENGTH = 10
"""Characters of base32, five bits each."""
MIN_KEY_BYTES = 16
COUNTS_TYPE = pa.map_(pa.string(), pa.int32())
"""Finds by entity, in alphabetical order; an empty map for a text without any."""


@dataclass(frozen=True, slots=True)
class Masked:
    """A text without the personal data that was found, and what that was."""

    text: str
    matches: tuple[Match, ...]
    """Places in the text as it was; also those whose score is below the threshold."""

    def counts(self, settings: PiiSettings) -> dict[str, int]:
        """Finds by entity, masked or not, from the threshold on."""
        return dict(sorted(Counter(str(m.entity) for m in self.matches if m.score >= settings.threshold).items()))


def key_id(key: bytes) -> str:
    """A short name for a key that does not give it away (12 hex digits)."""
    return hmac.new(key, b"malmoi pii key id", hashlib.sha256).hexdigest()[:12]


def placeholder(entity: Entity, value: str, key: bytes | None) -> str:
    """What stands in the text instead of a find.

    Args:
        entity: Its kind.
        value: Its canonical form.
        key: Secret of the corpus, or None for placeholders without a token.

    Raises:
        ValueError: The key is shorter than 16 bytes.
    """
    name = KOREAN_NAMES[entity]
    if key is None:
        return f"<{name}>"
    if len(key) < MIN_KEY_BYTES:
        raise ValueError(f"the key has {len(key)} bytes; it needs at least {MIN_KEY_BYTES}")
    digest = hmac.new(key, f"{entity}\0{value}".encode(), hashlib.sha256).digest()
    return f"<{name}:{base64.b32encode(digest)[:TOKEN_LENGTH].decode().lower()}>"


def mask_text(text: str, settings: PiiSettings, key: bytes | None = None) -> Masked:
    """Mask one text. Everything outside the finds stays as it is, and masking again changes nothing."""
    matches = detect(text, settings)
    pieces: list[str] = []
    done = 0
    for match in matches:
        if masks(match, settings):
            pieces += [text[done : match.start], placeholder(match.entity, match.value, key)]
            done = match.end
    return Masked("".join([*pieces, text[done:]]) if pieces else text, tuple(matches))


def mask_texts(
    texts: Sequence[str | None], settings: PiiSettings, key: bytes | None = None
) -> "tuple[pa.LargeStringArray, pa.Array[Any]]":
    """Mask many texts.

    Returns:
        The masked texts (large_string; null stays null) and the finds of each by entity (``COUNTS_TYPE``).
    """
    done = [mask_text(text or "", settings, key) for text in texts]
    masked = [None if text is None else each.text for text, each in zip(texts, done, strict=True)]
    counts = [list(each.counts(settings).items()) for each in done]
    return pa.array(masked, pa.large_string()), counts_array(counts)


def counts_array(counts: Iterable[Iterable[tuple[str, int]]]) -> "pa.Array[Any]":
    """Counts as a column."""
    return pa.array([list(items) for items in counts], COUNTS_TYPE)
