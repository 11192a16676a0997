"""What the engineer adds, cuts and states."""

from pathlib import Path

import numpy as np
import pytest
import trimesh
from pydantic import ValidationError

from hemipelvis.design.body_path import through
from hemipelvis.design.engineer_shapes import check_cuts, check_touching, cut, joined
from hemipelvis.design.stl_field import stl_field
from hemipelvis.errors import InputError
from hemipelvis.field import sphere
from hemipelvis.mesh import Mesh, from_trimesh
from hemipelvis.settings import BodySettings, Shape

AT = (-240.0, 290.0, -590.0)
BALL = sphere(AT, 10)
FAR = tuple(np.add(AT, [40, 0, 0]).tolist())
ROD = Shape(kind="rod", at=AT, to=FAR, radius_mm=3, blend_mm=0)


def cube(size: float = 12) -> Mesh:
    return from_trimesh(trimesh.creation.box((size, size, size)).apply_translation(AT))


def test_an_added_rod_is_there_and_a_cut_one_is_gone() -> None:
    tip = np.add(AT, [30, 0, 0])[None]
    assert joined(BALL, [ROD], {})(tip)[0] < 0 < BALL(tip)[0]
    assert cut(BALL, [ROD], {})(np.array([AT]))[0] > 0


def test_a_closed_file_is_its_signed_distance() -> None:
    points = np.add(AT, [[4, 0, 0], [5, 0, 0], [9, 0, 0]])
    assert np.allclose(stl_field(cube(), "cube.stl")(points), [-2, -1, 3], atol=0.05)


def test_a_file_that_is_open_or_turned_inside_out_is_refused() -> None:
    whole = cube()
    for mesh in (Mesh(whole.vertices, whole.faces[1:]), Mesh(whole.vertices, whole.faces[:, ::-1])):
        with pytest.raises(InputError, match=r"cube\.stl"):
            stl_field(mesh, "cube.stl")


def test_a_file_is_added_like_a_primitive() -> None:
    path = Path("cube.stl")
    shape = Shape(kind="stl", path=path, blend_mm=0)
    assert joined(sphere(FAR, 2), [shape], {path: cube()})(np.array([AT]))[0] < 0


def test_shapes_that_miss_the_body_are_refused_by_number() -> None:
    away = Shape(kind="ball", at=FAR, radius_mm=5)
    envelope = BALL.sampled(np.subtract(AT, 14), np.add(AT, 14), 1.0)
    with pytest.raises(InputError, match=r"body.add\[1\]"):
        check_touching([ROD, away], BALL, {})
    with pytest.raises(InputError, match=r"body.cut\[0\]"):
        check_cuts([away], envelope, {})
    check_touching([ROD], BALL, {})
    check_cuts([ROD], envelope, {})


@pytest.mark.parametrize(
    "wrong",
    [
        {"add": [{"kind": "ball", "radius_mm": 4}]},
        {"add": [{"kind": "ball", "at": AT, "radius_mm": 400}]},
        {"cut": [{"kind": "box", "at": AT, "half_mm": [0, 5, 5]}]},
        {"cut": [{"kind": "stl"}]},
        {"contacts": [{"host": "sacrum", "point": AT, "normal": [0, 0, 0], "radius_mm": 12}]},
        {"contacts": [{"host": "sacrum", "point": AT, "normal": [1, 0, 0], "radius_mm": 9, "minor_radius_mm": 12}]},
        {"offset_mm": 20},
    ],
)
def test_impossible_statements_are_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        BodySettings.model_validate(wrong)


def test_the_strut_runs_through_stated_points_and_its_ends_stay() -> None:
    rail = np.add(AT, np.stack([np.arange(120.0), np.zeros(120), np.zeros(120)], axis=1))
    wanted = np.add(rail[[40, 75]], [[0, 6, 0], [0, 0, -5]])
    bent = through(rail, wanted)
    assert np.allclose(bent[[40, 75]], wanted)
    assert np.allclose(bent[[0, -1]], rail[[0, -1]], atol=0.05)
    assert np.abs(np.diff(bent, 2, axis=0)).max() < 0.1


def test_strut_points_far_off_or_too_close_are_refused() -> None:
    rail = np.add(AT, np.stack([np.arange(120.0), np.zeros(120), np.zeros(120)], axis=1))
    for wanted in (np.add(rail[[40]], [0, 40, 0]), np.add(rail[[40, 50]], [0, 3, 0])):
        with pytest.raises(InputError, match="strut_points"):
            through(rail, wanted)
