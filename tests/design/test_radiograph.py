"""Line integrals against closed forms, and points drawn where the image shows them."""

import numpy as np
import pytest

from hemipelvis.arrays import Array
from hemipelvis.design.radiograph import WATER_PER_MM, radiograph
from hemipelvis.volume import Volume

ORIGIN = (-300.0, 280.0, -550.0)


def block(lower: Array, upper: Array, hu: int = 1000) -> Volume:
    """Air with one block of bone; index corners in x, y, z."""
    voxels = np.full((40, 50, 60), -1000, np.int16)
    voxels[lower[2] : upper[2], lower[1] : upper[1], lower[0] : upper[0]] = hu
    return Volume(voxels, np.array([1.0, 0.8, 1.5]), np.array(ORIGIN))


CUBE = block(np.array([20, 10, 15]), np.array([40, 40, 25]))


def test_parallel_rays_through_a_block_give_attenuation_times_thickness() -> None:
    image = radiograph(CUBE).image
    assert image.max() == pytest.approx(2 * WATER_PER_MM * 30 * 0.8, rel=1e-6)
    assert image.sum() == pytest.approx(image.max() * 20 * 10, rel=1e-6)


def test_air_and_what_lies_below_it_do_not_attenuate() -> None:
    assert radiograph(CUBE.like(np.full_like(CUBE.voxels, -2048))).image.max() == 0


def test_the_central_ray_of_a_cone_gives_the_same() -> None:
    aim = CUBE.world_from_index([30, 25, 20])
    shot = radiograph(CUBE, perspective=True, aim=aim)
    row, column = np.rint(shot.pixel_from_world(aim)).astype(int)
    assert shot.image[row, column] == pytest.approx(2 * WATER_PER_MM * 30 * 0.8, rel=1e-3)


@pytest.mark.parametrize("perspective", [False, True])
def test_a_bead_shows_where_its_world_point_is_drawn(perspective: bool) -> None:
    bead = block(np.array([45, 5, 30]), np.array([46, 6, 31]))
    shot = radiograph(bead, perspective=perspective)
    weights = shot.image / shot.image.sum()
    rows, columns = np.indices(shot.image.shape)
    seen = [float((weights * rows).sum()), float((weights * columns).sum())]
    assert shot.pixel_from_world(bead.world_from_index([45, 5, 30])) == pytest.approx(seen, abs=0.15)


def test_rows_run_down_and_columns_to_the_patients_left() -> None:
    shot = radiograph(CUBE)
    here, up, left = shot.pixel_from_world(np.add(ORIGIN, [[0, 0, 0], [0, 0, 3], [3, 0, 0]]))
    assert up[0] < here[0]
    assert left[1] > here[1]


def test_things_nearer_the_source_are_larger() -> None:
    geometry = radiograph(CUBE, perspective=True).geometry
    assert geometry.magnification(280.0) > geometry.magnification(320.0) > 1
    assert geometry.magnification(geometry.detector_y_mm) == pytest.approx(1)


def test_nothing_changes_when_the_volume_lies_elsewhere() -> None:
    moved = Volume(CUBE.voxels, CUBE.spacing, np.array([40.0, -700, 12]))
    assert np.allclose(radiograph(CUBE, True).image, radiograph(moved, True).image, rtol=1e-5)
