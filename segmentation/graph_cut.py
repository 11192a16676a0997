"""Two-way minimum cut between seeds on the voxels of a mask (Boykov & Jolly, ICCV 2001)."""

from collections.abc import Iterator

import numpy as np
from scipy.sparse import csr_array

from hemipelvis.arrays import Array, Mask, Voxels
from hemipelvis.segmentation.untyped import csgraph, ndimage

SOURCE, SINK = 0, 1


def graph_cut(conductance: Voxels, source: Mask, sink: Mask) -> Mask:
    """The voxels on the source's side of the cheapest cut between two sets of seeds.

    conductance (z, y, x), uint16: how hard a voxel is to part from a face neighbour, 0 where there is no node; a
    face costs the smaller value of its two voxels. Voxels that neither seed reaches belong to neither and come out
    False. Seeds that overlap count as source. Grids are taken as isotropic.
    """
    wanted = (conductance > 0) & _touched(conductance > 0, source | sink)
    node = _number_nodes(wanted, source, sink)
    capacity, count = _capacities(conductance, node)
    if count == 2 or not (source & wanted).any() or not (sink & wanted).any():
        return wanted & _touched(wanted, source)
    flow = csgraph.maximum_flow(capacity, SOURCE, SINK).flow
    residual = (capacity - flow).tocsr()
    residual.data[residual.data < 0] = 0
    residual.eliminate_zeros()
    reached = np.zeros(count, bool)
    reached[csgraph.breadth_first_order(residual, SOURCE, return_predecessors=False)] = True
    return wanted & reached[np.maximum(node, 0)]


def _touched(mask: Mask, seeds: Mask) -> Mask:
    """Face-connected components of the mask that hold a seed."""
    parts, count = ndimage.label(mask)
    keep = np.zeros(count + 1, bool)
    keep[np.unique(parts[seeds & mask])] = True
    keep[0] = False
    return keep[parts]


def _number_nodes(wanted: Mask, source: Mask, sink: Mask) -> Array:
    """Node of each voxel: all source seeds are one node, all sink seeds another; −1 outside."""
    node = np.full(wanted.shape, -1, np.int32)
    free = wanted & ~source & ~sink
    node[free] = np.arange(2, 2 + np.count_nonzero(free), dtype=np.int32)
    node[wanted & sink] = SINK
    node[wanted & source] = SOURCE
    return node


def _faces(shape: tuple[int, ...]) -> Iterator[tuple[tuple[slice, ...], tuple[slice, ...]]]:
    for axis in range(len(shape)):
        first = tuple(slice(None, -1) if a == axis else slice(None) for a in range(len(shape)))
        second = tuple(slice(1, None) if a == axis else slice(None) for a in range(len(shape)))
        yield first, second


def _capacities(conductance: Voxels, node: Array) -> tuple[csr_array, int]:
    """Symmetric int32 capacities between nodes (parallel faces add up), and how many nodes there are."""
    rows, columns, values = [], [], []
    for first, second in _faces(node.shape):
        a, b = node[first], node[second]
        joined = (a >= 0) & (b >= 0) & (a != b)
        rows.append(a[joined])
        columns.append(b[joined])
        values.append(np.minimum(conductance[first][joined], conductance[second][joined]).astype(np.int32))
    a, b, c = np.concatenate(rows), np.concatenate(columns), np.concatenate(values)
    size = max(int(node.max()) + 1, 2)
    return csr_array((np.r_[c, c], (np.r_[a, b], np.r_[b, a])), shape=(size, size)), size
