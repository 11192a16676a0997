"""TotalSegmentator is asked only where it is, and its failure is told."""

from pathlib import Path

import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.segmentation.total_segmentator import total_segmentator
from hemipelvis.volume import Volume

CT = Volume(np.zeros((4, 5, 6), np.int16), np.ones(3), np.zeros(3))


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch, body: str) -> None:
    program = folder / "TotalSegmentator"
    program.write_text(f"#!/bin/sh\n{body}\n")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")


def test_where_it_is_not_installed_that_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="not installed"):
        total_segmentator(CT)


def test_its_masks_are_taken_by_their_names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, 'mkdir "$4" && cp "$2" "$4/sacrum.nii.gz"')
    assert [s.name for s in total_segmentator(CT)] == ["sacrum"]


def test_its_failure_is_told_with_its_last_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    stand_in(tmp_path, monkeypatch, "echo no weights >&2; exit 3")
    with pytest.raises(InputError, match="code 3: no weights"):
        total_segmentator(CT)
