"""A whole case: read it, run the stages, write the manifest, sum up. And the demo's patient."""

import platform
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import Path
from typing import Any

import hemipelvis
from hemipelvis.artefacts import StageRecord, Workspace, sha256, sha256_of, write_atomically
from hemipelvis.case import read_case
from hemipelvis.errors import InputError
from hemipelvis.export.review import open_review
from hemipelvis.frames import Side
from hemipelvis.jsonable import dumps
from hemipelvis.phantom.write import PhantomSettings, write_phantom
from hemipelvis.pipeline import Desk, Listener, Stage, run_stages
from hemipelvis.run_stages import STAGES
from hemipelvis.screws.catalogue import check_on_sale
from hemipelvis.segmentation.scan_files import scan_inputs
from hemipelvis.settings import Case
from hemipelvis.stages_plan import own_catalogue

TOLD = ("numpy", "scipy", "numba", "SimpleITK", "trimesh", "manifold3d", "pyvista", "pydicom")


def run_case(case_file: Path, out: Path, listener: Listener) -> dict[str, Any]:
    """Design a case into a run folder; returns the summary. Raises InputError for input it cannot design from."""
    case = read_case(case_file)
    check_on_sale(case.screws)
    records = run_stages(STAGES, case, out, listener)
    workspace = Workspace(out)
    write_atomically(out / "manifest.json", dumps(manifest(case, case_file, records)))
    open_review(out / "handoff")
    checks = workspace.read_json("checks.json")
    return {
        "run": str(out),
        "implant": str(out / "implant" / "implant.stl"),
        "report": str(out / "report" / "index.html"),
        "checks": len(checks),
        "failed_checks": [name for name, row in checks.items() if not row["pass"]],
    }


def manifest(case: Case, case_file: Path, records: Mapping[str, StageRecord]) -> dict[str, Any]:
    """What a run was made from and with. Says nothing of the patient but the case code."""
    # Paths and series may name the patient: of them, hashes alone.
    parameters = case.model_dump(mode="json", exclude={"ct": True, "segmentation": {"labels"}, "radiograph": {"path"}})
    parameters["ct"] = {"series_sha256": None if case.ct.series is None else sha256_of(case.ct.series)}
    for name in ("add", "cut"):
        for shape, told in zip(getattr(case.body, name), parameters["body"][name], strict=True):
            told["path"] = None if shape.path is None else _by_content(shape.path)
    for path in own_catalogue(case.screws):
        parameters["screws"]["catalogue"] = _by_content(path)
    return {
        "hemipelvis": hemipelvis.__version__,
        "python": platform.python_version(),
        "versions": {name: version(name) for name in TOLD},
        "case": case.case.code,
        "inputs": {"case.toml": sha256(case_file), "ct": scan_digest(case.ct.path)},
        "parameters": parameters,
        "stages": {
            name: {"seconds": r.seconds, "peak_mib": r.peak_mib, "outputs": r.outputs, "edited": r.adopted}
            for name, r in records.items()
        },
        "warnings": [{"stage": name, "text": w} for name, r in records.items() for w in r.warnings],
    }


def _by_content(path: Path) -> str:
    """A file named by what is in it."""
    return f"{sha256(path)[:16]}{path.suffix}"


def scan_digest(path: Path) -> str:
    """Content hash of a scan, as the manifest has it."""
    digests = [sha256(p) for p in scan_inputs(path)]
    return digests[0] if len(digests) == 1 else sha256_of(digests)


def make_demo_patient(folder: Path, side: str, coarse: bool, listener: Listener) -> Path:
    """Scan the embedded phantom patient into a folder, once; returns its case file."""
    if side not in [s.value for s in Side]:
        raise InputError(f"side {side!r}", "left or right", "correct --side")
    settings = PhantomSettings.coarse(Side(side)) if coarse else PhantomSettings(side=Side(side))

    def make(desk: Desk) -> None:
        write_phantom(desk.scratch, settings, desk.progress)

    stage = Stage(
        "phantom", "Scan the phantom patient", make, settings=lambda case: repr(settings), packages=("phantom",)
    )
    run_stages((stage,), _no_case(settings.side), folder, listener)
    return folder / "case.toml"


def _no_case(side: Side) -> Case:
    patient = {"code": "phantom", "side": side, "resection": "I+II"}
    return Case.model_validate({"case": patient, "ct": {"path": "dicom"}})
