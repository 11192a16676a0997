"""Laws of bone surfaces."""

import numpy as np
import pytest

from hemipelvis.arrays import Array
from hemipelvis.errors import InputError
from hemipelvis.segmentation.surface import surface
from hemipelvis.volume import Volume

SPACING = np.array([0.8, 0.8, 1.5])
ORIGIN = np.array([-300.0, 280.0, -550.0])
MIDDLE = np.array([40.0, 40.0, 42.0])


def coordinates() -> tuple[Array, Array, Array]:
    k, j, i = np.indices((57, 101, 101)).astype(float)
    return i * 0.8 - MIDDLE[0], j * 0.8 - MIDDLE[1], k * 1.5 - MIDDLE[2]


def labelled(mask: Array) -> Volume:
    return Volume(mask.astype(np.uint8), SPACING, ORIGIN)


def ball(radius_mm: float) -> Volume:
    x, y, z = coordinates()
    return labelled(x**2 + y**2 + z**2 < radius_mm**2)


def test_a_balls_surface_is_a_sphere_without_the_slices_steps() -> None:
    radii = np.linalg.norm(surface(ball(25.0), 1).vertices - ORIGIN - MIDDLE, axis=1)
    assert abs(radii.mean() - 25.0) < 0.05
    assert radii.std() < 0.1


def test_a_surface_is_closed_and_keeps_the_voxels_volume() -> None:
    labels = ball(17.0)
    mesh = surface(labels, 1)
    assert mesh.trimesh().is_watertight
    assert mesh.volume_mm3 == pytest.approx(labels.voxels.sum() * labels.voxel_mm3, rel=0.005)


@pytest.mark.parametrize("tilt", [0.3, 0.7, 1.2, np.pi / 2])
def test_a_plate_of_two_millimetres_keeps_its_thickness(tilt: float) -> None:
    x, y, z = coordinates()
    across, along = z * np.cos(tilt) + x * np.sin(tilt), x * np.cos(tilt) - z * np.sin(tilt)
    mesh = surface(labelled((np.abs(across) < 1) & (np.abs(along) < 25) & (np.abs(y) < 25)), 1)
    p = mesh.vertices - ORIGIN - MIDDLE
    height, reach = p[:, 2] * np.cos(tilt) + p[:, 0] * np.sin(tilt), p[:, 0] * np.cos(tilt) - p[:, 2] * np.sin(tilt)
    middle = (np.abs(reach) < 18) & (np.abs(p[:, 1]) < 18)
    thickness = height[middle & (height > 0)].mean() - height[middle & (height < 0)].mean()
    assert thickness >= 1.8


def test_smoothing_stays_within_a_third_of_a_millimetre_of_the_labels_surface() -> None:
    labels = ball(25.0)
    moved = surface(labels, 1).vertices - surface(labels, 1, smooth="none").vertices
    assert np.linalg.norm(moved, axis=1).mean() < 0.3


def test_a_bone_cut_by_the_grid_is_closed_there() -> None:
    x, y, _ = coordinates()
    assert surface(labelled(x**2 + y**2 < 14**2), 1).trimesh().is_watertight


def test_a_missing_label_is_refused() -> None:
    with pytest.raises(InputError, match="without label 4"):
        surface(ball(10.0), 4)
