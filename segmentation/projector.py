"""Parallel-beam projection and filtered back-projection of axial slices, a batch at a time.

Projection after Joseph, IEEE Trans Med Imaging 1:192, 1982 (10.1109/TMI.1982.4307572): along each ray one linear
interpolation per row (or per column, where the ray is nearer to it). Back-projection interpolates linearly on the
detector; its ramp filter is the band-limited one of Ramachandran and Lakshminarayanan (Kak and Slaney, "Principles of
Computerized Tomographic Imaging", 1988, eq. 3.61), which keeps the mean. Slices lie side by side in memory, so that
the geometry is worked out once for all of them and the inner loop is one run of vector arithmetic.

A ray at angle θ with offset s is the line x cos θ + y sin θ = s, in mm from the slice's middle.
"""

from dataclasses import dataclass, replace

import numpy as np
from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled_parallel

ROWS_AT_ONCE = 8


@dataclass(frozen=True)
class Geometry:
    """One parallel-beam scan: slices of `rows` × `columns` pixels of `pixel_mm` (y, x), angles over half a turn.

    The detector has `bins` cells of `bin_mm`, and covers the slice's diagonal. `middle_mm` (y, x) is where the middle
    of the pixels lies; it differs from the axis of rotation for a window only.
    """

    rows: int
    columns: int
    pixel_mm: tuple[float, float]
    angles: int
    bins: int
    bin_mm: float
    middle_mm: tuple[float, float] = (0.0, 0.0)

    def window(self, rows: slice, columns: slice) -> "Geometry":
        """The same scan of a part of the pixels only."""
        middle = tuple(
            self.middle_mm[n] + ((part.start + part.stop) / 2 - size / 2) * self.pixel_mm[n]
            for n, (part, size) in enumerate(((rows, self.rows), (columns, self.columns)))
        )
        return replace(
            self, rows=rows.stop - rows.start, columns=columns.stop - columns.start, middle_mm=(middle[0], middle[1])
        )

    @property
    def theta(self) -> Array:
        """Angles (angles,) in radians, over [0, π)."""
        return np.arange(self.angles) * (np.pi / self.angles)


def geometry(rows: int, columns: int, pixel_mm: tuple[float, float], angles: int | None = None) -> Geometry:
    """Bins as fine as the pixels, and enough angles for the resolution at the edge (π/2 · bins over the diagonal's √2).

    The factor follows Kak and Slaney 1988, section 5.1: as many angles as π/2 times the rays in use.
    """
    bin_mm = min(pixel_mm)
    diagonal_mm = float(np.hypot(rows * pixel_mm[0], columns * pixel_mm[1]))
    bins = int(np.ceil(diagonal_mm / bin_mm)) // 2 * 2 + 3
    across = max(rows * pixel_mm[0], columns * pixel_mm[1]) / bin_mm
    return Geometry(rows, columns, pixel_mm, angles or int(np.ceil(np.pi / 2 * across)), bins, bin_mm)


def project(slices: Array, g: Geometry) -> Array:
    """Line integrals (angles, bins, n), value · mm, of slices (rows, columns, n); zero is assumed outside."""
    image = np.ascontiguousarray(slices, np.float32)
    turned = np.ascontiguousarray(image.transpose(1, 0, 2))
    return _joseph(image, turned, g.theta, *g.pixel_mm, *g.middle_mm, g.bins, g.bin_mm)


def back_project(sinogram: Array, g: Geometry) -> Array:
    """Sum over the angles of a sinogram (angles, bins, n) along its rays: slices (rows, columns, n)."""
    rays = np.ascontiguousarray(sinogram, np.float32)
    return _smear(rays, g.theta, g.rows, g.columns, *g.pixel_mm, *g.middle_mm, g.bin_mm)


def filtered_back_projection(sinogram: Array, g: Geometry) -> Array:
    """Slices (rows, columns, n) whose projection is the sinogram (angles, bins, n)."""
    return back_project(ramp_filtered(sinogram, g), g) * np.float32(np.pi / g.angles)


def ramp_filtered(sinogram: Array, g: Geometry) -> Array:
    """The sinogram (angles, bins, n) convolved along its bins with the band-limited ramp."""
    size = int(2 ** np.ceil(np.log2(2 * g.bins)))
    response = _ramp(size, g.bin_mm).astype(np.float32)
    out = np.empty(sinogram.shape, np.float32)
    for a in range(0, g.angles, 64):
        spectrum = np.fft.rfft(np.asarray(sinogram[a : a + 64], np.float32), size, axis=1)
        out[a : a + 64] = np.fft.irfft(spectrum * response[None, :, None], size, axis=1)[:, : g.bins]
    return out


def _ramp(size: int, bin_mm: float) -> Array:
    n = np.minimum(np.arange(size), size - np.arange(size))
    odd = n % 2 == 1
    kernel = np.zeros(size)
    kernel[0] = 1 / (4 * bin_mm)
    kernel[odd] = -1 / (np.pi**2 * n[odd] ** 2 * bin_mm)
    return np.fft.rfft(kernel).real


@compiled_parallel
def _joseph(
    image: Array, turned: Array, theta: Array, dy: float, dx: float, y0: float, x0: float, bins: int, bin_mm: float
) -> Array:  # pragma: no cover (compiled)
    batch = image.shape[2]
    out = np.zeros((theta.size, bins, batch), np.float32)
    for a in prange(theta.size):
        along_rows = abs(np.cos(theta[a])) >= abs(np.sin(theta[a]))
        c, s = (np.cos(theta[a]), np.sin(theta[a])) if along_rows else (np.sin(theta[a]), np.cos(theta[a]))
        lines, du, dv = (image, dx, dy) if along_rows else (turned, dy, dx)
        u0, v0 = (x0, y0) if along_rows else (y0, x0)
        nv, nu = lines.shape[0], lines.shape[1]
        step, length = bin_mm / (c * du), np.float32(dv / abs(c))
        for j in range(nv):
            v = (j - (nv - 1) / 2) * dv + v0
            start = (-(bins - 1) / 2 * bin_mm - v * s) / (c * du) - u0 / du + (nu - 1) / 2
            line, rays = lines[j], out[a]
            ends = (-1 - start) / step, (nu - start) / step
            for k in range(max(0, int(min(ends)) - 1), min(bins, int(max(ends)) + 2)):
                u = start + k * step
                i = int(np.floor(u))
                if i < -1 or i >= nu:
                    continue
                right = np.float32(u - i) * length
                left = length - right
                if i == -1:
                    for b in range(batch):
                        rays[k, b] += right * line[0, b]
                elif i == nu - 1:
                    for b in range(batch):
                        rays[k, b] += left * line[i, b]
                else:
                    for b in range(batch):
                        rays[k, b] += left * line[i, b] + right * line[i + 1, b]
    return out


@compiled_parallel
def _smear(
    rays: Array, theta: Array, rows: int, columns: int, dy: float, dx: float, y0: float, x0: float, bin_mm: float
) -> Array:  # pragma: no cover (compiled)
    bins, batch = rays.shape[1], rays.shape[2]
    out = np.zeros((rows, columns, batch), np.float32)
    cosine, sine = np.cos(theta), np.sin(theta)
    for block in prange((rows + ROWS_AT_ONCE - 1) // ROWS_AT_ONCE):
        for a in range(theta.size):
            seen = rays[a]
            for j in range(block * ROWS_AT_ONCE, min((block + 1) * ROWS_AT_ONCE, rows)):
                line = out[j]
                y = (j - (rows - 1) / 2) * dy + y0
                step = dx * cosine[a] / bin_mm
                start = (y * sine[a] + (x0 - (columns - 1) / 2 * dx) * cosine[a]) / bin_mm + (bins - 1) / 2
                for i in range(columns):
                    u = start + i * step
                    k = int(u)
                    right = np.float32(u - k)
                    left = np.float32(1) - right
                    for b in range(batch):
                        line[i, b] += left * seen[k, b] + right * seen[k + 1, b]
    return out
