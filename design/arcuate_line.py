"""The arcuate line and pecten of an innominate bone: the brim of the true pelvis, from sacroiliac joint to tubercle."""

import numpy as np
from scipy.interpolate import make_splprep
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Point, Points, unit
from hemipelvis.design.bone_surface import Bone
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane

POINTS = 50
PECTEN_DEG = 7.5  # the last stretch, over the pubic crest to the tubercle, leaves the brim
SECTOR_DEG = 2.5  # one brim point per sector about the inlet's axis
BAND_MM = 28.0  # the brim keeps this near to the inlet's plane (promontory, pubic tubercles)
LEVEL_MM = 2.0
WINDOW_DEG, WINDOW_MM = 5.0, 4.0  # of an outline point: enough bone in each even where surface points lie 2 mm apart
LEVELS = int(2 * BAND_MM / LEVEL_MM)
ARM_MM = 10.0  # over which the outline's bend is felt: wider than roughness, narrower than the brim
STEP_TOLL = 0.25  # per mm2 of the path's step from one sector to the next
BEVEL = 0.5  # weight of height over radius; less than the bend's, or steep iliac fossae would draw the path up
JOINT_MM = 5.0  # bone nearer than this to the sacrum is the sacroiliac joint
SMOOTH_MM = 1.0  # scatter about the spline
SHARP_MM = 1.0


def arcuate_line(hip: Bone, sacrum: Bone, promontory: Point, tubercle: Point, symmetry: Plane) -> Points:
    """The brim's ridge as (50, 3) LPS mm, evenly spaced, from the sacroiliac joint to the pubic tubercle.

    In each sector about the inlet's axis the ridge is where the inner wall bends outward into the iliac fossa or ends
    above the ramus; a smoothing spline joins the ridge points. Raises InputError where fewer than five sectors hold
    brim.
    """
    centre, axes = _inlet(promontory, tubercle, symmetry, hip)
    end = float(_azimuth((tubercle - centre) @ axes.T)) + PECTEN_DEG
    ridge = centre + _ridge((hip.points - centre) @ axes.T, end) @ axes
    joint = np.flatnonzero(KDTree(sacrum.points).query(ridge)[0] < JOINT_MM)
    line = ridge[joint.max(initial=0) :]
    if len(line) < 5:
        raise InputError(
            f"an innominate bone whose pelvic brim is seen in {len(line)} sectors",
            "a brim from the sacroiliac joint to the pubic tubercle",
            "correct the label map of the intact innominate bone",
        )
    return _smooth(np.vstack([line, tubercle]))


def _inlet(promontory: Point, tubercle: Point, symmetry: Plane, hip: Bone) -> tuple[Point, Array]:
    """Centre of the pelvic inlet, and axes: forward, lateral (to the hip's side), up its normal."""
    front, back = symmetry.project(tubercle), symmetry.project(promontory)
    forward = unit(front - back)
    lateral = symmetry.normal * np.sign(symmetry.distance(hip.points.mean(axis=0)))
    up = np.cross(forward, symmetry.normal)
    up = up * np.sign(up[2])
    return (front + back) / 2, np.vstack([forward, lateral, up])


def _azimuth(local: Points) -> Array:
    """Degrees about the inlet's normal: 0 in front, 180 behind."""
    return np.degrees(np.arctan2(local[..., 1], local[..., 0]))


def _ridge(local: Points, end_deg: float) -> Points:
    """Ridge points from the back to azimuth `end_deg`, in inlet coordinates: the path of sharpest bends.

    In each sector the bone's inner outline is its radius by height. The path takes one height a sector; it maximises
    the outline's bends less the squares of its own steps (dynamic programming, as for seams and live wires).
    """
    lowers = np.arange(180.0 - SECTOR_DEG, end_deg, -SECTOR_DEG)
    outlines = [_outline(local, lower) for lower in lowers]
    held = [k for k, (radius, _) in enumerate(outlines) if np.isfinite(radius).any()]
    if not held:
        return np.empty((0, 3))
    radii = np.array([outlines[k][0] for k in held])
    path = _best_path(np.array([_bend(radius) for radius in radii]), radii)
    return np.array([outlines[k][1][level] for k, level in zip(held, path, strict=True)])


def _outline(local: Points, lower_deg: float) -> tuple[Array, Points]:
    """Least radius by height in a sector (infinite where there is no bone), and the points that have it."""
    off = np.abs(_azimuth(local) - (lower_deg + SECTOR_DEG / 2))
    points = local[(off < WINDOW_DEG / 2) & (local[:, 1] > 0) & (np.abs(local[:, 2]) < BAND_MM + WINDOW_MM)]
    reach = np.hypot(points[:, 0], points[:, 1])
    radius, found = np.full(LEVELS, np.inf), np.zeros((LEVELS, 3))
    for k in range(LEVELS):
        here = np.flatnonzero(np.abs(points[:, 2] + BAND_MM - (k + 0.5) * LEVEL_MM) < WINDOW_MM / 2)
        if len(here):
            radius[k] = reach[here].min()
            found[k] = points[here[reach[here] < radius[k] + SHARP_MM]].mean(axis=0)
    return radius, found


def _bend(radius: Array) -> Array:
    """How sharply the outline turns outward above each height and protrudes below it, mm over the arm; −∞ without bone.

    Where no bone follows above (the ramus ends) the outline has turned as sharply as can be; where none follows below
    it is taken to go straight down. Along a round ramus, which has no sharp bend, up and inward decides.
    """
    steps = round(ARM_MM / LEVEL_MM)
    padded = np.concatenate([np.full(steps, np.inf), radius, np.full(steps, np.inf)])
    with np.errstate(invalid="ignore"):
        above = np.nan_to_num(np.clip(padded[2 * steps :] - radius, -ARM_MM, ARM_MM), nan=0.0)
        below = np.nan_to_num(np.clip(padded[: len(radius)] - radius, -ARM_MM, 0.0), nan=0.0)
        up = BEVEL * (np.arange(len(radius)) * LEVEL_MM - radius)
    return np.where(np.isfinite(radius), above + below + up, -np.inf)


def _best_path(gain: Array, radius: Array) -> Array:
    """Heights (indices) of the path through `gain` (sectors, heights) with the greatest sum less squared steps."""
    height = np.arange(gain.shape[1]) * LEVEL_MM
    rise = (height[:, None] - height) ** 2
    known = np.where(np.isfinite(radius), radius, 0.0)
    total, came = gain[0], []
    for row, here, before in zip(gain[1:], known[1:], known[:-1], strict=True):
        candidates = total[None, :] - STEP_TOLL * (rise + (here[:, None] - before) ** 2)
        came.append(candidates.argmax(axis=1))
        total = candidates.max(axis=1) + row
    path = [int(np.argmax(total))]
    for back in reversed(came):
        path.append(int(back[path[-1]]))
    return np.array(path[::-1])


def _smooth(line: Points) -> Points:
    weights = np.ones(len(line))
    weights[-1] = 20.0  # the tubercle is a landmark of its own: the line ends on it
    spline, _ = make_splprep(line.T, w=weights, s=len(line) * 3 * SMOOTH_MM**2)  # pyright: ignore[reportArgumentType]  # scipy types it int
    fine = spline(np.linspace(0, 1, 1000)).T
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))])
    even = np.linspace(0, length[-1], POINTS)
    return np.column_stack([np.interp(even, length, fine[:, axis]) for axis in range(3)])
