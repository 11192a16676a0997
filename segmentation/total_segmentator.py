"""TotalSegmentator, where it is installed and asked for: a program of its own, run on a CT in a scratch folder."""

import shutil
import subprocess
import tempfile
from pathlib import Path

import SimpleITK as sitk

from hemipelvis.errors import InputError
from hemipelvis.segmentation.read_segments import Segment, read_segments
from hemipelvis.volume import Volume

PROGRAM = "TotalSegmentator"
BONES = ("sacrum", "vertebrae_S1", "vertebrae_L5", "vertebrae_L4", "hip_left", "hip_right", "femur_left", "femur_right")


def total_segmentator(ct: Volume) -> tuple[Segment, ...]:
    """Its masks of the pelvis' bones. Raises InputError if it is not installed or fails."""
    program = shutil.which(PROGRAM)
    if program is None:
        raise InputError(
            'segmentation.method = "totalsegmentator", which is not installed here',
            f"the program {PROGRAM} on the PATH",
            "pip install TotalSegmentator (with its weights), or leave the method out to segment without it",
        )
    with tempfile.TemporaryDirectory() as folder:
        scan, masks = Path(folder) / "ct.nii.gz", Path(folder) / "masks"
        sitk.WriteImage(ct.image(), str(scan))
        _run([program, "-i", str(scan), "-o", str(masks), "--roi_subset", *BONES])
        return read_segments(masks)


def _run(command: list[str]) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no message"])[-1]
        raise InputError(
            f"{PROGRAM}, which ended with code {done.returncode}: {last}",
            "a run without error",
            f"run {PROGRAM} by hand on ct/ct.nrrd and give its folder of masks as segmentation.labels",
        )
