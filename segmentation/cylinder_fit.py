"""A rod's true diameter from the radial profile of the original HU, blooming and clipping modelled."""

from dataclasses import dataclass

import numpy as np
from scipy.optimize import least_squares
from scipy.stats import ncx2

from hemipelvis.arrays import Array, Vector
from hemipelvis.segmentation.metal_window import paint
from hemipelvis.segmentation.screw_axes import Rod
from hemipelvis.volume import Volume

RING_MM = 0.25
LEAST_RINGS = 4
"""As many as the model has unknowns."""
REACH_MM = 8.0
KERNEL_MM = 0.45
"""Blur of a standard body kernel (its standard deviation), without the voxels' own."""
KERNEL_SPREAD_MM = 0.1
METAL_HU, METAL_SPREAD = 6000.0, 0.25
"""Titanium and steel read 4000 to 12000 HU in an extended CT scale after beam hardening; spread of the logarithm."""
NOISE_HU = 200.0
"""What the model leaves out (streaks, anisotropic voxels), not the quantum noise."""


@dataclass(frozen=True)
class CylinderFit:
    """diameter_mm; sigma_mm: its standard error; residual_hu: root mean square of the profile's misfit."""

    diameter_mm: float
    sigma_mm: float
    residual_hu: float


def cylinder_fit(ct: Volume, rod: Rod) -> CylinderFit:
    """The cylinder whose blurred, clipped cross-section best explains the median profile of the free stretch.

    Where the scanner clips metal the height of the profile is not seen: a prior on the metal's HU and on the blur
    (kernel and voxel size) then decides, which costs at most about 0.4 mm. Where voxels are so coarse that there is no
    profile, the half-value thickness stands in, with an infinite standard error.
    """
    radius, profile = radial_profile(ct, rod)
    top = _clipping_hu(ct)
    blur = _blur_mm(ct, rod.direction)
    seen = radius < rod.radius_mm + 2.0
    r, hu = radius[seen], profile[seen]
    if len(r) < LEAST_RINGS:
        return CylinderFit(2 * rod.radius_mm, np.inf, np.inf)
    ground = float(np.min(hu))

    def residuals(x: Array) -> Array:
        model = np.minimum(x[3] + np.exp(x[1]) * blurred_disc(r, x[0], x[2]), top)
        weight = np.sqrt(r / rod.radius_mm) / NOISE_HU
        prior = [(x[1] - np.log(METAL_HU)) / METAL_SPREAD, (x[2] - blur) / KERNEL_SPREAD_MM, (x[3] - ground) / 150]
        return np.concatenate([(model - hu) * weight, prior])

    start = [rod.radius_mm, np.log(METAL_HU), blur, ground]
    bounds = ([0.5, np.log(2000), 0.3, -1100], [7.0, np.log(25000), 2.0, 2500])
    fit = least_squares(residuals, np.clip(start, *bounds), bounds=bounds)
    covariance = np.linalg.pinv(fit.jac.T @ fit.jac)
    misfit = residuals(fit.x)[: len(r)] * NOISE_HU
    return CylinderFit(2 * float(fit.x[0]), 2 * float(np.sqrt(covariance[0, 0])), float(np.sqrt((misfit**2).mean())))


def radial_profile(ct: Volume, rod: Rod) -> tuple[Array, Array]:
    """Distances (n,) from the axis and median HU (n,) of the voxels at them, along the free stretch.

    The voxels themselves, not interpolated: clipped neighbours would round the shoulder of the profile off; and the
    median of clipped values is the clipped median. Streaks and neighbours fall out. A stretch shorter than a voxel is
    widened to one.
    """
    stretch = rod.point + rod.t[rod.clean][:, None] * rod.direction
    box, nodes = paint(ct, stretch, REACH_MM)
    rel = nodes - rod.point
    along = rel @ rod.direction
    radius = np.linalg.norm(rel - along[:, None] * rod.direction, axis=1)
    free = rod.t[rod.clean]
    half = max((free[-1] - free[0]) / 2, float(np.abs(rod.direction) @ ct.spacing) / 2)
    inside = (radius < REACH_MM) & (np.abs(along - (free[0] + free[-1]) / 2) <= half)
    hu, ring = ct.voxels[box].ravel()[inside], (radius[inside] / RING_MM).astype(int)
    rings = [k for k in range(int(REACH_MM / RING_MM)) if (ring == k).sum() >= 5]
    return (
        np.array([radius[inside][ring == k].mean() for k in rings]),
        np.array([np.median(hu[ring == k]) for k in rings], float),
    )


def blurred_disc(radius: Array, disc_mm: float, sigma_mm: float) -> Array:
    """A disc of height 1 blurred by a Gaussian, at radii (n,): the Rice distribution's cumulative function."""
    return np.asarray(ncx2.cdf((disc_mm / sigma_mm) ** 2, 2, (radius / sigma_mm) ** 2))


def _blur_mm(ct: Volume, direction: Vector) -> float:
    """Blur across a direction: the kernel's and the voxel's (s²/12)."""
    voxel = float((ct.spacing**2 * (1 - direction**2)).sum() / 2 / 12)
    return float(np.sqrt(KERNEL_MM**2 + voxel))


def _clipping_hu(ct: Volume) -> float:
    """The HU at which metal is cut off: the volume's maximum if many voxels share it."""
    top = int(ct.voxels.max())
    shared = int((ct.voxels == top).sum())
    return float(top) if shared > 20 else np.inf
