"""Metal in bone that no screw accounts for is seen, wherever it came from."""

import numpy as np

from hemipelvis.field import Field, box, capsule
from hemipelvis.labels import Label
from hemipelvis.screws.capsules import Capsules, capsules
from hemipelvis.screws.unexplained_metal import unexplained_metal
from hemipelvis.volume import Volume, empty_grid

ROD = (np.array([-20.0, 0, 0]), np.array([12.0, 4, 0]), 3.25)


def labels(*rods: Field) -> Volume:
    grid = empty_grid([-40, -30, -30], [40, 30, 30], 1.0)
    voxels = np.where(box([0, 0, 0], [25, 20, 20]).on(grid).voxels < 0, Label.SACRUM, 0)
    for rod in rods:
        voxels = np.where(rod.on(grid).voxels < 0, Label.ENDOPROSTHESIS, voxels)
    return grid.like(voxels.astype(np.uint8))


def gap_mm(balls: Capsules, point: np.ndarray) -> float:
    return float((np.linalg.norm(balls.starts - point, axis=1) - balls.radii).min())


def test_a_missed_rod_is_covered_along_its_length() -> None:
    balls = unexplained_metal(labels(capsule(*ROD)), Label.SACRUM, capsules(()))
    assert max(gap_mm(balls, p) for p in np.linspace(ROD[0], ROD[1], 20)) < 0.5


def test_a_known_rod_is_nothing_strange() -> None:
    assert len(unexplained_metal(labels(capsule(*ROD)), Label.SACRUM, capsules([ROD])).radii) == 0


def test_metal_on_the_surface_is_the_plate_that_is_taken_out() -> None:
    plate = box([28, 0, 0], [4, 15, 15])
    assert len(unexplained_metal(labels(plate), Label.SACRUM, capsules(())).radii) == 0


def test_bone_without_metal_has_none() -> None:
    assert len(unexplained_metal(labels(), Label.SACRUM, capsules(())).radii) == 0
