"""Laws of the beam."""

import numpy as np

from hemipelvis.phantom.spectrum import MATERIALS, spectrum


def along(material: str, lengths_mm: np.ndarray) -> np.ndarray:
    lengths = np.zeros((len(lengths_mm), len(MATERIALS)))
    lengths[:, MATERIALS.index(material)] = lengths_mm
    return spectrum().polychromatic(lengths)


def test_the_weights_sum_to_one_and_the_mean_energy_is_that_of_a_120_kvp_beam() -> None:
    beam = spectrum()
    assert np.isclose(beam.weights.sum(), 1)
    assert 55 < beam.weights @ beam.energies_kev < 80


def test_the_beam_hardens_in_every_material() -> None:
    for material in MATERIALS:
        signal = along(material, np.linspace(0, 60, 30))
        assert (np.diff(signal) > 0).all()
        assert (np.diff(signal, 2) < 1e-12).all()


def test_denser_materials_stop_more() -> None:
    stopped = [along(m, np.array([5.0]))[0] for m in ("polyethylene", "water", "bone", "titanium", "cobalt_chromium")]
    assert stopped == sorted(stopped)
