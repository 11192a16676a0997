"""Is a scan fine and long enough to plan a hemipelvis on?"""

from hemipelvis.errors import InputError
from hemipelvis.volume import Volume

# A male pelvis is about 200 mm high from the ischium to the crest; 150 mm still holds acetabulum, pubis and sacrum.
LEAST_HEIGHT_MM = 150.0
COARSEST_SLICE_MM, COARSE_SLICE_MM = 5.0, 3.0
COARSEST_PIXEL_MM, COARSE_PIXEL_MM = 3.5, 1.6


def check_extent(ct: Volume) -> tuple[str, ...]:
    """Warnings about a coarse scan. Raises InputError for one that is too short or too coarse to plan on."""
    step, pixel, height = float(ct.spacing[2]), float(ct.spacing[:2].max()), float(ct.size[2] * ct.spacing[2])
    thin = "have the raw data reconstructed with slices of 1 to 1.5 mm"
    if step > COARSEST_SLICE_MM:
        raise InputError(f"slices {step:.2f} mm apart", f"at most {COARSEST_SLICE_MM:g} mm", thin)
    if pixel > COARSEST_PIXEL_MM:
        raise InputError(f"pixels of {pixel:.2f} mm", f"at most {COARSEST_PIXEL_MM:g} mm", "export full resolution")
    if height < LEAST_HEIGHT_MM:
        raise InputError(
            f"a scan {height:.0f} mm high",
            f"at least {LEAST_HEIGHT_MM:.0f} mm, from the ischium to the iliac crest",
            "scan, or export, the whole pelvis",
        )
    slices = f"slices {step:.2f} mm apart: thin cortex and screw threads are blurred; {thin}"
    pixels = f"pixels of {pixel:.2f} mm: walls thinner than two of them are lost; export full resolution"
    return ((slices,) if step > COARSE_SLICE_MM else ()) + ((pixels,) if pixel > COARSE_PIXEL_MM else ())
