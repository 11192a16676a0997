"""The whole print part meshed by this program and, beside it, by the meshers in common use; one run, interleaved.

python benchmarks/lattice_meshing.py [volumes in cm³ …]     (default: 5 20 60 120 150; the comparison is at 120)

The body is shaped like a hip bone: a bent tapering plate with a bowl, a solid strut through it, everything else
lattice. CPU seconds and peak memory are of one process for each mesher, without writing a file in a printing format.
"""

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from importlib.util import find_spec
from multiprocessing import get_context
from pathlib import Path
from resource import RUSAGE_SELF, getrusage
from tempfile import TemporaryDirectory
from time import process_time

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.export.check_mesh import topology
from hemipelvis.field import Field, ellipsoid, sphere, sweep
from hemipelvis.lattice.calibrate import calibrate
from hemipelvis.lattice.cell_surface import sample_cells
from hemipelvis.lattice.mesh_part import mesh_part
from hemipelvis.lattice.part_field import PartField, part_field
from hemipelvis.lattice.part_value import EVERY
from hemipelvis.mesh import Mesh
from hemipelvis.settings import LatticeSettings
from hemipelvis.volume import Volume

SETTINGS = LatticeSettings()
COMPARED_CM3 = 120.0
SLAB = 3
Result = tuple[str, float, float, int, str]


def hip(volume_cm3: float) -> tuple[Volume, Volume]:
    """Envelope and solid of about that volume, sampled at 0.5 mm."""
    size = (volume_cm3 / 150.7) ** (1 / 3)
    path = size * np.array([[0, 0, 75], [8, -12, 45], [12, -8, 10], [4, 6, -20], [-6, 25, -45], [-22, 30, -62]], float)
    plate = ellipsoid(path[0] - [0, 0, 22 * size], size * np.array([12, 40, 36]))
    body = sweep(path, size * np.array([12, 13, 15, 17, 13, 9])).smooth_union(plate, 8 * size)
    body = body - sphere(path[3] + [24 * size, 0, 0], 20 * size)
    outer = body.sampled(size * np.array([-50, -60, -85]), size * np.array([45, 60, 100]), 0.5)
    return outer, (sweep(path, 5 * size) & Field(body)).on(outer)


def slabs(field: PartField) -> Iterator[tuple[int, Array]]:
    """Dense values, a few layers of cells at a time, the top plane shared: what the other meshers are given."""
    n = field.samples
    first = [low // n for low in field.lower]
    size = [-(-high // n) - f for high, f in zip(field.upper, first, strict=True)]
    for z in range(0, size[2], SLAB):
        deep = min(SLAB, size[2] - z)
        out = np.empty((deep * n + 1, size[1] * n + 1, size[0] * n + 1), np.float32)
        y, x = np.indices((size[1], size[0])).reshape(2, -1)
        for k in range(deep):
            cells = np.stack([x + first[0], y + first[1], np.full(len(x), first[2] + z + k)], axis=1)
            values = np.empty((len(cells), n + 1, n + 1, n + 1), np.float32)
            sample_cells(*field.arrays, cells, np.full(len(cells), EVERY, np.int8), values)
            for c in range(len(cells)):
                out[k * n : k * n + n + 1, y[c] * n : y[c] * n + n + 1, x[c] * n : x[c] * n + n + 1] = values[c]
        yield z, out


def with_slabs(count: Callable[[Array], int]) -> Callable[[Volume, Volume], tuple[int, float, str]]:
    """A mesher of dense values, slab by slab, and the time it takes without sampling them."""

    def mesher(outer: Volume, solid: Volume) -> tuple[int, float, str]:
        field, total, own, begin = part_field(outer, solid, calibrate(SETTINGS), SETTINGS), 0, 0.0, process_time()
        for _, values in slabs(field):
            start = process_time()
            total += count(values)
            own += process_time() - start
        return total, process_time() - begin, f"{own:.2f} CPU-s without sampling the field"

    return mesher


def ours(outer: Volume, solid: Volume) -> tuple[int, float, str]:
    calibration = calibrate(SETTINGS)
    with TemporaryDirectory() as folder:
        start = process_time()
        part = mesh_part(outer, solid, calibration, SETTINGS, Path(folder))
        seconds = process_time() - start
        return part.mesh.face_count, seconds, f"with sampling and shells; {part.measures['volume_mm3'] / 1000:.2f} cm³"


def flying_edges(values: Array) -> int:
    import pyvista

    grid = pyvista.ImageData(dimensions=values.shape[::-1])
    grid.point_data["g"] = values.ravel()
    return grid.contour([0.0], "g", method="flying_edges", compute_normals=False, compute_scalars=False).n_cells


def skimage(values: Array) -> int:
    if not (values.min() < 0 < values.max()):
        return 0
    return len(import_module("skimage.measure").marching_cubes(values, 0.0)[1])


def cube_ours(outer: Volume, solid: Volume) -> tuple[int, float, str]:
    del outer, solid
    axis = np.full((22, 22, 22), -1e3, np.float32)
    box = Volume(axis, np.full(3, 0.5), np.zeros(3))
    z, y, x = np.indices(axis.shape) * 0.5
    depth = np.max([abs(x - 5.25), abs(y - 5.25), abs(z - 5.25)], axis=0) - 5.0
    return ours(box.like(depth.astype(np.float32)), box.like(np.full_like(axis, 1e3)))


def cube_manifold(outer: Volume, solid: Volume) -> tuple[int, float, str]:
    import manifold3d

    del outer, solid
    calibration, turn = calibrate(SETTINGS), 2 * np.pi

    def metal(x: float, y: float, z: float) -> float:
        a, b, c = (turn * v / calibration.cell_mm for v in (x, y, z))
        return calibration.level - (np.sin(a) * np.cos(b) + np.sin(b) * np.cos(c) + np.sin(c) * np.cos(a))

    start = process_time()
    made = manifold3d.Manifold.level_set(metal, [0, 0, 0, 10, 10, 10], calibration.pitch_mm)
    seconds, mesh = process_time() - start, made.to_mesh()
    faults = topology(Mesh(np.asarray(mesh.vert_properties)[:, :3], np.asarray(mesh.tri_verts)))
    return made.num_tri(), seconds, f"in the file: {faults.open_edges + faults.wrong_edges} bad edges"


def cube_microgen(outer: Volume, solid: Volume) -> tuple[int, float, str]:
    del outer, solid
    microgen = import_module("microgen")
    start = process_time()
    made = microgen.Tpms(
        surface_function=microgen.surface_functions.gyroid, density=0.3, cell_size=calibrate(SETTINGS).cell_mm,
        repeat_cell=9, resolution=8,
    )  # fmt: skip
    count = made.skeletals[0].extract_surface().triangulate().n_cells
    return count, process_time() - start, ""


NEEDS = {"scikit-image": "skimage", "microgen, 10 mm cube": "microgen"}
MESHERS: dict[str, Callable[[Volume, Volume], tuple[int, float, str]]] = {
    "hemipelvis": ours,
    "VTK flying edges": with_slabs(flying_edges),
    "scikit-image": with_slabs(skimage),
    "hemipelvis, 10 mm cube": cube_ours,
    "manifold3d level_set, 10 mm cube": cube_manifold,
    "microgen, 10 mm cube": cube_microgen,
}


def timed(task: tuple[str, float]) -> Result:
    """In a process of its own: once small, to compile and load, then at size."""
    name, volume = task
    if name in NEEDS and find_spec(NEEDS[name]) is None:
        return name, np.nan, np.nan, 0, "not installed"
    MESHERS[name](*hip(3.0))
    outer, solid = hip(volume)
    count, seconds, note = MESHERS[name](outer, solid)
    return name, seconds, getrusage(RUSAGE_SELF).ru_maxrss / 2**20, count, note


def run(name: str, volume: float) -> Result:
    with get_context("spawn").Pool(1) as pool:
        return pool.map(timed, [(name, volume)])[0]


def show(volume: float, result: Result, base: float) -> None:
    name, seconds, memory, count, note = result
    print(
        f"{volume:5.0f} cm³  {name:33} {seconds:7.2f} CPU-s {seconds / base:6.2f} x {memory:5.2f} GiB {count:9d} {note}"
    )


def main() -> None:
    volumes = [float(v) for v in sys.argv[1:]] or [5.0, 20.0, 60.0, 120.0, 150.0]
    for volume in volumes:
        result = run("hemipelvis", volume)
        show(volume, result, result[1])
    for _ in range(2):
        base = run("hemipelvis", COMPARED_CM3)
        show(COMPARED_CM3, base, base[1])
        for name in list(MESHERS)[1:]:
            show(COMPARED_CM3, run(name, COMPARED_CM3), base[1])


if __name__ == "__main__":
    main()
