from pathlib import Path

import numpy as np
import pytest
import SimpleITK as sitk

from hemipelvis.jsonable import dumps
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
    old = {"tunnel": [a, c], "pieces": [[a, b], [b, c]], "diameter_mm": 6.5, "broken": True}
    (run / "segmentation/hardware.json").write_text(dumps({"screws": [old]}))
    new = {
        "id": "S1", "host": "sacrum", "entry": [-295, 250, -480], "tip": [-235, 250, -470],
        "bone_entry": [-285, 250, -478],
        "diameter_mm": 6.5, "purchase_mm": 50.0, "purchase_hu": 300.0, "clearance_tunnel_mm": 3.0,
        "clearance_cortex_mm": 2.0, "clearance_screw_mm": None, "failed": [],
    }  # fmt: skip
    (run / "planning/screws.json").write_text(dumps([new]))


def test_the_notebook_runs_on_a_run_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    reason = "the notebook needs nbclient, nbformat, ipykernel, matplotlib and pyvista"
    for name in ("nbclient", "nbformat", "ipykernel", "matplotlib", "pyvista"):
        pytest.importorskip(name, reason=reason)
    import nbclient
    import nbformat

    write_run(tmp_path / "run")
    monkeypatch.setenv("HEMIPELVIS_RUN", str(tmp_path / "run"))
    notebook = nbformat.read(NOTEBOOK, as_version=4)
    nbclient.NotebookClient(notebook, timeout=120, kernel_name="python3").execute()
    outputs = [o for cell in notebook.cells for o in cell.get("outputs", [])]
    assert sum("image/png" in o.get("data", {}) for o in outputs) >= 2
    assert any("S1" in o.get("data", {}).get("text/html", "") for o in outputs)
