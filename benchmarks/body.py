"""The body on real pelves resected in software: every figure that the design is held to, a row a case.

Run: HEMIPELVIS_DATA=... python benchmarks/body.py [--subjects z013 ...] [--sides left right]
[--resections I+II I+II+III II] [--pitch 1.0] [--halve] [--out FOLDER]. Subjects: meshes/vsd (Fischer, Sci Data 2023;
10:763), voxelised at 1 mm; no screws. "II" keeps the ilium and is stated as I+II: it must end in one closed body or in
a clear error. --halve builds again at half the pitch. --out keeps the meshes to look at.
"""

import argparse
import os
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import trimesh
from vtkmodules.util.numpy_support import numpy_to_vtk, numpy_to_vtkIdTypeArray, vtk_to_numpy
from vtkmodules.vtkCommonCore import vtkPoints
from vtkmodules.vtkCommonDataModel import vtkCellArray, vtkImageData, vtkPolyData
from vtkmodules.vtkImagingStencil import vtkImageStencil, vtkPolyDataToImageStencil

from hemipelvis.arrays import Array, Point, unit
from hemipelvis.design.acetabulum import fit_sphere
from hemipelvis.design.build_body import Body, build_body
from hemipelvis.design.find_landmarks import find_landmarks
from hemipelvis.design.measure import measure
from hemipelvis.design.plan_cup import plan_cup
from hemipelvis.design.plan_interfaces import plan_interfaces
from hemipelvis.errors import InputError
from hemipelvis.export.check_mesh import topology
from hemipelvis.frames import Side
from hemipelvis.hardware import Hardware, OldCup
from hemipelvis.isosurface import isosurface
from hemipelvis.labels import Label
from hemipelvis.mesh import write_stl
from hemipelvis.settings import BodySettings, CupSettings, LandmarkSettings
from hemipelvis.shells import outer_shell
from hemipelvis.volume import Volume, empty_grid

MIGRATED_MM = np.array([8.0, -3.0, 12.0])  # lateral, posterior, up: where the old cup has gone
CUT_MM = {"I+II": 34.0, "I+II+III": np.inf, "II": 34.0}  # remnant starts this far below and medial of the hip centre
NECK_MM = 38.0  # the femur's head and neck, resected for the stem
ILIUM_MM = 30.0  # a type II keeps the ilium from here up


def main() -> None:
    args = arguments()
    root = Path(os.environ["HEMIPELVIS_DATA"]) / "meshes" / "vsd"
    for name in args.subjects:
        for side in map(Side, args.sides):
            for resection in args.resections:
                print(f"\n{name} {side} {resection}", flush=True)
                run(root / name, side, resection, args)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", nargs="+", default=["z013", "z019", "z036"])
    parser.add_argument("--sides", nargs="+", default=["left", "right"])
    parser.add_argument("--resections", nargs="+", default=["I+II", "I+II+III"])
    parser.add_argument("--pitch", type=float, default=1.0)
    parser.add_argument("--halve", action="store_true")
    parser.add_argument("--out", type=Path)
    return parser.parse_args()


def run(folder: Path, side: Side, resection: str, args: argparse.Namespace) -> None:
    try:
        labels, head = patient(folder, side, resection)
        stated = "I+II" if resection == "II" else resection
        body, seconds = designed(labels, head, side, stated, args.pitch)
        for name, value in rows(body):
            print(f"  {name:48s} {value}")
        print(f"  {'seconds for interfaces, body':48s} {seconds}", flush=True)
        if args.halve:
            finer = designed(labels, head, side, stated, args.pitch / 2)[0].measures["envelope_cm3"]
            print(f"  volume at half the pitch, change {finer / body.measures['envelope_cm3'] - 1:+.3%}")
        if args.out is not None:
            keep(body, labels, args.out / f"{folder.name}-{side}-{resection}")
    except InputError as error:
        print(f"  refused: {error}", flush=True)


def patient(folder: Path, side: Side, resection: str) -> tuple[Volume, Point]:
    """The resected label map, and the native hip centre of the affected side."""
    names = {"sacrum": Label.SACRUM, **{f"hip_{s}": Label.hip(s) for s in Side}}
    names |= {f"femur_{s}": Label.femur(s) for s in Side}
    meshes = {name: trimesh.load(folder / f"{name}.ply") for name in names}
    hips = np.vstack([m.bounds for n, m in meshes.items() if not n.startswith("femur")])
    grid = empty_grid(hips.min(axis=0) - 12, hips.max(axis=0) + 12, 1.0)
    voxels = np.zeros(grid.voxels.shape, np.uint8)
    head = socket_centre(meshes[f"hip_{side}"].vertices, meshes[f"femur_{side}"].vertices)
    old = migrated(head, side)
    meshes[f"femur_{side}"].apply_translation(old - head)  # its stem stands in the old cup: it went with it …
    for name, mesh in meshes.items():
        voxels[voxelised(mesh, grid)] = names[name]
    femur = np.argwhere(voxels == Label.femur(side))
    neck = femur[np.linalg.norm(grid.world_from_index(femur[:, ::-1]) - old, axis=1) < NECK_MM]
    voxels[tuple(neck.T)] = 0  # … and has no head of its own any more
    affected = np.argwhere(voxels == Label.hip(side))
    points = grid.world_from_index(affected[:, ::-1]) - head
    medial = unit(hips.mean(axis=0) * [1, 0, 0] + head * [0, 1, 1] - head)
    below = points @ unit(np.add(medial, [0, -0.2, -1.0])) > CUT_MM[resection]
    kept = below | (points[:, 2] > ILIUM_MM) if resection == "II" else below
    gone = affected[~kept]
    voxels[tuple(gone.T)] = 0
    return grid.like(voxels), head


def migrated(head: Point, side: Side) -> Point:
    """Where the old cup, and the femur with it, has gone from the native hip centre."""
    return np.asarray(head + MIGRATED_MM * [side.sign, 1, 1])


def socket_centre(hip: Array, femur: Array) -> Point:
    """Centre of the femoral head: of the femur's points that lie deepest in the socket."""
    from_hip = np.linalg.norm(hip.mean(axis=0) - femur, axis=1)
    guess = femur[np.argsort(from_hip)[:400]].mean(axis=0)
    for _ in range(20):
        near = femur[np.linalg.norm(femur - guess, axis=1) < 27]
        guess = fit_sphere(near).centre
    return guess


def voxelised(mesh: trimesh.Trimesh, grid: Volume) -> Array:
    points, cells, poly = vtkPoints(), vtkCellArray(), vtkPolyData()
    points.SetData(numpy_to_vtk(np.array(mesh.vertices), deep=True))
    corners = np.hstack([np.full((len(mesh.faces), 1), 3), mesh.faces]).astype(np.int64)
    cells.ImportLegacyFormat(numpy_to_vtkIdTypeArray(corners.ravel(), deep=True))
    poly.SetPoints(points)
    poly.SetPolys(cells)
    image = vtkImageData()
    image.SetDimensions(*(int(n) for n in grid.size))
    image.SetSpacing(*grid.spacing)
    image.SetOrigin(*grid.origin)
    image.GetPointData().SetScalars(numpy_to_vtk(np.ones(grid.voxels.size, np.uint8), deep=True))
    stencil, cut = vtkPolyDataToImageStencil(), vtkImageStencil()
    stencil.SetInputData(poly)
    stencil.SetInformationInput(image)
    cut.SetInputData(image)
    cut.SetStencilConnection(stencil.GetOutputPort())
    cut.SetBackgroundValue(0)
    cut.Update()
    return vtk_to_numpy(cut.GetOutput().GetPointData().GetScalars()).reshape(grid.voxels.shape) > 0


def designed(labels: Volume, head: Point, side: Side, resection: str, pitch: float) -> tuple[Body, list[float]]:
    old = migrated(head, side)
    opening = np.array([0.64 * side.sign, -0.42, -0.64])
    hardware = Hardware(OldCup(old, opening, 24.0), ())
    landmarks = find_landmarks(labels, hardware, side, resection, LandmarkSettings())
    cup = plan_cup(landmarks, measure(landmarks, old, side), side, CupSettings(), None)
    mar = labels.like((labels.voxels > 0) * np.int16(400))
    settings, start = BodySettings(pitch_mm=pitch), time.perf_counter()
    faces = plan_interfaces(labels, mar, landmarks, cup, side, resection, settings)
    planned = time.perf_counter()
    body = build_body(labels, landmarks, cup, faces, (), side, settings)
    return body, [round(planned - start, 1), round(time.perf_counter() - planned, 1)]


def rows(body: Body) -> Iterator[tuple[str, Any]]:
    for name, values in (("envelope", body.envelope), ("solid", body.solid)):
        found = topology(outer_shell(isosurface(values))[0])
        yield f"{name}: open, wrong edges, shells", (found.open_edges, found.wrong_edges, found.shells)
    for name, value in body.measures.items():
        yield name, short(value)
    for warning in body.warnings:
        yield "warning", warning


def short(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {k: short(v) for k, v in value.items()}
    if isinstance(value, list):
        return [short(v) for v in value]
    return round(value, 4) if isinstance(value, float) else value


def keep(body: Body, labels: Volume, folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in (("envelope", body.envelope), ("solid", body.solid)):
        write_stl(folder / f"{name}.stl", outer_shell(isosurface(values))[0])
    for label in (Label.SACRUM, Label.HIP_LEFT, Label.HIP_RIGHT):
        mask = labels.like(np.where(labels.voxels == label, -1.0, 1.0).astype(np.float32))
        if (mask.voxels < 0).any():
            write_stl(folder / f"{label.name.lower()}.stl", isosurface(mask))


if __name__ == "__main__":
    main()
