"""BWMA and CHD on an actual AP radiograph, from points that the engineer sets on it."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from hemipelvis.arrays import Array, Point
from hemipelvis.design.measure import View, view_of
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.plain_film import PlainFilm
from hemipelvis.settings import RadiographSettings

POINTS = ("hip_centre_L", "hip_centre_R", "ischium_L", "ischium_R", "axis_upper", "axis_lower")
LEAST_APART_PX = 5.0


def film_scale(film: PlainFilm, settings: RadiographSettings) -> Array:
    """Millimetres in the patient per pixel, (row, column): pixel size over magnification.

    What the engineer states goes before what the header says; a header calibrated to the patient needs no
    magnification. Raises InputError where either is known from neither.
    """
    pixel = film.pixel_mm if settings.pixel_mm is None else (settings.pixel_mm, settings.pixel_mm)
    if pixel is None:
        raise InputError(
            "a radiograph without a scale",
            "the size of a pixel in mm",
            "state pixel_mm under [radiograph] (of the detector, with magnification; or of the patient, with "
            "magnification = 1)",
        )
    magnification = film.magnification if settings.magnification is None else settings.magnification
    if settings.pixel_mm is not None and settings.magnification is None and film.calibrated:
        magnification = None  # the header's factor belongs to the header's pixels
    if magnification is None:
        raise InputError(
            "a radiograph whose magnification is unknown",
            "source and detector distances in its header, or a stated magnification",
            "state magnification under [radiograph]: source-detector over source-hip distance, or from a marker ball "
            "(1 if pixel_mm is already that of the patient)",
        )
    return np.array(pixel) / magnification


def measure_film(film: PlainFilm, settings: RadiographSettings, side: Side) -> dict[str, Any]:
    """BWMA (cm) and CHD (mm) with the conventions of `measure`, the scale used and the points.

    Points are (column, row) in pixels, the image as it hangs: the patient's left at the viewer's right (a film hung the
    other way is told by its points). Raises InputError for missing or misplaced points or an unknown scale.
    """
    points = _checked(settings.points, film.image.shape)
    scale = film_scale(film, settings)
    handed = 1.0 if points["hip_centre_L"][0] > points["hip_centre_R"][0] else -1.0
    flat = {name: np.array([handed * scale[1] * p[0], -scale[0] * p[1]]) for name, p in points.items()}
    found: View = view_of(np.array([flat[name] for name in POINTS]), side)
    return {
        "bwma_cm": dict(found.bwma_cm),
        "chd_mm": found.chd_mm,
        "mm_per_pixel": scale.tolist(),
        "magnification": settings.magnification or film.magnification,
        "hung": "patient's left at the right" if handed > 0 else "patient's left at the left",
        "points": {name: list(map(float, p)) for name, p in points.items()},
        "convention": "as the projected view; the axis is the one the engineer drew",
    }


def _checked(points: Mapping[str, tuple[float, float]], shape: tuple[int, ...]) -> dict[str, Point]:
    missing, unknown = sorted(set(POINTS) - set(points)), sorted(set(points) - set(POINTS))
    if missing or unknown:
        raise InputError(
            f"a radiograph with points missing ({', '.join(missing) or 'none'}) or unknown "
            f"({', '.join(unknown) or 'none'})",
            f"{', '.join(POINTS)}, each (column, row) in pixels",
            "set them under [radiograph.points]",
        )
    off = [n for n, (x, y) in points.items() if not (0 <= x < shape[1] and 0 <= y < shape[0])]
    if off:
        raise InputError(
            f"{', '.join(off)} outside an image of {shape[1]} by {shape[0]} pixels", "points on it",
            "points are (column, row), from the upper left",
        )  # fmt: skip
    found = {name: np.array(p, float) for name, p in points.items()}
    pairs = (("hip_centre_L", "hip_centre_R"), ("ischium_L", "ischium_R"), ("axis_upper", "axis_lower"))
    for a, b in pairs:
        if np.linalg.norm(found[a] - found[b]) < LEAST_APART_PX:
            raise InputError(f"{a} and {b} in the same place", "two points", "correct them under [radiograph.points]")
    return found
