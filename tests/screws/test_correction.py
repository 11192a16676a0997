import tomllib

import numpy as np
import pytest

from hemipelvis.plan import Screw
from hemipelvis.screws.correction import with_screw

CASE = '[case]\nside = "left"  # his own\n\n[screws]\nsacral = 3\n'


def screw(name: str, x: float = 0.0) -> Screw:
    entry, tip = np.array([x, 1.0, 2.0]), np.array([x + 50, 4.0, 12.0])
    return Screw(name, "sacrum", entry, tip, 5.0, 8.0, entry, 3.0, 2.0, None, 40.0, 300.0, 1.0)


def test_a_screw_is_read_back_where_it_was_put() -> None:
    (one,) = tomllib.loads(with_screw(CASE, screw("S1")))["screws"]["add"]
    assert one == {"id": "S1", "host": "sacrum", "entry": [0, 1, 2], "tip": [50, 4, 12], "diameter_mm": 5.0}


def test_all_else_in_the_file_is_left_alone() -> None:
    assert with_screw(CASE, screw("S1")).startswith(CASE.rstrip())


def test_a_screw_moved_again_replaces_itself_and_no_other() -> None:
    text = with_screw(with_screw(with_screw(CASE, screw("S1")), screw("S2", 5.0)), screw("S1", 9.0))
    places = {s["id"]: s["entry"][0] for s in tomllib.loads(text)["screws"]["add"]}
    assert places == {"S2": 5.0, "S1": 9.0}


def test_a_file_that_is_no_toml_is_not_written_on() -> None:
    with pytest.raises(tomllib.TOMLDecodeError):
        with_screw("[case\n", screw("S1"))
