"""Newton's step to the rim of two surfaces, where both their values are zero, in a plane."""

from hemipelvis.compiled import inlined

FLAT = 0.05
"""Least sine of the angle between two surfaces whose rim is sought."""


@inlined
def to_rim(outer: tuple[float, float], inner: tuple[float, float], f: float, g: float) -> tuple[float, float]:
    """The step from where the surfaces' values are f and g, with these slopes along the plane's two axes.

    None where the surfaces hardly part: the rim may be anywhere.
    """
    det = outer[0] * inner[1] - outer[1] * inner[0]
    sizes = (outer[0] * outer[0] + outer[1] * outer[1]) * (inner[0] * inner[0] + inner[1] * inner[1])
    if det * det <= FLAT * FLAT * sizes:
        return 0.0, 0.0
    return (g * outer[1] - f * inner[1]) / det, (f * inner[0] - g * outer[0]) / det
