"""What runs left unmasked: whether a document of theirs is clean of personal data as a release must be.

A document is clean if its run looked for personal data at no higher score than the specification masks at (0.5), and
masked everything that it found of a type that must be masked. Numbers of businesses need not be masked.
"""

import json

from pydantic import ValidationError

from filters.pii import PiiSettings
from filters.pii.entities import Entity
from filters.pii.settings import NEVER_PERSONAL
from warehouse.catalog import Warehouse

MUST_MASK = frozenset(Entity) - NEVER_PERSONAL
_MASK_FROM = 0.5


def unmasked_by_run(warehouse: Warehouse) -> dict[str, frozenset[str] | None]:
    """For each run the types of personal data that it found and left as they were; None where it did not look.

    A run whose settings cannot be read counts as one that did not look.
    """
    runs = warehouse.scan("runs", columns=("run_id", "recipe")).to_pylist()
    return {str(row["run_id"]): unmasked(str(row["recipe"])) for row in runs}


def unmasked(recipe: str) -> frozenset[str] | None:
    """The same for one run.

    Args:
        recipe: The recipe in full, JSON, as the table ``runs`` has it.
    """
    try:
        settings = PiiSettings.model_validate(json.loads(recipe)["pii"])
    except (ValueError, KeyError, TypeError, ValidationError):
        return None
    if not settings.enabled or settings.threshold > _MASK_FROM:
        return None
    return frozenset(entity.value for entity in MUST_MASK - frozenset(settings.mask))
