"""The embedded revision patient: one anatomy, one failed operation, exact to the formula."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from hemipelvis.arrays import Array, Point, Points
from hemipelvis.errors import InputError
from hemipelvis.field import Field, box, ellipsoid, sphere, union
from hemipelvis.frames import Side
from hemipelvis.labels import Label
from hemipelvis.phantom.bake import baked
from hemipelvis.phantom.endoprosthesis import Endoprosthesis, cut_neck, endoprosthesis, migration, stem_offset
from hemipelvis.phantom.femur import femur, marrow, tube
from hemipelvis.phantom.innominate import innominate
from hemipelvis.phantom.landmarks import lowest_ischium, native_landmarks
from hemipelvis.phantom.resection import Remnants, Resection, resect
from hemipelvis.phantom.sacrum import lumbar, sacrum
from hemipelvis.phantom.shapes import MIDLINE, rotation, shapes
from hemipelvis.phantom.soft import Soft, soft

HIP_BOX = np.array([(-6.0, -72, -90), (158, 106, 156)])
SACRUM_BOX = np.array([(-76.0, -8, -44), (76, 112, 132)])
LUMBAR_BOX = np.array([(-62.0, -26, 84), (62, 96, 184)])
FEMUR_BOX = np.array([(50.0, -50, -150), (162, 60, 50)])
"""Boxes (lower, upper) round the left bones, build frame, mm."""
HARDWARE_BOX = np.array([(-10.0, -80, -160), (140, 95, 125)])
CORTEX_HU, SCLEROTIC_HU, TUBE_HU, MARROW_HU = 1150.0, 900.0, 1300.0, -40.0


@dataclass(frozen=True)
class Placement:
    """Where the patient lies: turns about x, y, z in degrees (in that order), then a translation in LPS mm."""

    rotation_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)
    translation_mm: tuple[float, float, float] = (0.0, -140.0, -820.0)

    @property
    def matrix(self) -> Array:
        """The rotation."""
        x, y, z = (rotation(axis, angle) for axis, angle in zip(np.eye(3), self.rotation_deg, strict=True))
        return z @ y @ x


@dataclass(frozen=True)
class Bone:
    """A bone and what it is made of; `inclusions` replace what lies under them, in order. Build frame.

    cortex_mm: thickness of the compact shell; box: lower and upper corner around it.
    """

    label: Label
    field: Field
    box: Array
    trabecular_hu: float
    cortex_mm: float
    inclusions: tuple[tuple[Field, float], ...] = ()


@dataclass(frozen=True)
class PhantomPatient:
    """Everything there is to know about the patient; solids are in the build frame, where the affected side is left.

    ischia: the lowest points in the world of the affected and the other tuberosity (before the resection).
    """

    side: Side
    resection: Resection
    seed: int
    rotation: Array
    translation: Point
    bones: tuple[Bone, ...]
    gaps: tuple[tuple[Field, float, Array], ...]
    soft: Soft
    hardware: Endoprosthesis
    landmarks: Mapping[str, Point]
    ischia: tuple[Point, Point]

    def world(self, points: Points) -> Points:
        """World LPS points (…, 3) of build-frame points; a right-sided patient is the mirror image."""
        return np.asarray(points, float) @ self.rotation.T + self.translation

    def build(self, points: Points) -> Points:
        """The reverse of `world`."""
        return (np.asarray(points, float) - self.translation) @ self.rotation

    def placed(self, field: Field) -> Field:
        """A build-frame solid in the world."""
        return Field(lambda p: field(self.build(p)))


Patient = PhantomPatient


def build_patient(
    side: Side = Side.LEFT, resection: Resection = "I+II", seed: int = 1, placement: Placement | None = None
) -> PhantomPatient:
    """The patient with a failed endoprosthesis on `side`.

    seed: the small differences between left and right, how the patient lies on the table (unless `placement` says
    so), how the hardware migrated and which screws broke. Patients that differ in side only are mirror images (when
    `placement` is not given). Raises InputError for an unknown resection type.
    """
    if resection not in ("I+II", "I+II+III"):
        raise InputError(f"resection {resection!r}", "I+II or I+II+III", "state one of these two types")
    rng = np.random.default_rng(seed)
    lie = Placement(tuple(rng.uniform(-4, 4, 3).tolist()))
    hips = [baked(innominate(1 + rng.uniform(-0.012, 0.012, 3)), *HIP_BOX) for _ in range(2)]
    left, right = hips[0], hips[1].mirrored(MIDLINE)
    sacral = baked(sacrum(left | right), *SACRUM_BOX)
    hardware = endoprosthesis(resection, migration(rng), rng)
    remnants = resect(sacral, left, resection)
    bones = _bones(remnants, right, lumbar(sacral), hardware)
    turn = (
        np.diag([side.sign, 1, 1]) @ lie.matrix if placement is None else placement.matrix @ np.diag([side.sign, 1, 1])
    )
    shift = np.array((placement or lie).translation_mm, float)
    up = turn.T @ (0, 0, 1)
    ischia = lowest_ischium(left, up, Side.LEFT), lowest_ischium(right, up, Side.RIGHT)
    return PhantomPatient(
        side, resection, seed, turn, shift, bones, _gaps(hardware), soft(), hardware,
        native_landmarks(left, hips[1], sacral), ischia,
    )  # fmt: skip


def _bones(remnants: Remnants, right: Field, vertebrae: Field, hardware: Endoprosthesis) -> tuple[Bone, ...]:
    """All bones after resection, with room for the hardware. Labels are those of a left-sided patient."""
    room = _room(hardware)
    hard = ((remnants.sclerosis, SCLEROTIC_HU),)
    shaft = ((tube(), TUBE_HU), (marrow(), MARROW_HU))
    gone = stem_offset(hardware.cup_centre)
    thigh = femur()
    stump = (thigh & cut_neck(np.array(shapes()["innominate"]["hip_centre"], float))).moved(np.eye(3), gone)
    moved_shaft = tuple((f.moved(np.eye(3), gone), hu) for f, hu in shaft)
    reflected = tuple((f.mirrored(MIDLINE), hu) for f, hu in shaft)
    bones = [
        Bone(Label.SACRUM, remnants.sacrum - room, SACRUM_BOX, 190, 1.3, hard),
        Bone(Label.HIP_RIGHT, right, _mirrored_box(HIP_BOX), 260, 1.6),
        Bone(Label.FEMUR_RIGHT, thigh.mirrored(MIDLINE), _mirrored_box(FEMUR_BOX), 270, 1.6, reflected),
        Bone(Label.FEMUR_LEFT, stump - room, FEMUR_BOX + gone, 230, 1.6, moved_shaft),
        Bone(Label.LUMBAR, vertebrae, LUMBAR_BOX, 180, 1.1),
    ]
    if remnants.hip is not None:
        bones.append(Bone(Label.HIP_LEFT, remnants.hip - room, HIP_BOX, 230, 1.5, hard))
    return tuple(bones)


def _room(hardware: Endoprosthesis) -> Field:
    """Where no bone can be: the metal, a hair around it, and the lucent seams of loose screws."""
    screws = [s.metal().offset(0.2) | s.lucency() for s in hardware.screws]
    return union([(hardware.metal | hardware.polyethylene).offset(0.4), *screws])


def _gaps(hardware: Endoprosthesis) -> tuple[tuple[Field, float, Array], ...]:
    """Scar, granulation around loose screws, cartilage and discs: solid, CT number, box."""
    hip = np.array(shapes()["innominate"]["hip_centre"], float) * (-1, 1, 1)
    radius = shapes()["innominate"]["acetabulum_radius"]
    discs = [ellipsoid((0, 23, 111), (25, 19, 11)), ellipsoid((0, 10, 139), (25, 19, 10))]
    return (
        (hardware.metal.offset(9.0), 45.0, HARDWARE_BOX),
        *((s.lucency().offset(0.5), 30.0, s.box()) for s in hardware.screws),
        (sphere(hip, radius + 0.5), 80.0, np.array([hip - radius - 3, hip + radius + 3])),
        (box((0, -30, -34), (5, 10, 20), None, 3), 90.0, np.array([(-8.0, -44, -58), (8, -16, -10)])),
        (union(discs), 85.0, LUMBAR_BOX),
    )


def _mirrored_box(corners: Array) -> Array:
    low, high = corners
    return np.array([[-high[0], *low[1:]], [-low[0], *high[1:]]])
