from itertools import permutations

import numpy as np
import pytest
from scipy import ndimage
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from hemipelvis.arrays import Array
from hemipelvis.isosurface import CLAMP, OUTSIDE, isosurface, next_chunk
from hemipelvis.isosurface_table import FACES_OF_EDGE, loops, triangles
from hemipelvis.mesh import Mesh
from hemipelvis.volume import Volume

FAR = np.array([-300.0, 280.0, -550.0])


def volume(values: Array, spacing: float = 0.2) -> Volume:
    return Volume(values.astype(np.float32), np.array([spacing, 1.3 * spacing, 0.9 * spacing]), FAR)


def welded(mesh: Mesh) -> tuple[Array, Array]:
    """Vertices and faces after rounding to float32 and welding of equal coordinates, as through an STL file."""
    vertices, inverse = np.unique(mesh.vertices.astype(np.float32), axis=0, return_inverse=True)
    return vertices, inverse.reshape(-1)[mesh.faces]


def assert_manifold(mesh: Mesh) -> None:
    vertices, faces = welded(mesh)
    count = len(vertices)
    assert count == len(mesh.vertices)
    assert not (faces == np.roll(faces, 1, axis=1)).any()
    starts, ends = faces.ravel(), np.roll(faces, -1, axis=1).ravel()
    edges = np.unique(starts.astype(np.int64) * count + ends)
    assert len(edges) == faces.size  # no edge twice in one direction …
    assert np.array_equal(edges, np.sort(ends.astype(np.int64) * count + starts))  # … and each once in the other
    leaving = np.searchsorted(edges, starts.astype(np.int64) * count + ends)
    entering = np.searchsorted(edges, starts.astype(np.int64) * count + np.roll(faces, 1, axis=1).ravel())
    fans, _ = connected_components(coo_matrix((np.ones(faces.size), (leaving, entering)), shape=(len(edges),) * 2))
    assert fans == count  # the faces around each vertex are one fan


@pytest.mark.parametrize("seed", range(3))
def test_noise_gives_a_closed_manifold(seed: int) -> None:
    assert_manifold(isosurface(volume(np.random.default_rng(seed).normal(size=(14, 15, 16)))))


@pytest.mark.parametrize("seed", range(3))
def test_values_exactly_at_the_level_give_a_closed_manifold(seed: int) -> None:
    assert_manifold(isosurface(volume(np.random.default_rng(seed).integers(-1, 2, (14, 15, 16)))))


def test_every_configuration_beside_every_other_gives_a_closed_manifold() -> None:
    assert_manifold(isosurface(volume(np.random.default_rng(5).choice([-1.0, 1.0], (40, 40, 40)))))


def test_triangles_keep_a_least_area() -> None:
    mesh = isosurface(volume(np.random.default_rng(0).integers(-1, 2, (14, 15, 16))))
    a, b, c = np.moveaxis(welded(mesh)[0][welded(mesh)[1]].astype(float), 1, 0)
    assert np.linalg.norm(np.cross(b - a, c - a), axis=1).min() > (CLAMP * 0.18) ** 2 / 2


def test_a_sphere_s_volume_converges_at_second_order() -> None:
    errors = []
    for spacing in (0.2, 0.1, 0.05):
        axis = np.arange(-1.3, 1.3 + spacing, spacing)
        z, y, x = np.meshgrid(axis, axis, axis, indexing="ij")
        grid = Volume((np.sqrt(x**2 + y**2 + z**2) - 1).astype(np.float32), np.full(3, spacing), FAR)
        errors.append(4 / 3 * np.pi - isosurface(grid).volume_mm3)
    assert min(errors) > 0
    assert np.polyfit(np.log([0.2, 0.1, 0.05]), np.log(errors), 1)[0] == pytest.approx(2, abs=0.15)


def test_a_solid_is_capped_at_the_grids_border() -> None:
    mesh = isosurface(Volume(np.full((4, 5, 6), -1, np.float32), np.full(3, 0.5), FAR))
    assert_manifold(mesh)
    reach = CLAMP * 0.5
    assert np.allclose(mesh.bounds, FAR + np.array([[-reach] * 3, [2.5 + reach, 2 + reach, 1.5 + reach]]))


def test_nothing_inside_gives_an_empty_mesh() -> None:
    assert len(isosurface(volume(np.ones((3, 3, 3)))).faces) == 0


def test_the_level_shifts_the_surface_like_the_values() -> None:
    values = volume(np.random.default_rng(2).integers(-4, 4, (8, 8, 8)))
    raised, plain = isosurface(values, 2.0), isosurface(values.like(values.voxels - 2))
    assert np.array_equal(raised.vertices, plain.vertices)
    assert np.array_equal(raised.faces, plain.faces)


@pytest.mark.parametrize("layers", [1, 3, 7])
def test_slabs_give_the_same_mesh_as_the_whole(layers: int) -> None:
    values = volume(np.random.default_rng(3).normal(size=(12, 11, 10)))
    padded, count, chunks = np.pad(values.voxels, 1, constant_values=OUTSIDE), 0, []
    for k in range(0, len(padded) - 1, layers):
        chunks.append(next_chunk(padded[k : k + layers + 1], 0.0, count, k))
        count += len(chunks[-1].vertices)
    whole = isosurface(values)
    assert np.array_equal(np.concatenate([c.faces for c in chunks]), whole.faces)
    assert np.array_equal(values.world_from_index(np.concatenate([c.vertices for c in chunks]) - 1), whole.vertices)


@pytest.mark.parametrize("configuration", range(256))
def test_diagonals_lie_in_no_face_of_the_cube(configuration: int) -> None:
    for loop in loops(configuration):
        neighbours = {frozenset((loop[n - 1], loop[n])) for n in range(len(loop))}
        sides = {frozenset((t[n - 1], t[n])) for t in triangles(configuration) if set(t) <= set(loop) for n in range(3)}
        assert not any(FACES_OF_EDGE[a] & FACES_OF_EDGE[b] for a, b in (tuple(s) for s in sides - neighbours))


def test_no_configuration_crosses_itself_wherever_its_vertices_stand() -> None:
    place = positions(np.random.default_rng(4), 200)
    for configuration in range(256):
        for a, b in permutations(triangles(configuration), 2):
            for n in range(3):
                if not {a[n - 1], a[n]} & set(b):
                    assert not crosses(place[:, a[n - 1]], place[:, a[n]], *(place[:, e] for e in b)).any()


def positions(rng: np.random.Generator, count: int) -> Array:
    """Vertices (count, 12, 3) on the edges of the unit cube, half of them at the edges' ends."""
    share = np.concatenate([rng.random((count // 2, 12)), rng.choice([CLAMP, 1 - CLAMP], (count - count // 2, 12))])
    place = np.empty((count, 12, 3))
    for edge in range(12):
        across = [axis for axis in range(3) if axis != edge // 4]
        place[:, edge, across[0]], place[:, edge, across[1]] = edge & 1, edge >> 1 & 1
        place[:, edge, edge // 4] = share[:, edge]
    return place


def crosses(p: Array, q: Array, a: Array, b: Array, c: Array) -> Array:
    """Whether the segments p-q pass through the inside of the triangles a-b-c."""

    def volume_of(u: Array, v: Array, w: Array, x: Array) -> Array:
        return np.einsum("ni,ni->n", np.cross(v - u, w - u), x - u)

    apart = volume_of(a, b, c, p) * volume_of(a, b, c, q) < -1e-18
    turns = np.stack([volume_of(p, q, a, b), volume_of(p, q, b, c), volume_of(p, q, c, a)])
    return apart & ((turns > 1e-9).all(axis=0) | (turns < -1e-9).all(axis=0))


def test_faces_look_outwards() -> None:
    blob = ndimage.gaussian_filter(np.random.default_rng(6).normal(size=(16, 16, 16)), 2)
    grid = volume(blob)
    mesh = isosurface(grid)
    a, b, c = np.moveaxis(mesh.vertices[mesh.faces], 1, 0)
    normal = np.cross(b - a, c - a)
    inner = grid.sample((a + b + c) / 3 - 1e-3 * normal / np.linalg.norm(normal, axis=1, keepdims=True))
    outer = grid.sample((a + b + c) / 3 + 1e-3 * normal / np.linalg.norm(normal, axis=1, keepdims=True))
    inside_the_grid = np.isfinite(inner) & np.isfinite(outer)
    assert np.mean(inner[inside_the_grid] < outer[inside_the_grid]) > 0.99
