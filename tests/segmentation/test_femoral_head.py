"""Laws of the sphere fit of the femoral head."""

import numpy as np
import pytest

from hemipelvis.frames import Plane, Side
from hemipelvis.segmentation.femoral_head import Head, femoral_head, paired_heads
from hemipelvis.volume import Volume

CENTRE = np.array([-380.0, 300.0, -580.0])


def hip_joint(radius_mm: float, origin_shift: float = 0.0) -> Volume:
    """A head on a neck in a cup-like socket, 3 mm of cartilage between, in soft tissue; 1.5 mm voxels."""
    grid = Volume(np.zeros((60, 60, 60)), np.full(3, 1.5), CENTRE - 44.0 + origin_shift)
    p = grid.points_where(np.ones((60, 60, 60), bool)) - CENTRE - origin_shift
    r = np.linalg.norm(p, axis=1)
    lateral_down = (p @ np.array([-1.0, 0.0, -1.0])) / np.sqrt(2)
    neck = (np.sqrt(np.maximum(r**2 - lateral_down**2, 0)) < 0.6 * radius_mm) & (lateral_down > 0)
    socket = (r > radius_mm + 3) & (r < radius_mm + 10) & (lateral_down < 0)
    noise = np.random.default_rng(7).normal(0, 30, len(p))
    hu = np.where((r < radius_mm) | neck, 350.0, np.where(socket, 600.0, 50.0)) + noise
    return grid.like(hu.reshape(60, 60, 60).astype(np.float32))


@pytest.mark.parametrize("radius_mm", [20.0, 24.0, 28.0])
def test_a_head_in_its_socket_is_found_within_half_a_millimetre(radius_mm: float) -> None:
    ct = hip_joint(radius_mm)
    head = femoral_head(ct, np.ones(ct.voxels.shape, bool), np.zeros(ct.voxels.shape, bool))
    assert head is not None
    assert np.linalg.norm(head.centre - CENTRE) < 0.5
    assert head.radius_mm == pytest.approx(radius_mm, abs=0.6)


def test_a_shifted_scan_shifts_the_head_alike() -> None:
    heads = []
    for shift in (0.0, 500.25):
        ct = hip_joint(24.0, shift)
        head = femoral_head(ct, np.ones(ct.voxels.shape, bool), np.zeros(ct.voxels.shape, bool))
        assert head is not None
        heads.append(head.centre - shift)
    assert np.allclose(heads[0], heads[1], atol=1e-4)


def test_soft_tissue_and_plain_blocks_are_no_heads() -> None:
    ct = hip_joint(24.0)
    block = np.full(ct.voxels.shape, 50.0, np.float32)
    block[15:45, 15:45, 15:45] = 600
    assert femoral_head(ct.like(block), np.ones(block.shape, bool), np.zeros(block.shape, bool)) is None


def test_the_ball_of_a_prosthesis_is_no_head() -> None:
    ct = hip_joint(24.0)
    metal = np.linalg.norm(ct.points_where(np.ones(ct.voxels.shape, bool)) - CENTRE, axis=1) < 22
    steel = metal.reshape(ct.voxels.shape)
    assert femoral_head(ct, np.ones(ct.voxels.shape, bool), steel) is None


@pytest.mark.parametrize(("lateral_mm", "kept"), [(90.0, True), (118.0, False)])
def test_a_ball_on_the_affected_side_that_mirrors_no_other_gives_no_bearings(lateral_mm: float, kept: bool) -> None:
    midline = Plane(np.zeros(3), np.array([1.0, 0.0, 0.0]))
    heads = {
        Side.LEFT: Head(np.array([lateral_mm, 0.0, -20.0]), 23.0, 0.9, 0.5),
        Side.RIGHT: Head(np.array([-84.0, 5.0, 0.0]), 26.0, 0.9, 0.9),
    }
    assert set(paired_heads(heads, midline, Side.LEFT)) == ({*Side} if kept else {Side.RIGHT})
