"""Fixtures that every folder shares."""

import os
from pathlib import Path

import pytest


@pytest.fixture(scope="session")
def data() -> Path:
    """The folder of real test data; the test is skipped where it is absent (never in CI)."""
    root = Path(__file__).parents[1]
    folder = Path(os.environ.get("HEMIPELVIS_DATA", root.parent / "shared" / "data"))
    if not folder.is_dir():
        reason = f"no test data at {folder} (set HEMIPELVIS_DATA)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    return folder
