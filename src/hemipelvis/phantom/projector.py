"""The phantom scanner's parallel-beam geometry: line integrals through slices, and filtered back-projection."""

from dataclasses import dataclass

import numpy as np
from numba import prange
from scipy.fft import irfft, next_fast_len, rfft

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled_parallel


@dataclass(frozen=True)
class Geometry:
    """Views over half a turn, detector bins as wide as a pixel, a square image of `pixels` centred on the axis."""

    pixels: int
    pixel_mm: float
    views: int

    @property
    def angles(self) -> Array:
        """Angles (views,) in radians."""
        return np.pi * np.arange(self.views) / self.views

    @property
    def bins(self) -> int:
        """Detector bins: the field of view and a margin."""
        return self.pixels + 8


def project(image: Array, geometry: Geometry, corner: tuple[int, int] = (0, 0)) -> Array:
    """Line integrals (views, bins, channels), value · mm, of an image (rows, columns, channels).

    The image is the part of the field of view whose first pixel is (row, column) = corner.
    Joseph's method ("An improved algorithm for reprojecting rays through pixel images", 10.1109/TMI.1982.4307572).
    """
    middle = (geometry.pixels - 1) / 2
    first = corner[0] - middle, corner[1] - middle
    channels = image.shape[2]
    out = np.empty((geometry.views, geometry.bins, channels), np.float32)
    for k in range(0, channels, 2):
        pair = np.zeros((*image.shape[:2], 2), np.float32)
        pair[..., : channels - k] = image[..., k : k + 2]
        sums = _joseph(_bordered(pair), _bordered(pair.swapaxes(0, 1)), *first, geometry.angles, geometry.bins)
        out[..., k : k + 2] = sums[..., : channels - k]
    return out * np.float32(geometry.pixel_mm)


def _bordered(image: Array) -> Array:
    """With a column of zeros before and two behind, so that no ray interpolates outside."""
    return np.pad(image, ((0, 0), (1, 2), (0, 0)))


@compiled_parallel
def _joseph(rows: Array, columns: Array, top: float, left: float, angles: Array, bins: int) -> Array:
    """Sums (views, bins, 2) in pixels; both images carry the border, along their second axis."""
    out = np.zeros((angles.shape[0], bins, 2), np.float32)
    for v in prange(angles.shape[0]):
        c, s = np.cos(angles[v]), np.sin(angles[v])
        steep = abs(c) >= abs(s)
        image = rows if steep else columns
        start, across = (top, left) if steep else (left, top)
        a, b = (c, s) if steep else (s, c)
        n, last = image.shape[0], image.shape[1] - 2
        for u in range(bins):
            x0 = (u - (bins - 1) / 2 - start * b) / a - across + 1
            first, second = np.float32(0), np.float32(0)
            for j in range(n):
                x = x0 - j * b / a
                if 0 <= x < last:
                    i = int(x)
                    w = np.float32(x - i)
                    first += (np.float32(1) - w) * image[j, i, 0] + w * image[j, i + 1, 0]
                    second += (np.float32(1) - w) * image[j, i, 1] + w * image[j, i + 1, 1]
            out[v, u, 0], out[v, u, 1] = first / np.float32(abs(a)), second / np.float32(abs(a))
    return out


def reconstruct(sinogram: Array, geometry: Geometry, wanted: Array) -> Array:
    """Image (pixels, pixels), per mm, by filtered back-projection where `wanted`; zero elsewhere."""
    return _back_project(_filtered(sinogram, geometry.pixel_mm), geometry.angles, np.ascontiguousarray(wanted))


def field_of_view(geometry: Geometry) -> Array:
    """The pixels (rows, columns) inside the scanned circle."""
    x = np.arange(geometry.pixels) - (geometry.pixels - 1) / 2
    return np.hypot(x[:, None], x) <= geometry.pixels / 2


def _filtered(sinogram: Array, bin_mm: float) -> Array:
    """Convolved with the band-limited ramp under a Hann window (Kak and Slaney 1988, chapter 3)."""
    bins = sinogram.shape[1]
    padded = int(next_fast_len(2 * bins, real=True) or 2 * bins)
    n = np.minimum(np.arange(padded), padded - np.arange(padded))
    ramp = np.zeros(padded)
    ramp[n % 2 == 1] = -1 / (np.pi * n[n % 2 == 1] * bin_mm) ** 2
    ramp[0] = 1 / (4 * bin_mm**2)
    response: Array = np.real(np.asarray(rfft(ramp), complex)) * bin_mm
    window = 0.5 + 0.5 * np.cos(np.pi * np.arange(len(response)) / (len(response) - 1))
    weights: Array = (response * window).astype(np.float32)
    spectrum: Array = np.asarray(rfft(sinogram.astype(np.float32), padded, axis=1))
    filtered: Array = np.asarray(irfft(spectrum * weights, padded, axis=1))
    return np.ascontiguousarray(filtered[:, :bins], dtype=np.float32)


@compiled_parallel
def _back_project(filtered: Array, angles: Array, wanted: Array) -> Array:
    pixels, views, bins = wanted.shape[0], filtered.shape[0], filtered.shape[1]
    image = np.zeros((pixels, pixels), np.float32)
    cosine, sine = np.cos(angles), np.sin(angles)
    for j in prange(pixels):
        for v in range(views):
            y = (j - (pixels - 1) / 2) * sine[v] + (bins - 1) / 2
            for i in range(pixels):
                if wanted[j, i]:
                    u = y + (i - (pixels - 1) / 2) * cosine[v]
                    n = int(u)
                    w = np.float32(u - n)
                    if n >= 0 and n + 1 < bins:
                        image[j, i] += (np.float32(1) - w) * filtered[v, n] + w * filtered[v, n + 1]
        for i in range(pixels):
            image[j, i] *= np.float32(np.pi / views)
    return image
