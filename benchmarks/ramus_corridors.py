"""The widest corridor of six superior pubic rami against those that surgeons annotated (JHU atlas).

Run: HEMIPELVIS_DATA=… python benchmarks/ramus_corridors.py
"""

import os
import time
from pathlib import Path

import numpy as np
import pyvista as pv

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


def annotated(mesh: pv.PolyData) -> tuple[pv.PolyData, float]:
    """The annotated volume, closed, and the radius of the widest straight corridor in it over nine tenths of it."""
    closed = mesh.fill_holes(1000.0).triangulate()
    solid = voxels(closed)
    points = spread_points(solid, solid.voxels, SPREAD_MM)
    axis = np.linalg.svd(points - points.mean(axis=0), full_matrices=False)[2][0]
    along = (points - points.mean(axis=0)) @ axis
    low, high = np.quantile(along, [0.05, 0.95])
    return closed, widest_corridor(solid, points[along <= low], points[along >= high]).radius_mm


def main() -> None:
    folder = Path(os.environ["HEMIPELVIS_DATA"]) / "meshes/jhu_atlas"
    for subject in SUBJECTS:
        middle = float(pv.read(folder / f"Sacrum{subject}_cpd.vtk").center[0])
        for side in SIDES:
            start = time.perf_counter()
            found = ramus(pv.read(folder / f"{side}Hip{subject}_cpd.vtk"), middle)
            name = next(p for p in folder.glob(f"*_{subject}_Superior*") if p.stem.endswith(side))
            volume, radius = annotated(pv.read(name))
            line = np.linspace(found.start, found.end, 200)
            off = np.asarray(pv.PolyData(line).compute_implicit_distance(volume)["implicit_distance"])
            print(
                f"{subject} {side}: radius {found.radius_mm:.2f} mm, annotated {radius:.2f} "
                f"({found.radius_mm / radius:.0%}); axis inside over {(off < 0).mean():.0%}, "
                f"at most {off.max():.2f} mm out; "
                f"{np.linalg.norm(found.end - found.start):.0f} mm long; {time.perf_counter() - start:.1f} s"
            )


if __name__ == "__main__":
    main()
