"""The widest corridor of six superior pubic rami against those that surgeons annotated (JHU atlas).

Twice: between the two ends that were annotated, as a screw is sought from a known entry into a known host; and free,
from anywhere in the pubic body to anywhere past the acetabulum, where many corridors are as wide as the narrow of the
ramus and run on differently into the ilium.

Run: HEMIPELVIS_DATA=… python benchmarks/ramus_corridors.py
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pyvista as pv

from hemipelvis.arrays import Points
from hemipelvis.screws.widest_corridor import Corridor, spread_points, widest_corridor
from hemipelvis.volume import Volume, empty_grid

SUBJECTS, SIDES = ("8", "22", "45"), ("Left", "Right")
GRID_MM, SPREAD_MM = 1.0, 2.0
BODY_MM = 18.0  # of the pubis beside the symphysis, where corridors begin
REACH_MM = (95.0, 115.0)  # from there past the acetabulum
ABOVE_MM = 20.0


def voxels(mesh: pv.PolyData) -> Volume:
    grid = empty_grid(np.array(mesh.bounds[::2]) - 3, np.array(mesh.bounds[1::2]) + 3, GRID_MM)
    image = pv.ImageData(dimensions=grid.size, spacing=grid.spacing, origin=grid.origin)
    mask = mesh.voxelize_binary_mask(reference_volume=image)["mask"]
    return grid.like(np.asarray(mask).reshape(grid.voxels.shape) > 0)


def ramus(hip: pv.PolyData, middle: float) -> Corridor:
    """The widest corridor from the pubic body up past the acetabulum."""
    bone = voxels(hip)
    points = spread_points(bone, bone.voxels, SPREAD_MM)
    off = np.abs(points[:, 0] - middle)
    starts = points[off <= off.min() + BODY_MM]
    away = np.linalg.norm(points - starts.mean(axis=0), axis=1)
    ends = points[(away >= REACH_MM[0]) & (away <= REACH_MM[1]) & (points[:, 2] > starts[:, 2].mean() + ABOVE_MM)]
    return widest_corridor(bone, starts, ends, REACH_MM[0])


class Annotated(NamedTuple):
    """A closed annotated volume, points (n, 3), (m, 3) of its two ends, and the widest corridor between them in it."""

    volume: pv.PolyData
    starts: Points
    ends: Points
    radius_mm: float


def annotated(mesh: pv.PolyData) -> Annotated:
    """An annotated volume, its ends the first and the last twentieth of its length."""
    closed = mesh.fill_holes(1000.0).triangulate()
    solid = voxels(closed)
    points = spread_points(solid, solid.voxels, SPREAD_MM)
    axis = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0]
    along = (points - points.mean(axis=0)) @ axis
    low, high = np.quantile(along, [0.05, 0.95])
    starts, ends = points[along <= low], points[along >= high]
    return Annotated(closed, starts, ends, widest_corridor(solid, starts, ends).radius_mm)


def outside(found: Corridor, volume: pv.PolyData) -> float:
    """How far, mm, a corridor's axis comes out of a volume; negative where it stays inside."""
    line = np.linspace(found.start, found.end, 200)
    return float(pv.PolyData(line).compute_implicit_distance(volume)["implicit_distance"].max())


def rami(data: Path) -> Iterator[tuple[str, float, pv.PolyData, Annotated]]:
    """Name, x of the midline, hip and annotation of each ramus."""
    folder = data / "meshes/jhu_atlas"
    for subject in SUBJECTS:
        middle = float(pv.read(folder / f"Sacrum{subject}_cpd.vtk").center[0])
        for side in SIDES:
            name = next(p for p in folder.glob(f"*_{subject}_Superior*") if p.stem.endswith(side))
            yield f"{subject} {side}", middle, pv.read(folder / f"{side}Hip{subject}_cpd.vtk"), annotated(pv.read(name))


def between(hip: pv.PolyData, marked: Annotated) -> Corridor:
    """The widest corridor in the bone between the annotated ends."""
    return widest_corridor(voxels(hip), marked.starts, marked.ends)


def main() -> None:
    for name, middle, hip, marked in rami(Path(os.environ["HEMIPELVIS_DATA"])):
        start = time.perf_counter()
        for kind, found in (("between the annotated ends", between(hip, marked)), ("free", ramus(hip, middle))):
            out = outside(found, marked.volume)
            print(
                f"{name}, {kind}: radius {found.radius_mm:.2f} mm, annotated {marked.radius_mm:.2f} "
                f"({found.radius_mm / marked.radius_mm:.0%}); axis at most {out:+.2f} mm out; "
                f"{np.linalg.norm(found.end - found.start):.0f} mm long; {time.perf_counter() - start:.1f} s"
            )


if __name__ == "__main__":
    main()
