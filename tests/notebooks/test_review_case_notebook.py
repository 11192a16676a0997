from pathlib import Path

import pytest

from hemipelvis.export.handoff import checksums
from hemipelvis.export.review import SUMS, open_review
from hemipelvis.jsonable import dumps

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "review_case.ipynb"


def write_run(run: Path) -> None:
    """The files of a run that the notebook reads."""
    case = {"code": "K012", "side": "left", "resection": "I+II"}
    now = {"bwma_cm": {"left": 6.5, "right": 7.9}, "chd_mm": -18.9}
    new = {"id": "S1", "host": "sacrum", "diameter_mm": 6.5, "length_mm": 55.0, "failed": [],
           "clearance_tunnel_mm": 2.25, "clearance_cortex_mm": 1.4}  # fmt: skip
    files = {
        "manifest.json": {"parameters": {"case": case}, "warnings": [{"stage": "bones", "text": "an island"}]},
        "checks.json": {"a": {"value": 1, "limit": "= 0", "pass": False, "note": ""},
                        "b": {"value": 0, "limit": "= 0", "pass": True, "note": ""}},
        "planning/measurements.json": {"now": now, "planned": {**now, "chd_mm": 0.0}},
        "planning/cup.json": {"rule": "same height", "anteversion_deg": 25, "inclination_deg": 45, "definition": "x"},
        "segmentation/hardware.json": {"screws": [{"id": 1, "host": "sacrum", "broken": True, "diameter_mm": 6.4}]},
        "planning/screws.json": [new],
        "implant/build.json": {"machine": "Arcam", "build_height_mm": 140.0, "mass_g": 306.0},
        "implant/lattice.json": {"engraving": {"lines": ["L K012"]}},
        "handoff/implant.stl": {},
    }  # fmt: skip
    for name, value in files.items():
        (run / name).parent.mkdir(parents=True, exist_ok=True)
        (run / name).write_text(dumps(value))
    (run / "handoff" / SUMS).write_text(checksums(run / "handoff"))
    open_review(run / "handoff")


def test_the_notebook_says_what_the_run_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("nbclient", "nbformat", "ipykernel"):
        pytest.importorskip(name)
    import nbclient
    import nbformat

    write_run(tmp_path / "run")
    monkeypatch.setenv("HEMIPELVIS_RUN", str(tmp_path / "run"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    said = "".join(o.get("text", "") for cell in notebook.cells for o in cell.get("outputs", []))
    assert "1 of 2 checks passed" in said and "least clearance to an old tunnel: 2.2 mm" in said
    assert "engraved: L K012" in said and "review: not reviewed" in said
