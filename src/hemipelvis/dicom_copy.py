"""A finished run's labels and parts as DICOM objects for the hospital's archive, filed beside the scan.

They carry the patient's name and the scan's identifiers, read from the scan itself: without these no archive can file
them. So this is a step of its own, on request, into a folder outside the run; nothing of it enters the run folder.
"""

import logging
from collections.abc import Sequence
from pathlib import Path

import pydicom

from hemipelvis.artefacts import Workspace
from hemipelvis.case import read_case
from hemipelvis.errors import InputError
from hemipelvis.export.dicom_filing import Filing, filing
from hemipelvis.export.dicom_part import Part, part_object
from hemipelvis.export.dicom_segmentation import segmentation_object
from hemipelvis.frames import Side
from hemipelvis.jsonable import load
from hemipelvis.labels import BONES, METAL, Label
from hemipelvis.progress import Progress, silent
from hemipelvis.run import scan_digest
from hemipelvis.run_stages import STAGES
from hemipelvis.segmentation.original_slices import original_slices
from hemipelvis.segmentation.quiet_dicom import quiet_dicom
from hemipelvis.settings import Case
from hemipelvis.stages_image import LABELS
from hemipelvis.stages_part import IMPLANT, SOLID, TRIAL
from hemipelvis.volume import read_volume

AGAIN = "hemipelvis run with this case file first"


def dicom_copy(case_file: Path, run: Path, out: Path, day: str, progress: Progress = silent) -> list[Path]:
    """Write segmentation.dcm and a DICOM object a part to `out`; day: YYYYMMDD of filing. Returns the files.

    The same run, scan and day give the same bytes. Raises InputError if `out` lies in the run folder, if the run is not
    finished or was not made from this scan, or if the scan is no DICOM series.
    """
    case = read_case(case_file)
    _keep_apart(run, out)
    _belongs(case, run)
    logging.getLogger("highdicom").setLevel(logging.CRITICAL)  # its remarks quote names
    with quiet_dicom():
        files = original_slices(case.ct.path, case.ct.series)
        headers = [pydicom.dcmread(f, stop_before_pixels=True) for f in files]
        found = filing(headers, case.case.code, day)
        out.mkdir(parents=True, exist_ok=True)
        return [_labels(run, out, found, progress), *_parts(_parts_of(run, case), out, found, progress)]


def _keep_apart(run: Path, out: Path) -> None:
    if out.resolve().is_relative_to(run.resolve()):
        raise InputError(
            f"{out}, in the run folder", "a folder outside it: these files name the patient, the run folder never does",
            "state another --out",
        )  # fmt: skip


def _belongs(case: Case, run: Path) -> None:
    """Nothing is filed under a patient whose scan the run was not made from."""
    path = run / "manifest.json"
    if not path.is_file():
        raise InputError(f"{run}, which holds no manifest.json", "a finished run folder", AGAIN)
    made = load(path)
    if made["case"] != case.case.code or made["inputs"]["ct"] != scan_digest(case.ct.path):
        raise InputError(
            f"a run of case {made['case']} from another scan than [ct] path names",
            f"a run of case {case.case.code} from this very scan, byte for byte", AGAIN,
        )  # fmt: skip
    workspace = Workspace(run)
    records = [workspace.record(stage.name) for stage in STAGES]
    changed = [name for record in records if record is not None for name in workspace.changed(record)]
    if changed or None in records:
        raise InputError(
            f"a run folder that is not up to date ({', '.join(changed) or 'unfinished'})", "every file as it was made",
            AGAIN,
        )  # fmt: skip


def _labels(run: Path, out: Path, found: Filing, progress: Progress) -> Path:
    progress("segmentation", 0.0)
    path = out / "segmentation.dcm"
    segmentation_object(read_volume(run / LABELS), found).save_as(path)
    return path


def _parts_of(run: Path, case: Case) -> list[Part]:
    """The parts designed, and the bones and the old endoprosthesis they were designed on."""
    side, code = case.case.side, case.case.code
    made = [(IMPLANT, "implant"), (SOLID, "solid parts of the implant"), (TRIAL, "trial model")]
    parts = [Part(run / name, f"{code} {side.letter} {title}", True, side) for name, title in made]
    for label in (*BONES, *METAL[:1]):
        path = run / f"segmentation/{label.name.lower()}.stl"
        if path.exists():
            parts.append(Part(path, f"{code} {label.name.lower().replace('_', ' ')}", False, _side_of(label, side)))
    return parts


def _side_of(label: Label, affected: Side) -> Side | None:
    if label is Label.ENDOPROSTHESIS:
        return affected
    return next((s for s in Side if label in (Label.hip(s), Label.femur(s))), None)


def _parts(parts: Sequence[Part], out: Path, found: Filing, progress: Progress) -> list[Path]:
    written = []
    for number, part in enumerate(parts, 1):
        progress(part.title, number / (len(parts) + 1))
        written.append(out / f"{part.path.stem}.dcm")
        with part.path.open("rb") as stl:
            part_object(part, stl, found, number).save_as(written[-1])
    return written
