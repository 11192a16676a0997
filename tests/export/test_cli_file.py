from dataclasses import dataclass
from pathlib import Path

import numpy as np

from hemipelvis.arrays import Array
from hemipelvis.export.cli_file import read_cli, write_cli


@dataclass(frozen=True)
class Layer:
    z_mm: float
    points: Array
    starts: Array


SQUARE = np.array([[0, 0], [2, 0], [2, 2], [0, 2]], float)
LAYERS = [Layer(0.025, SQUARE, np.array([0, 4])), Layer(0.075, np.empty((0, 2)), np.array([0]))]


def test_loops_come_back_closed_at_their_upper_height(tmp_path: Path) -> None:
    write_cli(tmp_path / "a.cli", LAYERS, [[0, 0, 0], [2, 2, 0.1]], 2, 0.05, "part")
    (low, loops), (high, none) = read_cli(tmp_path / "a.cli")
    assert np.allclose([low, high], [0.05, 0.1])
    assert np.array_equal(loops[0], np.vstack([SQUARE, SQUARE[:1]]).astype(np.float32))
    assert none == []


def test_the_header_says_what_the_format_demands(tmp_path: Path) -> None:
    write_cli(tmp_path / "a.cli", LAYERS, [[0, 0, 0], [2, 2, 0.1]], 2, 0.05, "part A")
    head = (tmp_path / "a.cli").read_bytes().split(b"$$HEADEREND")[0].decode()
    assert head.startswith("$$HEADERSTART")
    assert {"$$BINARY", "$$UNITS/1.00000", "$$LAYERS/000002", "$$LABEL/1,part_A"} <= {*head.split("\n")}


def test_holes_are_told_from_outer_contours(tmp_path: Path) -> None:
    ring = Layer(0.1, np.concatenate([3 * SQUARE - 1, SQUARE[::-1]]), np.array([0, 4, 8]))
    write_cli(tmp_path / "a.cli", [ring], [[-1, -1, 0], [5, 5, 0.2]], 1, 0.2, "ring")
    data = (tmp_path / "a.cli").read_bytes().split(b"$$HEADEREND")[1]
    first, second = 6, 6 + 14 + 8 * 5
    assert (data[first + 6], data[second + 6]) == (1, 0)
