"""AP digitally reconstructed radiographs of a CT, with the geometry to draw points on them."""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numba import prange

from hemipelvis.arrays import Array, Point, frozen
from hemipelvis.compiled import compiled_parallel
from hemipelvis.design.measure import OBJECT_DETECTOR_MM, SOURCE_IMAGE_MM
from hemipelvis.errors import InputError
from hemipelvis.volume import Volume

WATER_PER_MM = 0.0193  # linear attenuation of water at 70 keV (NIST XCOM: 0.1929 cm2/g)


@dataclass(frozen=True)
class Geometry:
    """How world points fall on the image; rays run along +y (front to back) onto a coronal detector.

    source: LPS mm, None for parallel rays; detector_y_mm: the detector's plane; corner: x and z of the centre of pixel
    (row 0, column 0) on the detector; pixel_mm: width and height of a pixel there. Rows run superior to inferior,
    columns from the patient's right to the left.
    """

    source: Point | None
    detector_y_mm: float
    corner: Array
    pixel_mm: Array

    def __post_init__(self) -> None:
        object.__setattr__(self, "corner", frozen(self.corner))
        object.__setattr__(self, "pixel_mm", frozen(self.pixel_mm))
        if self.source is not None:
            object.__setattr__(self, "source", frozen(self.source))

    def pixel_from_world(self, points: Any) -> Array:
        """Fractional (row, column) of world points (…, 3)."""
        p = np.asarray(points, float)
        flat = p[..., [0, 2]]
        if self.source is not None:
            eye = self.source[[0, 2]]
            scale = (self.detector_y_mm - self.source[1]) / (p[..., 1] - self.source[1])
            flat = eye + (flat - eye) * scale[..., None]
        offset = (flat - self.corner) / self.pixel_mm
        return np.stack([-offset[..., 1], offset[..., 0]], axis=-1)

    def magnification(self, y_mm: float) -> float:
        """How much larger than life things at depth y are on the detector."""
        if self.source is None:
            return 1.0
        return float((self.detector_y_mm - self.source[1]) / (y_mm - self.source[1]))


@dataclass(frozen=True)
class Radiograph:
    """image (rows, columns) float32: line integrals of attenuation, dimensionless; geometry to draw on it."""

    image: Array
    geometry: Geometry

    def pixel_from_world(self, points: Any) -> Array:
        """Fractional (row, column) of world points (…, 3)."""
        return self.geometry.pixel_from_world(points)


def radiograph(ct: Volume, perspective: bool = False, aim: Any = None) -> Radiograph:
    """The AP view along the scanner's anteroposterior axis: parallel rays, or from a point source.

    perspective: source 1150 mm before the detector, the detector 100 mm behind `aim` (LPS mm; the volume's middle
    unless stated), the central ray through `aim`. HU become attenuation as μ = μ_water (1 + HU/1000), never negative.
    Raises InputError where the source would lie inside the volume.
    """
    middle = (ct.origin + ct.upper) / 2 if aim is None else np.asarray(aim, float)
    if not perspective:
        corner = np.array([ct.origin[0], ct.upper[2]])
        geometry = Geometry(None, float(ct.upper[1]), corner, ct.spacing[[0, 2]])
        image = _parallel(np.ascontiguousarray(ct.voxels))[::-1] * np.float32(WATER_PER_MM / 1000 * ct.spacing[1])
        return Radiograph(image, geometry)
    geometry = _cone(ct, middle)
    return Radiograph(_cone_image(ct, geometry), geometry)


def _cone(ct: Volume, aim: Point) -> Geometry:
    detector = float(aim[1] + OBJECT_DETECTOR_MM)
    source = np.array([aim[0], detector - SOURCE_IMAGE_MM, aim[2]])
    if source[1] >= ct.origin[1]:
        raise InputError(
            f"a source {ct.origin[1] - source[1]:.0f} mm before the scan's front",
            "a source in front of the patient",
            "aim at the pelvis",
        )
    scale = SOURCE_IMAGE_MM / (SOURCE_IMAGE_MM - OBJECT_DETECTOR_MM)
    corner = source[[0, 2]] + (np.array([ct.origin[0], ct.upper[2]]) - source[[0, 2]]) * scale
    return Geometry(source, detector, corner, ct.spacing[[0, 2]] * scale)


def _cone_image(ct: Volume, geometry: Geometry) -> Array:
    assert geometry.source is not None
    shape = ct.voxels.shape[0], ct.voxels.shape[2]
    total = _rays(
        np.ascontiguousarray(ct.voxels), ct.origin, ct.spacing, geometry.source, geometry.detector_y_mm,
        geometry.corner, geometry.pixel_mm, shape[0], shape[1],
    )  # fmt: skip
    return total * np.float32(WATER_PER_MM / 1000)


@compiled_parallel
def _parallel(hu: Array) -> Array:
    """Sums of HU + 1000 along y, by (z, x)."""
    nz, ny, nx = hu.shape
    out = np.zeros((nz, nx), np.float32)
    for k in prange(nz):
        for j in range(ny):
            for i in range(nx):
                out[k, i] += max(np.float32(hu[k, j, i]) + np.float32(1000), np.float32(0))
    return out


@compiled_parallel
def _rays(
    hu: Array, origin: Array, spacing: Array, source: Array, detector_y: float, corner: Array, pixel: Array,
    rows: int, columns: int,
) -> Array:  # fmt: skip
    """Sums of (HU + 1000) · mm along each ray: one bilinear sample per coronal slice (Joseph, IEEE TMI 1982; 1:192)."""
    nz, ny, nx = hu.shape
    out = np.zeros((rows, columns), np.float32)
    for row in prange(rows):
        for column in range(columns):
            dx = corner[0] + column * pixel[0] - source[0]
            dz = corner[1] - row * pixel[1] - source[2]
            reach = detector_y - source[1]
            total = 0.0
            for j in range(ny):
                share = (origin[1] + j * spacing[1] - source[1]) / reach
                x = (source[0] + share * dx - origin[0]) / spacing[0]
                z = (source[2] + share * dz - origin[2]) / spacing[2]
                if x < 0 or z < 0 or x > nx - 1 or z > nz - 1:
                    continue
                i, k = min(int(x), nx - 2), min(int(z), nz - 2)
                a, c = x - i, z - k
                lower = max(hu[k, j, i] + 1000.0, 0.0) * (1 - a) + max(hu[k, j, i + 1] + 1000.0, 0.0) * a
                upper = max(hu[k + 1, j, i] + 1000.0, 0.0) * (1 - a) + max(hu[k + 1, j, i + 1] + 1000.0, 0.0) * a
                total += lower * (1 - c) + upper * c
            out[row, column] = total * spacing[1] * np.sqrt(dx * dx + dz * dz + reach * reach) / reach
    return out
