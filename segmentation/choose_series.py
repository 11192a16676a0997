"""Which images of a DICOM export are the CT to work on."""

from collections import defaultdict

from hemipelvis.errors import InputError
from hemipelvis.segmentation.slice_headers import Found, SliceHeader

Series = dict[str, tuple[SliceHeader, ...]]


def choose_series(found: Found, series: str | None) -> tuple[tuple[SliceHeader, ...], tuple[str, ...]]:
    """The slices of one CT series, localisers left out, and warnings about what was passed over.

    `series` picks by series instance UID or by description. Raises InputError when nothing is CT, when only
    localisers or images without a place in the patient are there, or when several series could be meant.
    """
    if not found.slices:
        raise _nothing(found)
    ct = _grouped(tuple(s for s in found.slices if s.modality == "CT"))
    if not ct:
        raise _not_ct(found)
    slices = _axial_only({uid: tuple(s for s in group if not s.localiser) for uid, group in ct.items()})
    chosen = _pick(slices, series)
    return chosen, _passed_over(found, chosen)


def _grouped(slices: tuple[SliceHeader, ...]) -> Series:
    groups: dict[str, list[SliceHeader]] = defaultdict(list)
    for s in slices:
        groups[s.series].append(s)
    return {uid: tuple(group) for uid, group in groups.items()}


def _axial_only(groups: Series) -> Series:
    kept = {uid: group for uid, group in groups.items() if group}
    if not kept:
        raise InputError(
            "localiser (scout) images only",
            "the slices of a pelvic CT",
            "export the reconstructed slices of the series",
        )
    return kept


def _pick(groups: Series, series: str | None) -> tuple[SliceHeader, ...]:
    listed = "; ".join(f'{uid or "no UID"} "{g[0].description}" {len(g)} slices' for uid, g in sorted(groups.items()))
    matching = (
        [g for uid, g in groups.items() if series in (uid, g[0].description)] if series else list(groups.values())
    )
    if len(matching) == 1:
        return matching[0]
    if series:
        problem = "is no series" if not matching else f"is the description of {len(matching)} series"
        raise InputError(
            f'the series "{series}", which {problem} of this folder ({listed})',
            "the UID of one CT series",
            "state one of the UIDs listed as `series` under [ct]",
        )
    raise InputError(
        f"{len(matching)} CT series in one folder: {listed}",
        "one series, or word of which to use",
        "state the UID of the series to use as `series` under [ct]",
    )


def _passed_over(found: Found, chosen: tuple[SliceHeader, ...]) -> tuple[str, ...]:
    taken = chosen[0].series
    scouts = sum(s.localiser for s in found.slices if s.modality == "CT")
    others = len({s.series for s in found.slices if s.series != taken and not s.localiser})
    said = [
        (scouts, "localiser images"),
        (others, "other series"),
        (len(found.placeless), "images without a position"),
        (found.strangers, "files that are not DICOM"),
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
    return InputError(held, "a folder with the slices of one CT series", "check the path under [ct]")


def _not_ct(found: Found) -> InputError:
    kinds = sorted({s.modality for s in found.slices})
    return InputError(
        f"images of {', '.join(kinds)} such as {found.slices[0].file}",
        "a CT series",
        "export the CT: the numbers of other modalities are no Hounsfield units",
    )
