"""The pipeline's promises: skip, redo, resume, take over, refuse."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from hemipelvis.artefacts import Workspace
from hemipelvis.console import Quiet
from hemipelvis.errors import InputError
from hemipelvis.pipeline import Desk, Stage, run_stages
from hemipelvis.settings import Case

CASE = {"case": {"code": "a", "side": "left", "resection": "I+II"}, "ct": {"path": "ct"}}


def a_case(**sections: object) -> Case:
    return Case.model_validate({**CASE, **sections})


class House:
    """Two stages, the second reading the first, that count how often they run."""

    def __init__(self) -> None:
        self.runs: list[str] = []
        self.fail: Callable[[], None] = lambda: None

    def first(self, desk: Desk) -> None:
        self.runs.append("first")
        desk.new("one.json").write_text(f"[{desk.case.cup.anteversion_deg}]")

    def second(self, desk: Desk) -> None:
        self.runs.append("second")
        desk.new("deep/two.json").write_text(desk.path("one.json").read_text() * 2)
        self.fail()

    @property
    def stages(self) -> tuple[Stage, ...]:
        cup = Stage("first", "First", self.first, settings=lambda c: c.cup.anteversion_deg, editable=("one.json",))
        return cup, Stage("second", "Second", self.second, ("first",), settings=lambda c: c.cup.shell_mm)

    def run(self, root: Path, case: Case | None = None) -> list[str]:
        self.runs = []
        run_stages(self.stages, case or a_case(), root, Quiet())
        return self.runs


def test_a_finished_stage_is_skipped(tmp_path: Path) -> None:
    house = House()
    assert house.run(tmp_path) == ["first", "second"]
    assert house.run(tmp_path) == []


def test_a_changed_setting_redoes_only_what_depends_on_it(tmp_path: Path) -> None:
    house = House()
    house.run(tmp_path)
    assert house.run(tmp_path, a_case(cup={"shell_mm": 5})) == ["second"]
    assert house.run(tmp_path, a_case(cup={"shell_mm": 5, "anteversion_deg": 20})) == ["first", "second"]


def test_an_interrupted_run_leaves_no_half_written_file_and_resumes(tmp_path: Path) -> None:
    house = House()

    def stop() -> None:
        raise KeyboardInterrupt

    house.fail = stop
    with pytest.raises(KeyboardInterrupt):
        house.run(tmp_path)
    assert not (tmp_path / "deep").exists()
    house.fail = lambda: None
    assert house.run(tmp_path) == ["second"]


def test_a_lost_output_is_made_again(tmp_path: Path) -> None:
    house = House()
    house.run(tmp_path)
    (tmp_path / "deep" / "two.json").unlink()
    assert house.run(tmp_path) == ["second"]


def test_a_damaged_output_that_is_not_editable_is_made_again(tmp_path: Path) -> None:
    house = House()
    house.run(tmp_path)
    (tmp_path / "deep" / "two.json").write_text("damaged")
    assert house.run(tmp_path) == ["second"]
    assert "damaged" not in (tmp_path / "deep" / "two.json").read_text()


def test_an_engineers_edit_is_taken_over_and_what_depends_on_it_redone(tmp_path: Path) -> None:
    house = House()
    house.run(tmp_path)
    (tmp_path / "one.json").write_text("[99]")
    assert house.run(tmp_path) == ["second"]
    assert (tmp_path / "deep" / "two.json").read_text() == "[99][99]"
    record = Workspace(tmp_path).record("first")
    assert record is not None and record.adopted == ("one.json",)


def test_an_edit_is_never_overwritten_silently(tmp_path: Path) -> None:
    house = House()
    house.run(tmp_path)
    (tmp_path / "one.json").write_text("[99]")
    house.run(tmp_path)
    with pytest.raises(InputError, match=r"one\.json"):
        house.run(tmp_path, a_case(cup={"anteversion_deg": 20}))
    (tmp_path / "one.json").unlink()
    assert house.run(tmp_path, a_case(cup={"anteversion_deg": 20})) == ["first", "second"]


def test_what_a_stage_no_longer_writes_is_removed(tmp_path: Path) -> None:
    def many(desk: Desk) -> None:
        for n in range(int(desk.case.cup.shell_mm)):
            desk.new(f"{n}.txt").write_text("x")

    stage = Stage("many", "Many", many, settings=lambda c: c.cup.shell_mm)
    run_stages((stage,), a_case(cup={"shell_mm": 4}), tmp_path, Quiet())
    run_stages((stage,), a_case(cup={"shell_mm": 2}), tmp_path, Quiet())
    assert sorted(p.name for p in tmp_path.glob("*.txt")) == ["0.txt", "1.txt"]


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(InputError, match="cannot be written"):
        House().run(tmp_path / "file" / "run")


@pytest.mark.parametrize("error", [OSError(28, os.strerror(28)), OSError("119532 requested and 4653 written")])
def test_a_full_disk_is_refused_and_the_scratch_removed(tmp_path: Path, error: OSError) -> None:
    house = House()

    def full() -> None:
        raise error

    house.fail = full
    with pytest.raises(InputError, match="full disk"):
        house.run(tmp_path)
    assert not (tmp_path / ".partial").exists()


def test_two_runs_do_not_share_a_folder(tmp_path: Path) -> None:
    house = House()

    def intrude() -> None:
        House().run(tmp_path)

    house.fail = intrude
    with pytest.raises(InputError, match="another run"):
        house.run(tmp_path)
