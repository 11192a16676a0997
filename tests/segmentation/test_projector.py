import numpy as np
import pytest

from hemipelvis.arrays import Array
from hemipelvis.segmentation.projector import Geometry, back_project, filtered_back_projection, geometry, project


def disc(g: Geometry, x_mm: float, y_mm: float, radius_mm: float) -> Array:
    """Share of each pixel inside a disc, (rows, columns, 1)."""
    y, x = np.mgrid[: g.rows * 4, : g.columns * 4] / 4 + 1 / 8 - 1 / 2
    x, y = (x - (g.columns - 1) / 2) * g.pixel_mm[1] - x_mm, (y - (g.rows - 1) / 2) * g.pixel_mm[0] - y_mm
    return (np.hypot(x, y) < radius_mm).reshape(g.rows, 4, g.columns, 4).mean(axis=(1, 3))[..., None]


def chords(g: Geometry, x_mm: float, y_mm: float, radius_mm: float) -> Array:
    """The same disc's projection in closed form, (angles, bins)."""
    s = (np.arange(g.bins) - (g.bins - 1) / 2) * g.bin_mm
    centre = x_mm * np.cos(g.theta) + y_mm * np.sin(g.theta)
    return 2 * np.sqrt(np.clip(radius_mm**2 - (s[None, :] - centre[:, None]) ** 2, 0, None))


@pytest.mark.parametrize("pixel_mm", [(1.0, 1.0), (0.8, 1.1)])
def test_a_disc_casts_its_chords(pixel_mm: tuple[float, float]) -> None:
    g = geometry(96, 128, pixel_mm)
    error = project(disc(g, 12.0, -7.0, 25.0), g)[..., 0] - chords(g, 12.0, -7.0, 25.0)
    assert np.sqrt(np.mean(error**2)) < 0.005 * 50
    assert abs(error.mean()) < 1e-3 * 50


def test_mass_is_the_same_seen_from_every_angle() -> None:
    g = geometry(64, 80, (1.0, 1.0))
    image = np.random.default_rng(1).random((64, 80, 2))
    seen = project(image, g).sum(axis=1) * g.bin_mm
    assert np.allclose(seen, image.sum(axis=(0, 1)), rtol=0.01)


def test_projection_is_linear() -> None:
    g = geometry(32, 32, (1.0, 1.0))
    a, b = np.random.default_rng(2).random((2, 32, 32, 3))
    assert np.allclose(project(a + 2 * b, g), project(a, g) + 2 * project(b, g), rtol=1e-4, atol=1e-3)


def test_slices_of_a_batch_do_not_mix() -> None:
    g = geometry(40, 40, (1.0, 1.0))
    images = np.random.default_rng(3).random((40, 40, 3))
    together = project(images, g)
    assert all(np.array_equal(together[..., n], project(images[..., n : n + 1], g)[..., 0]) for n in range(3))


@pytest.mark.parametrize("pixel_mm", [(1.0, 1.0), (0.8, 1.1)])
def test_back_projection_undoes_projection(pixel_mm: tuple[float, float]) -> None:
    g = geometry(96, 112, pixel_mm)
    y, x = np.mgrid[:96, :112]
    smooth = np.exp(-(((x - 50) / 12) ** 2) - ((y - 44) / 9) ** 2)[..., None]
    error = filtered_back_projection(project(smooth, g), g) - smooth
    assert np.abs(error).max() < 0.01


def test_a_disc_comes_back_with_its_value_and_nothing_around_it() -> None:
    g = geometry(128, 128, (1.0, 1.0))
    back = filtered_back_projection(chords(g, 5.0, 3.0, 30.0)[..., None], g)[..., 0]
    y, x = np.mgrid[:128, :128] - 63.5
    r = np.hypot(x - 5, y - 3)
    assert abs(back[r < 26].mean() - 1) < 1e-3
    assert abs(back[(r > 34) & (r < 55)].mean()) < 1e-3


def test_a_window_casts_what_the_whole_casts_of_it() -> None:
    g = geometry(64, 72, (0.8, 1.1))
    inside = np.s_[10:31, 40:68]
    image = np.zeros((64, 72, 2), np.float32)
    image[inside] = np.random.default_rng(4).random(image[inside].shape)
    assert np.allclose(project(image[inside], g.window(*inside)), project(image, g), atol=1e-3)


def test_a_window_is_back_projected_as_a_part_of_the_whole() -> None:
    g = geometry(64, 72, (0.8, 1.1))
    inside = np.s_[10:31, 40:68]
    sinogram = np.random.default_rng(5).random((g.angles, g.bins, 2)).astype(np.float32)
    assert np.allclose(back_project(sinogram, g.window(*inside)), back_project(sinogram, g)[inside], rtol=1e-4)
