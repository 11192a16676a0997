"""Pixels of DICOM files to Hounsfield units, whatever their transfer syntax."""

import struct
import warnings
from itertools import groupby
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.uid import ImplicitVRLittleEndian

from hemipelvis.arrays import Array, Voxels
from hemipelvis.errors import InputError
from hemipelvis.progress import Progress
from hemipelvis.segmentation.slice_headers import BROKEN, SliceHeader

AIR_HU = -1024
UNREADABLE = (*BROKEN, RuntimeError, IndexError, struct.error, MemoryError)


def decode_slices(folder: Path, slices: tuple[SliceHeader, ...], progress: Progress) -> Voxels:
    """int16 HU (n, rows, columns) of the slices, in their order; padding and all below −1024 HU become −1024.

    Every slice is rescaled by its own slope and intercept. Raises InputError naming a file that cannot be decoded.
    """
    out = np.empty((len(slices), slices[0].rows, slices[0].columns), np.int16)
    numbered = sorted(enumerate(slices), key=lambda pair: (pair[1].file, pair[1].frame))
    done = 0
    for file, group in groupby(numbered, key=lambda pair: pair[1].file):
        data, frames = _pixels(folder, file)
        for k, s in group:
            progress("decoding slices", done / len(slices))
            out[k] = _hounsfield(frames[s.frame], s, data)
            done += 1
    return out


def _pixels(folder: Path, file: str) -> tuple[Dataset, Array]:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            data = pydicom.dcmread(folder / file, force=True)
            if not hasattr(data.file_meta, "TransferSyntaxUID"):
                data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
            pixels = data.pixel_array
    except UNREADABLE as error:
        raise InputError(
            f"{file}, whose pixels cannot be decoded (truncated, damaged, or in an unknown compression)",
            "a whole image",
            "export the series again",
        ) from error
    return data, pixels if pixels.ndim == 3 else pixels[None]


def _hounsfield(raw: Array, s: SliceHeader, data: Dataset) -> Array:
    hu = np.rint(raw.astype(np.float32) * np.float32(s.slope) + np.float32(s.intercept))
    hu[_padding(raw, data)] = AIR_HU
    return np.clip(hu, AIR_HU, np.iinfo(np.int16).max).astype(np.int16)


def _padding(raw: Array, data: Dataset) -> Array:
    """Where the scanner wrote its filler: PixelPaddingValue, up to the range limit if given (PS3.3 C.7.5.1.1.2)."""
    first = data.get("PixelPaddingValue")
    if not isinstance(first, int):
        return np.zeros(raw.shape, bool)
    last = data.get("PixelPaddingRangeLimit")
    low, high = sorted((first, last if isinstance(last, int) else first))
    return (raw >= low) & (raw <= high)
