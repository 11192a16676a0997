import numpy as np
import trimesh

from hemipelvis.arrays import unit
from hemipelvis.export.self_intersections import self_intersections
from hemipelvis.field import half_space, sphere
from hemipelvis.frames import Plane
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh, from_trimesh

BALL = isosurface(sphere((-300.1, 280.2, -550.3), 5).sampled((-307, 273, -557), (-293, 287, -543), 0.5))


def both(a: Mesh, b: Mesh) -> Mesh:
    return Mesh(np.vstack([a.vertices, b.vertices]), np.vstack([a.faces, b.faces + len(a.vertices)]))


def count(mesh: Mesh) -> int:
    return self_intersections(mesh.vertices, mesh.faces)


def test_a_surface_that_never_meets_itself_has_none() -> None:
    assert count(BALL) == 0


def test_two_balls_that_overlap_cross_along_their_common_circle() -> None:
    found = count(both(BALL, BALL.moved(np.eye(3), [4.1, 0.2, 0.3])))
    circle = 2 * np.pi * np.sqrt(25 - (np.linalg.norm([4.1, 0.2, 0.3]) / 2) ** 2)
    assert circle / 0.75 < found < 6 * circle / 0.5


def test_it_agrees_with_trying_every_pair() -> None:
    rng = np.random.default_rng(0)
    soup = Mesh(rng.uniform(0, 10, (180, 3)).astype(np.float32), np.arange(180).reshape(-1, 3))
    assert (count(soup) > 0) and count(soup) <= 59
    alone = [
        n for n in range(60) if any(self_intersections(soup.vertices, soup.faces[[n, m]]) for m in range(60) if m != n)
    ]
    assert (count(soup) == 0) == (alone == [])
    kept = Mesh(soup.vertices, np.delete(soup.faces, alone, axis=0))
    assert self_intersections(kept.vertices, kept.faces) == 0


def test_solids_that_only_touch_do_not_cross() -> None:
    box = from_trimesh(trimesh.creation.box(extents=(2, 2, 2)))
    assert count(both(box, box.moved(np.eye(3), [2, 0, 0]))) == 0
    assert count(both(box, box.moved(np.eye(3), [1.5, 0.3, 0.2]))) > 0


def test_long_and_tiny_triangles_are_found_together() -> None:
    sheet = Mesh(np.array([[-900, -900, -550.31], [900, -900, -550.31], [0, 2000, -550.31]]), np.array([[0, 1, 2]]))
    assert count(both(sheet, BALL)) > 0


def test_it_does_not_matter_where_and_how_the_mesh_lies() -> None:
    pair = both(BALL, BALL.moved(np.eye(3), [4.1, 0.2, 0.3]))
    turned = Mesh(pair.vertices[:, [1, 2, 0]], pair.faces)
    assert abs(count(turned) - count(pair)) <= 0.1 * count(pair)


def test_neighbours_on_a_slanted_plane_far_from_the_origin_do_not_cross() -> None:
    """Their corners leave the plane by the rounding of float32: signs of volumes must be right below that."""
    place, out = np.array([51.7, -107.2, -767.4]), unit([1, 0.323, -0.0107])
    slab = half_space(Plane(place, out)) & half_space(Plane(place - 2 * out, -out))
    assert count(isosurface(slab.sampled(place - 6, place + 6, 0.1364))) == 0


def test_a_crossing_of_a_hair_s_breadth_is_found() -> None:
    place = np.array([51.7, -107.2, -767.4])
    floor = Mesh(place + np.array([[-3, -3, 0], [3, -3, 0], [0, 4, 0.0]]), np.array([[0, 1, 2]]))
    for depth in (1e-3, 2e-4):
        tip = Mesh(place + np.array([[0, 0, -depth], [-1, 0.2, 1], [1, 0.1, 1.0]]), np.array([[0, 1, 2]]))
        assert count(both(tip, floor)) == 1
