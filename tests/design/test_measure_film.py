"""The measures on an actual film, and where its scale comes from."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from pydicom.dataset import FileDataset, FileMetaDataset
from pydicom.uid import ExplicitVRLittleEndian

from hemipelvis.design.measure_film import film_scale, measure_film
from hemipelvis.errors import InputError
from hemipelvis.frames import Side
from hemipelvis.plain_film import PlainFilm, read_plain_film
from hemipelvis.settings import RadiographSettings

POINTS = {
    "hip_centre_L": (700.0, 380.0), "hip_centre_R": (300.0, 400.0), "ischium_L": (620.0, 600.0),
    "ischium_R": (380.0, 600.0), "axis_upper": (500.0, 100.0), "axis_lower": (500.0, 500.0),
}  # fmt: skip
FILM = PlainFilm(np.zeros((800, 1000)), (0.2, 0.2), 1.25)


def stated(**settings: object) -> RadiographSettings:
    return RadiographSettings.model_validate({"points": POINTS, **settings})


def test_pixels_become_millimetres_in_the_patient() -> None:
    found = measure_film(FILM, stated(), Side.LEFT)
    assert found["bwma_cm"] == pytest.approx({"left": 3.2, "right": 3.2})
    assert found["chd_mm"] == pytest.approx(-20 * 0.16)
    assert measure_film(FILM, stated(), Side.RIGHT)["chd_mm"] == pytest.approx(20 * 0.16)


def test_a_film_hung_the_other_way_measures_the_same() -> None:
    turned = {name: (999 - x, y) for name, (x, y) in POINTS.items()}
    a, b = measure_film(FILM, stated(), Side.LEFT), measure_film(FILM, stated(points=turned), Side.LEFT)
    assert a["chd_mm"] == pytest.approx(b["chd_mm"])
    assert a["bwma_cm"] == pytest.approx(b["bwma_cm"])
    assert a["hung"] != b["hung"]


def test_a_film_turned_on_the_table_measures_the_same() -> None:
    c, s = np.cos(0.1), np.sin(0.1)
    turned = {
        n: (500 + c * (x - 500) - s * (y - 400), 400 + s * (x - 500) + c * (y - 400)) for n, (x, y) in POINTS.items()
    }
    assert measure_film(FILM, stated(points=turned), Side.LEFT)["chd_mm"] == pytest.approx(-3.2)


def test_what_the_engineer_states_goes_first() -> None:
    assert film_scale(FILM, stated(pixel_mm=0.5, magnification=1.0)).tolist() == [0.5, 0.5]


@pytest.mark.parametrize(
    ("film", "settings", "what"),
    [
        (PlainFilm(FILM.image, None, None), {}, "without a scale"),
        (PlainFilm(FILM.image, (0.2, 0.2), None), {}, "magnification is unknown"),
        (PlainFilm(FILM.image, (0.2, 0.2), 1.0, True), {"pixel_mm": 0.3}, "magnification is unknown"),
    ],
)
def test_an_unknown_scale_is_refused(film: PlainFilm, settings: dict[str, float], what: str) -> None:
    with pytest.raises(InputError, match=what):
        measure_film(film, stated(**settings), Side.LEFT)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"nose": (1.0, 1.0)}, "nose"),
        ({"axis_upper": (2000.0, 1.0)}, "outside"),
        ({"axis_upper": (500.0, 501.0)}, "same"),
    ],
)
def test_misplaced_points_are_refused(change: dict[str, tuple[float, float]], what: str) -> None:
    with pytest.raises(InputError, match=what):
        measure_film(FILM, stated(points={**POINTS, **change}), Side.LEFT)


def dicom(path: Path, **tags: object) -> Path:
    meta = FileMetaDataset()
    meta.TransferSyntaxUID = ExplicitVRLittleEndian
    header = FileDataset(str(path), {}, file_meta=meta, preamble=b"\0" * 128)
    header.Rows, header.Columns, header.SamplesPerPixel = 4, 6, 1
    header.BitsAllocated, header.BitsStored, header.HighBit, header.PixelRepresentation = 16, 16, 15, 0
    header.PhotometricInterpretation = "MONOCHROME2"
    header.PixelData = np.arange(24, dtype=np.uint16).tobytes()
    for name, value in tags.items():
        setattr(header, name, value)
    header.save_as(path)
    return path


def test_a_dicom_header_gives_pixel_size_and_magnification(tmp_path: Path) -> None:
    distances = {"DistanceSourceToDetector": "1150", "DistanceSourceToPatient": "1000"}
    film = read_plain_film(dicom(tmp_path / "a.dcm", Modality="DX", ImagerPixelSpacing=[0.14, 0.15], **distances))
    assert film.pixel_mm == pytest.approx((0.14, 0.15))
    assert film.magnification == pytest.approx(1.15)
    assert film.image[0].tolist() == [0, 1, 2, 3, 4, 5]


def test_a_calibrated_header_needs_no_magnification(tmp_path: Path) -> None:
    tags = {"PixelSpacing": [0.13, 0.13], "PixelSpacingCalibrationType": "FIDUCIAL", "ImagerPixelSpacing": [0.15, 0.15]}
    film = read_plain_film(dicom(tmp_path / "a.dcm", Modality="CR", **tags))
    assert film_scale(film, RadiographSettings()).tolist() == pytest.approx([0.13, 0.13])


def test_inverted_pixels_are_turned_round(tmp_path: Path) -> None:
    film = read_plain_film(dicom(tmp_path / "a.dcm", Modality="CR", PhotometricInterpretation="MONOCHROME1"))
    assert film.image[0, 0] == 23


def test_a_png_is_read_and_a_ct_slice_or_text_refused(tmp_path: Path) -> None:
    Image.fromarray(np.full((5, 7), 9, np.uint8)).save(tmp_path / "film.png")
    assert read_plain_film(tmp_path / "film.png").image.shape == (5, 7)
    with pytest.raises(InputError, match="modality CT"):
        read_plain_film(dicom(tmp_path / "ct.dcm", Modality="CT"))
    (tmp_path / "note.txt").write_text("no film", encoding="utf-8")
    with pytest.raises(InputError, match=r"note\.txt"):
        read_plain_film(tmp_path / "note.txt")
