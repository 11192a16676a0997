import numpy as np

from hemipelvis.segmentation.metal_replaced import metal_replaced

METAL = np.zeros((30, 30, 2), bool)
METAL[10:15, 12:20, 0] = True
TISSUE = np.full(METAL.shape, 45.0, np.float32)


def test_metal_in_even_tissue_becomes_that_tissue() -> None:
    assert np.allclose(metal_replaced(np.where(METAL, 3000, TISSUE).astype(np.float32), METAL), TISSUE)


def test_all_else_keeps_its_bits() -> None:
    image = np.random.default_rng(1).normal(0, 50, METAL.shape).astype(np.float32)
    assert np.array_equal(metal_replaced(image, METAL)[~METAL], image[~METAL])
