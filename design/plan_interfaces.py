"""Where the implant rests: planes reamed on the sacrum, the pubis and, where it survives near the cup, the ischium."""

from dataclasses import replace

import cc3d
import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Array, Points, unit
from hemipelvis.design.bony_axes import bony_axes
from hemipelvis.design.contact_search import Search, find_contact, stated_contact
from hemipelvis.design.mirror_template import host_distance
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Host, Interface
from hemipelvis.settings import BodySettings, ContactPlane
from hemipelvis.volume import Volume

LEAST_MM2 = {"sacrum": 150.0, "pubis": 40.0, "ischium": 80.0}
"""Least contact worth fixing a screwed plate to, by host."""
JOINT_MM = 5.0
"""Sacrum nearer than this to the intact innominate bone is its auricular face (cartilage and gap together)."""
ISLAND_MM3, ISLAND_SHARE = 500.0, 0.25
ISCHIUM_GAP_MM = 25.0


def plan_interfaces(
    labels: Volume,
    mar: Volume,
    landmarks: Landmarks,
    cup: CupPlan,
    side: Side,
    resection: str,
    settings: BodySettings,
) -> tuple[Interface, ...]:
    """Planes on sacrum, pubis and ischium that give wide contact for little reaming and face the implant.

    The pubic end is on the affected pubis (I+II), the opposite pubis (I+II+III) or free, unless the engineer states
    it. Each has its median HU in `notes`. Raises InputError with figures where the sacrum or the pubis gives no
    contact of the least area.
    """
    clean = without_islands(labels)
    end = settings.pubic_end or ("pubis" if resection == "I+II" else "opposite pubis")
    stated = {c.host: _stated(clean, c, end, side, settings) for c in settings.contacts}
    if end == "free" and "pubis" in stated:
        raise InputError('a pubic contact and body.pubic_end "free"', "one of them", "leave one out")
    found = [stated.get("sacrum") or _sacral(clean, landmarks, side, settings)]
    if end == "pubis":
        found.append(stated.get("pubis") or _pubic(clean, landmarks, side, settings))
    elif end == "opposite pubis":
        found.append(stated.get("pubis") or _symphyseal(clean, landmarks, side, settings))
    ischium = stated.get("ischium")
    if ischium is None and resection == "I+II":
        ischium = _ischial(clean, landmarks, cup, side, settings)
    return tuple(_with_density(mar, i) for i in [*found, *([ischium] if ischium else [])])


def _stated(labels: Volume, plane: ContactPlane, end: str, side: Side, settings: BodySettings) -> Interface:
    """The engineer's plane, measured. Raises InputError where it meets no bone or would be reamed beyond the reach."""
    opposite = plane.host == "pubis" and end == "opposite pubis"
    label = Label.SACRUM if plane.host == "sacrum" else Label.hip(side.other if opposite else side)
    normal = unit(plane.normal)
    first = np.eye(3)[np.argmin(np.abs(normal))] if plane.major is None else np.array(plane.major)
    minor = np.cross(normal, first)
    if not minor.any():
        raise InputError(f"body.contacts: major of the {plane.host} along its normal", "in the plane", "turn it")
    axes = np.array([np.cross(unit(minor), normal), unit(minor), normal])
    halves = (plane.radius_mm, plane.minor_radius_mm or plane.radius_mm)
    bone = host_distance(labels, [label], 30)
    found = stated_contact(bone, axes, np.array(plane.point), halves, settings.reach_mm, plane.host)
    if found.contact_mm2 <= 0 or found.notes["deepest_reaming_mm"] > settings.reach_mm:
        raise InputError(
            f"body.contacts: a plane on the {plane.host} with {found.contact_mm2:.0f} mm² of bone in it and bone "
            f"{found.notes['deepest_reaming_mm']:.1f} mm above it",
            f"bone in the plane, and none more than body.reach_mm = {settings.reach_mm:g} mm above it",
            "move the plane along its normal, turn it, or raise body.reach_mm",
        )
    return found


def without_islands(labels: Volume) -> Volume:
    """The labels without pieces under 500 mm³ or a quarter of their bone's largest, on which no implant rests.

    A remnant may come in two pieces (pubis and ischium), which are of like size; what segmentation makes of streaks
    and of the space between metal parts is smaller.
    """
    pieces = cc3d.connected_components(labels.voxels, connectivity=18)
    sizes = np.bincount(pieces.ravel())
    bone = np.zeros(len(sizes), np.int64)
    bone[pieces.ravel()] = labels.voxels.ravel()
    largest = np.zeros(int(bone.max()) + 1)
    np.maximum.at(largest, bone[1:], sizes[1:])
    keep = (sizes * labels.voxel_mm3 >= ISLAND_MM3) & (sizes >= ISLAND_SHARE * largest[bone])
    return labels.like(np.where(keep[pieces], labels.voxels, 0).astype(labels.voxels.dtype))


def _sacral(labels: Volume, landmarks: Landmarks, side: Side, settings: BodySettings) -> Interface:
    target, nominal = auricular_face(labels, landmarks, side)
    ellipses = tuple(
        (a, b, t) for a in (11, 14, 17, 20, 23) for b in (8, 10, 12, 15) for t in range(0, 180, 30) if b < a
    )
    search = _search(landmarks, side, target, nominal, 30, 14, 12, settings, ellipses)
    bone = host_distance(labels, [Label.SACRUM], 30)
    return _enough(find_contact(bone, search, "sacrum"), "sacrum")


def auricular_face(labels: Volume, landmarks: Landmarks, side: Side) -> tuple[Array, Array]:
    """Centre and outward normal of the affected auricular face: the intact one mirrored.

    Raises InputError when sacrum and intact innominate bone do not meet in the labels.
    """
    intact = host_distance(labels, [Label.hip(side.other)], 12)
    sacrum = labels.points_where(labels.voxels == Label.SACRUM)
    joint = sacrum[intact(sacrum) < JOINT_MM]
    if len(joint) * labels.voxel_mm3 < ISLAND_MM3:
        raise InputError(
            f"{len(joint) * labels.voxel_mm3:.0f} mm³ of sacrum within {JOINT_MM:g} mm of the intact innominate bone",
            f"a sacroiliac joint on the {side.other} side",
            "check the labels of the sacrum and the intact side, and the side stated",
        )
    step = 0.5 * np.eye(3)
    towards = -np.stack([intact(joint + d) - intact(joint - d) for d in step], axis=1).mean(axis=0)
    mirror = landmarks.symmetry
    return mirror.mirror(joint.mean(axis=0)), unit(mirror.mirror_direction(unit(towards)))


def _pubic(labels: Volume, landmarks: Landmarks, side: Side, settings: BodySettings) -> Interface:
    target, nominal = ramus_end(labels.points_where(labels.voxels == Label.hip(side)), landmarks.arcuate(side))
    ellipses = tuple(
        (a, b, t) for a in (5, 6, 7, 8.5, 10, 12) for b in (4.5, 5, 6, 7, 8.5) for t in range(0, 180, 30) if b < a
    )
    search = _search(landmarks, side, target, nominal, 32, 9, 9, settings, ellipses)
    return _enough(find_contact(host_distance(labels, [Label.hip(side)], 30), search, "pubis"), "pubis")


def ramus_end(remnant: Points, arcuate: Points) -> tuple[Array, Array]:
    """Centre of the superior ramus' end nearest to the acetabulum, and the direction from it along the arcuate line.

    remnant (n, 3): voxels of the affected innominate bone. Raises InputError when none lies along the line's front.
    """
    away, at = KDTree(arcuate).query(remnant)
    along = np.concatenate([[0], np.cumsum(np.linalg.norm(np.diff(arcuate, axis=0), axis=1))])
    ramus = (away < 22) & (along[at] > 0.45 * along[-1])
    if ramus.sum() < 50:
        raise InputError(
            f"{int(ramus.sum())} voxels of the affected pubis within 22 mm of the mirrored arcuate line",
            "the superior ramus of a pubis that survived",
            'check the labels; for a resected pubis state resection "I+II+III" or another body.pubic_end',
        )
    where = along[at][ramus]
    first = np.percentile(where, 1)
    centre = remnant[ramus][where <= first + 4].mean(axis=0)
    back = [np.interp(first - 8, along, arcuate[:, a]) - np.interp(first + 8, along, arcuate[:, a]) for a in range(3)]
    return centre, unit(back)


def _symphyseal(labels: Volume, landmarks: Landmarks, side: Side, settings: BodySettings) -> Interface:
    other = labels.points_where(labels.voxels == Label.hip(side.other))
    near = other[np.linalg.norm(other - landmarks.paired("PT", side.other), axis=1) < 40]
    outward = landmarks.symmetry.normal * np.sign(
        (landmarks.arcuate(side)[0] - landmarks.symmetry.point) @ landmarks.symmetry.normal
    )
    medial = near @ outward
    target = near[medial > np.percentile(medial, 99) - 4].mean(axis=0)
    ellipses = tuple((a, b, t) for a in (8, 11, 14, 17) for b in (5, 6, 7.5, 9) for t in range(0, 180, 30) if b < a)
    search = _search(landmarks, side, target, outward, 30, 10, 9, settings, ellipses)
    return _enough(find_contact(host_distance(labels, [Label.hip(side.other)], 30), search, "pubis"), "pubis")


def _ischial(
    labels: Volume, landmarks: Landmarks, cup: CupPlan, side: Side, settings: BodySettings
) -> Interface | None:
    """A plane under the cup, where bone lies within reach of it; None where it does not."""
    tuber = landmarks.symmetry.mirror(landmarks.paired("ischium", side.other))
    remnant = labels.points_where(labels.voxels == Label.hip(side))
    down = unit(tuber - cup.centre)
    depth = (remnant - cup.centre) @ down
    beside = np.linalg.norm(remnant - cup.centre - depth[:, None] * down, axis=1)
    under = (beside < 18) & (depth > 0)
    if not under.any() or np.percentile(depth[under], 1) > cup.outer_radius_mm + ISCHIUM_GAP_MM:
        return None
    first = max(float(np.percentile(depth[under], 1)), cup.outer_radius_mm + 2)
    level = under & (np.abs(depth - first) < 3)
    if not level.any():
        return None
    ellipses = tuple((a, b, t) for a in (7, 9, 11, 14, 17) for b in (6, 7, 9, 11) for t in range(0, 180, 30) if b < a)
    search = _search(landmarks, side, remnant[level].mean(axis=0), -down, 35, 8, 9, settings, ellipses)
    search = replace(search, keep_off=cup.centre, keep_off_mm=cup.outer_radius_mm)
    found = find_contact(host_distance(labels, [Label.hip(side)], 30), search, "ischium")
    return found if found is not None and found.contact_mm2 >= LEAST_MM2["ischium"] else None


def _search(
    landmarks: Landmarks,
    side: Side,
    target: Array,
    nominal: Array,
    cone_deg: float,
    wander_mm: float,
    depth_mm: float,
    settings: BodySettings,
    ellipses: tuple[tuple[float, float, float], ...],
) -> Search:
    _, back, up = bony_axes(landmarks, side)
    if abs(unit(nominal) @ up) > 0.8:
        up = -back
    return Search(target, nominal, up, side.sign, cone_deg, wander_mm, depth_mm, settings.reach_mm, ellipses)


def _enough(found: Interface | None, host: Host) -> Interface:
    area = 0.0 if found is None else found.contact_mm2
    if found is None or area < LEAST_MM2[host]:
        raise InputError(
            f"at most {area:.0f} mm² of flat contact on the {host} within the reaming reach",
            f"at least {LEAST_MM2[host]:.0f} mm²",
            f"raise body.reach_mm, check the {host}'s labels, or state another body.pubic_end",
        )
    return found


def _with_density(mar: Volume, interface: Interface) -> Interface:
    """Median HU of the bone half a millimetre to 3 mm under the contact, in `notes`."""
    u, v, depth = np.meshgrid(np.linspace(-1, 1, 21), np.linspace(-1, 1, 21), np.arange(0.5, 3.1, 0.5), indexing="ij")
    inside = np.hypot(u, v) <= 1
    flat = np.stack([u * interface.halves_mm[0], v * interface.halves_mm[1], -depth], axis=-1)[inside]
    hu = mar.sample(interface.point + flat @ interface.axes)
    density = float(np.nanmedian(hu)) if np.isfinite(hu).any() else None
    return replace(interface, notes={**interface.notes, "median_hu": density})
