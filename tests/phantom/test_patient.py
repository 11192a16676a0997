"""Laws of the demo patient's solids."""

from functools import cache

import numpy as np
import pytest

from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.labels import METAL, Label
from hemipelvis.phantom.paint import Scene, paint
from hemipelvis.phantom.patient import PhantomPatient, Placement, build_patient
from hemipelvis.phantom.resection import Resection
from hemipelvis.phantom.truth import cup_height_discrepancy, truth
from hemipelvis.phantom.write import PhantomSettings, scan_grid


@cache
def patient(side: Side = Side.LEFT, resection: Resection = "I+II") -> PhantomPatient:
    return build_patient(side, resection)


@cache
def scene(side: Side = Side.LEFT, resection: Resection = "I+II") -> Scene:
    settings = PhantomSettings(spacing=(2.5, 2.5, 4.0))
    return paint(patient(side, resection), scan_grid(patient(side, resection), settings))


def bone(p: PhantomPatient, label: Label) -> list[float]:
    """Distances from a bone's surface of the landmarks that lie on it."""
    solid = next(b.field for b in p.bones if b.label is label)
    names = ("SP", "SC") if label is Label.SACRUM else ("ASIS_R", "AIIS_R", "PT_R", "PSIS_R", "PIIS_R", "IS_R")
    return [float(solid(p.landmarks[name][None])[0]) for name in names]


@pytest.mark.parametrize("label", [Label.SACRUM, Label.HIP_RIGHT])
def test_landmarks_lie_on_the_surface_of_their_bone(label: Label) -> None:
    assert np.abs(bone(patient(), label)).max() < 0.1


def test_a_right_sided_patient_is_the_mirror_image_of_a_left_sided_one() -> None:
    left, right = scene().labels, scene(Side.RIGHT).labels
    swap = np.array([0, 1, 3, 2, 5, 4, 6, 7, 8], np.uint8)
    assert (swap[left.voxels[:, :, ::-1]] != right.voxels).mean() < 1e-4


def test_metal_keeps_out_of_bone() -> None:
    p = patient()
    metal = [p.hardware.metal, *(s.metal() for s in p.hardware.screws)]
    points = p.build(scene().labels.points_where(np.isin(scene().labels.voxels, METAL)))
    inside_metal = np.min([m(points) for m in metal], axis=0) < 0
    in_bone = np.min([b.field(points) for b in p.bones], axis=0) < 0
    assert not (inside_metal & in_bone).any()


def test_after_the_wide_resection_nothing_of_the_innominate_bone_is_left() -> None:
    wide = scene(Side.LEFT, "I+II+III")
    assert not (wide.labels.voxels == Label.HIP_LEFT).any()
    assert (scene().labels.voxels == Label.HIP_LEFT).any()
    assert {s.host for s in patient(Side.LEFT, "I+II+III").hardware.screws} == {"sacrum"}


def test_broken_screws_are_in_two_pieces_whose_tip_has_stayed() -> None:
    for s in patient().hardware.screws:
        assert len(s.pieces) == (2 if s.broken else 1)
        if s.broken:
            assert np.allclose(s.pieces[1][1], s.tip0)


def test_sacral_screws_that_broke_end_in_bone() -> None:
    sacrum = next(b.field for b in patient().bones if b.label is Label.SACRUM)
    tips = [s.tip0 for s in patient().hardware.screws if s.broken and s.host == "sacrum"]
    assert (np.abs(sacrum(np.array(tips))) < 6).all()


@pytest.mark.parametrize("side", Side)
def test_moment_arms_and_cup_heights_follow_their_definitions(side: Side) -> None:
    facts = truth(patient(side))
    normal, middle = facts["symmetry_normal"], facts["symmetry_point"]
    cup, other = facts["cup_centre"], facts["head_centre_contralateral"]
    assert facts["bwma_affected_mm"] == pytest.approx(abs((cup - middle) @ normal))
    assert facts["bwma_contralateral_mm"] == pytest.approx(abs((other - middle) @ normal))
    assert facts["bwma_affected_mm"] < facts["bwma_contralateral_mm"]
    assert facts["chd_mm"] < 0 < (cup - facts["native_centre_affected"])[2]
    assert np.sign(cup[0] - middle[0]) == side.sign


def test_the_cup_height_discrepancy_counts_from_the_line_through_the_ischia() -> None:
    low, other_low = np.array([60.0, 0, 0]), np.array([-60.0, 9, 0])
    assert cup_height_discrepancy(np.array([80.0, 0, 75]), np.array([-88.0, 3, 60]), low, other_low) == -15


def test_placement_moves_the_truth_rigidly() -> None:
    moved = build_patient(placement=Placement((3.0, -5.0, 10.0), (-300.0, 280, -550)))
    here, there = truth(patient()), truth(moved)
    for a, b in (("ASIS_R", "SP"), ("PT_L", "PSIS_R")):
        lengths = [np.linalg.norm(t["landmarks"][a] - t["landmarks"][b]) for t in (here, there)]
        assert lengths[0] == pytest.approx(lengths[1])
    assert np.allclose(moved.build(moved.world(np.eye(3))), np.eye(3))


def test_an_unknown_resection_is_refused() -> None:
    with pytest.raises(InputError, match="resection"):
        build_patient(resection="IV")  # type: ignore[arg-type]
