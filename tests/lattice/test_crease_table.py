from collections import Counter

import numpy as np
import pytest

from hemipelvis.isosurface import TRIANGLES
from hemipelvis.isosurface_table import FACES, MIDPOINTS, loops
from hemipelvis.lattice.crease_table import FACES_OF, IN_FACE, chamfered, crease_table, creased, single_faces, taut

CENTRES = [np.mean([[c & 1, c >> 1 & 1, c >> 2] for c in corners], axis=0) for corners in FACES]
EVERY = [(c, f) for c in range(256) for f in range(64) if f & ~single_faces(c) == 0]


def sides(configuration: int, faces: int) -> Counter[tuple[int, int]]:
    return Counter((t[n - 1], t[n]) for t in creased(configuration, faces) for n in range(3))


def test_a_crease_adds_a_triangle_in_each_cube_beside_its_face() -> None:
    count, _ = crease_table()
    assert all(count[c, f] == TRIANGLES[c] + f.bit_count() for c, f in EVERY)


def test_only_the_sides_that_lie_in_faces_are_open_and_none_is_drawn_twice() -> None:
    """Cubes that share a face close each other there."""
    for c, f in EVERY:
        found = sides(c, f)
        assert max(found.values(), default=1) == 1
        assert all(bool(FACES_OF[a] & FACES_OF[b]) == ((b, a) not in found) for a, b in found)


def test_every_crease_is_a_vertex() -> None:
    for c, f in EVERY:
        used = {v - IN_FACE for side in sides(c, f) for v in side if v >= IN_FACE}
        assert used == {face for face in range(6) if f >> face & 1}


def test_a_loop_with_two_creases_is_parted_along_the_edge_between_them() -> None:
    for c, f in EVERY:
        if f.bit_count() == 2 and len(loops(c)) == 1:
            a, b = (IN_FACE + face for face in range(6) if f >> face & 1)
            assert {(a, b), (b, a)} <= set(sides(c, f))


@pytest.mark.parametrize("configuration", [17, 60, 23, 105])
def test_drawn_taut_the_same_sides_are_open(configuration: int) -> None:
    faces = single_faces(configuration)
    places = {n: (float(p[0]), float(p[1]), float(p[2])) for n, p in enumerate([*MIDPOINTS, *CENTRES])}
    drawn = Counter((t[n - 1], t[n]) for t in taut(configuration, faces, places) for n in range(3))
    opened = [{s for s in found if s[::-1] not in found} for found in (drawn, sides(configuration, faces))]
    assert opened[0] == opened[1]


def test_drawn_without_the_crease_the_same_sides_are_open() -> None:
    for c, f in EVERY:
        drawn = Counter((t[n - 1], t[n]) for t in chamfered(c, f) for n in range(3))
        opened = [{s for s in found if s[::-1] not in found} for found in (drawn, sides(c, f))]
        assert opened[0] == opened[1]
