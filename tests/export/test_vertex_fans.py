import numpy as np

from hemipelvis.export.vertex_fans import FanFaults, fan_faults

TETRAHEDRON = np.array([[0, 2, 1], [0, 1, 3], [1, 2, 3], [2, 0, 3]], np.int32)


def test_a_closed_surface_has_no_fault() -> None:
    assert fan_faults(TETRAHEDRON, 4) == FanFaults(0, 0, 0, 0, 0)


def test_a_missing_face_opens_three_edges() -> None:
    assert fan_faults(TETRAHEDRON[:-1], 4).open_edges == 3


def test_two_solids_that_touch_in_a_vertex_pinch_it() -> None:
    other = np.where(TETRAHEDRON == 0, 0, TETRAHEDRON + 3)
    assert fan_faults(np.concatenate([TETRAHEDRON, other]), 7) == FanFaults(0, 0, 0, 0, 1)


def test_an_edge_of_four_faces_is_crowded() -> None:
    other = np.where(TETRAHEDRON < 2, TETRAHEDRON, TETRAHEDRON + 2)
    assert fan_faults(np.concatenate([TETRAHEDRON, other]), 6).crowded_edges == 1
