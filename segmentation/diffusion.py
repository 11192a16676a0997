"""Edge-preserving smoothing of noisy slices: regularised anisotropic diffusion.

Perona and Malik (IEEE PAMI 12:629, 1990, 10.1109/34.56205) with conductances from a smoothed image (Catté et al., SIAM
J Numer Anal 29:182, 1992, 10.1137/0729012), which noise alone cannot open or close. The contrast that stops it is a
multiple of the noise, which each slice tells itself. ITK's filter takes the mean gradient of the whole slice instead
(so the air around the patient changes the result) and sums it over threads (so their number does).
"""

import numpy as np
import scipy.ndimage as ndi
from numba import prange

from hemipelvis.arrays import Array, Mask
from hemipelvis.compiled import compiled_parallel

STEPS = 12
STEP = 0.2  # Stable below 1/4 for four neighbours.
CONTRAST = 1.5  # Contrast over a pixel that halves nothing but stops diffusion, in standard deviations of the noise.
BLUR = 0.7  # Pixels.


def diffused(slices: Array, inside: Mask, steps: int = STEPS) -> Array:
    """Slices (rows, columns, n; float32 HU) smoothed between their edges; `inside` is where the noise is measured."""
    contrast = np.array([CONTRAST * max(noise(slices[..., n], inside[..., n]), 1.0) for n in range(slices.shape[2])])
    image = np.ascontiguousarray(slices, np.float32)
    for _ in range(steps):
        guide = ndi.gaussian_filter(image, (BLUR, BLUR, 0), truncate=3.0)
        image = _step(image, guide, (1 / contrast**2).astype(np.float32), STEP)
    return image


def noise(image: Array, inside: Mask) -> float:
    """Standard deviation of white noise in (rows, columns), HU, robust to edges (Immerkær 1996, 10.1006/cviu.1996.0060,
    with the median in place of the mean); zero where `inside` is empty.
    """
    kernel = np.array([[1, -2, 1], [-2, 4, -2], [1, -2, 1]], np.float32)
    response = ndi.convolve(image, kernel)[inside]
    return float(np.median(np.abs(response)) / 0.6745 / 6) if response.size else 0.0


@compiled_parallel
def _step(image: Array, guide: Array, sharpness: Array, step: float) -> Array:  # pragma: no cover (compiled)
    rows, columns, batch = image.shape
    out = image.copy()
    for j in prange(rows):
        for i in range(columns):
            for dj, di in ((-1, 0), (1, 0), (0, -1), (0, 1)):
                q, p = j + dj, i + di
                if q < 0 or q >= rows or p < 0 or p >= columns:
                    continue
                for b in range(batch):
                    rise = guide[q, p, b] - guide[j, i, b]
                    share = np.float32(1) / (np.float32(1) + rise * rise * sharpness[b])
                    out[j, i, b] += np.float32(step) * share * (image[q, p, b] - image[j, i, b])
    return out
