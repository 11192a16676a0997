"""Laws of bone islands beside metal."""

import numpy as np

from hemipelvis.labels import Label
from hemipelvis.segmentation.metal_islands import without_metal_islands
from hemipelvis.volume import Volume


def test_a_rim_of_metal_goes_and_bone_that_a_screw_only_touches_stays() -> None:
    voxels, metal = np.zeros((30, 40, 60), np.uint8), np.zeros((30, 40, 60), bool)
    voxels[5:25, 5:35, 2:20] = Label.HIP_LEFT
    metal[10:20, 10:20, 40:50] = True
    voxels[10:20, 10:20, 50:52] = Label.HIP_LEFT
    voxels[2:28, 25:40, 30:55] = Label.HIP_LEFT
    metal[14:16, 22:30, 40:42] = True
    grid = Volume(voxels, np.ones(3), np.zeros(3))
    kept, warnings = without_metal_islands(grid, grid.like(metal))
    assert not kept.voxels[10:20, 10:20, 50:52].any()
    assert np.count_nonzero(kept.voxels) == np.count_nonzero(voxels) - 200
    assert warnings[0].startswith("1 pieces")


def test_the_largest_piece_stays_whatever_holds_it() -> None:
    voxels, metal = np.zeros((20, 20, 20), np.uint8), np.zeros((20, 20, 20), bool)
    voxels[5:15, 5:15, 5:15] = Label.FEMUR_RIGHT
    metal[8:12, 8:12] = True
    grid = Volume(np.where(metal, 0, voxels).astype(np.uint8), np.ones(3), np.zeros(3))
    assert np.array_equal(without_metal_islands(grid, grid.like(metal))[0].voxels, grid.voxels)
