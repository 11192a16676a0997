"""Laws of interfaces and body, on a pelvis of primitives: an arch of bone on each side of a sacral block."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from hemipelvis.arrays import Array, Points
from hemipelvis.design.acetabulum_shell import cavity
from hemipelvis.design.body_path import resampled
from hemipelvis.design.build_body import Body, build_body
from hemipelvis.design.plan_interfaces import plan_interfaces
from hemipelvis.design.screw_bosses import screw_hole
from hemipelvis.errors import InputError
from hemipelvis.field import Field, box, capsule, sweep
from hemipelvis.frames import Plane, Side
from hemipelvis.isosurface import isosurface
from hemipelvis.labels import Label
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface, Screw
from hemipelvis.settings import BodySettings
from hemipelvis.volume import Volume, empty_grid

ORIGIN = np.array([-300.0, 280.0, -550.0])
"""World position of the middle between the ischia, far from the scanner's origin as in real scans."""
ARCH = np.array([[50, 55, 70], [60, 40, 58], [64, 20, 42], [60, 0, 26], [45, -18, 12], [20, -30, 0]], float)


@dataclass(frozen=True)
class Pelvis:
    """The label map, the landmarks and the cup of a synthetic patient."""

    labels: Volume
    landmarks: Landmarks
    cup: CupPlan
    side: Side


def at(side: Side, points: object) -> Array:
    """World positions of points given for the left side, on either side."""
    return np.asarray(points, float) * [side.sign, 1, 1] + ORIGIN


def arch(side: Side) -> Points:
    """Middle line of a side's innominate bone."""
    return resampled(at(side, ARCH), 3)


def hip(side: Side) -> Field:
    """Innominate bone: a thick arch with an ischium."""
    radii = np.interp(np.linspace(0, 1, len(arch(side))), [0, 0.5, 1], [14, 14, 8])
    return sweep(arch(side), radii) | capsule(at(side, [62, 25, 20]), at(side, [52, 30, -8]), 9)


def pelvis(side: Side = Side.LEFT, resection: str = "I+II", pitch: float = 1.5) -> Pelvis:
    """A patient with everything behind the superior ramus resected on `side`."""
    grid = empty_grid(at(Side.RIGHT, [100, 0, 0]) - [0, 60, 30], at(Side.LEFT, [100, 100, 110]), pitch)
    voxels = np.zeros(grid.voxels.shape, np.uint8)
    block = box(ORIGIN + np.array([0, 62, 72]), (36, 20, 26), rounding_mm=4)
    ramus = capsule(at(side, ARCH[4]), at(side, ARCH[5]), 8)
    for label, bone in ((Label.hip(side.other), hip(side.other)), (Label.hip(side), ramus), (Label.SACRUM, block)):
        if label is not Label.hip(side) or resection == "I+II":
            voxels[bone.on(grid).voxels < 0] = label
    return Pelvis(grid.like(voxels), landmarks(side), cup(side), side)


def landmarks(side: Side) -> Landmarks:
    """Landmarks of both sides; the arcuate line is the arch's inner upper edge."""
    named = {
        "PT": [20, -34, 4],
        "PIIS": [48, 72, 50],
        "IS": [52, 40, 20],
        "ischium": [52, 30, 0],
        "hip_centre": [84, 0, 20],
    }
    points = {f"{k}_{s.letter}": at(s, v) for k, v in named.items() for s in Side}
    lines = {f"arcuate_{s.letter}": arch(s) + np.array([-8 * s.sign, 0, 5]) for s in Side}
    return Landmarks(points, lines, Plane(ORIGIN, np.array([1, 0, 0])), {f"hip_centre_{side.other.letter}": 22.0})


def cup(side: Side) -> CupPlan:
    """A cup lateral to the arch, looking outwards, forwards and down."""
    opening = np.array([0.64 * side.sign, -0.42, -0.64])
    return CupPlan(at(side, [84, 0, 20]), opening, 25, 45, "radiographic", "same height", 20, 2, 4)


SETTINGS = BodySettings(pitch_mm=1.0)
Built = tuple[Pelvis, tuple[Interface, ...], tuple[Screw, ...], Body]


def screws(patient: Pelvis, faces: tuple[Interface, ...]) -> tuple[Screw, ...]:
    face = faces[0]
    into = -face.normal
    return (
        Screw(
            "s1",
            "sacrum",
            face.point - 16 * into,
            face.point + 30 * into,
            6.5,
            10,
            face.point,
            None,
            2,
            None,
            30,
            300,
            1,
        ),
    )


def built(side: Side, resection: str = "I+II") -> Built:
    patient = pelvis(side, resection)
    mar = patient.labels.like((patient.labels.voxels > 0) * np.float32(500))
    faces = plan_interfaces(patient.labels, mar, patient.landmarks, patient.cup, side, resection, SETTINGS)
    pins = screws(patient, faces)
    body = build_body(patient.labels, patient.landmarks, patient.cup, faces, pins, side, SETTINGS)
    return patient, faces, pins, body


@pytest.fixture(scope="module")
def left() -> Built:
    return built(Side.LEFT)


def inside(body: Body) -> Array:
    return body.envelope.points_where(body.envelope.voxels < 0)


def test_body_and_solid_are_one_closed_piece_each(left: Built) -> None:
    for values in (left[3].envelope, left[3].solid):
        mesh = isosurface(values).trimesh()
        assert mesh.is_watertight and mesh.body_count == 1
    assert left[3].measures["envelope_components"] == left[3].measures["solid_components"] == 1


def test_the_solid_lies_inside_the_envelope(left: Built) -> None:
    assert (left[3].solid.voxels >= left[3].envelope.voxels).all()


def test_the_body_rests_on_every_face(left: Built) -> None:
    assert [i.host for i in left[1]][:2] == ["sacrum", "pubis"]
    assert min(left[3].measures["contact_within_half_mm"].values()) > 0.9


def test_no_bone_left_after_reaming_is_overlapped(left: Built) -> None:
    assert left[3].measures["bone_overlap_cm3"] <= 0.05


def test_the_cavity_and_the_way_to_it_are_free(left: Built) -> None:
    patient, _, _, body = left
    ball = np.linalg.norm(inside(body) - patient.cup.centre, axis=1)
    assert ball.min() > patient.cup.inner_radius_mm - 0.3
    assert (cavity(patient.cup)(inside(body)) > -3).all()


def test_holes_are_open_from_end_to_end(left: Built) -> None:
    patient, _, pins, body = left
    assert all((screw_hole(s, patient.cup)(inside(body)) >= -1e-3).all() for s in pins)


def test_a_mirrored_patient_gets_the_mirrored_body(left: Built) -> None:
    patient, faces, _, body = left
    _, others, _, mirrored = built(Side.RIGHT)
    plane = patient.landmarks.symmetry
    for a, b in zip(faces, others, strict=True):
        assert np.allclose(plane.mirror(a.point), b.point, atol=0.05)
    near = np.abs(body.envelope.voxels) < 1
    there = plane.mirror(body.envelope.points_where(near))
    difference = mirrored.envelope.sample(there) - body.envelope.voxels[near]
    assert np.nanmax(np.abs(difference)) < 0.02


def test_a_patient_who_lies_elsewhere_gets_the_moved_faces_and_body(left: Built) -> None:
    patient, faces, pins, body = left
    shift = np.array([10.3, -6.4, 4.7])
    labels = Volume(patient.labels.voxels, patient.labels.spacing, patient.labels.origin + shift)
    marks, old = patient.landmarks, patient.landmarks.symmetry
    moved = replace(
        marks,
        points={k: v + shift for k, v in marks.points.items()},
        polylines={k: v + shift for k, v in marks.polylines.items()},
        symmetry=Plane(old.point + shift, old.normal),
    )
    cup_there, mar = replace(patient.cup, centre=patient.cup.centre + shift), labels.like(labels.voxels * 500.0)
    found = plan_interfaces(labels, mar, moved, cup_there, patient.side, "I+II", SETTINGS)
    for a, b in zip(faces, found, strict=True):
        assert np.allclose(a.point + shift, b.point, atol=0.05) and a.normal @ b.normal > 1 - 1e-6
    bolts = [replace(s, entry=s.entry + shift, tip=s.tip + shift, bone_entry=s.bone_entry + shift) for s in pins]
    there = build_body(labels, moved, cup_there, found, tuple(bolts), patient.side, SETTINGS)
    surface = isosurface(there.envelope).vertices - shift
    assert np.abs(body.envelope.sample(surface)).max() < 0.02


def test_the_face_at_the_notch_is_solid_throughout_however_coarse_the_grid(left: Built) -> None:
    assert left[3].measures["notch_face_solid_share"] == 1


def test_heads_rest_on_metal(left: Built) -> None:
    assert min(left[3].measures["seat_metal_share"].values()) > 0.95


def test_without_a_sacral_face_there_is_no_body(left: Built) -> None:
    patient = left[0]
    with pytest.raises(InputError, match="no sacral interface"):
        build_body(patient.labels, patient.landmarks, patient.cup, (), (), patient.side, SETTINGS)


def test_after_a_resected_pubis_the_body_reaches_the_opposite_one() -> None:
    patient, faces, _, body = built(Side.LEFT, "I+II+III")
    assert [i.host for i in faces] == ["sacrum", "pubis"]
    assert body.measures["contact_within_half_mm"]["pubis"] > 0.9
    assert body.measures["solid_components"] == 1
    assert body.envelope.sample(patient.landmarks.arcuate(Side.LEFT)).max() < 1  # none of the line runs free of it
