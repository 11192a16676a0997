"""The line the body is lofted along, and its oval sections: the mirrored bone's, evened out.

Where the template is cut across the arcuate line, its area near the line gives a centre and second moments; these
become an ellipse, held between limits and smoothed along the line. The line ends on the faces the implant rests on.
"""

from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from hemipelvis.arrays import Array, Points, frozen, square_to, unit
from hemipelvis.errors import InputError
from hemipelvis.field import Field
from hemipelvis.frames import Side
from hemipelvis.landmarks import Landmarks
from hemipelvis.oval_sweep import ellipse_tensor
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.settings import BodySettings

STEP_MM = 1.0
SMOOTH_MM = 9.0
"""Standard deviation of the smoothing along the line: sections of neighbouring centimetres go over into each other."""
LEAST_SHARE, MOST_SHARE = 0.7, 1.5
"""Half axes of the ovals, as shares of the body's radius."""
FLARE_MM = 20.0
OVERHANG_MM = 2.0
"""The pubic limb is this much wider than its contact: a collar that hides the reamed edge."""
EVEN_MM = 6.0
FARTHEST_MM = 20.0
BEND_MM = 25.0
"""Length over which the body goes over into the pubic face's own ellipse."""


@dataclass(frozen=True)
class BodyPath:
    """centres (m, 3) of the body's ovals, sections (m, 3, 3) mm², rail (m, 3): the strut's axis beside them."""

    centres: Points
    sections: Array
    rail: Points

    def __post_init__(self) -> None:
        for name in ("centres", "sections", "rail"):
            object.__setattr__(self, name, frozen(getattr(self, name)))


def resampled(line: Points, step_mm: float) -> Points:
    """A polyline's points (m, 3) at even steps of about `step_mm`, both ends kept."""
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))])
    keep = np.concatenate([[True], np.diff(along) > 1e-9])
    at = np.linspace(0, along[-1], max(2, round(along[-1] / step_mm) + 1))
    return np.stack([np.interp(at, along[keep], line[keep, a]) for a in range(3)], axis=1)


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
    centroids, tensors, area = _template_sections(template, line, tangents, settings)
    sigma = SMOOTH_MM / STEP_MM
    weights = area / max(float(area.max()), 1e-9) + 1e-3
    inward = smoothed(centroids - line, sigma, weights)
    inward = inward - (inward * tangents).sum(axis=1, keepdims=True) * tangents
    rail = line + unit(inward) * settings.strut_radius_mm
    rail = _clear_of_cup(rail, cup, cup.inner_radius_mm + 0.75 * settings.strut_radius_mm)
    start = sacral.point + sacral.normal * settings.strut_radius_mm
    end = None if pubic is None else pubic.point
    rail_end = None if pubic is None else _towards(pubic, rail[-1], settings)
    sections = smoothed(_limited(tensors, settings), sigma, weights)
    start_oval = sacral.point + sacral.normal * 0.8 * settings.body_radius_mm
    centres = anchored(_edge_on_line(line, unit(inward), sections), start_oval, end)
    sections = _ended(centres, sections, pubic)
    rail = anchored(rail, start, rail_end)
    return BodyPath(centres, sections, through(rail, np.reshape(settings.strut_points, (-1, 3))))


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
    template: Field, line: Points, tangents: Array, settings: BodySettings
) -> tuple[Array, Array, Array]:
    """Centroid (m, 3), squared half axes as tensors (m, 3, 3) and area (m,) of the template across the line."""
    reach = 2 * settings.body_radius_mm
    across = np.arange(-np.ceil(reach), np.ceil(reach) + 1)
    u, v = (g[np.hypot(*np.meshgrid(across, across)) <= reach] for g in np.meshgrid(across, across))
    first, second = square_to(tangents)
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


def _ended(centres: Points, sections: Array, pubic: Interface | None) -> Array:
    """Sections that go over into the pubic face's ellipse towards the end."""
    if pubic is None:
        return sections
    axes, halves = pubic.axes, pubic.halves_mm
    face = ellipse_tensor(axes[0], axes[1], axes[2], halves[0] + OVERHANG_MM, halves[1] + OVERHANG_MM)
    left = np.linalg.norm(centres - pubic.point, axis=1)
    share = _fade(1 - left / FLARE_MM)[:, None, None]
    return sections * (1 - share) + face * share
