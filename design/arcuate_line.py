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
BEVEL = 0.7  # the brim is the edge between a wall that faces inward and a floor that faces up: seen at about 45 degrees
JOINT_MM = 5.0  # bone nearer than this to the sacrum is the sacroiliac joint
SMOOTH_MM = 0.8  # scatter about the spline
SHARP_MM = 1.0


def arcuate_line(hip: Bone, sacrum: Bone, promontory: Point, tubercle: Point, symmetry: Plane) -> Points:
    """The brim's ridge as (50, 3) LPS mm, evenly spaced, from the sacroiliac joint to the pubic tubercle.

    In each sector about the inlet's axis the ridge is the bone's extreme point inward and upward; a smoothing spline
    joins the ridge points. Raises InputError where fewer than five sectors hold brim.
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
    """Ridge points from the back to azimuth `end_deg`, in inlet coordinates."""
    azimuth = _azimuth(local)
    band = (np.abs(local[:, 2]) < BAND_MM) & (local[:, 1] > 0)
    reach = BEVEL * local[:, 2] - np.hypot(local[:, 0], local[:, 1])
    found = []
    for lower in np.arange(180.0 - SECTOR_DEG, end_deg, -SECTOR_DEG):
        sector = np.flatnonzero(band & (azimuth >= lower) & (azimuth < lower + SECTOR_DEG))
        if len(sector):
            found.append(local[sector[reach[sector] > reach[sector].max() - SHARP_MM]].mean(axis=0))
    return np.array(found).reshape(-1, 3)


def _smooth(line: Points) -> Points:
    weights = np.ones(len(line))
    weights[-1] = 20.0  # the tubercle is a landmark of its own: the line ends on it
    spline, _ = make_splprep(line.T, w=weights, s=len(line) * 3 * SMOOTH_MM**2)  # pyright: ignore[reportArgumentType]  # scipy types it int
    fine = spline(np.linspace(0, 1, 1000)).T
    length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(fine, axis=0), axis=1))])
    even = np.linspace(0, length[-1], POINTS)
    return np.column_stack([np.interp(even, length, fine[:, axis]) for axis in range(3)])
