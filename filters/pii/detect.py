"""From a text to its finds: every detector, and which of two overlapping finds stands."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace

from filters.pii.addresses import find_addresses
from filters.pii.emails import find_emails
from filters.pii.entities import Match
from filters.pii.money import find_accounts, find_cards
from filters.pii.papers import find_papers, find_plates
from filters.pii.phones import find_phones
from filters.pii.registrations import find_businesses, find_residents
from filters.pii.settings import PiiSettings
from filters.pii.view import View, make_view
from filters.pii.windows import windows

_FINDERS: tuple[Callable[[str], Iterator[Match]], ...] = (
    find_residents,
    find_businesses,
    find_cards,
    find_phones,
    find_emails,
    find_accounts,
    find_papers,
    find_plates,
    find_addresses,
)


def detect(text: str, settings: PiiSettings) -> list[Match]:
    """All finds in a text, in order and without overlaps, whatever their score.

    What is masked shortens the way from one number to the label of another, so the search goes on, with the masked
    numbers taken out, until it finds nothing more to mask. Masking a masked text therefore changes nothing.
    """
    return [match for start, end in windows(text) for match in _search(make_view(text, start, end), settings)]


def masks(match: Match, settings: PiiSettings) -> bool:
    """Is a find taken out of the text?"""
    wanted = match.entity in settings.mask or match.sole_trader
    return wanted and match.score >= settings.threshold and not match.already_masked


def _search(view: View, settings: PiiSettings) -> Iterator[Match]:
    """Finds of a window, at their places in the original text."""
    taken: list[Match] = []
    tagged: list[Match] | None = None
    rest = view
    while True:
        found = [_placed(match, rest) for match in _settle(_all(rest.text))]
        masked = [match for match in found if masks(match, settings)]
        if tagged is None:
            tagged = [match for match in found if not masks(match, settings)]
        if not masked:
            break
        taken = sorted([*taken, *masked], key=_start)
        rest = view.without(_spans(taken, view))
    for match in tagged:
        _add(match, taken)
    yield from taken


def _all(text: str) -> Iterator[Match]:
    for find in _FINDERS:
        yield from find(text)


def _settle(matches: Iterable[Match]) -> list[Match]:
    """Of overlapping finds the one with the best score stands, then the longest, then the first."""
    kept: list[Match] = []
    for match in sorted(matches, key=lambda match: (-match.score, match.start - match.end, match.start, match.entity)):
        _add(match, kept)
    return kept


def _add(match: Match, kept: list[Match]) -> None:
    """Put a find among finds that are in order, unless it overlaps one of them."""
    place = bisect_left(kept, match.start, key=_start)
    free_before = place == 0 or kept[place - 1].end <= match.start
    if free_before and (place == len(kept) or match.end <= kept[place].start):
        kept.insert(place, match)


def _start(match: Match) -> int:
    return match.start


def _placed(match: Match, view: View) -> Match:
    return replace(match, start=view.offsets[match.start], end=view.offsets[match.end - 1] + 1)


def _spans(matches: Iterable[Match], view: View) -> list[tuple[int, int]]:
    """Where finds, which are placed in the original, lie in a view."""
    return [(bisect_left(view.offsets, match.start), bisect_left(view.offsets, match.end)) for match in matches]
