"""Skew stacks against functions of patient space that linear interpolation reproduces."""

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydicom.dataset import Dataset

from hemipelvis.errors import InputError
from hemipelvis.segmentation.read_series import read_scan
from hemipelvis.segmentation.straighten import straighten

FIRST = np.array([-40.0, 30.0, -500.0])
PIXEL_MM, STEP_MM, SIZE = (1.5, 2.0), 3.0, (14, 24, 20)
# Row and column of the untilted image, and the way of the table, for a patient who lies …
POSES = {
    "head first supine": ((1, 0, 0), (0, 1, 0), 1),
    "head first prone": ((-1, 0, 0), (0, -1, 0), 1),
    "feet first supine": ((-1, 0, 0), (0, 1, 0), -1),
    "feet first prone": ((1, 0, 0), (0, -1, 0), -1),
    "head first, decubitus": ((0, 1, 0), (-1, 0, 0), 1),
}


def ramp(points: Any) -> Any:
    """A function of place whose gradient differs along x, y and z."""
    return 3.0 * (points[..., 0] - FIRST[0]) - 5.0 * (points[..., 1] - FIRST[1]) + 2.0 * (points[..., 2] - FIRST[2])


def tilted(pose: str, tilt_deg: float) -> tuple[Any, Any, Any]:
    """Unit vectors along a row and down a tilted column, and the table's step from slice to slice, mm."""
    row, column, way = (np.array(v, float) for v in POSES[pose])
    travel = way * np.array([0.0, 0.0, 1.0])
    angle = np.radians(tilt_deg)
    return row, np.cos(angle) * column + np.sin(angle) * travel, STEP_MM * travel


def write_tilted(folder: Path, write: Any, pose: str, tilt_deg: float, function: Any = ramp) -> Path:
    row, column, step = tilted(pose, tilt_deg)
    k, j, i = np.indices(SIZE)
    places = FIRST + k[..., None] * step + np.multiply.outer(j * PIXEL_MM[0], column)
    hu = np.rint(function(places + np.multiply.outer(i * PIXEL_MM[1], row)))

    def edit(n: int, d: Dataset) -> None:
        d.ImageOrientationPatient, d.PixelSpacing = [*np.round(row, 9), *np.round(column, 9)], list(PIXEL_MM)
        d.ImagePositionPatient, d.GantryDetectorTilt = np.round(FIRST + n * step, 6).tolist(), tilt_deg

    return write(folder, hu, edit)


@pytest.mark.parametrize(("pose", "tilt_deg"), list(product(POSES, (-14.0, 20.0))))
def test_a_tilted_series_comes_back_to_its_place(tmp_path: Path, write: Any, pose: str, tilt_deg: float) -> None:
    scan = read_scan(write_tilted(tmp_path, write, pose, tilt_deg))
    v = scan.volume
    held = v.voxels > -1024
    assert np.abs(v.voxels[held] - ramp(v.points_where(held))).max() <= 1.5  # two roundings to whole HU
    assert held.sum() * v.voxel_mm3 > 0.8 * np.prod(SIZE) * np.prod(PIXEL_MM) * STEP_MM * np.cos(np.radians(tilt_deg))
    assert f"sheared by {abs(tilt_deg):.1f}° (gantry tilt" in scan.warnings[-1]


def test_a_ball_stays_a_ball_where_it_was(tmp_path: Path, write: Any) -> None:
    middle = FIRST + np.array([19.0, 14.0, 20.0])

    def ball(points: Any) -> Any:
        return np.clip(1000 - 400 * (np.linalg.norm(points - middle, axis=-1) - 10), 0, 1000) - 1000

    v = read_scan(write_tilted(tmp_path, write, "head first supine", 18.0, ball)).volume
    inside = v.points_where(v.voxels > -500)
    assert np.allclose(inside.mean(0), middle, atol=0.3)
    assert inside.std(0) == pytest.approx(np.full(3, (10 + 500 / 400) / np.sqrt(5)), rel=0.05)


def test_turned_axes_are_turned_back() -> None:
    turn = np.radians(9.0)
    axes = np.array([[np.cos(turn), -np.sin(turn), 0], [np.sin(turn), np.cos(turn), 0], [0, 0, 1.0]])
    k, j, i = np.indices(SIZE)
    matrix = axes * (2.0, 1.5, 3.0)
    hu = np.rint(ramp(FIRST + np.stack([i, j, k], -1) @ matrix.T)).astype(np.int16)
    straight = straighten(hu, matrix, FIRST)
    held = straight.volume.voxels > -1024
    assert np.abs(straight.volume.voxels[held] - ramp(straight.volume.points_where(held))).max() <= 1.5
    assert "turned by 9.0°" in straight.warnings[0]


def test_slices_are_whole_between_the_ends_of_the_middle_line(tmp_path: Path, write: Any) -> None:
    scan = read_scan(write_tilted(tmp_path, write, "head first supine", 20.0))
    assert np.diff(scan.whole_mm) == pytest.approx(STEP_MM * (SIZE[0] - 1))
    assert scan.volume.upper[2] - scan.volume.origin[2] > np.diff(scan.whole_mm) + 5


def test_a_steep_reformation_is_refused() -> None:
    turn = np.radians(40.0)
    axes = np.array([[1, 0, 0], [0, np.cos(turn), -np.sin(turn)], [0, np.sin(turn), np.cos(turn)]])
    with pytest.raises(InputError, match="40°"):
        straighten(np.zeros(SIZE, np.int16), axes, FIRST)


def test_a_tilt_that_positions_do_not_show_is_refused(tmp_path: Path, write: Any, refusal: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        d.GantryDetectorTilt = 12.0

    assert "gantry tilt of 12.0°" in refusal(write(tmp_path, edit=edit))


def test_scattered_positions_are_no_shear(tmp_path: Path, write: Any) -> None:
    def edit(k: int, d: Dataset) -> None:
        d.ImagePositionPatient = [0.2 * (-1) ** k, 0.0, 2.0 * k]

    scan = read_scan(write(tmp_path, np.zeros((40, 4, 4)) - 500, edit))
    assert np.array_equal(scan.volume.voxels, np.full((40, 4, 4), -500))
    assert scan.volume.origin[0] == pytest.approx(0, abs=0.02)
    assert "0.21 mm beside their line" in scan.warnings[0]
