"""The landmarks that the whole design hangs on, from the label map (or from bone surfaces)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Point, Points
from hemipelvis.design.acetabulum import Sphere, acetabulum, femoral_head
from hemipelvis.design.arcuate_line import arcuate_line
from hemipelvis.design.bone_surface import Bone, bone_surface
from hemipelvis.design.find_symmetry import find_symmetry, is_whole, sacral_symmetry, symphyseal_face
from hemipelvis.design.lowest_point import lowest_of_surface, lowest_points, paired_tips
from hemipelvis.design.pelvic_points import (
    RULED,
    HalfFrame,
    half_frame,
    innominate_points,
    surviving_points,
)
from hemipelvis.design.promontory import sacral_points
from hemipelvis.design.remnant import Motion, settled
from hemipelvis.design.sacral_structures import auricular, sacral_axis, vestibule
from hemipelvis.design.sciatic_notch import sciatic_notch
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane, Side
from hemipelvis.hardware import Hardware, OldCup
from hemipelvis.labels import Label
from hemipelvis.landmarks import MEDIAN, PAIRED, Landmarks, Shape
from hemipelvis.pelvic_shapes import Acetabulum
from hemipelvis.progress import Progress, silent
from hemipelvis.settings import LandmarkSettings
from hemipelvis.volume import Volume

REACH_MM = 12.0  # how far from its image, laid onto the remnant, a landmark of the affected side is looked for
DROP_MM = 16.0  # an ischium this far from where its counterpart's image lies is pointed out
CORNER_MM = 6.0  # half of that; further off it is another corner, or the edge of a cut (usual: 1 to 5 mm)
COVER_MM = 9.0  # mirrored bone with affected bone this near counts as surviving
COVERED = 0.7  # share of the mirrored surface within REACH_MM that must survive for the landmark to
DRIFT_MM, DRIFT_DEG = 8.0, 8.0  # a remnant this far off its place is pointed out
CONCENTRIC_MM = 3.0  # a head and its socket this far apart are dislocated, arthritic or mislabelled
HIP_CENTRE_SHARES = (0.60, -0.35, 0.14)  # where an acetabulum lies in the half frame, in shares of its depth


@dataclass(frozen=True)
class PelvicBones:
    """Bone surfaces; absent sides are absent keys. lowest: tips (m, 3) of the innominate bones, where known
    finer than their surfaces."""

    sacrum: Bone
    hips: Mapping[Side, Bone]
    femurs: Mapping[Side, Bone] = field(default_factory=dict)
    lowest: Mapping[Side, Points] = field(default_factory=dict)


def find_landmarks(
    labels: Volume,
    hardware: Hardware,
    side: Side,
    resection: str,
    settings: LandmarkSettings,
    progress: Progress = silent,
) -> Landmarks:
    """Landmarks of the intact side, and of the affected `side` wherever its bone survives.

    Points stated in the settings replace those found. Raises InputError where the sacrum or the intact bone is
    missing, for an unknown name, and where a definition finds no bone.
    """
    _refuse_unknown(settings)
    progress("bone surfaces", 0.0)
    bones = bones_of(labels, side)
    found = landmarks_of(bones, hardware.cup, side, resection, progress)
    points = {**found.points, **{name: np.array(xyz, float) for name, xyz in settings.points.items()}}
    progress("landmarks found", 1.0)
    return replace(found, points=points)


def bones_of(labels: Volume, side: Side) -> PelvicBones:
    """Surfaces of the bones in a label map. Raises InputError without a sacrum or an intact innominate bone."""
    hips = {s: bone_surface(labels, Label.hip(s), parts=s is side) for s in Side}
    femurs = {s: bone_surface(labels, Label.femur(s)) for s in Side}
    sacrum, intact = bone_surface(labels, Label.SACRUM), hips[side.other]
    if sacrum is None or intact is None:
        raise InputError(
            f"a label map without {'a sacrum' if sacrum is None else f'the {side.other} innominate bone'}",
            "the sacrum (1) and the intact innominate bone (2 right, 3 left)",
            "correct segmentation/labels.nrrd, or state the other side if that one is affected",
        )
    present = _present(hips)
    lowest = {s: lowest_points(labels, Label.hip(s), bone.points, parts=s is side) for s, bone in present.items()}
    return PelvicBones(sacrum, present, _present(femurs), lowest)


def landmarks_of(
    bones: PelvicBones, cup: OldCup | None, side: Side, resection: str, progress: Progress = silent
) -> Landmarks:
    """The same from surfaces. Nothing but `ischium` depends on how the pelvis lies in the scanner."""
    intact = bones.hips[side.other]
    progress("symmetry plane", 0.2)
    symmetry = find_symmetry(bones.sacrum, bones.hips)
    frame = half_frame(intact, bones.sacrum, symmetry, side.other)
    progress("landmarks", 0.6)
    here = innominate_points(intact, frame)
    edge, here["notch"] = sciatic_notch(intact, frame, here["PIIS"], here["IS"])
    there, lost = _affected_points(bones, here, frame, symmetry, side)
    midline = sacral_symmetry(bones.sacrum, symmetry)
    middle = sacral_points(bones.sacrum, midline, frame)
    middle["symphysis"] = symmetry.project(symphyseal_face(intact, symmetry, side.other.sign))
    low, low_warning = _ischia(bones, symmetry, side, resection)
    centres, radii, sockets, cup_warning = _hip_centres(bones, cup, frame, symmetry, side)
    line = arcuate_line(intact, bones.sacrum, middle["SP"], here["PT"], symmetry)
    axis = sacral_axis(bones.sacrum, midline, frame, middle["SP"], middle["SC"])
    return Landmarks(
        points={**_named(here, side.other), **_named(there, side), **middle, **low, **centres},
        polylines={
            f"arcuate_{side.other.letter}": line,
            f"arcuate_{side.letter}": symmetry.mirror(line),
            f"sciatic_notch_{side.other.letter}": edge,
            "sacral_axis": axis,
        },
        symmetry=symmetry,
        radii_mm=radii,
        warnings=lost + low_warning + cup_warning,
        shapes={**sockets, **_sacral_shapes(bones, midline, axis, side)},
    )


def _sacral_shapes(bones: PelvicBones, midline: Plane, axis: Points, side: Side) -> dict[str, Shape]:
    """The intact joint's face and both vestibules; the affected ones where bone is left of them."""
    face = auricular(bones.hips[side.other], bones.sacrum)
    faces = {side.other: face, side: face.mirrored(midline)}
    found: dict[str, Shape] = {f"auricular_{side.other.letter}": face}
    tree = KDTree(bones.sacrum.points)
    if tree.query(faces[side].centre)[0] < COVER_MM:
        found[f"auricular_{side.letter}"] = faces[side]
    for s, joint in faces.items():
        room = vestibule(bones.sacrum, midline, axis, joint)
        if room is not None:
            found[f"vestibule_{s.letter}"] = room
    return found


def _refuse_unknown(settings: LandmarkSettings) -> None:
    known = [f"{name}_{side.letter}" for name in PAIRED for side in Side] + list(MEDIAN)
    unknown = sorted(set(settings.points) - set(known))
    if unknown:
        raise InputError(
            f"landmarks named {', '.join(unknown)}",
            f"names among {', '.join(sorted(known))}",
            "correct the names under [landmarks] points",
        )


def _present(bones: Mapping[Side, Bone | None]) -> dict[Side, Bone]:
    return {side: bone for side, bone in bones.items() if bone is not None}


def _named(points: Mapping[str, Point], side: Side) -> dict[str, Point]:
    return {f"{name}_{side.letter}": point for name, point in points.items()}


def _affected_points(
    bones: PelvicBones, here: Mapping[str, Point], frame: HalfFrame, symmetry: Plane, side: Side
) -> tuple[dict[str, Point], tuple[str, ...]]:
    """Landmarks that survive on the affected side, and warnings: which do not, and how far the remnant has moved."""
    there: dict[str, Point] = {}
    moved: tuple[str, ...] = ()
    if side in bones.hips:
        there, moved = _remnant_points(bones.hips[side], bones, here, frame, symmetry, side)
    lost = [f"{name}_{side.letter}" for name in here if name not in there]
    return there, ((f"resected, so without landmark: {', '.join(lost)}",) if lost else ()) + moved


def _remnant_points(
    bone: Bone, bones: PelvicBones, here: Mapping[str, Point], frame: HalfFrame, symmetry: Plane, side: Side
) -> tuple[dict[str, Point], tuple[str, ...]]:
    intact = bones.hips[side.other]
    if is_whole(intact, bone, symmetry):
        own = half_frame(bone, bones.sacrum, symmetry, side)
        points = innominate_points(bone, own)
        return {**points, "notch": sciatic_notch(bone, own, points["PIIS"], points["IS"])[1]}, ()
    image, tree = intact.mirrored(symmetry), KDTree(bone.points)
    motion = settled(image, bone)
    placed = Bone(motion.moved(image.points), image.normals @ motion.rotation.T)
    expected = {name: motion.moved(symmetry.mirror(p)) for name, p in here.items()}
    left = {name: p for name, p in expected.items() if name in RULED and _survives(placed, p, tree)}
    turned = frame.mirrored().turned(motion.moved(frame.origin), motion.rotation)
    found = surviving_points(bone, turned, left, REACH_MM)
    sure = {n: p for n, p in found.items() if np.linalg.norm(p - left[n]) <= CORNER_MM}
    return sure, _drift(motion, side)


def _drift(motion: Motion, side: Side) -> tuple[str, ...]:
    shift = float(np.linalg.norm(motion.shift))
    if shift < DRIFT_MM and motion.angle_deg < DRIFT_DEG:
        return ()
    return (
        f"the {side} remnant lies {shift:.1f} mm and {motion.angle_deg:.1f} deg from the intact bone's mirror image: "
        "it has moved, or the labels err",
    )


def _survives(image: Bone, place: Point, affected: KDTree) -> bool:
    around = image.points[np.linalg.norm(image.points - place, axis=1) < REACH_MM]
    return bool(np.mean(affected.query(around)[0] < COVER_MM) > COVERED)


def _ischia(
    bones: PelvicBones, symmetry: Plane, side: Side, resection: str
) -> tuple[dict[str, Point], tuple[str, ...]]:
    lowest = bones.lowest or {s: lowest_of_surface(bone.points) for s, bone in bones.hips.items()}
    if resection == "I+II" and side in lowest:
        intact, own = paired_tips(lowest[side.other], lowest[side], symmetry)
        drop = float(own[2] - symmetry.mirror(intact)[2])
        note = f"the {side} ischium's lowest point lies {drop:+.1f} mm (scanner's z) from the intact one's mirror image"
        return _named({"ischium": intact}, side.other) | _named({"ischium": own}, side), (
            (note,) if abs(drop) > DROP_MM else ()
        )
    intact = lowest[side.other][0]
    note = f"the {side} ischium is resected: ischium_{side.letter} is the mirror image of the intact one"
    return _named({"ischium": intact}, side.other) | _named({"ischium": symmetry.mirror(intact)}, side), (note,)


def _hip_centres(
    bones: PelvicBones, cup: OldCup | None, frame: HalfFrame, symmetry: Plane, side: Side
) -> tuple[dict[str, Point], dict[str, float], dict[str, Shape], tuple[str, ...]]:
    """Rotation centres, their radii, the native acetabula and warnings; the affected centre is the old cup's."""
    hip, name, affected = bones.hips[side.other], f"hip_centre_{side.other.letter}", f"hip_centre_{side.letter}"
    socket = _socket(hip, frame)
    head = femoral_head(bones.femurs[side.other], hip) if side.other in bones.femurs else None
    warnings, sphere = _concentric(head, socket, name, side.other)
    centres, radii = {name: sphere.centre}, {name: sphere.radius_mm}
    sockets: dict[str, Shape] = {f"acetabulum_{side.other.letter}": socket}
    if side in bones.hips and is_whole(hip, bones.hips[side], symmetry):
        own = _socket(bones.hips[side], half_frame(bones.hips[side], bones.sacrum, symmetry, side))
        sockets[f"acetabulum_{side.letter}"] = own
        centres[affected], radii[affected] = own.centre, own.radius_mm
    if cup is not None:
        centres[affected], radii[affected] = cup.centre, cup.radius_mm
    if affected not in centres:
        warnings += (f"no old cup found: {affected} is missing; state it under [landmarks] points or [old_screws]",)
    return centres, radii, sockets, warnings


def _socket(hip: Bone, frame: HalfFrame) -> Acetabulum:
    return acetabulum(hip, frame.world(np.array(HIP_CENTRE_SHARES) * frame.depth_mm), frame.axes)


def _concentric(
    head: Sphere | None, socket: Acetabulum, name: str, side: Side
) -> tuple[tuple[str, ...], Sphere | Acetabulum]:
    """The femoral head's sphere, the acetabulum's without one, and a warning where that is so or both disagree."""
    if head is None:
        return (
            f"no femoral head found on the {side}: {name} is fitted to the acetabulum (it may err by 2 mm)",
        ), socket
    apart = float(np.linalg.norm(head.centre - socket.centre))
    if apart > CONCENTRIC_MM:
        return (f"the {side} femoral head's centre lies {apart:.1f} mm from its acetabulum's: check {name}",), head
    return (), head
