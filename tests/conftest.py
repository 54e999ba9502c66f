"""What all tests share."""

import os
from pathlib import Path

import pytest
from hypothesis import settings

# A slow machine is not a failure, and the same tests run everywhere.
settings.register_profile("malmoi", deadline=None, derandomize=True)
settings.load_profile("malmoi")

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The shared data set; tests that need it are skipped where it is absent."""
    data = Path(os.environ.get("MALMOI_SHARED", ROOT.parent / "shared")) / "data"
    if not data.is_dir():
        pytest.skip(f"the shared data set is not at {data}; set MALMOI_SHARED")
    return data
