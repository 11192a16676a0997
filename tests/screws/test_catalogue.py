import json
from pathlib import Path
from typing import Any

import pytest

from hemipelvis.errors import InputError
from hemipelvis.screws.catalogue import catalogue, check_on_sale
from hemipelvis.settings import ScrewSettings

KIND = {
    "name": "7.3 long", "hosts": ["sacrum"], "diameter_mm": 7.3, "head_mm": 9.0, "shortest_mm": 40, "longest_mm": 60,
    "step_mm": 10,
}  # fmt: skip


def own(folder: Path, **change: Any) -> str:
    path = folder / "own.json"
    path.write_text(json.dumps({"name": "own", "kinds": [{**KIND, **change}]}), encoding="utf-8")
    return str(path)


def test_the_house_catalogue_has_every_diameter_that_is_asked_for_unless_stated() -> None:
    house, asked = catalogue("house"), ScrewSettings()
    for diameter in (asked.sacral_diameter_mm, *asked.sacral_thinner_mm):
        assert house.kind(diameter, "sacrum").diameter_mm == diameter
    for diameter in asked.pubic_diameters_mm:
        assert house.kind(diameter, "pubis").head_mm > diameter


def test_a_diameter_that_is_not_sold_is_refused_with_those_that_are(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"6.5 mm screw for the sacrum.*one of 7\.3 mm"):
        catalogue(own(tmp_path)).kind(6.5, "sacrum")


@pytest.mark.parametrize("change", [{"head_mm": 5.0}, {"shortest_mm": 70}, {"step_mm": -1}, {"diameter_mm": "thick"}])
def test_an_impossible_kind_is_refused(tmp_path: Path, change: dict[str, Any]) -> None:
    with pytest.raises(InputError, match=r"own\.json"):
        catalogue(own(tmp_path, **change))


def test_a_diameter_asked_for_is_looked_up_before_anything_is_computed(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"4.5 mm screw for the sacrum"):
        check_on_sale(ScrewSettings(catalogue=own(tmp_path), sacral_diameter_mm=7.3, sacral_thinner_mm=(4.5,)))
    with pytest.raises(InputError, match=r"for the pubis.*one of none mm"):
        check_on_sale(ScrewSettings(catalogue=own(tmp_path), sacral_diameter_mm=7.3, sacral_thinner_mm=()))


def test_an_unknown_name_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match="one of house"):
        catalogue("theirs")


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="cannot be read as a catalogue"):
        catalogue(str(tmp_path / "none.json"))
