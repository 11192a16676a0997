"""Landmarks of real pelves against five raters' mean, and the laws that hold for any."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
import trimesh
from scipy.spatial import KDTree
from scipy.spatial.transform import Rotation

from hemipelvis.arrays import Array, Point
from hemipelvis.design.acetabulum import femoral_head
from hemipelvis.design.bone_surface import Bone
from hemipelvis.design.find_landmarks import PelvicBones, find_landmarks, landmarks_of
from hemipelvis.errors import InputError
from hemipelvis.frames import Plane, Side
from hemipelvis.hardware import Hardware
from hemipelvis.jsonable import dumps
from hemipelvis.labels import Label
from hemipelvis.landmarks import Landmarks, landmarks_from_json
from hemipelvis.pelvic_shapes import Vestibule
from hemipelvis.settings import LandmarkSettings
from hemipelvis.volume import Volume, read_volume

BARS_MM = {"ASIS": 6.0, "PT": 4.4, "SP": 5.0, "IS": 3.7, "PSIS": 8.7}  # one trial of one rater, 95th percentile
SUBJECT = "z019"


@dataclass(frozen=True)
class Subject:
    bones: PelvicBones
    truth: dict[str, Point]


def bone(path: Path) -> Bone:
    mesh = trimesh.load(path, process=True)
    assert isinstance(mesh, trimesh.Trimesh)
    return Bone(np.array(mesh.vertices), np.array(mesh.vertex_normals))


@pytest.fixture(scope="module")
def subject(data: Path) -> Subject:
    folder = data / "meshes" / "vsd" / SUBJECT
    hips, femurs = ({s: bone(folder / f"{n}_{s}.ply") for s in Side} for n in ("hip", "femur"))
    truth = json.loads((folder / "landmarks.json").read_text(encoding="utf-8"))["mean"]
    return Subject(
        PelvicBones(bone(folder / "sacrum.ply"), hips, femurs), {k: np.array(v, float) for k, v in truth.items()}
    )


def without(bones: PelvicBones, side: Side) -> PelvicBones:
    """All of one innominate bone resected."""
    return PelvicBones(bones.sacrum, {side.other: bones.hips[side.other]}, bones.femurs)


def moved(bones: PelvicBones, rotation: Array, shift: Array) -> PelvicBones:
    def move(b: Bone) -> Bone:
        return Bone(b.points @ rotation.T + shift, b.normals @ rotation.T)

    hips, femurs = ({s: move(b) for s, b in part.items()} for part in (bones.hips, bones.femurs))
    return PelvicBones(move(bones.sacrum), hips, femurs)


@pytest.fixture(scope="module")
def resected(subject: Subject) -> Landmarks:
    return landmarks_of(without(subject.bones, Side.LEFT), None, Side.LEFT, "I+II+III")


def test_every_landmark_lies_where_raters_set_it(subject: Subject) -> None:
    found = landmarks_of(subject.bones, None, Side.LEFT, "I+II").points
    for name, place in subject.truth.items():
        if name.split("_")[0] in BARS_MM and name in found:
            assert np.linalg.norm(found[name] - place) < BARS_MM[name.split("_")[0]], name


def test_the_intact_side_is_found_with_the_other_resected(subject: Subject, resected: Landmarks) -> None:
    for name in (f"{n}_R" for n in ("ASIS", "PT", "IS", "PSIS")):
        assert np.linalg.norm(resected.points[name] - subject.truth[name]) < BARS_MM[name[:-2]], name
    assert not {"ASIS_L", "PT_L", "IS_L"} & set(resected.points)
    assert any("ischium_L is the mirror image" in warning for warning in resected.warnings)


def test_the_landmarks_move_with_the_patient(subject: Subject, resected: Landmarks) -> None:
    rotation = Rotation.from_euler("xyz", [12, -9, 14], degrees=True).as_matrix()
    shift = np.array([120.0, -400, 77])
    found = landmarks_of(moved(without(subject.bones, Side.LEFT), rotation, shift), None, Side.LEFT, "I+II+III")
    for name, place in resected.points.items():
        if not name.startswith("ischium"):  # by its definition lowest along the scanner's axis
            assert np.linalg.norm(rotation @ place + shift - found.points[name]) < 0.05, name


def test_a_mirrored_patient_has_mirrored_landmarks(subject: Subject, resected: Landmarks) -> None:
    flip = Plane(np.zeros(3), np.array([1.0, 0, 0]))
    b = without(subject.bones, Side.LEFT)
    hips, femurs = ({s.other: x.mirrored(flip) for s, x in part.items()} for part in (b.hips, b.femurs))
    found = landmarks_of(PelvicBones(b.sacrum.mirrored(flip), hips, femurs), None, Side.RIGHT, "I+II+III")
    swap = str.maketrans("LR", "RL")
    for name, place in resected.points.items():
        image = name[:-1] + name[-1].translate(swap) if "_" in name else name
        assert np.linalg.norm(flip.mirror(place) - found.points[image]) < 0.05, name


def test_the_arcuate_line_runs_over_bone_from_the_joint_to_the_tubercle(subject: Subject, resected: Landmarks) -> None:
    line = resected.arcuate(Side.RIGHT)
    steps = np.linalg.norm(np.diff(line, axis=0), axis=1)
    assert np.linalg.norm(line[-1] - resected.points["PT_R"]) < 1
    assert KDTree(subject.bones.sacrum.points).query(line[0])[0] < 8
    assert KDTree(subject.bones.hips[Side.RIGHT].points).query(line)[0].max() < 5
    assert steps.max() < 1.05 * steps.min()
    assert 90 < steps.sum() < 180
    assert np.allclose(resected.symmetry.mirror(line), resected.arcuate(Side.LEFT))


def test_the_hip_centre_is_the_femoral_heads(subject: Subject, resected: Landmarks) -> None:
    head = subject.bones.femurs[Side.RIGHT]
    reach = np.linalg.norm(head.points - resected.points["hip_centre_R"], axis=1)
    assert abs(np.percentile(reach, 5) - resected.radii_mm["hip_centre_R"]) < 1


def test_a_scan_with_a_resection_gives_landmarks_and_takes_the_engineers(data: Path) -> None:
    truth = json.loads((data / "case-a/truth/truth.json").read_text(encoding="utf-8"))
    labels = read_volume(data / "case-a/truth/labels.nrrd")
    stated = LandmarkSettings(points={"ASIS_L": (-206.0, 222.0, -521.0)})
    found = find_landmarks(labels, Hardware(None, ()), Side.LEFT, "I+II", stated)
    assert found.points["ASIS_L"].tolist() == [-206, 222, -521]
    assert any("hip_centre_L" in warning for warning in found.warnings)
    for name in ("ASIS_R", "PT_R", "PT_L", "IS_R", "SP", "PSIS_R"):
        assert np.linalg.norm(found.points[name] - truth["landmarks"][name]) < BARS_MM[name.split("_")[0]], name


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    labels = Volume(np.zeros((4, 4, 4), np.uint8), np.ones(3), np.zeros(3))
    with pytest.raises(InputError, match="ASIS_L"):
        find_landmarks(
            labels, Hardware(None, ()), Side.LEFT, "I+II", LandmarkSettings(points={"nose": (0.0, 0.0, 0.0)})
        )


@pytest.mark.parametrize(("kept", "what"), [(Label.SACRUM, "right innominate bone"), (Label.HIP_RIGHT, "sacrum")])
def test_a_missing_bone_is_named(kept: Label, what: str) -> None:
    voxels = np.zeros((20, 20, 20), np.uint8)
    voxels[5:15, 5:15, 5:15] = kept
    with pytest.raises(InputError, match=what):
        find_landmarks(
            Volume(voxels, np.ones(3), np.zeros(3)), Hardware(None, ()), Side.LEFT, "I+II", LandmarkSettings()
        )


def test_the_landmarks_do_not_care_which_way_up_the_patient_lies(subject: Subject, resected: Landmarks) -> None:
    rotation = Rotation.from_euler("xyz", [170, 40, -100], degrees=True).as_matrix()
    found = landmarks_of(moved(without(subject.bones, Side.LEFT), rotation, np.zeros(3)), None, Side.LEFT, "I+II+III")
    for name in ("ASIS_R", "PT_R", "IS_R", "PSIS_R", "IT_R", "notch_R", "SP", "SC", "symphysis", "hip_centre_R"):
        assert np.linalg.norm(rotation @ resected.points[name] - found.points[name]) < 0.05, name


def test_the_acetabulum_alone_gives_the_heads_centre(subject: Subject) -> None:
    bones = PelvicBones(subject.bones.sacrum, subject.bones.hips)
    found = landmarks_of(bones, None, Side.LEFT, "I+II")
    for side in Side:
        head = femoral_head(subject.bones.femurs[side], subject.bones.hips[side])
        assert head is not None
        assert np.linalg.norm(found.paired("hip_centre", side) - head.centre) < 1.5


def test_the_notch_lies_between_its_spines_and_the_vestibule_inside_the_sacrum(resected: Landmarks) -> None:
    edge = resected.polylines["sciatic_notch_R"]
    assert np.allclose(edge[[0, -1]], [resected.points["PIIS_R"], resected.points["IS_R"]])
    assert np.linalg.norm(edge - resected.points["notch_R"], axis=1).min() < 0.1
    for letter, sign in (("L", 1), ("R", -1)):
        room = resected.shapes[f"vestibule_{letter}"]
        assert isinstance(room, Vestibule)
        assert 5 < room.radius_mm < 15
        assert sign * resected.symmetry.distance(room.centre) > 10


def test_what_is_written_is_read_back(resected: Landmarks) -> None:
    again = landmarks_from_json(json.loads(dumps(resected.to_json())))
    assert again.to_json().keys() == resected.to_json().keys()
    assert np.array_equal(again.shapes["acetabulum_R"].centre, resected.shapes["acetabulum_R"].centre)
    assert np.array_equal(again.polylines["sacral_axis"], resected.polylines["sacral_axis"])


@pytest.mark.parametrize("cut_mm", [-6.0, 0.0, 4.0])
def test_a_tubercle_cut_away_is_not_guessed_at_the_edge_of_the_cut(subject: Subject, cut_mm: float) -> None:
    """All above a plane through the tubercle is gone: it is found where it was, or not at all."""
    hip, place = subject.bones.hips[Side.LEFT], subject.truth["PT_L"]
    out = np.array([0.6, -0.3, 0.75])
    left = hip.where((hip.points - place) @ out / np.linalg.norm(out) < cut_mm)
    low = left.where(left.points[:, 2] < place[2] + 15)
    bones = PelvicBones(subject.bones.sacrum, {Side.RIGHT: subject.bones.hips[Side.RIGHT], Side.LEFT: low})
    found = landmarks_of(bones, None, Side.LEFT, "I+II").points.get("PT_L")
    assert found is None or np.linalg.norm(found - place) < 2 * BARS_MM["PT"]
