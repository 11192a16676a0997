"""Which images of a DICOM export are the CT to work on."""

import hashlib
from collections import defaultdict
from dataclasses import dataclass

import numpy as np

from hemipelvis.errors import InputError
from hemipelvis.segmentation.frame_headers import SliceHeader
from hemipelvis.segmentation.slice_headers import Found

SAME_MM = 0.01  # Positions nearer than this are one position: DICOM writes them to 1e-3 mm or better.
FEWEST = 3  # Slices that make a volume.


@dataclass(frozen=True)
class Candidate:
    """Slices that may be one volume: a series, or one stack, acquisition or phase of it (`part` says which)."""

    slices: tuple[SliceHeader, ...]
    part: str = ""

    @property
    def key(self) -> str:
        """Eight letters that stand for the series (its UID names the examination) and its part."""
        return hashlib.sha256(f"{self.slices[0].series}\0{self.part}".encode()).hexdigest()[:8]

    def called(self, name: str) -> bool:
        """Whether `name` is its key, UID, description or number."""
        s = self.slices[0]
        return name.strip() in (self.key, s.series, s.description.strip(), s.number) and bool(name.strip())

    def told(self) -> str:
        """One line for the engineer to choose by."""
        s = self.slices[0]
        kernel = dict(s.facts).get("kernel")
        part = f", {self.part}" if self.part else ""
        return (
            f'  "{self.key}": series {s.number or "without number"} "{s.shown_description}"{part}, {len(self.slices)} '
            f"slices {_step(self.slices)}, {s.thickness_mm:g} mm thick, pixels {s.pixel_mm[0]:.2f} mm, "
            f"{s.columns} × {s.rows}" + (f", kernel {kernel}" if kernel else "")
        )


def choose_series(found: Found, series: str | None) -> tuple[tuple[SliceHeader, ...], tuple[str, ...]]:
    """The slices of one CT series, localisers left out, and warnings about what was passed over.

    `series` picks by series instance UID, description, number, or the key that the list of several series shows; a
    series with several stacks, acquisitions or phases at the same positions counts as several. Raises InputError when
    nothing is CT, when only localisers or images without a place in the patient are there, when several series could
    be meant, or when a DICOMDIR lists images of the series that are not there.
    """
    if not found.slices:
        raise _nothing(found)
    images = tuple(s for s in found.slices if s.modality == "CT" and s.ct_class)
    if not images:
        raise _not_ct(found)
    slices = tuple(s for s in images if not s.localiser)
    if not slices:
        raise InputError(
            "localiser (scout) images only",
            "the slices of a pelvic CT",
            "export the reconstructed slices of the series",
        )
    chosen = _pick(_candidates(slices), series, found)
    _all_there(found, chosen)
    _sound(chosen)
    return chosen, _passed_over(found, chosen)


def _candidates(slices: tuple[SliceHeader, ...]) -> tuple[Candidate, ...]:
    groups: dict[str, list[SliceHeader]] = defaultdict(list)
    for s in slices:
        groups[s.series].append(s)
    return tuple(c for _, group in sorted(groups.items()) for c in _split(tuple(group)))


def _split(slices: tuple[SliceHeader, ...]) -> tuple[Candidate, ...]:
    """A series whole; or by the first trait that parts it into volumes, when slices lie in the same place or the file
    itself speaks of several stacks.
    """
    for what in dict.fromkeys(k for s in slices for k, _ in s.traits):
        if what != "stack" and not _collide(slices):
            continue
        parts: dict[str, list[SliceHeader]] = defaultdict(list)
        for s in slices:
            parts[dict(s.traits).get(what, "")].append(s)
        whole = all(len(p) >= FEWEST and not _collide(tuple(p)) for p in parts.values())
        if len(parts) > 1 and whole:
            return tuple(Candidate(tuple(p), f"{what} {name or 'not stated'}") for name, p in sorted(parts.items()))
    return (Candidate(slices),)


def _collide(slices: tuple[SliceHeader, ...]) -> bool:
    """Whether two of the slices lie at the same place in the same orientation."""
    places = np.array([(*s.position, *(100 * np.array([*s.row, *s.column]))) for s in slices])
    return len(np.unique(np.rint(places / SAME_MM), axis=0)) < len(slices)


def _step(slices: tuple[SliceHeader, ...]) -> str:
    normal = np.cross(slices[0].row, slices[0].column)
    steps = np.diff(np.sort(np.array([s.position for s in slices]) @ normal))
    return f"{np.median(steps):.2f} mm apart" if len(steps) else "alone"


def _pick(candidates: tuple[Candidate, ...], series: str | None, found: Found) -> tuple[SliceHeader, ...]:
    matching = tuple(c for c in candidates if series is None or c.called(series))
    if len(matching) == 1:
        return matching[0].slices
    mend = "state one of the keys in quotation marks (or a series' UID, description or number) as `series` under [ct]"
    if series is None:
        got = f"{len(candidates)} CT series in one folder:\n{_listed(candidates)}"
        raise InputError(got, "one series, or word of which to use", mend)
    shown = found.hide(series)
    if not matching:
        got = f'the series "{shown}", which is no series of this folder:\n{_listed(candidates)}'
        raise InputError(got, "a CT series of this folder", mend)
    got = f'the series "{shown}", which could be {len(matching)} series:\n{_listed(matching)}'
    raise InputError(got, "the name of one CT series", mend)


def _listed(candidates: tuple[Candidate, ...]) -> str:
    return "\n".join(c.told() for c in candidates)


def _all_there(found: Found, chosen: tuple[SliceHeader, ...]) -> None:
    lost = [image for image in found.lost if image.series == chosen[0].series]
    if lost:
        names = ", ".join(found.hide(image.file) for image in lost[:3])
        raise InputError(
            f"{len(lost)} images of the series that DICOMDIR lists but that are not there ({names}"
            f"{', …' if len(lost) > 3 else ''})",
            "every image of the series",
            "copy the whole disc again, or delete DICOMDIR if the images were left out on purpose",
        )


def _sound(chosen: tuple[SliceHeader, ...]) -> None:
    bad = [s for s in chosen if s.fault]
    if bad:
        raise InputError(
            f"{bad[0].shown} with {bad[0].fault}{f' (and {len(bad) - 1} more)' if len(bad) > 1 else ''}",
            "slices that say where they lie in the patient",
            "export the series again",
        )


def _passed_over(found: Found, chosen: tuple[SliceHeader, ...]) -> tuple[str, ...]:
    taken = chosen[0].series
    scouts = sum(s.localiser for s in found.slices if s.modality == "CT")
    others = len({s.series for s in found.slices if s.series != taken and not s.localiser})
    parts = sum(s.series == taken and not s.localiser for s in found.slices) - len(chosen)
    said = [
        (scouts, "localiser images"),
        (others, "other series"),
        (parts, "slices of other parts of the series"),
        (len(found.placeless), "images without a position"),
        (found.strangers, "files that are not DICOM"),
        (len(found.lost), "images that DICOMDIR lists but that are not there, none of the series"),
    ]
    text = ", ".join(f"{n} {what}" for n, what in said if n)
    return (f"passed over: {text}",) if text else ()


def _nothing(found: Found) -> InputError:
    if found.placeless:
        file, modality = found.placeless[0]
        return InputError(
            f"{len(found.placeless)} images without position or orientation, such as {file} ({modality})",
            "CT slices that say where they lie in the patient",
            "export the original slices, not screen captures",
        )
    held = f"{found.strangers} files, none of them a DICOM image" if found.strangers else "an empty folder"
    if found.lost:
        held = f"a DICOMDIR that lists {len(found.lost)} images, none of which is there"
    mend = (
        "unpack the archive"
        if found.archives
        else "check the path under [ct] (a volume file is stated itself, not its folder); copy the whole disc"
    )
    return InputError(held, "a folder with the slices of one CT series", mend)


def _not_ct(found: Found) -> InputError:
    kinds = sorted({"captures of CT" if s.modality == "CT" else s.shown_modality for s in found.slices})
    return InputError(
        f"images of {', '.join(kinds)} such as {found.slices[0].shown}",
        "a CT series",
        "export the CT: the numbers of other modalities are no Hounsfield units",
    )
