"""Every reduction method beside the scan, the ceiling and the noise floor, in one run.

Run: python benchmarks/metal_artefacts.py [--slices FOLDER] [--phantom] [--case DICOM TRUTH] [--methods li,nmar,fused]

--slices: sample_*.mat with `image` (HU), `metal` and `pixel_size` (cm); metal is simulated into them, as titanium and
as cobalt-chrome, by the phantom's polychromatic scanner. --phantom: the embedded patient. --case: a series and its
truth (clean.nrrd, labels.nrrd). Errors are root mean squares in HU against the same scan without metal, 2 to 20 mm
from metal; Dice is of what exceeds 200 HU there. The ceiling is normalised interpolation with the true bone as prior,
smoothed like our own result. The noise floor is the noise of the clean scan itself: a flawless, noiseless result
would err by it.
"""

import argparse
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.io
import scipy.ndimage as ndi

from hemipelvis.arrays import Array, Mask
from hemipelvis.phantom.paint import Scene
from hemipelvis.phantom.scan import scan
from hemipelvis.phantom.write import write_phantom
from hemipelvis.segmentation import reduce_artefacts as reduction
from hemipelvis.segmentation.diffusion import noise
from hemipelvis.segmentation.read_series import read_scan
from hemipelvis.segmentation.seen_through import Batch
from hemipelvis.segmentation.segment_metal import segment_metal
from hemipelvis.settings import MarSettings
from hemipelvis.volume import Volume, on_grid, read_volume

BONES = range(1, 6)
TRUE_BONE_HU = 200.0


@dataclass(frozen=True)
class Trial:
    """A scan (HU), the same without metal (−2048 where unknown), its metal and its bone."""

    name: str
    ct: Volume
    clean: Array
    metal: Mask
    bone: Mask

    @property
    def zone(self) -> Mask:
        far = ndi.distance_transform_edt(~self.metal, sampling=self.ct.sampling)
        return (far > 2) & (far < 20) & (self.clean > -2000)


def figures(hu: Array, trial: Trial, zone: Mask) -> str:
    clean = trial.clean.astype(np.float32)
    body = zone & (clean > -300)
    parts = (body, zone & trial.bone, body & ~trial.bone)
    rms = [np.sqrt(np.mean((hu[p] - clean[p]) ** 2)) if p.any() else np.nan for p in parts]
    a, b = (hu > 200) & zone, (clean > 200) & zone
    dice = 2 * (a & b).sum() / max(1, a.sum() + b.sum())
    return f"all {rms[0]:6.1f}  bone {rms[1]:6.1f}  soft {rms[2]:6.1f} HU   Dice {dice:.3f}"


def ceiling(trial: Trial) -> Array:
    """The scan reduced with the true bone as prior, smoothed as our own result is."""
    metal = segment_metal(trial.ct, MarSettings().metal_hu)
    out = trial.ct.voxels.astype(np.float32)
    guess = reduction.reduce_artefacts(trial.ct, MarSettings(method="nmar")).volume.voxels
    known = np.where(trial.clean > -2000, trial.clean, guess).astype(np.float32)
    bone = np.where(trial.clean > -2000, trial.bone & (known > 100), known > 350)
    prior = np.where(bone, known, np.where(known < -400, -1000, 0)).astype(np.float32)
    for k in reduction._batches(np.flatnonzero(metal.bloomed.voxels.any(axis=(1, 2)))):
        batch, share, outline = _batch(trial.ct, metal.bloomed.voxels[k], metal.outline.voxels[k], k)
        image = batch.image(batch.filled(reduction._side_by_side(prior[k])))
        image = np.where(outline, batch.hu, reduction._smoothed(image, batch.bodies, share))
        out[k] = np.moveaxis(image, 2, 0)
    return out


def _batch(ct: Volume, bloomed: Mask, outline: Mask, k: Array) -> tuple[Batch, Array, Mask]:
    hu, bloomed, outline = (reduction._side_by_side(a) for a in (ct.voxels[k].astype(np.float32), bloomed, outline))
    g = reduction.geometry(hu.shape[0], hu.shape[1], ct.sampling[1:])
    metal = reduction._traced(bloomed, outline, g)
    share = reduction.back_project(metal.trace.astype(np.float32), g) / np.float32(g.angles)
    return Batch(hu, reduction.project(reduction._water(hu), g), metal, reduction._bodies(hu), g), share, outline


def report(trial: Trial, methods: list[str]) -> None:
    zone = trial.zone
    print(f"\n{trial.name}: {int(trial.metal.any(axis=(1, 2)).sum())} slices with metal")
    print(f"  {'scan':8s} {figures(trial.ct.voxels.astype(np.float32), trial, zone)}", flush=True)
    for method in methods:
        wall, cpu = time.perf_counter(), time.process_time()
        done = reduction.reduce_artefacts(trial.ct, MarSettings.model_validate({"method": method}))
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
        hu = done.volume.voxels.astype(np.float32)
        print(f"  {method:8s} {figures(hu, trial, zone)}   CPU {cpu:.0f} s, wall {wall:.0f} s", flush=True)
    print(f"  {'ceiling':8s} {figures(ceiling(trial), trial, zone)}")
    soft = zone & (np.abs(trial.clean) < 300)
    busy = [k for k in np.flatnonzero(soft.any(axis=(1, 2))) if soft[k].sum() > 500]
    floor = np.median([noise(trial.clean[k].astype(np.float32), ndi.binary_erosion(soft[k])) for k in busy])
    print(f"  {'floor':8s} {floor:.0f} HU (white noise of the clean scan, median over slices)")


def simulated(path: Path, material: str) -> Trial:
    """A real slice with metal simulated into it; both scans share one noise."""
    sample: Any = scipy.io.loadmat(path)["sample"][0, 0]
    hu, mask = np.maximum(sample["image"].astype(np.float32), -1000), sample["metal"] > 0
    pixel = 10 * float(sample["pixel_size"][0, 0])
    tissue = Volume(hu[None], (pixel, pixel, 1.0), np.zeros(3))  # type: ignore[arg-type]
    hardware = ((material, (slice(0, 1), slice(0, hu.shape[0]), slice(0, hu.shape[1])), mask[None].astype(np.float32)),)
    empty = tissue.like(np.zeros(hu[None].shape, np.uint8))
    scene = Scene(tissue=tissue, hardware=hardware, labels=empty, screws=empty)
    scans = scan(scene, np.ones(hu[None].shape, bool), 1)
    bone = (hu > TRUE_BONE_HU)[None] & ~mask[None]
    return Trial(f"{path.stem}, {material}", scans.ct, scans.clean.voxels, mask[None], bone)


def of_folder(name: str, series: Path, truth: Path) -> Trial:
    ct = read_scan(series).volume
    clean = on_grid(read_volume(truth / "clean.nrrd"), ct, -2048).voxels
    labels = on_grid(read_volume(truth / "labels.nrrd"), ct, 0, nearest=True).voxels
    return Trial(name, ct, clean, np.isin(labels, (6, 7)), np.isin(labels, BONES))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--slices", type=Path)
    parser.add_argument("--phantom", action="store_true")
    parser.add_argument("--case", type=Path, nargs=2, metavar=("DICOM", "TRUTH"))
    parser.add_argument("--methods", default="li,nmar,fsnmar,fused")
    asked = parser.parse_args()
    methods = asked.methods.split(",")
    for path in sorted(asked.slices.glob("sample_*.mat")) if asked.slices else ():
        for material in ("titanium", "cobalt_chromium"):
            report(simulated(path, material), methods)
    if asked.phantom:
        with tempfile.TemporaryDirectory() as folder:
            write_phantom(Path(folder))
            report(of_folder("phantom", Path(folder) / "dicom", Path(folder) / "truth"), methods)
    if asked.case:
        report(of_folder("case", *asked.case), methods)


if __name__ == "__main__":
    main()
