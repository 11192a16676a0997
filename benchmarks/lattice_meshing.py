"""The mesher beside the two others in common use, on one gyroid block, one run: time, closedness, ratios.

python benchmarks/lattice_meshing.py [samples along an edge]
"""

import sys
from collections.abc import Callable
from time import perf_counter

import numpy as np
import pyvista
from skimage.measure import marching_cubes

from hemipelvis.arrays import Array
from hemipelvis.isosurface import isosurface
from hemipelvis.lattice.gyroid import grid_values
from hemipelvis.volume import Volume


def ours(values: Array) -> tuple[Array, Array]:
    mesh = isosurface(Volume(values, np.ones(3), np.zeros(3)), -0.54)
    return mesh.vertices, mesh.faces


def skimage(values: Array) -> tuple[Array, Array]:
    vertices, faces, _, _ = marching_cubes(np.pad(values, 1, constant_values=10.0), -0.54)
    return vertices, faces


def flying_edges(values: Array) -> tuple[Array, Array]:
    padded = np.pad(values, 1, constant_values=10.0)
    grid = pyvista.ImageData(dimensions=padded.shape[::-1])
    grid.point_data["g"] = padded.ravel()
    mesh = grid.contour([-0.54], scalars="g", method="flying_edges", compute_normals=False, compute_scalars=False)
    return mesh.points, mesh.regular_faces


def defects(vertices: Array, faces: Array) -> tuple[int, int]:
    """After rounding to float32 and welding: degenerate triangles, and edges without exactly two faces."""
    welded, inverse = np.unique(np.asarray(vertices, np.float32), axis=0, return_inverse=True)
    f = inverse.reshape(-1)[faces].astype(np.int64)
    flat = (f == np.roll(f, 1, axis=1)).any(axis=1)
    ends = np.sort(np.stack([f[~flat].ravel(), np.roll(f[~flat], -1, axis=1).ravel()]), axis=0)
    _, uses = np.unique(ends[0] * len(welded) + ends[1], return_counts=True)
    return int(flat.sum()), int((uses != 2).sum())


def best_time(mesher: Callable[[Array], tuple[Array, Array]], values: Array, runs: int = 3) -> float:
    times = []
    for _ in range(runs):
        start = perf_counter()
        mesher(values)
        times.append(perf_counter() - start)
    return min(times)


def main() -> None:
    edge = int(sys.argv[1]) if len(sys.argv) > 1 else 240
    values = grid_values("network", 6, -(-edge // 6))[:edge, :edge, :edge]
    small = values[:60, :60, :60]
    noise = np.random.default_rng(0).integers(-1, 2, (40, 40, 40)).astype(np.float32) - np.float32(0.54)
    meshers = {"hemipelvis": ours, "skimage": skimage, "VTK flying edges": flying_edges}
    for mesher in meshers.values():
        mesher(small)  # compile and load first
    times = {name: best_time(mesher, values) for name, mesher in meshers.items()}
    for name, mesher in meshers.items():
        found = mesher(values)
        print(
            f"{name:17} {times[name]:6.2f} s  {times[name] / times['hemipelvis']:5.2f} x  {len(found[1]):9d} triangles"
            f"  gyroid: {defects(*mesher(small))}  noise: {defects(*mesher(noise))}  (degenerate, bad edges)"
        )


if __name__ == "__main__":
    main()
