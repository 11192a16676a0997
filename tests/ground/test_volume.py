"""Volumes: coordinates, files and axis order."""

from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from hemipelvis.errors import InputError
from hemipelvis.nrrd import write_nrrd
from hemipelvis.volume import Volume, centred_grid, empty_grid, from_image, read_volume

RNG = np.random.default_rng(2)


def a_volume() -> Volume:
    voxels = RNG.integers(-1000, 3000, (4, 5, 6)).astype(np.int16)
    return Volume(voxels, np.array([0.7, 0.8, 1.5]), np.array([-300.1, 280.2, -550.3]))


def test_indices_and_world_are_inverse() -> None:
    points = RNG.normal(size=(20, 3)) * 50
    np.testing.assert_allclose(a_volume().world_from_index(a_volume().index_from_world(points)), points, atol=1e-9)


def test_trilinear_sampling_is_exact_for_linear_functions() -> None:
    grid = a_volume()
    nodes = grid.points_where(np.ones(grid.voxels.shape, bool))
    linear = grid.like((nodes @ [1.0, -2.0, 3.0]).reshape(grid.voxels.shape))
    inside = RNG.uniform(grid.origin, grid.upper, (100, 3))
    np.testing.assert_allclose(linear.sample(inside), inside @ [1.0, -2.0, 3.0], atol=1e-9)


def test_outside_of_the_grid_is_what_was_asked_for() -> None:
    assert a_volume().sample([[0, 0, 0]], outside=-7)[0] == -7
    assert a_volume().nearest([[0, 0, 0]], outside=3)[0] == 3


@pytest.mark.parametrize("dtype", [np.uint8, np.int16, np.float32])
def test_a_written_volume_reads_back_bit_for_bit(tmp_path: Path, dtype: type) -> None:
    volume = a_volume().like(a_volume().voxels.astype(dtype))
    write_nrrd(tmp_path / "v.nrrd", volume)
    back = read_volume(tmp_path / "v.nrrd")
    assert back.voxels.dtype == dtype and (back.voxels == volume.voxels).all()
    assert (back.spacing == volume.spacing).all() and (back.origin == volume.origin).all()


def test_the_same_volume_gives_the_same_bytes(tmp_path: Path) -> None:
    volume = a_volume()
    for name in "ab":
        write_nrrd(tmp_path / f"{name}.nrrd", volume)
    assert (tmp_path / "a.nrrd").read_bytes() == (tmp_path / "b.nrrd").read_bytes()


@pytest.mark.parametrize("order", ["RAS", "LPI", "PIR", "SAL"])
def test_flipped_and_permuted_axes_come_back_to_the_same_places(order: str) -> None:
    volume = a_volume()
    turned = from_image(sitk.DICOMOrient(volume.image(), order))
    assert (turned.voxels == volume.voxels).all()
    np.testing.assert_allclose(turned.origin, volume.origin, atol=1e-9)


def test_oblique_axes_are_refused() -> None:
    image = a_volume().image()
    image.SetDirection([1, 0, 0, 0, np.cos(0.2), -np.sin(0.2), 0, np.sin(0.2), np.cos(0.2)])
    with pytest.raises(InputError, match="oblique"):
        from_image(image)


def test_what_is_no_volume_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.nrrd").write_text("hello")
    with pytest.raises(InputError, match=r"v\.nrrd"):
        read_volume(tmp_path / "v.nrrd")


def test_a_crop_keeps_values_at_their_places() -> None:
    volume = a_volume()
    part = volume.crop(volume.world_from_index([1, 1, 1]), volume.world_from_index([3, 3, 2]))
    points = part.points_where(np.ones(part.voxels.shape, bool))
    assert part.voxels.shape == (2, 3, 3)
    assert (volume.nearest(points) == part.voxels.ravel()).all()


def test_an_empty_grid_covers_its_box_with_nodes_on_multiples_of_the_pitch() -> None:
    grid = empty_grid([-1.2, 0.1, 5], [1.3, 2, 5.9], 0.5)
    assert (grid.origin <= [-1.2, 0.1, 5]).all() and (grid.upper >= [1.3, 2, 5.9]).all()
    np.testing.assert_allclose(grid.origin / 0.5, np.round(grid.origin / 0.5))


def test_a_moved_or_mirrored_box_gets_the_moved_or_mirrored_grid() -> None:
    lower, upper, shift = np.array([-10.2, 3.1, 5.0]), np.array([17.9, 30.4, 44.7]), np.array([0.37, -5.21, 100.4])
    grid = centred_grid(lower, upper, 0.75)
    assert (grid.origin <= lower + 1e-9).all() and (grid.upper >= upper - 1e-9).all()
    moved, mirrored = centred_grid(lower + shift, upper + shift, 0.75), centred_grid(-upper, -lower, 0.75)
    np.testing.assert_allclose(moved.origin, grid.origin + shift)
    np.testing.assert_allclose(mirrored.origin, -grid.upper)
