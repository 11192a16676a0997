"""The projector beside scikit-image's radon and iradon, on a disc whose projection is known in closed form.

Run: python benchmarks/projector.py [--size 512] [--batch 16]. scikit-image is no dependency; without it only our own
figures are printed. Times are CPU and wall seconds a slice, once compiled.
"""

import argparse
import time
from collections.abc import Callable

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.segmentation.projector import Geometry, filtered_back_projection, geometry, project

X_MM, Y_MM, RADIUS_MM = 31.0, -22.0, 0.3


def disc(g: Geometry, radius: float) -> Array:
    """Share of each pixel inside the disc, from 8 × 8 points a pixel."""
    share = np.zeros((g.rows, g.columns))
    y, x = np.mgrid[: g.rows, : g.columns].astype(float)
    for a in (np.arange(8) + 0.5) / 8 - 0.5:
        for b in (np.arange(8) + 0.5) / 8 - 0.5:
            share += np.hypot(x + a - (g.columns - 1) / 2 - X_MM, y + b - (g.rows - 1) / 2 - Y_MM) < radius
    return share / 64


def chords(theta: Array, s: Array, radius: float, x_mm: float = X_MM, y_mm: float = Y_MM) -> Array:
    """The disc's projection in closed form, (angles, bins)."""
    d = s[None, :] - (x_mm * np.cos(theta) + y_mm * np.sin(theta))[:, None]
    return 2 * np.sqrt(np.clip(radius**2 - d**2, 0, None))


def timed(work: Callable[[], Array], slices: int) -> tuple[Array, str]:
    wall, cpu = time.perf_counter(), time.process_time()
    result = work()
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    return result, f"{cpu / slices:7.3f} {wall / slices:7.3f}"


def report(name: str, clock: str, error: Array, unit: str) -> None:
    print(f"{name:28s} CPU, wall s/slice {clock}   error rms {np.sqrt(np.mean(error**2)):.4f} {unit}")


def own(size: int, batch: int) -> None:
    g, radius = geometry(size, size, (1.0, 1.0)), RADIUS_MM * size
    image = disc(g, radius)
    slices = np.repeat(image[..., None], batch, axis=2).astype(np.float32)
    filtered_back_projection(project(slices[..., :1], g), g)
    sinogram, clock = timed(lambda: project(slices, g), batch)
    s = (np.arange(g.bins) - (g.bins - 1) / 2) * g.bin_mm
    report(f"own projection ({g.angles} angles)", clock, sinogram[..., 0] - chords(g.theta, s, radius), "mm")
    back, clock = timed(lambda: filtered_back_projection(sinogram, g), batch)
    report("own back-projection", clock, (back[..., 0] - image)[image == 1], "of 1")


def scikit_image(size: int) -> None:
    try:
        from skimage.transform import iradon, radon
    except ImportError:
        print("scikit-image is not installed")
        return
    g, radius = geometry(size, size, (1.0, 1.0)), RADIUS_MM * size
    image, degrees = disc(g, radius), np.degrees(g.theta)
    sinogram, clock = timed(lambda: radon(image, degrees, circle=False), 1)
    # skimage turns about pixel size // 2, half a pixel from the middle of an even slice, and y points up.
    s = np.arange(sinogram.shape[0]) - sinogram.shape[0] // 2
    known = chords(g.theta, s, radius, X_MM - 0.5, -(Y_MM - 0.5))
    report("skimage radon", clock, sinogram.T - known, "mm")
    back, clock = timed(lambda: iradon(sinogram, degrees, output_size=size, circle=False), 1)
    report("skimage iradon", clock, (back - image)[image == 1], "of 1")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", type=int, default=512)
    parser.add_argument("--batch", type=int, default=16)
    asked = parser.parse_args()
    own(asked.size, asked.batch)
    scikit_image(asked.size)
