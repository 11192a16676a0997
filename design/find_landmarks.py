"""The landmarks that the whole design hangs on, from the label map (or from bone surfaces)."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from scipy.spatial import KDTree

from hemipelvis.arrays import Point
from hemipelvis.design.acetabulum import acetabulum, femoral_head
from hemipelvis.design.arcuate_line import arcuate_line
from hemipelvis.design.bone_surface import Bone, bone_surface
from hemipelvis.design.find_symmetry import find_symmetry, sacral_symmetry
from hemipelvis.design.lowest_point import lowest_of_surface, lowest_point
from hemipelvis.design.pelvic_points import HalfFrame, half_frame, innominate_points, surviving_points
from hemipelvis.design.promontory import sacral_points
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane, Side
from hemipelvis.hardware import Hardware, OldCup
from hemipelvis.labels import Label
from hemipelvis.landmarks import MEDIAN, PAIRED, Landmarks
from hemipelvis.progress import Progress, silent
from hemipelvis.settings import LandmarkSettings
from hemipelvis.volume import Volume

REACH_MM = 16.0  # how far from its mirror image a landmark of the affected side is looked for
COVER_MM = 9.0  # mirrored bone with affected bone this near counts as surviving
COVERED = 0.7  # share of the mirrored surface within REACH_MM that must survive for the landmark to
HIP_CENTRE_SHARES = (0.58, -0.38, 0.14)  # where an acetabulum lies in the half frame, in shares of its depth


@dataclass(frozen=True)
class PelvicBones:
    """Bone surfaces; absent sides are absent keys. lowest: of the innominate bones, where known finer."""

    sacrum: Bone
    hips: Mapping[Side, Bone]
    femurs: Mapping[Side, Bone] = field(default_factory=dict)
    lowest: Mapping[Side, Point] = field(default_factory=dict)


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
    lowest = {s: lowest_point(labels, Label.hip(s), parts=s is side) for s in Side}
    return PelvicBones(sacrum, _present(hips), _present(femurs), {s: p for s, p in lowest.items() if p is not None})


def landmarks_of(
    bones: PelvicBones, cup: OldCup | None, side: Side, resection: str, progress: Progress = silent
) -> Landmarks:
    """The same from surfaces."""
    intact = bones.hips[side.other]
    progress("symmetry plane", 0.2)
    symmetry = find_symmetry(bones.sacrum, bones.hips)
    frame = half_frame(intact, symmetry, side.other)
    progress("landmarks", 0.6)
    here = innominate_points(intact, frame)
    there, lost = _affected_points(bones, here, frame, symmetry, side)
    middle = sacral_points(bones.sacrum, sacral_symmetry(bones.sacrum, symmetry), frame)
    low, low_warning = _ischia(bones, symmetry, side, resection)
    centres, radii, cup_warning = _hip_centres(bones, cup, frame, side)
    line = arcuate_line(intact, bones.sacrum, middle["SP"], here["PT"], symmetry)
    return Landmarks(
        points={**_named(here, side.other), **_named(there, side), **middle, **low, **centres},
        polylines={f"arcuate_{side.other.letter}": line, f"arcuate_{side.letter}": symmetry.mirror(line)},
        symmetry=symmetry,
        radii_mm=radii,
        warnings=lost + low_warning + cup_warning,
    )


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
    """Landmarks that survive on the affected side, and a warning that names those which do not."""
    expected: dict[str, Point] = {}
    if side in bones.hips:
        tree, intact = KDTree(bones.hips[side].points), bones.hips[side.other]
        expected = {n: symmetry.mirror(p) for n, p in here.items() if _survives(intact, p, symmetry, tree)}
    lost = [f"{name}_{side.letter}" for name in here if name not in expected]
    warnings = (f"resected, so without landmark: {', '.join(lost)}",) if lost else ()
    if not expected:
        return {}, warnings
    return surviving_points(bones.hips[side], frame.mirrored(), expected, REACH_MM), warnings


def _survives(intact: Bone, place: Point, symmetry: Plane, affected: KDTree) -> bool:
    around = intact.points[np.linalg.norm(intact.points - place, axis=1) < REACH_MM]
    return bool(np.mean(affected.query(symmetry.mirror(around))[0] < COVER_MM) > COVERED)


def _ischia(
    bones: PelvicBones, symmetry: Plane, side: Side, resection: str
) -> tuple[dict[str, Point], tuple[str, ...]]:
    lowest = bones.lowest or {s: lowest_of_surface(bone.points) for s, bone in bones.hips.items()}
    intact = lowest[side.other]
    image = symmetry.mirror(intact)
    if resection == "I+II" and side in lowest:
        own = lowest[side]
        drop = float(own[2] - image[2])
        note = f"the {side} ischium's lowest point lies {drop:+.1f} mm (scanner's z) from the intact one's mirror image"
        return _named({"ischium": intact}, side.other) | _named({"ischium": own}, side), (
            (note,) if abs(drop) > REACH_MM else ()
        )
    note = f"the {side} ischium is resected: ischium_{side.letter} is the mirror image of the intact one"
    return _named({"ischium": intact}, side.other) | _named({"ischium": image}, side), (note,)


def _hip_centres(
    bones: PelvicBones, cup: OldCup | None, frame: HalfFrame, side: Side
) -> tuple[dict[str, Point], dict[str, float], tuple[str, ...]]:
    head = femoral_head(bones.femurs[side.other], bones.hips[side.other]) if side.other in bones.femurs else None
    expected = frame.world(np.array(HIP_CENTRE_SHARES) * frame.depth_mm)
    sphere = head or acetabulum(bones.hips[side.other], expected)
    name, affected = f"hip_centre_{side.other.letter}", f"hip_centre_{side.letter}"
    warnings: tuple[str, ...] = ()
    if head is None:
        warnings += (
            f"no femoral head found on the {side.other}: {name} is fitted to the acetabulum (it may err by 5 mm)",
        )
    if cup is None:
        warnings += (f"no old cup found: {affected} is missing; state it under [landmarks] points or [old_screws]",)
        return {name: sphere.centre}, {name: sphere.radius_mm}, warnings
    centres = {name: sphere.centre, affected: cup.centre}
    return centres, {name: sphere.radius_mm, affected: cup.radius_mm}, warnings
