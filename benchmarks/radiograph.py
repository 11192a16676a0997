"""The perspective DRR beside RTK's Joseph projector (itk-rtk, no dependency of ours) on the same view.

Run: python benchmarks/radiograph.py [--size 512 512 400]. Prints seconds and, with RTK, the correlation of the pixels.
"""

import argparse
import time

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.design.measure import OBJECT_DETECTOR_MM, SOURCE_IMAGE_MM
from hemipelvis.design.radiograph import WATER_PER_MM, Radiograph, radiograph
from hemipelvis.volume import Volume


def body(nx: int, ny: int, nz: int) -> Volume:
    """Water with bony ellipsoids of seeded places and sizes, some 400 mm across."""
    chance = np.random.default_rng(1)
    spacing = np.array([420 / nx, 420 / ny, 300 / nz])
    z, y, x = np.ogrid[:nz, :ny, :nx]
    p = [(axis - (n - 1) / 2) * step for axis, n, step in zip((x, y, z), (nx, ny, nz), spacing, strict=True)]
    voxels = np.where((p[0] / 180) ** 2 + (p[1] / 120) ** 2 + 0 * p[2] < 1, 0, -1000).astype(np.int16)
    for _ in range(14):
        c, r = chance.uniform([-120, -60, -120], [120, 60, 120]), chance.uniform(10, 45, 3)
        inside = sum(((axis - c[k]) / r[k]) ** 2 for k, axis in enumerate(p)) < 1
        voxels[inside] = int(chance.integers(200, 1500))
    return Volume(voxels, spacing, np.array([-210.0, -210, -150]))


def by_rtk(ct: Volume, shot: Radiograph) -> tuple[Array, float] | None:
    """The same view by RTK: its world has the detector square to z, so y and z change places."""
    try:
        import itk
        from itk import RTK
    except ImportError:
        return None
    g = shot.geometry
    assert g.source is not None
    mu = np.maximum(ct.voxels.astype(np.float32) + 1000, 0) * np.float32(WATER_PER_MM / 1000)
    volume = itk.image_from_array(np.ascontiguousarray(mu.transpose(1, 0, 2)[::-1]))  # axes: x, z, −y
    volume.SetSpacing([float(s) for s in ct.spacing[[0, 2, 1]]])
    aim_y = g.detector_y_mm - OBJECT_DETECTOR_MM
    volume.SetOrigin([ct.origin[0] - g.source[0], ct.origin[2] - g.source[2], aim_y - float(ct.upper[1])])
    rows, columns = shot.image.shape
    detector = RTK.constant_image_source(
        origin=[float(g.corner[0] - g.source[0]), float(g.corner[1] - (rows - 1) * g.pixel_mm[1] - g.source[2]), 0.0],
        spacing=[float(g.pixel_mm[0]), float(g.pixel_mm[1]), 1.0], size=[columns, rows, 1],
        ttype=[itk.Image[itk.F, 3]],
    )  # fmt: skip
    geometry = RTK.ThreeDCircularProjectionGeometry.New()
    geometry.AddProjection(SOURCE_IMAGE_MM - OBJECT_DETECTOR_MM, SOURCE_IMAGE_MM, 0.0)
    kind = itk.Image[itk.F, 3]
    joseph = RTK.JosephForwardProjectionImageFilter[kind, kind].New()
    joseph.SetGeometry(geometry)
    joseph.SetInput(0, detector)
    joseph.SetInput(1, volume)
    began = time.perf_counter()
    joseph.Update()
    return itk.array_from_image(joseph.GetOutput())[0][::-1], time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, nargs=3, default=(512, 512, 400))
    ct = body(*parser.parse_args().size)
    small = Volume(ct.voxels[::16, ::16, ::16].copy(), ct.spacing * 16, ct.origin)
    for perspective in (False, True):
        radiograph(small, perspective)  # compiles
        began = time.perf_counter()
        shot = radiograph(ct, perspective)
        print(f"{'perspective' if perspective else 'orthographic'}: {time.perf_counter() - began:.2f} s")
    found = by_rtk(ct, shot)
    if found is None:
        print("itk-rtk is not installed: pip install itk-rtk")
        return
    image, seconds = found
    print(f"RTK Joseph: {seconds:.2f} s; correlation {np.corrcoef(image.ravel(), shot.image.ravel())[0, 1]:.5f}, "
          f"greatest difference {np.abs(image - shot.image).max() / shot.image.max():.2%} of the maximum")  # fmt: skip


if __name__ == "__main__":
    main()
