"""Sacral screws in random resected pelvises, every distance checked again on meshes by VTK.

Run: HEMIPELVIS_DATA=… python benchmarks/random_pelvises.py [how many, 50] [first seed, 0]

Sacra of real people (vsd meshes), a random side, a random reamed face on the ala, random old screws: whole, tilted or
broken. Of every new screw the least distances to the old tunnels and to the sacrum's surface (so to canal, foramina
and cortex as well) are measured on triangles and compared with the limits.
"""

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyvista as pv
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Point, unit
from hemipelvis.frames import Plane, Side
from hemipelvis.hardware import Hardware, OldScrew
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.screws.plan_screws import ScrewPlan, plan_screws
from hemipelvis.settings import ScrewSettings
from hemipelvis.volume import Volume, empty_grid

SUBJECTS = ("z013", "z019", "z036")
GRID_MM = 1.0
HALO_MM = 1.0
FACE_MM = 6.0  # screws cross the reamed face on purpose: the surface counts from this depth on
BONE_HU, SOFT_HU, METAL_HU = 350, 40, 3071
SETTINGS = ScrewSettings(sacral=3, pubic=0, ischial=0, driver_reach_mm=0.0)


@dataclass(frozen=True)
class Pelvis:
    """A resected pelvis whose truth is known: where its old screws were put and lie now, (start, end, radius)."""

    surface: pv.PolyData
    labels: Volume
    ct: Volume
    face: Interface
    landmarks: Landmarks
    hardware: Hardware
    tunnels: tuple[tuple[Point, Point, float], ...]
    side: Side


def random_pelvis(data: Path, seed: int) -> Pelvis:
    """The seed's pelvis: subjects and sides in turn, the rest by chance."""
    rng = np.random.default_rng(seed)
    folder, side = data / "meshes/vsd" / SUBJECTS[seed % 3], (Side.LEFT, Side.RIGHT)[seed // 3 % 2]
    sacrum, hip = _mesh(folder, "sacrum"), _mesh(folder, f"hip_{side.value}")
    face = _face(sacrum, hip, rng)
    hardware, tunnels = _old_screws(face, rng)
    labels, ct = _scan(sacrum, hardware, tunnels)
    middle = np.array(sacrum.center)
    points = np.asarray(sacrum.points)
    front = points[np.abs(points[:, 0] - middle[0]) < 5]
    top = front[front[:, 2] > front[:, 2].max() - 25]
    marks = Landmarks({"SP": top[np.argmin(top[:, 1])]}, {}, Plane(middle, np.array([1.0, 0.0, 0.0])))
    return Pelvis(sacrum, labels, ct, face, marks, hardware, tunnels, side)


def _mesh(folder: Path, name: str) -> pv.PolyData:
    found = next(p for p in sorted(folder.glob("*.ply")) if name.replace("_", "") in p.stem.lower().replace("_", ""))
    return pv.read(found).triangulate().clean()


def _face(sacrum: pv.PolyData, hip: pv.PolyData, rng: np.random.Generator) -> Interface:
    """A plane on the joint's surface, sunk at random by 2 to 6 mm."""
    near = KDTree(np.asarray(hip.points)).query(np.asarray(sacrum.points))[0]
    joint = np.asarray(sacrum.points)[near < 6.0]
    upper = joint[joint[:, 2] > np.quantile(joint[:, 2], 0.4)]
    centre = upper.mean(axis=0) + rng.normal(0, 3.0, 3)
    normal = unit(np.array([np.sign(centre[0] - sacrum.center[0]), 0.0, -0.2]) + rng.normal(0, 0.1, 3))
    outermost = upper[np.linalg.norm(upper - centre, axis=1).argmin()]
    point = outermost - rng.uniform(2.0, 6.0) * normal
    return Interface("sacrum", point, normal, 14.0, 6.0, 400.0, 0.0)


def _old_screws(face: Interface, rng: np.random.Generator) -> tuple[Hardware, tuple[tuple[Point, Point, float], ...]]:
    screws: list[OldScrew] = []
    tunnels: list[tuple[Point, Point, float]] = []
    for number in range(1, 1 + int(rng.integers(1, 5))):
        side = rng.normal(0, 6.0, 2) @ face.axes[:2]
        start = np.asarray(face.point) + side + 5 * np.asarray(face.normal)
        end = start + rng.uniform(35, 50) * unit(-np.asarray(face.normal) + rng.normal(0, 0.15, 3))
        metal = _today(start, end, str(rng.choice(["whole", "tilted", "broken"])), rng)
        screws.append(OldScrew(number, "sacrum", metal[0][0], metal[-1][1], 6.5, len(metal) > 1, metal, (start, end)))
        tunnels += [(start, end, 3.25), *((p, q, 3.25) for p, q in metal)]
    return Hardware(None, tuple(screws)), tuple(tunnels)


def _today(start: Point, end: Point, state: str, rng: np.random.Generator) -> tuple[tuple[Point, Point], ...]:
    """A screw's metal now: where it was put, tilted about its middle, or its head tilted off its tip."""
    if state == "whole":
        return ((start, end),)
    middle, turn = start + 0.4 * (end - start), rng.normal(0, 0.06, 3)
    turned = [p + np.cross(turn, p - middle) for p in (start, middle, end)]
    if state == "tilted":
        return ((turned[0], turned[2]),)
    return ((turned[0], turned[1]), (middle + 1.5 * unit(end - start), end))


def _scan(
    sacrum: pv.PolyData, hardware: Hardware, tunnels: tuple[tuple[Point, Point, float], ...]
) -> tuple[Volume, Volume]:
    grid = empty_grid(np.array(sacrum.bounds[::2]) - 20, np.array(sacrum.bounds[1::2]) + 20, GRID_MM)
    k, j, i = np.indices(grid.voxels.shape)
    nodes = grid.world_from_index(np.stack([i, j, k], axis=-1).reshape(-1, 3))
    inside = _voxels(sacrum, grid)
    void = np.min([_off(nodes, p, q) - r - HALO_MM for p, q, r in tunnels], axis=0) <= 0
    metal = np.min([_off(nodes, p, q) - 3.25 for s in hardware.screws for p, q in s.pieces], axis=0) <= 0
    labels = np.where(metal, 7, np.where(inside & ~void, 1, 0)).astype(np.uint8)
    hu = np.where(metal, METAL_HU, np.where(inside & ~void, BONE_HU, SOFT_HU)).astype(np.int16)
    shape = grid.voxels.shape
    return grid.like(labels.reshape(shape)), grid.like(hu.reshape(shape))


def _voxels(surface: pv.PolyData, grid: Volume) -> Array:
    """Bool (n,): whether the grid's nodes lie inside a closed surface."""
    image = pv.ImageData(dimensions=grid.size, spacing=grid.spacing, origin=grid.origin)
    return np.asarray(surface.voxelize_binary_mask(reference_volume=image)["mask"]) > 0


def _signed(surface: pv.PolyData, points: Array) -> Array:
    return np.asarray(pv.PolyData(points).compute_implicit_distance(surface)["implicit_distance"])


def _off(points: Array, start: Point, end: Point) -> Array:
    along = end - start
    t = np.clip((points - start) @ along / (along @ along), 0, 1)
    return np.asarray(np.linalg.norm(points - start - t[:, None] * along, axis=1))


def plan(pelvis: Pelvis, settings: ScrewSettings = SETTINGS) -> ScrewPlan:
    """The pelvis's screws."""
    cup = CupPlan(np.zeros(3), np.array([0.7, -0.3, -0.6]), 25, 45, "radiographic", "same height", 22, 2, 4)
    return plan_screws(
        pelvis.labels, pelvis.ct, pelvis.hardware, pelvis.landmarks, cup, (pelvis.face,), pelvis.side, settings
    )


def mesh_distances(pelvis: Pelvis, screw: Screw) -> tuple[float, float]:
    """Edge to edge, mm, on triangles: least distance to an old tunnel, and least bone left about the thread."""
    line = np.linspace(screw.entry, screw.tip, 300)
    deep = line[(line - pelvis.face.point) @ pelvis.face.normal <= -FACE_MM]
    to_old = float(np.min([_signed(_rod(*t), line).min() for t in pelvis.tunnels]))
    bone = float(-_signed(pelvis.surface, deep).max())
    return to_old - screw.diameter_mm / 2, bone - screw.diameter_mm / 2


def _rod(start: Point, end: Point, radius_mm: float) -> pv.PolyData:
    return pv.Cylinder(
        center=(start + end) / 2, direction=end - start, radius=radius_mm, height=float(np.linalg.norm(end - start)),
        resolution=64,
    ).triangulate()  # fmt: skip


def measured(pelvis: Pelvis, result: ScrewPlan) -> np.ndarray:
    """(n, 3): of every screw the measured distance to the old, the bone about it, and the stated distance."""
    rows = [(*mesh_distances(pelvis, s), s.clearance_tunnel_mm) for s in result.screws]
    return np.array(rows, float).reshape(-1, 3)


def said(seed: int, pelvis: Pelvis, result: ScrewPlan, rows: np.ndarray) -> str:
    """One pelvis in a line; where screws are lacking, what binds."""
    each = [f"{s.id} {s.diameter_mm} old {r[0]:.2f} bone {r[1]:.2f}" for s, r in zip(result.screws, rows, strict=True)]
    lacking = [w.split("binding")[-1] for w in result.warnings if "fit; of" in w]
    if len(result.screws) < SETTINGS.sacral and not lacking:
        lacking = ["NO BINDING CONSTRAINT NAMED"]
    return f"{seed}: {len(pelvis.hardware.screws)} old; {'; '.join([*each, *lacking])}"


def main() -> None:
    data = Path(os.environ["HEMIPELVIS_DATA"])
    count, first = (int(a) for a in [*sys.argv[1:], *("50", "0")[len(sys.argv) - 1 :]])
    start, found = time.perf_counter(), []
    for seed in range(first, first + count):
        pelvis = random_pelvis(data, seed)
        result = plan(pelvis)
        found.append(measured(pelvis, result))
        print(said(seed, pelvis, result, found[-1]), flush=True)
    none, spent = sum(len(rows) == 0 for rows in found), time.perf_counter() - start
    near, thin, stated = np.vstack(found).T
    half, far, least = GRID_MM * 3**0.5 / 2, SETTINGS.clearance_mm, SETTINGS.cortex_mm
    off = np.abs(near - stated)
    print(f"{count} pelvises, {len(near)} screws, {none} without any, {spent:.0f} s")
    print(f"least to an old tunnel {near.min():.2f} mm (limit {far}): {sum(near < far)} below")
    print(f"least bone about a thread {thin.min():.2f} mm (limit {least}): {sum(thin < least)} below,")
    print(f"  {sum(thin < least - half)} of them by more than half a voxel ({half:.2f} mm)")
    print(f"stated against measured distance to old tunnels: at most {off.max():.2f} mm, median {np.median(off):.2f}")


if __name__ == "__main__":
    main()
