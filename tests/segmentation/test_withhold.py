"""What of a name is left once the patient's words are out."""

import pytest

from hemipelvis.segmentation.withhold import shield, shown_names, written_inside

HIDE = shield([("name", "Müller^Änne Li"), ("number", "PAT-4711"), ("date", "19570109")])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("MUELLER_CT/IM0001", "…_CT/IM0001"),
        ("muller-anne.dcm", "…-….dcm"),
        ("MüllerÄnne", "……"),
        ("Li_pelvis, limited", "…_pelvis, limited"),
        ("PAT-4711 thin", "… thin"),
        ("scan4711b", "scan…b"),
        ("147110", "147110"),
        ("19570109 1957-01-09 09.01.1957 9.1.1957 01/09/1957 570109", "… … … … … …"),
        ("CT.1.3.12.2.1107.5.1.4.60064.30000022", "CT.…"),
        ("pelvis 1.5 B60s", "pelvis 1.5 B60s"),
    ],
)
def test_words_of_the_patient_go_and_others_stay(text: str, left: str) -> None:
    assert HIDE(text) == left


def test_a_name_in_other_letters_goes_too() -> None:
    assert shield([("name", "Wang^XiaoDong=王^小東")])("王小東_xiaodong") == "……_…"


def test_a_withheld_file_is_named_by_its_place() -> None:
    names = shown_names(["b/mueller.dcm", "a/one.dcm"], HIDE)
    assert names == {"a/one.dcm": "a/one.dcm", "b/mueller.dcm": "b/….dcm (file 2 of 2 in the order of names)"}


def test_words_of_a_path_are_sought_in_a_header_that_cannot_be_read() -> None:
    assert written_inside("x/Mueller_scan.dcm", b"\0\x10PN\0Mueller^A\0") == frozenset({("name", "Mueller")})
