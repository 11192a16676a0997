"""What a ball rolled inside a solid sweeps."""

import numpy as np
import pytest

from hemipelvis.design.edge_radius import edge_radius
from hemipelvis.design.measure_body import filled_mm3
from hemipelvis.design.rolling_ball import opened
from hemipelvis.field import Field, box, capsule, sphere
from hemipelvis.isosurface import isosurface
from hemipelvis.volume import Volume

CENTRE = np.array([-200.0, 300.0, -500.0])
HALF = np.array([10.0, 8.0, 6.0])


def sampled(form: Field, reach: float = 22, pitch: float = 0.5) -> Volume:
    return form.sampled(CENTRE - reach, CENTRE + reach, pitch)


def test_a_ball_stays_as_it_is() -> None:
    before = sampled(sphere(CENTRE, 8), 12)
    assert filled_mm3(opened(before, 2)) == pytest.approx(filled_mm3(before), rel=1e-2)


def test_a_block_becomes_the_block_with_round_edges() -> None:
    after = opened(sampled(box(CENTRE, HALF), 14), 2)
    rounded = box(CENTRE, HALF, rounding_mm=2)
    off = np.abs(rounded(isosurface(after).vertices))
    assert np.median(off) < 0.02 and off.max() < 0.6  # marching cubes bevel the core's own edges by up to a cell
    assert filled_mm3(after) == pytest.approx(filled_mm3(sampled(rounded, 14)), rel=0.05)


def test_a_flap_thinner_than_the_ball_goes_and_a_thicker_one_stays() -> None:
    block, tip = box(CENTRE, (8, 8, 8)), np.add(CENTRE, [16, 0, 0])
    for radius, left in ((1.4, False), (2.6, True)):
        after = opened(sampled(block | capsule(CENTRE, tip, radius)), 2)
        assert (after.sample(np.subtract(tip, [1, 0, 0])[None])[0] < 0) is np.bool_(left)


def test_where_no_ball_fits_nothing_is_left() -> None:
    assert not (opened(sampled(box(CENTRE, (8, 8, 1))), 2).voxels < 0).any()


def test_the_edge_radius_of_a_rounded_block_is_its_rounding() -> None:
    for rounding, least in ((2.2, 2.0), (1.1, 1.0)):
        mesh = isosurface(sampled(box(CENTRE, HALF, rounding_mm=rounding), 14))
        assert np.percentile(edge_radius(mesh), 5) == least


def test_a_flap_has_the_radius_of_the_ball_it_holds() -> None:
    mesh = isosurface(sampled(box(CENTRE, (10, 10, 1.25), rounding_mm=1.2), 14))
    assert edge_radius(mesh).max() == 1.0


def test_a_ball_may_stick_out_where_the_surface_does_not_bound_it() -> None:
    mesh = isosurface(sampled(box(CENTRE, (10, 10, 1.25), rounding_mm=1.2), 14))
    top = mesh.vertices[:, 2] > CENTRE[2]
    assert np.median(edge_radius(mesh, bounding=top)[top]) == 2.0
