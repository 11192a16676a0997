"""Laws of the phantom scanner's geometry: closed forms of a disc."""

import numpy as np
import pytest

from hemipelvis.phantom.projector import Geometry, field_of_view, project, reconstruct

GEOMETRY = Geometry(pixels=160, pixel_mm=1.5, views=160)
RADIUS_MM, CENTRE_MM = 40.0, np.array([22.0, -13.0])


def disc(geometry: Geometry) -> np.ndarray:
    """A disc of ones, its edge smoothed over a pixel."""
    at = (np.arange(geometry.pixels) - (geometry.pixels - 1) / 2) * geometry.pixel_mm
    away = np.hypot(at - CENTRE_MM[0], at[:, None] - CENTRE_MM[1])
    return np.clip(0.5 - (away - RADIUS_MM) / geometry.pixel_mm, 0, 1)


def chords(geometry: Geometry) -> np.ndarray:
    """Lengths (views, bins) of the disc's chords, by formula."""
    s = (np.arange(geometry.bins) - (geometry.bins - 1) / 2) * geometry.pixel_mm
    a = geometry.angles
    middle = CENTRE_MM[0] * np.cos(a) + CENTRE_MM[1] * np.sin(a)
    return 2 * np.sqrt(np.maximum(RADIUS_MM**2 - (s - middle[:, None]) ** 2, 0))


def test_line_integrals_of_a_disc_are_its_chords() -> None:
    found, expected = project(disc(GEOMETRY)[..., None], GEOMETRY)[..., 0], chords(GEOMETRY)
    inner = expected > RADIUS_MM
    assert np.abs(found - expected)[inner].max() < 0.5 * GEOMETRY.pixel_mm
    assert np.abs(found - expected).mean() < 0.1 * GEOMETRY.pixel_mm


def test_every_view_holds_the_whole_disc() -> None:
    mass = project(disc(GEOMETRY)[..., None], GEOMETRY)[..., 0].sum(axis=1) * GEOMETRY.pixel_mm
    assert mass == pytest.approx(np.full(GEOMETRY.views, np.pi * RADIUS_MM**2), rel=0.005)


def test_channels_do_not_mix_and_a_part_projects_as_in_the_whole() -> None:
    image = disc(GEOMETRY)
    stack = np.stack([image, 2 * image, 0 * image], -1)
    whole = project(stack, GEOMETRY)
    part = project(stack[30:130, 50:160], GEOMETRY, (30, 50))
    assert np.allclose(whole[..., 1], 2 * whole[..., 0], rtol=1e-5)
    assert not whole[..., 2].any()
    assert np.allclose(part, whole, atol=1e-3)


def test_a_disc_comes_back_from_its_line_integrals() -> None:
    image = reconstruct(chords(GEOMETRY), GEOMETRY, field_of_view(GEOMETRY))
    at = (np.arange(GEOMETRY.pixels) - (GEOMETRY.pixels - 1) / 2) * GEOMETRY.pixel_mm
    away = np.hypot(at - CENTRE_MM[0], at[:, None] - CENTRE_MM[1])
    assert image[away < RADIUS_MM - 6].mean() == pytest.approx(1, abs=0.01)
    assert abs(image[(away > RADIUS_MM + 6) & field_of_view(GEOMETRY)].mean()) < 0.01


def test_only_wanted_pixels_are_reconstructed_and_they_do_not_change() -> None:
    wanted = np.zeros((GEOMETRY.pixels, GEOMETRY.pixels), bool)
    wanted[60:90, 70:120] = True
    sinogram = chords(GEOMETRY)
    part, whole = (reconstruct(sinogram, GEOMETRY, w) for w in (wanted, field_of_view(GEOMETRY)))
    assert np.array_equal(part[wanted], whole[wanted])
    assert not part[~wanted].any()
