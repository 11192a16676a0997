"""Linear interpolation over a sinogram's metal trace (Kalender, Hebel and Ebersberger, Radiology 164:576, 1987)."""

from numba import prange

from hemipelvis.arrays import Array
from hemipelvis.compiled import compiled_parallel


@compiled_parallel
def bridged(sinogram: Array, trace: Array) -> Array:
    """A sinogram (angles, bins, n) with each run of bins where `trace` is true replaced by a straight line.

    A run that reaches the detector's end is bridged to zero there: beyond it there is only air.
    """
    out = sinogram.copy()
    bins = sinogram.shape[1]
    for a in prange(sinogram.shape[0]):
        for b in range(sinogram.shape[2]):
            k = 0
            while k < bins:
                if not trace[a, k, b]:
                    k += 1
                    continue
                first = k
                while k < bins and trace[a, k, b]:
                    k += 1
                left = sinogram[a, first - 1, b] if first > 0 else 0.0
                right = sinogram[a, k, b] if k < bins else 0.0
                for i in range(first, k):
                    share = (i - first + 1) / (k - first + 1)
                    out[a, i, b] = left + (right - left) * share
    return out
