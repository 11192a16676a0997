"""Fixtures that every folder shares."""

import importlib.util
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType

import pytest

LONGEST = ("test_whole_way", "test_build_body", "phantom")
"""Modules that take minutes: begun first, so that no worker is left with one at the end."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Order modules by how long they take; each stays whole and in its own order."""
    items.sort(key=lambda item: next((k for k, name in enumerate(LONGEST) if name in item.nodeid), len(LONGEST)))


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


@pytest.fixture(scope="session")
def benchmark_named() -> Callable[[str], ModuleType]:
    """A benchmark by its name, for tests that hold a few of its cases to their laws."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parents[1] / "benchmarks" / f"{name}.py")
        assert spec is not None and spec.loader is not None
        module = sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        return module

    return load
