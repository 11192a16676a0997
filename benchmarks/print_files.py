"""Our STL and 3MF writers beside trimesh's and lib3mf's on one mesh: CPU seconds, memory above the mesh, file size.

    .venv/bin/python benchmarks/print_files.py [--triangles 5000000] [--others]

Each writer runs in a process of its own; ratios are to ours. What we write is read back by lib3mf's strict reader.
"""

import argparse
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from hemipelvis import memory
from hemipelvis.export.threemf import write_3mf
from hemipelvis.field import Field
from hemipelvis.isosurface import isosurface
from hemipelvis.mesh import Mesh, write_stl

OURS = ("stl", "3mf")
THEIRS = {"stl": ("trimesh_stl",), "3mf": ("trimesh_3mf", "lib3mf_3mf")}


def gyroid_block(triangles: int) -> Mesh:
    """A cube of gyroid with about so many triangles."""
    half = 6.0

    def value(p: np.ndarray) -> np.ndarray:
        s, c = np.sin(2 * np.pi * p / 1.5), np.cos(2 * np.pi * p / 1.5)
        g = (s[:, 0] * c[:, 1] + s[:, 1] * c[:, 2] + s[:, 2] * c[:, 0] + 0.6) / 6
        return np.maximum(g, np.abs(p).max(axis=1) - half + 0.3)

    pitch = 2 * half * (7.2 / triangles) ** 0.5 * 3.0
    mesh = isosurface(Field(value).sampled([-half] * 3, [half] * 3, pitch))
    return Mesh(mesh.vertices.astype(np.float32) + np.array([-300, 280, -550]), mesh.faces)


def write(what: str, mesh: Mesh, path: Path) -> None:
    if what == "stl":
        write_stl(path, mesh)
    elif what == "3mf":
        write_3mf(path, mesh, "block", {"Title": "block"})
    elif what.startswith("trimesh"):
        mesh.trimesh().export(path)
    else:
        lib3mf(mesh, path)


def lib3mf(mesh: Mesh, path: Path) -> None:
    from lib3mf import Position, Triangle, get_wrapper

    model = get_wrapper().CreateModel()
    vertices = [Position(Coordinates=tuple(v)) for v in mesh.vertices.tolist()]
    faces = [Triangle(Indices=tuple(f)) for f in mesh.faces.tolist()]
    model.AddMeshObject().SetGeometry(vertices, faces)
    model.QueryWriter("3mf").WriteToFile(str(path))


def one(what: str, triangles: int, path: Path) -> None:
    """In a process of its own: prints triangles, CPU and wall seconds, MiB above the mesh, MB of the file."""
    write(what, gyroid_block(2000), path)  # compiles
    mesh = gyroid_block(triangles)
    memory.reset_peak()
    before, cpu, wall = memory.peak_mib(), time.process_time(), time.perf_counter()
    write(what, mesh, path)
    seconds = time.process_time() - cpu, time.perf_counter() - wall
    print(mesh.face_count, *seconds, memory.peak_mib() - before, path.stat().st_size / 1e6)


def measured(what: str, triangles: int, folder: Path) -> list[float]:
    path = folder / f"{what}.{what[-3:]}"
    command = [sys.executable, __file__, "--one", what, "--triangles", str(triangles), "--path", str(path)]
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode:
        print(f"{what:>12} not available: {done.stderr.strip().splitlines()[-1]}")
    return [float(w) for w in done.stdout.split()]


def strictly_read(path: Path) -> str:
    from lib3mf import get_wrapper

    model = get_wrapper().CreateModel()
    reader = model.QueryReader("3mf")
    reader.SetStrictModeActive(True)
    reader.ReadFromFile(str(path))
    objects = model.GetMeshObjects()
    objects.MoveNext()
    found = objects.GetCurrentMeshObject()
    return f"{reader.GetWarningCount()} warnings, manifold and oriented: {found.IsManifoldAndOriented()}"


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--triangles", type=int, default=1_000_000)
    parser.add_argument("--others", action="store_true", help="the other writers too: slow, gigabytes at 5 M")
    parser.add_argument("--one")
    parser.add_argument("--path", type=Path)
    a = parser.parse_args()
    if a.one:
        one(a.one, a.triangles, a.path)
        return
    with TemporaryDirectory() as name:
        folder = Path(name)
        heads = f"{'writer':>12} {'triangles':>10} {'CPU s':>7} {'wall s':>7} {'MiB above':>9} {'MB':>7}"
        print(heads, "  ratios to ours: CPU, MiB")
        for ours in OURS:
            base = measured(ours, a.triangles, folder)
            print(f"{ours:>12} {base[0]:10.0f} {base[1]:7.2f} {base[2]:7.2f} {base[3]:9.0f} {base[4]:7.0f}")
            for theirs in THEIRS[ours] if a.others else ():
                row = measured(theirs, a.triangles, folder)
                if not row:
                    continue
                ratio = f"{row[1] / base[1]:.1f}, {row[3] / max(base[3], 1):.1f}"
                print(f"{theirs:>12} {row[0]:10.0f} {row[1]:7.2f} {row[2]:7.2f} {row[3]:9.0f} {row[4]:7.0f}   {ratio}")
        print("our 3MF, lib3mf strict:", strictly_read(folder / "3mf.3mf"))


if __name__ == "__main__":
    main()
