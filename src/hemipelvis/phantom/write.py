"""The demo patient on disk: a CT series, the case file, and the truth beside them."""

from dataclasses import dataclass
from pathlib import Path

import edt
import numpy as np

from hemipelvis.arrays import Array, Mask
from hemipelvis.frames import Side
from hemipelvis.jsonable import dumps
from hemipelvis.labels import METAL
from hemipelvis.nrrd import write_nrrd
from hemipelvis.phantom.paint import Scene, paint
from hemipelvis.phantom.patient import PhantomPatient, Placement, build_patient
from hemipelvis.phantom.resection import Resection
from hemipelvis.phantom.scan import Scans, scan
from hemipelvis.phantom.series import write_series
from hemipelvis.phantom.truth import truth
from hemipelvis.progress import Progress, part, silent
from hemipelvis.volume import Volume

CLEAN_REACH_MM = 22.0
MIDDLE = np.array([0.0, 8, 29])
"""Build-frame point at the middle of the scan: from below the lesser trochanters to above the iliac crests."""


@dataclass(frozen=True)
class PhantomSettings:
    """Which patient, and how finely scanned.

    spacing: mm along x, y, z; x and y alike. field_mm: side of the square field of view; length_mm: of the scan.
    """

    side: Side = Side.LEFT
    resection: Resection = "I+II"
    seed: int = 1
    spacing: tuple[float, float, float] = (0.9, 0.9, 1.5)
    field_mm: float = 404.0
    length_mm: float = 256.0
    placement: Placement | None = None

    @staticmethod
    def coarse(side: Side = Side.LEFT, resection: Resection = "I+II", seed: int = 1) -> "PhantomSettings":
        """A sixth of the voxels, for tests."""
        return PhantomSettings(side, resection, seed, (1.6, 1.6, 3.0))


DEMO = PhantomSettings()


def write_phantom(folder: Path, settings: PhantomSettings = DEMO, progress: Progress = silent) -> None:
    """Write folder/dicom/*.dcm, folder/case.toml and folder/truth/ (truth.json, labels, screws and clean NRRD).

    The same settings give the same bytes. Raises InputError for an unknown resection type.
    """
    progress("building the patient", 0.0)
    patient = build_patient(settings.side, settings.resection, settings.seed, settings.placement)
    scene = paint(patient, scan_grid(patient, settings), part(progress, 0.1, 0.3))
    scans = scan(scene, _near_metal(scene.labels), settings.seed, part(progress, 0.3, 0.95))
    progress("writing files", 0.95)
    write_series(folder / "dicom", scans.ct, f"phantom-{settings.seed}-{settings.side}-{settings.resection}")
    (folder / "case.toml").write_text(_case(settings), encoding="utf-8")
    _write_truth(folder / "truth", patient, scene, scans)
    progress("written", 1.0)


def scan_grid(patient: PhantomPatient, settings: PhantomSettings) -> Volume:
    """The scan's grid, without voxels of its own, centred on the pelvis."""
    spacing = np.array(settings.spacing, float)
    across, slices = (round(float(n)) for n in (settings.field_mm / spacing[0], settings.length_mm / spacing[2]))
    size = np.array([across, across, slices])
    origin = np.round(patient.world(MIDDLE) * (0, 1, 1) + _midline(patient), 1) - (size - 1) / 2 * spacing
    return Volume(np.broadcast_to(np.uint8(0), tuple(size[::-1])), spacing, origin)


def _midline(patient: PhantomPatient) -> Array:
    """Scans are centred on the table, where the patient's translation puts it."""
    return np.array([patient.translation[0], 0.0, 0.0])


def _near_metal(labels: Volume) -> Mask:
    """Voxels nearer to metal than CLEAN_REACH_MM."""
    metal = np.isin(labels.voxels, METAL)
    where = np.argwhere(metal)
    reach = np.ceil(CLEAN_REACH_MM / np.array(labels.sampling)).astype(int) + 1
    low, high = np.maximum(where.min(0) - reach, 0), where.max(0) + reach + 1
    window = tuple(slice(a, b) for a, b in zip(low, high, strict=True))
    near = np.zeros(metal.shape, bool)
    near[window] = edt.edt(~metal[window], anisotropy=labels.sampling, parallel=1) < CLEAN_REACH_MM
    return near


def _case(settings: PhantomSettings) -> str:
    return (
        "# A made-up patient: simulated from formulas, no person's data.\n"
        f'[case]\ncode = "phantom-{settings.seed}"\nside = "{settings.side}"\nresection = "{settings.resection}"\n\n'
        '[ct]\npath = "dicom"\n'
    )


def _write_truth(folder: Path, patient: PhantomPatient, scene: Scene, scans: Scans) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    facts = {**truth(patient), "spacing": scans.ct.spacing}
    (folder / "truth.json").write_text(dumps(facts), encoding="utf-8")
    for name, volume in {"labels": scene.labels, "screws": scene.screws, "clean": scans.clean}.items():
        write_nrrd(folder / f"{name}.nrrd", volume)
