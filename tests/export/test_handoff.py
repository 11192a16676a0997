"""The seal of the hand-off package breaks at any change."""

from collections.abc import Callable
from pathlib import Path

import pytest

from hemipelvis.errors import InputError
from hemipelvis.export.handoff import SUMS, checksums, verify


@pytest.fixture
def package(tmp_path: Path) -> Path:
    (tmp_path / "implant.stl").write_bytes(b"part")
    (tmp_path / "README.txt").write_text("read me")
    (tmp_path / SUMS).write_text(checksums(tmp_path))
    return tmp_path


def test_an_untouched_package_verifies(package: Path) -> None:
    verify(package)


@pytest.mark.parametrize(
    "change",
    [
        lambda p: (p / "implant.stl").write_bytes(b"pbrt"),
        lambda p: (p / "implant.stl").unlink(),
        lambda p: (p / "extra.stl").write_bytes(b""),
        lambda p: (p / "README.txt").rename(p / "README"),
        lambda p: (p / SUMS).unlink(),
    ],
)
def test_any_change_breaks_the_seal(package: Path, change: Callable[[Path], object]) -> None:
    change(package)
    with pytest.raises(InputError):
        verify(package)
