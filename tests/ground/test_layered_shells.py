import numpy as np
import pytest

from hemipelvis.arrays import Array
from hemipelvis.field import sphere
from hemipelvis.isosurface import next_chunk
from hemipelvis.layered_shells import LayeredShells
from hemipelvis.shells import find_roots, find_shells


def chunks(planes: int) -> tuple[list[Array], list[Array]]:
    """A hollow ball and a crumb beside it, meshed a few planes at a time."""
    solid = (sphere((0, 0, 0), 4) - sphere((0, 0, 0), 2)) | sphere((5, 5, 5), 1)
    values = solid.sampled((-7, -7, -7), (7, 7, 7), 0.5).voxels
    vertices, faces, count = [], [], 0
    for k in range(0, len(values) - 1, planes):
        found = next_chunk(values[k : k + planes + 1], 0.0, count, k)
        vertices.append(found.vertices)
        faces.append(found.faces)
        count += len(found.vertices)
    return vertices, faces


@pytest.mark.parametrize("planes", [1, 4, 28])
def test_shells_found_layer_by_layer_are_those_of_the_whole(planes: int) -> None:
    vertices, faces = chunks(planes)
    shells, first, labels = LayeredShells(np.ones(3)), 0, []
    for n, (here, mine) in enumerate(zip(vertices, faces, strict=True)):
        upper = vertices[n + 1] if n + 1 < len(vertices) else np.empty((0, 3))
        both = np.concatenate([here, upper])
        label = shells.add(find_roots(len(both), mine - first), len(here))
        shells.weigh_faces(both, mine - first, label)
        labels.append(label[: len(here)])
        first += len(here)
    shell_of, volumes, count = shells.finish()
    whole = find_shells(np.concatenate(vertices), np.concatenate(faces))
    assert np.sort(volumes) == pytest.approx(np.sort(whole.volumes_mm3))
    assert count.sum() == sum(map(len, faces))
    pairs = {*zip(shell_of[np.concatenate(labels)].tolist(), whole.of_vertex.tolist(), strict=True)}
    assert len(pairs) == len(whole.volumes_mm3) == 3
