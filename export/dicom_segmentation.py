"""The label map as a DICOM segmentation (PS3.3 A.51): one binary segment a label, numbered as in the label map."""

import hashlib

import numpy as np
from highdicom import AlgorithmIdentificationSequence
from highdicom import Volume as DicomVolume
from highdicom.base import SOPClass
from highdicom.seg import Segmentation, SegmentDescription
from highdicom.sr import CodedConcept
from pydicom.sr.codedict import codes
from pydicom.sr.coding import Code

from hemipelvis import __version__
from hemipelvis.export.dicom_filing import FIRST_SERIES, Filing, settle
from hemipelvis.labels import METAL, Label
from hemipelvis.volume import Volume

KIND = "segmentation"
TYPES: dict[Label, Code] = {
    Label.SACRUM: codes.SCT.Sacrum,
    Label.HIP_RIGHT: codes.SCT.Hip,
    Label.HIP_LEFT: codes.SCT.Hip,
    Label.FEMUR_RIGHT: codes.SCT.Femur,
    Label.FEMUR_LEFT: codes.SCT.Femur,
    Label.ENDOPROSTHESIS: codes.SCT.Prosthesis,
    Label.SCREWS: codes.SCT.Screw,
    Label.LUMBAR: codes.SCT.LumbarSpine,
}
"""Of the standard's context groups 7151 and 7153 (anatomy), 7193 and 7309 (devices)."""

SIDES = {label: codes.SCT.Left if label.name.endswith("LEFT") else codes.SCT.Right for label in Label
         if label.name.endswith(("_LEFT", "_RIGHT"))}  # fmt: skip


def segmentation_object(labels: Volume, filing: Filing) -> SOPClass:
    """All labels on their own grid (LPS mm), beside the original series. The same input gives the same bytes."""
    voxels = np.ascontiguousarray(labels.voxels.astype(np.uint8))
    content = hashlib.sha256(voxels.tobytes() + labels.origin.tobytes() + labels.spacing.tobytes()).hexdigest()
    made = Segmentation(
        filing.headers,
        _placed(labels, voxels, str(filing.headers[0].FrameOfReferenceUID)),
        "BINARY",
        [_segment(label) for label in Label if label is not Label.BACKGROUND],
        series_number=FIRST_SERIES,
        content_label="LABELS",
        content_description="Bones and old hardware",
        **filing.described(KIND, content, 1),
    )
    settle(made)
    _name_dimensions(made, filing.uid(KIND, "dimensions", content))
    return made


def _placed(labels: Volume, voxels: np.ndarray, frame_of_reference: str) -> DicomVolume:
    """(z, y, x) voxels with the matrix that takes (k, j, i) to LPS mm."""
    affine = np.eye(4)
    affine[:3, :3] = np.diag(labels.spacing)[:, ::-1]
    affine[:3, 3] = labels.origin
    return DicomVolume(voxels, affine, "PATIENT", frame_of_reference_uid=frame_of_reference)


def _segment(label: Label) -> SegmentDescription:
    made = SegmentDescription(
        int(label),
        label.name.lower(),
        codes.SCT.PhysicalObject if label in METAL else codes.SCT.AnatomicalStructure,
        TYPES[label],
        "SEMIAUTOMATIC",
        AlgorithmIdentificationSequence("hemipelvis", codes.DCM.MorphologicalOperations, __version__),
    )
    side = SIDES.get(label)
    if side is not None:
        made.SegmentedPropertyTypeCodeSequence[0].SegmentedPropertyTypeModifierCodeSequence = [CodedConcept(*side)]
    return made


def _name_dimensions(made: Segmentation, uid: str) -> None:
    """The library draws the identifier of the frames' order by chance: give it one that depends on the content."""
    for item in (*made.DimensionOrganizationSequence, *made.DimensionIndexSequence):
        item.DimensionOrganizationUID = uid
