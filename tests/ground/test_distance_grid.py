import numpy as np
import pytest

from hemipelvis.arrays import Array
from hemipelvis.distance_grid import distance_grid
from hemipelvis.volume import Volume

CENTRE = np.array([-300.0, 280.0, -550.0])


def ball(spacing: tuple[float, float, float], radius: float = 20) -> Volume:
    count = np.ceil(60 / np.array(spacing)).astype(int)
    grid = Volume(np.zeros(count[::-1], bool), np.array(spacing), CENTRE - 30)
    k, j, i = np.indices(grid.voxels.shape)
    away = np.linalg.norm(grid.world_from_index(np.stack([i, j, k], axis=-1)) - CENTRE, axis=-1)
    return grid.like(away < radius)


def errors(mask: Volume, radius: float = 20) -> Array:
    distances = distance_grid(mask, CENTRE - 27, CENTRE + 27, 0.5)
    direction = np.random.default_rng(0).normal(size=(4000, 3))
    away = np.random.default_rng(1).uniform(14, 26, 4000)
    points = CENTRE + direction / np.linalg.norm(direction, axis=1, keepdims=True) * away[:, None]
    return distances.sample(points) - (away - radius)


@pytest.mark.parametrize("spacing", [(0.8, 0.8, 0.8), (0.8, 0.8, 1.5), (1.0, 1.0, 3.0)])
def test_distances_of_a_voxelised_ball_are_right_below_the_voxel(spacing: tuple[float, float, float]) -> None:
    error = errors(ball(spacing))
    assert abs(error.mean()) < 0.1 * max(spacing)
    assert error.std() < 0.25 * max(spacing)


@pytest.mark.parametrize("pitch", [1.0, 0.75])
def test_distances_hardly_depend_on_how_the_grid_lies(pitch: float) -> None:
    mask = ball((0.8, 0.8, 1.5))
    direction = np.random.default_rng(0).normal(size=(4000, 3))
    surface = CENTRE + 20 * direction / np.linalg.norm(direction, axis=1, keepdims=True)
    grids = [distance_grid(mask, CENTRE - reach, CENTRE + 27, pitch) for reach in (27.0, 27.0 + pitch / 2)]
    assert np.std(grids[0].sample(surface) - grids[1].sample(surface)) < 0.06


def test_without_bone_everything_is_far() -> None:
    mask = ball((1, 1, 1))
    assert (distance_grid(mask.like(mask.voxels & False), CENTRE - 10, CENTRE + 10, 1.0).voxels > 20).all()


def test_bone_beyond_the_masks_grid_is_not_invented() -> None:
    far = distance_grid(ball((1, 1, 1)), CENTRE + 20, CENTRE + 50, 1.0)
    assert far.sample([CENTRE + 49])[0] > 20
