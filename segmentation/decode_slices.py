"""Pixels of DICOM files to Hounsfield units, whatever their transfer syntax."""

from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

import numpy as np
import pydicom
from pydicom.dataset import Dataset
from pydicom.encaps import generate_frames
from pydicom.pixels.decoders.base import get_decoder
from pydicom.uid import ImplicitVRLittleEndian, RLELossless

from hemipelvis.arrays import Array, Mask, Voxels
from hemipelvis.errors import InputError
from hemipelvis.progress import Progress
from hemipelvis.segmentation.frame_headers import SliceHeader
from hemipelvis.segmentation.quiet_dicom import quiet_dicom
from hemipelvis.segmentation.untyped import ndimage

AIR_HU = -1024
TISSUE_HU = -500  # Filler written as a number above this could be a tissue's.
MOST_VOXELS = 2**31  # 2048 × 2048 × 512: more than any scanner makes, less than a damaged size asks for.
END_OF_IMAGE = b"\xff\xd9"  # of JPEG, JPEG-LS and JPEG 2000 code streams alike


def decode_slices(folder: Path, slices: tuple[SliceHeader, ...], progress: Progress) -> Voxels:
    """int16 HU (n, rows, columns) of the slices, in their order; padding and all below −1024 HU become −1024.

    Every slice is rescaled by its own slope and intercept. Raises InputError naming a file that cannot be decoded.
    """
    shape = len(slices), slices[0].rows, slices[0].columns
    if np.prod(shape, dtype=float) > MOST_VOXELS:
        raise InputError(
            f"{shape[0]} slices of {shape[2]} × {shape[1]} pixels", "a CT of the pelvis", "export the series again"
        )
    out = np.empty(shape, np.int16)
    numbered = sorted(enumerate(slices), key=lambda pair: (pair[1].file, pair[1].frame))
    done = 0
    for file, group in groupby(numbered, key=lambda pair: pair[1].file):
        members = list(group)
        try:
            with quiet_dicom():
                for (k, _), hu in zip(members, _decoded(folder / file, [s for _, s in members]), strict=True):
                    progress("decoding slices", done / len(slices))
                    out[k] = hu
                    done += 1
        except Exception as error:  # pydicom and the codecs raise anything
            raise _undecodable(members[0][1]) from error
    return out


def _undecodable(s: SliceHeader) -> InputError:
    return InputError(
        f"{s.shown}, whose pixels cannot be decoded (truncated, damaged, or in an unknown compression)",
        "a whole image",
        "export the series again, uncompressed",
    )


def _decoded(path: Path, slices: list[SliceHeader]) -> Iterator[Array]:
    data = pydicom.dcmread(path, force=True)
    if "TransferSyntaxUID" not in data.file_meta:
        data.file_meta.TransferSyntaxUID = ImplicitVRLittleEndian
    syntax = data.file_meta.TransferSyntaxUID
    if syntax.is_encapsulated and syntax != RLELossless:
        _whole_streams(data, slices[0].frames)
    wanted = [s.frame for s in slices]
    frames = get_decoder(syntax).iter_array(data, indices=wanted, raw=True, correct_unused_bits=False)
    for s, (raw, _) in zip(slices, frames, strict=True):
        yield _hounsfield(raw, s, data)


def _whole_streams(data: Dataset, frames: int) -> None:
    """Raises ValueError if a compressed image breaks off: some decoders fill up the rest and say nothing."""
    for stream in generate_frames(data.PixelData, number_of_frames=frames):
        if not stream.rstrip(b"\0\xff").endswith(END_OF_IMAGE):
            raise ValueError("a code stream without its end")


def _hounsfield(raw: Array, s: SliceHeader, data: Dataset) -> Array:
    stored = _stored(raw, data)
    hu = np.rint(stored.astype(np.float32) * np.float32(s.slope) + np.float32(s.intercept))
    filler = _padding(raw, data) | _padding(stored, data)
    if filler.any() and hu[filler].max() > TISSUE_HU:
        filler = _from_corners(filler)
    hu[filler] = AIR_HU
    return np.clip(hu, AIR_HU, np.iinfo(np.int16).max).astype(np.int16)


def _stored(raw: Array, data: Dataset) -> Array:
    """Only the bits stored: the others may hold overlays or chance (PS3.5 8.1.1). Signed ones are sign-extended."""
    allocated, stored = raw.dtype.itemsize * 8, int(data.BitsStored)
    above = allocated - 1 - int(data.HighBit)
    if raw.dtype.kind not in "iu" or not 0 <= above < allocated or not 0 < stored <= allocated - above:
        return raw
    return np.right_shift(np.left_shift(raw, above), allocated - stored)


def _padding(pixels: Array, data: Dataset) -> Mask:
    """Where the scanner wrote its filler: PixelPaddingValue, up to the range limit if given (PS3.3 C.7.5.1.1.2).

    The value may be written as signed or unsigned, whatever the pixels are: it is brought to their kind.
    """
    first, last = data.get("PixelPaddingValue"), data.get("PixelPaddingRangeLimit")
    if not isinstance(first, int) or pixels.dtype.kind not in "iu":
        return np.zeros(pixels.shape, bool)
    ends = np.array([first, last if isinstance(last, int) else first]).astype(pixels.dtype)
    return (pixels >= ends.min()) & (pixels <= ends.max())


def _from_corners(filler: Mask) -> Mask:
    """Filler that hangs together with the image's corners, where a round field leaves it: within, it is a tissue's."""
    corners = np.zeros(filler.shape, bool)
    corners[:: max(1, len(filler) - 1), :: max(1, filler.shape[1] - 1)] = True
    hanging: Mask = ndimage.binary_propagation(corners & filler, mask=filler)
    return hanging
