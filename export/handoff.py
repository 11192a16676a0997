"""The package for the build desk: parts, a readme, checksums of everything, and a seal that any change breaks."""

import hashlib
import zipfile
from collections.abc import Mapping
from pathlib import Path

from hemipelvis.artefacts import sha256
from hemipelvis.errors import InputError

SUMS = "SHA256SUMS"
README = """Custom hemipelvic endoprosthesis: case {code}, {side} side, resection {resection}
Made with hemipelvis {version}. Unit of every file: millimetre. Coordinates: patient (LPS).

implant.stl, implant.3mf  the print part ({material}, {machine})
trial.stl                 trial model for stereolithography, solid, without lattice
checks.json               every check with value, limit and verdict ({failed} failed of {total})
report.html               what was found, what is planned, pictures
SHA256SUMS                checksums; `hemipelvis verify` compares them

A qualified person reviews and signs this design before it is built.
"""


def checksums(folder: Path) -> str:
    """Lines as `sha256sum` writes them, of all files but the list itself; the 3MF's model part too, uncompressed."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.name != SUMS)
    lines = [f"{sha256(p)}  {p.relative_to(folder).as_posix()}" for p in files]
    return "\n".join(lines + [_model_part(p, folder) for p in files if p.suffix == ".3mf"]) + "\n"


def _model_part(path: Path, folder: Path) -> str:
    digest = hashlib.sha256()
    with zipfile.ZipFile(path) as package, package.open("3D/3dmodel.model") as model:
        while block := model.read(1 << 20):
            digest.update(block)
    return f"# {digest.hexdigest()}  {path.relative_to(folder).as_posix()}:3D/3dmodel.model (uncompressed)"


def verify(folder: Path) -> None:
    """Raises InputError naming every file that was changed, is missing or was added since the package was made."""
    if not (folder / SUMS).is_file():
        raise InputError(f"folder {folder.name} without {SUMS}", "a hand-off package", "state the run's handoff folder")
    stated, found = (_by_name(t) for t in ((folder / SUMS).read_text(encoding="utf-8"), checksums(folder)))
    wrong = sorted(name for name in stated.keys() | found.keys() if stated.get(name) != found.get(name))
    if wrong:
        raise InputError(
            f"a package changed since it was made: {', '.join(wrong)}",
            "every file as its checksum says",
            "take the package from the run folder again and have it reviewed again",
        )


def _by_name(text: str) -> Mapping[str, str]:
    rows = (line.removeprefix("# ").split("  ", 1) for line in text.splitlines() if line)
    return {name: digest for digest, name in rows}
