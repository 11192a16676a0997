from pathlib import Path

import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.phantom.series import write_series
from hemipelvis.segmentation.original_slices import original_slices
from hemipelvis.volume import Volume


def test_files_come_in_the_order_of_their_slices_whatever_their_names(tmp_path: Path) -> None:
    write_series(tmp_path, Volume(np.zeros((5, 8, 8), np.int16), (1, 1, 2), (0, 0, 0)), "a")  # type: ignore[arg-type]
    for new, old in enumerate((3, 1, 5, 2, 4)):
        (tmp_path / f"IM000{old}.dcm").rename(tmp_path / f"{new}.dcm")
    assert [f.stem for f in original_slices(tmp_path)] == ["1", "3", "0", "4", "2"]


def test_a_volume_file_names_no_study(tmp_path: Path) -> None:
    (tmp_path / "ct.nrrd").write_bytes(b"")
    with pytest.raises(InputError, match="DICOM"):
        original_slices(tmp_path / "ct.nrrd")
