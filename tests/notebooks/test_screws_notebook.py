from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from hemipelvis.frames import Plane, Side
from hemipelvis.hardware import Hardware, OldScrew
from hemipelvis.jsonable import dumps
from hemipelvis.landmarks import Landmarks
from hemipelvis.plan import CupPlan, Interface
from hemipelvis.screws.old_tunnels import find_tunnels
from hemipelvis.screws.retrieval import plan_retrieval
from hemipelvis.volume import Volume

NOTEBOOK = Path(__file__).parents[2] / "notebooks" / "screws.ipynb"


def write_run(run: Path) -> None:
    """A block of bone with one broken old screw and one new one."""
    for name in ("ct", "segmentation", "planning"):
        (run / name).mkdir(parents=True)
    bone = np.zeros((30, 40, 50), np.uint8)
    bone[5:25, 5:35, 5:45] = 1
    labels = Volume(bone, (2.0, 2.0, 2.0), (-300.0, 200.0, -500.0))  # type: ignore[arg-type]
    sitk.WriteImage(labels.image(), str(run / "segmentation/labels.nrrd"))
    ct = labels.like(np.where(bone, 300, 0).astype(np.int16))
    sitk.WriteImage(ct.image(), str(run / "ct/mar.nrrd"))
    a, b, c = [-290, 230, -470], [-250, 230, -470], [-230, 230, -470]
    old = OldScrew(1, "sacrum", a, c, 6.5, True, ((a, b), (b, c)), (a, c))  # type: ignore[arg-type]
    face = Interface("sacrum", np.array([-290.0, 240, -480]), np.array([-1.0, 0, 0]), 15.0, 0.0, 400.0, 0.0)
    marks = Landmarks({"SP": np.array([-220.0, 210, -450])}, {}, Plane(np.array([-230.0, 0, 0]), np.eye(3)[0]))
    cup = CupPlan(np.array([-300.0, 200, -560]), np.array([-0.7, -0.3, -0.6]), 25, 45, "radiographic", "same", 22, 2, 4)
    tunnels = find_tunnels(labels, ct, Hardware(None, (old,)), Side.RIGHT)
    plan = {"old_tunnels": tunnels, "old_screws": plan_retrieval(tunnels, (face,))}
    (run / "segmentation/hardware.json").write_text(dumps(Hardware(None, (old,))))
    (run / "planning/landmarks.json").write_text(dumps(marks.to_json()))
    (run / "planning/cup.json").write_text(dumps(cup))
    (run / "planning/interfaces.json").write_text(dumps((face,)))
    (run / "planning/screw_plan.json").write_text(dumps(plan))
    (run / "case.toml").write_text(
        '[case]\ncode = "X"\nside = "right"\nresection = "I+II"\n[ct]\npath = "ct/mar.nrrd"\n[screws]\npubic = 0\n'
    )
    new = {
        "id": "S1", "host": "sacrum", "entry": [-295, 250, -480], "tip": [-235, 250, -470],
        "bone_entry": [-285, 250, -478],
        "diameter_mm": 6.5, "head_diameter_mm": 8.0, "score": 1.0,
        "purchase_mm": 50.0, "purchase_hu": 300.0, "clearance_tunnel_mm": 3.0,
        "clearance_cortex_mm": 2.0, "clearance_screw_mm": None, "failed": [],
    }  # fmt: skip
    (run / "planning/screws.json").write_text(dumps([new]))


def test_the_notebook_runs_on_a_run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "the notebook needs nbclient, nbformat, ipykernel, ipywidgets, matplotlib and pyvista"
    for name in ("nbclient", "nbformat", "ipykernel", "ipywidgets", "matplotlib", "pyvista"):
        pytest.importorskip(name, reason=reason)
    import nbclient
    import nbformat

    write_run(tmp_path / "run")
    monkeypatch.setenv("HEMIPELVIS_RUN", str(tmp_path / "run"))
    monkeypatch.setenv("HEMIPELVIS_CASE", str(tmp_path / "run/case.toml"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    # A cell takes seconds; a reply whose arrival was missed is seen only when the wait is over.
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert sum("image/png" in o.get("data", {}) for o in outputs) >= 2
    said = "".join(str(o.get("text", "")) for o in outputs)
    widgets = [o for o in outputs if "application/vnd.jupyter.widget-view+json" in o.get("data", {})]
    assert len(widgets) >= 2, said
    assert any("S1" in o.get("data", {}).get("text/html", "") for o in outputs)
