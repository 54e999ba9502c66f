"""Modules of EleutherAI's dps out of the checkout that MALMOI_DPS names: it is no package that can be installed."""

import importlib
import os
import sys
from pathlib import Path
from types import ModuleType

_PACKAGES = ("dps", "dps.spark", "dps.spark.prep", "dps.spark.utils")


def load(name: str) -> ModuleType:
    """A module below dps.spark.

    The packages above it are not run: they import Spark and the command line, which no rule needs.

    Raises:
        ImportError: No checkout is named, or the module is not in it.
    """
    checkout = os.environ.get("MALMOI_DPS")
    if not checkout:
        raise ImportError("MALMOI_DPS names no checkout of dps")
    for package in _PACKAGES:
        module = sys.modules.setdefault(package, ModuleType(package))
        module.__path__ = [str(Path(checkout, *package.split(".")))]
    return importlib.import_module(f"dps.spark.{name}")
