"""The line the body is lofted along, and its oval sections: the mirrored bone's, evened out.

Where the template is cut across the arcuate line, its area near the line gives a centre and second moments; these
become an ellipse, held between limits and smoothed along the line. The line ends on the faces the implant rests on.
"""

from dataclasses import dataclass, replace

import numpy as np
from scipy import ndimage

from hemipelvis.arrays import Array, Points, frozen, square_to, unit
from hemipelvis.design.pubic_limb import Limb, face_oval, led_on, pubic_limb, tapered
from hemipelvis.errors import InputError
from hemipelvis.field import Field
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.settings import BodySettings

STEP_MM = 1.0
SMOOTH_MM = 9.0
"""Standard deviation of the smoothing along the line: sections of neighbouring centimetres go over into each other."""
LEAST_SHARE, MOST_SHARE = 0.7, 1.5
"""Half axes of the ovals, as shares of the body's radius."""
FLARE_MM = 20.0
EVEN_MM = 6.0
FARTHEST_MM = 20.0
BEND_MM = 25.0
"""Length over which the body goes over into the pubic face's own ellipse."""
BESIDE_MM = 6.0
"""A line that ends farther than this before the pubic face is led on to it by a limb; a shorter gap is bent over."""


@dataclass(frozen=True)
class BodyPath:
    """centres (m, 3) of the body's ovals, sections (m, 3, 3) mm², rail (n, 3): the strut's axis beside them.

    limb: what goes on to a pubic face that lies beyond the line's end, else None.
    """

    centres: Points
    sections: Array
    rail: Points
    limb: Limb | None = None

    def __post_init__(self) -> None:
        for name in ("centres", "sections", "rail"):
            object.__setattr__(self, name, frozen(getattr(self, name)))


def resampled(line: Points, step_mm: float) -> Points:
    """A polyline's points (m, 3) at even steps of about `step_mm`, both ends kept."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    keep = np.concatenate([[True], np.diff(along) > 1e-9])
    at = np.linspace(0, along[-1], max(2, round(along[-1] / step_mm) + 1))
    return np.stack([np.interp(at, along[keep], line[keep, a]) for a in range(3)], axis=1)


def _evenly(line: Points, values: Array) -> tuple[Points, Array]:
    """A line resampled, and the values of its points with it: inside a bend stations crowd, outside they thin out."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    even = resampled(line, STEP_MM)
    at = np.interp(np.linspace(0, along[-1], len(even)), along, np.arange(len(line)))
    below = np.minimum(at.astype(int), len(line) - 2)
    share = (at - below).reshape((-1,) + (1,) * (values.ndim - 1))
    return even, values[below] * (1 - share) + values[below + 1] * share


def smoothed(values: Array, sigma: float, weights: Array | None = None) -> Array:
    """Gaussian mean along the first axis (in stations), each station counted by its weight."""
    w = np.ones(len(values)) if weights is None else weights
    shape = (-1,) + (1,) * (values.ndim - 1)
    total = ndimage.gaussian_filter1d(w, sigma, mode="nearest").reshape(shape)
    return ndimage.gaussian_filter1d(values * w.reshape(shape), sigma, axis=0, mode="nearest") / np.maximum(
        total, 1e-12
    )


def anchored(line: Points, start: Array | None, end: Array | None) -> Points:
    """The line smoothed, then bent over to run through given ends; the shift fades over `BEND_MM`."""
    even = smoothed(line, EVEN_MM / STEP_MM)
    at = np.arange(len(line)) * STEP_MM
    shift = np.zeros_like(even)
    if start is not None:
        shift += _fade(1 - at / BEND_MM)[:, None] * (start - even[0])
    if end is not None:
        shift += _fade(1 - at[::-1] / BEND_MM)[:, None] * (end - even[-1])
    return even + shift


def _fade(x: Array) -> Array:
    t = np.clip(x, 0, 1)
    return t * t * (3 - 2 * t)


def body_path(
    template: Field,
    landmarks: Landmarks,
    cup: CupPlan,
    interfaces: tuple[Interface, ...],
    side: Side,
    settings: BodySettings,
) -> BodyPath:
    """Centres, ovals and strut axis from the sacral face to the pubic face (or the line's free end)."""
    sacral = next(i for i in interfaces if i.host == "sacrum")
    pubic = next((i for i in interfaces if i.host == "pubis"), None)
    line = _between_faces(resampled(landmarks.arcuate(side), STEP_MM), sacral, pubic)
    tangents = unit(smoothed(np.gradient(line, axis=0), EVEN_MM / STEP_MM))
    centroids, tensors, area = _template_sections(template, line, square_to(tangents, sacral.axes), settings)
    sigma = SMOOTH_MM / STEP_MM
    weights = area / max(float(area.max()), 1e-9) + 1e-3
    inward = smoothed(centroids - line, sigma, weights)
    inward = inward - (inward * tangents).sum(axis=1, keepdims=True) * tangents
    rail = line + unit(inward) * settings.strut_radius_mm
    rail = _clear_of_cup(rail, cup, cup.inner_radius_mm + 0.75 * settings.strut_radius_mm)
    sections = smoothed(_limited(tensors, settings), sigma, weights)
    sections = tapered(sections, STEP_MM) if _beyond(line, pubic) else sections
    centres, sections = _evenly(_edge_on_line(line, unit(inward), sections), sections)
    path = _held(centres, sections, resampled(rail, STEP_MM), sacral, pubic, settings)
    return replace(path, rail=through(path.rail, np.reshape(settings.strut_points, (-1, 3))))


def _held(
    centres: Points, sections: Array, rail: Points, sacral: Interface, pubic: Interface | None, settings: BodySettings
) -> BodyPath:
    """The body's line and the strut's axis with their ends on the faces."""
    start = sacral.point + sacral.normal * settings.strut_radius_mm
    start_oval = sacral.point + sacral.normal * 0.8 * settings.body_radius_mm
    if pubic is None:
        return BodyPath(anchored(centres, start_oval, None), sections, anchored(rail, start, None))
    end = _towards(pubic, rail[-1], settings)
    if not _beyond(rail, pubic):
        centres = anchored(centres, start_oval, pubic.point)
        return BodyPath(centres, _ended(centres, sections, pubic), anchored(rail, start, end))
    centres = anchored(centres, start_oval, None)
    rail = anchored(resampled(led_on(rail, end, pubic, STEP_MM), STEP_MM), start, end)
    return BodyPath(centres, sections, rail, pubic_limb(centres, sections, pubic, STEP_MM))


def _beyond(line: Points, pubic: Interface | None) -> bool:
    """Whether the pubic face lies so far beyond a line's end that a limb leads on to it."""
    return pubic is not None and float((line[-1] - pubic.point) @ pubic.normal) > BESIDE_MM


def through(rail: Points, wanted: Points) -> Points:
    """The rail bent to run through wanted points (k, 3); a point's pull fades along it as a Gaussian.

    Raises InputError for a point farther than `FARTHEST_MM` from the rail, or two nearer than `BEND_MM` along it.
    """
    if not len(wanted):
        return rail
    away = np.linalg.norm(rail[None] - wanted[:, None], axis=2)
    at = away.argmin(axis=1)
    near = np.diff(np.sort(at)).min(initial=len(rail)) * STEP_MM
    if away.min(axis=1).max() > FARTHEST_MM or near < BEND_MM:
        raise InputError(
            f"body.strut_points up to {away.min(axis=1).max():.0f} mm from the strut's axis, {near:.0f} mm apart",
            f"points within {FARTHEST_MM:g} mm of the axis and at least {BEND_MM:g} mm apart along it",
            "move them nearer to the arcuate line, or state fewer",
        )
    pull = np.exp(-0.5 * ((np.arange(len(rail))[:, None] - at) * STEP_MM / (BEND_MM / 2)) ** 2)
    return rail + pull @ np.linalg.solve(pull[at], wanted - rail[at])


def _between_faces(line: Points, sacral: Interface, pubic: Interface | None) -> Points:
    """The part of the arcuate line between the faces, its first point drawn back to beside the sacral one."""
    first = int(np.argmin(np.linalg.norm(line - sacral.point, axis=1)))
    last = (
        len(line)
        if pubic is None
        else int(np.argmin(np.abs((line - pubic.point) @ pubic.normal) + _far(line, pubic))) + 1
    )
    lead = sacral.point + (sacral.normal * 6 if np.linalg.norm(line[first] - sacral.point) > 4 else 0)
    return resampled(np.vstack([lead, line[min(first + 4, last - 2) : last]]), STEP_MM)


def _far(line: Points, face: Interface) -> Array:
    """A penalty that keeps to the part of a line near a face: planes go on for ever."""
    return np.maximum(np.linalg.norm(line - face.point, axis=1) - 25, 0)


def _towards(face: Interface, rail_end: Array, settings: BodySettings) -> Array:
    """The point of a face as near to the strut's axis as its ellipse lets a strut of reduced radius be."""
    room = max(min(face.halves_mm) - 0.85 * min(settings.strut_radius_mm, *face.halves_mm), 0)
    aside = rail_end - face.point
    aside = aside - (aside @ face.normal) * face.normal
    return face.point + aside * min(1.0, room / max(float(np.linalg.norm(aside)), 1e-9))


def _template_sections(
    template: Field, line: Points, plane: tuple[Array, Array], settings: BodySettings
) -> tuple[Array, Array, Array]:
    """Centroid (m, 3), squared half axes as tensors (m, 3, 3) and area (m,) of the template in planes across."""
    reach = 2 * settings.body_radius_mm
    across = np.arange(-np.ceil(reach), np.ceil(reach) + 1)
    u, v = (g[np.hypot(*np.meshgrid(across, across)) <= reach] for g in np.meshgrid(across, across))
    first, second = plane
    points = line[:, None] + u[:, None] * first[:, None] + v[:, None] * second[:, None]
    inside = (template(points.reshape(-1, 3)) < 0).reshape(points.shape[:2]).astype(float)
    area = inside.sum(axis=1)
    centroid = np.where(
        area[:, None] > 0, (points * inside[..., None]).sum(axis=1) / np.maximum(area, 1)[:, None], line
    )
    away = (points - centroid[:, None]) * inside[..., None]
    moments = np.einsum("mpi,mpj->mij", away, away) / np.maximum(area, 1)[:, None, None]
    return centroid, 4 * moments, area


def _edge_on_line(line: Points, inward: Array, sections: Array) -> Points:
    """Centres (m, 3) such that each oval's edge runs through the arcuate line, as the bone's own edge does."""
    half = np.sqrt(np.einsum("mi,mij,mj->m", inward, sections, inward))
    return line + inward * half[:, None]


def _limited(tensors: Array, settings: BodySettings) -> Array:
    """Half axes held between the limits; along the tangent (where the moments vanish) the least one."""
    least, most = LEAST_SHARE * settings.body_radius_mm, MOST_SHARE * settings.body_radius_mm
    values, vectors = np.linalg.eigh(tensors)
    return np.einsum("mik,mk,mjk->mij", vectors, np.clip(values, least**2, most**2), vectors)


def _clear_of_cup(line: Points, cup: CupPlan, distance_mm: float) -> Points:
    """The line pushed out of a ball about the cup's centre, then evened."""
    away = line - cup.centre
    length = np.linalg.norm(away, axis=1, keepdims=True)
    pushed = cup.centre + away / np.maximum(length, 1e-9) * np.maximum(length, distance_mm)
    return smoothed(pushed, 4 / STEP_MM)


def _ended(centres: Points, sections: Array, pubic: Interface) -> Array:
    """Sections that go over into the pubic face's ellipse towards the end."""
    left = np.linalg.norm(centres - pubic.point, axis=1)
    share = _fade(1 - left / FLARE_MM)[:, None, None]
    return sections * (1 - share) + face_oval(pubic) * share
