import numpy as np
import pytest
import trimesh

from hemipelvis.arrays import Mask, Points
from hemipelvis.export.check_mesh import topology
from hemipelvis.export.refine_near import refined_near
from hemipelvis.mesh import Mesh, from_trimesh

BALL = from_trimesh(trimesh.creation.icosphere(2, 10.0))
CUBE = from_trimesh(trimesh.creation.box((10, 10, 10)))


def on_top(points: Points) -> Mask:
    return np.asarray(points[:, 2] > 4.5)


@pytest.mark.parametrize("mesh", [BALL, CUBE])
def test_the_refined_mesh_is_closed_and_the_same_solid(mesh: Mesh) -> None:
    fine = refined_near(mesh, on_top, 0.7)
    t = topology(fine)
    assert (t.open_edges, t.wrong_edges, t.degenerate, t.shells) == (0, 0, 0, 1)
    assert fine.volume_mm3 == pytest.approx(mesh.volume_mm3)


def test_edges_are_short_where_wanted_and_untouched_elsewhere() -> None:
    fine = refined_near(BALL, on_top, 0.7)
    ends = fine.vertices[np.sort(fine.faces[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2), axis=1)]
    lengths, middles = np.linalg.norm(ends[:, 1] - ends[:, 0], axis=1), ends.mean(axis=1)
    assert lengths[on_top(middles)].max() <= 0.7
    low = (BALL.vertices[BALL.faces][:, :, 2] < 0).all(axis=1)
    assert ((fine.vertices[fine.faces][:, :, 2] < 0).all(axis=1)).sum() == low.sum()


def test_a_mesh_fine_enough_is_left_as_it_is() -> None:
    assert refined_near(BALL, on_top, 100.0) is BALL
