"""Poses in the build chamber."""

import numpy as np
import pytest
import trimesh
from scipy.spatial.transform import Rotation

from hemipelvis.errors import InputError
from hemipelvis.export.build_pose import best_pose
from hemipelvis.export.machine import machine, machines
from hemipelvis.mesh import from_trimesh

BAR = from_trimesh(trimesh.creation.box(extents=(190, 60, 60)))


def test_a_part_that_fits_as_it_lies_is_given_at_least_that_room() -> None:
    assert best_pose(BAR, (200, 200, 180)).margin_mm >= 10 - 1e-9


def test_a_bar_longer_than_every_side_fits_on_the_diagonal() -> None:
    bar = from_trimesh(trimesh.creation.box(extents=(230, 10, 10)))
    assert best_pose(bar, (200, 200, 180)).margin_mm > 0


def test_a_part_larger_than_the_chamber_fits_in_no_pose() -> None:
    assert best_pose(from_trimesh(trimesh.creation.icosphere(3, 101)), (200, 200, 180)).margin_mm < 0


def test_the_pose_is_a_rotation_and_its_size_is_the_turned_parts_box() -> None:
    pose = best_pose(BAR.moved(Rotation.from_rotvec([0.3, 0.5, 0.1]).as_matrix(), [1, 2, 3]), (200, 200, 180))
    assert np.linalg.det(pose.rotation) == pytest.approx(1)
    assert (pose.size_mm >= 59).all()


def test_every_machine_file_reads_and_states_its_sources() -> None:
    assert all(machine(name).sources for name in machines())


def test_an_unknown_machine_lists_the_known() -> None:
    with pytest.raises(InputError, match="arcam-q10plus"):
        machine("toaster")


def test_a_placed_part_stands_in_the_middle_of_the_plate() -> None:
    mesh, room = BAR.moved(Rotation.from_rotvec([0.4, 0.3, 0.2]).as_matrix(), [-300, 250, -500]), (200.0, 200.0, 180.0)
    pose = best_pose(mesh, room)
    stood = mesh.moved(pose.rotation, pose.shift(mesh, room)).bounds
    assert stood[0, 2] == pytest.approx(0, abs=1e-9) and stood.mean(axis=0)[:2] == pytest.approx([100, 100])
    assert np.ptp(stood, axis=0) == pytest.approx(pose.size_mm)
