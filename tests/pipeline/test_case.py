"""The case file: what is stated is taken, what is wrong is named."""

from pathlib import Path

import pytest

from hemipelvis.case import read_case
from hemipelvis.case_template import case_text, explanation
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.settings import Case

GOOD = '[case]\ncode = "a-1"\nside = "left"\nresection = "I+II"\n[ct]\npath = "dicom"\n'


def case_file(folder: Path, text: str) -> Path:
    path = folder / "case.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_paths_are_taken_from_the_case_files_folder(tmp_path: Path) -> None:
    assert read_case(case_file(tmp_path, GOOD)).ct.path == tmp_path / "dicom"


def test_what_is_not_stated_has_the_clinical_default(tmp_path: Path) -> None:
    case = read_case(case_file(tmp_path, GOOD))
    assert (case.cup.anteversion_deg, case.cup.inclination_deg) == (25, 45)
    assert (case.lattice.pore_um, case.lattice.porosity) == (600, 0.70)


def test_a_misspelt_key_names_the_right_one(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="anteversion_deg"):
        read_case(case_file(tmp_path, GOOD + "[cup]\nantevresion_deg = 20\n"))


@pytest.mark.parametrize(
    "text",
    [
        GOOD.replace('"left"', '"lft"'),
        GOOD.replace('"I+II"', '"II"'),
        GOOD.replace('"a-1"', '"Jane Doe"'),
        GOOD + "[cup]\ninclination_deg = 450\n",
        GOOD + "[lattice]\nporosity = 70\n",
        GOOD + "[screws]\nclearance_mm = nan\n",
        "[case]\n",
        "not toml at all",
    ],
)
def test_impossible_values_are_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(InputError):
        read_case(case_file(tmp_path, text))


def test_every_fault_is_named_at_once(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        read_case(case_file(tmp_path, GOOD.replace('"left"', '"lft"') + "[cup]\ninclination_deg = 450\n"))
    assert "case.side" in caught.value.got and "cup.inclination_deg" in caught.value.got


def test_the_template_reads_back_as_the_case_it_was_written_for(tmp_path: Path) -> None:
    case = read_case(case_file(tmp_path, case_text("x", "right", "I+II+III", "ct.nrrd")))
    assert (case.case.side, case.case.resection, case.ct.path.name) == (Side.RIGHT, "I+II+III", "ct.nrrd")


def test_the_explanation_names_every_section() -> None:
    assert all(f"[{name}]" in explanation() for name in Case.model_fields)
