"""The table of crawlers that robots.txt files name: who runs them, from where, and what for (section 1.2)."""

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from licenses.tables import version_of

VERSION = version_of("ai_agents")


@dataclass(frozen=True, slots=True)
class Agent:
    """One product token. ``function``: train, search, fetch (for a user) or unknown."""

    token: str
    operator: str
    country: str
    """ISO 3166-1 alpha-2 code of the operator."""
    function: str

    @property
    def foreign(self) -> bool:
        """Whether the operator is outside Korea."""
        return self.country != "KR"

    @property
    def trains(self) -> bool:
        """Whether what it fetches, or controls, is for training."""
        return self.function == "train"


@cache
def agents() -> dict[str, Agent]:
    """Every known agent by its token in lower case."""
    with (files("licenses") / "data" / "ai_agents.csv").open(encoding="utf-8") as file:
        return {row["token"].lower(): Agent(**row) for row in csv.DictReader(file)}
