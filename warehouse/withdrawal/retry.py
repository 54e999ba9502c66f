"""Doing a commit again until no other writer was first."""

import logging
import random
import time
from collections.abc import Callable
from typing import TypeVar

from pyiceberg.exceptions import CommitFailedException, CommitStateUnknownException, ValidationException

from warehouse.errors import ConflictError

_log = logging.getLogger(__name__)
_ATTEMPTS = 12
_FIRST_WAIT_S = 0.05
_Result = TypeVar("_Result")


def retrying(attempt: Callable[[], _Result], what: str) -> _Result:
    """Call until it commits. ``attempt`` loads its table anew and looks whether there is still need, each time.

    Raises:
        ConflictError: Other writers kept winning.
    """
    for number in range(_ATTEMPTS):
        try:
            return attempt()
        except (CommitFailedException, CommitStateUnknownException, ValidationException) as error:
            wait = _FIRST_WAIT_S * 2 ** min(number, 6) * (0.5 + random.random())  # noqa: S311  spreads writers out
            _log.info("waiting %.2f s to try again to %s: %s", wait, what, error)
            time.sleep(wait)
    raise ConflictError(f"other writers kept this one from committing, to {what}: the same command goes on")
