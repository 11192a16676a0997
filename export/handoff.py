"""The package for the build desk: parts, a readme, checksums of everything, and a seal that any change breaks."""

import hashlib
import re
import zipfile
import zlib
from collections.abc import Mapping
from pathlib import Path

from hemipelvis.artefacts import sha256
from hemipelvis.errors import InputError
from hemipelvis.export.review import REVIEW, SUMS, Review, read_review
from hemipelvis.export.threemf import MODEL

UNLISTED = frozenset({SUMS, REVIEW})
LINE = re.compile(r"(# )?([0-9a-f]{64}|unreadable)  \S.*")
README = """Custom hemipelvic endoprosthesis: case {code}, {side} side, resection {resection}
Made with hemipelvis {version}. Unit of every file: millimetre. Coordinates: patient (LPS), not the build chamber's.

implant.stl, implant.3mf  the print part, whole ({material}, {machine}); engraved: {mark}
                          the 3MF's build item turns it into the pose of build.json; its mesh stays where the STL is
solid.stl                 its solid parts alone, to tell them from the lattice in build preparation; not to be printed
trial.stl                 trial model for stereolithography, {trial}, without lattice; its holes guide the drill
bones/                    models of the bones it was planned on
checks.json               every check with value, limit and verdict ({failed} failed of {total})
build.json                pose, walls, gaps, overhang, powder
report.html               what was found, what is planned, pictures
SHA256SUMS                checksums; `hemipelvis verify` compares them
review.json               who reviewed these very files, when, with what verdict; any change voids it

In the pose of build.json the part measures {size} mm and leaves {margin} mm of the chamber: {layers} layers.
Mass {mass} g. Chambers that powder cannot leave by a way as wide as the drain: {chambers}.

A qualified person reviews and signs this design before it is built.
"""


def checksums(folder: Path) -> str:
    """Lines as `sha256sum` writes them, of all files but the list itself and the review, which is bound to it; of a
    3MF its model part too, uncompressed."""
    files = sorted(p for p in folder.rglob("*") if p.is_file() and p.relative_to(folder).as_posix() not in UNLISTED)
    lines = [f"{sha256(p)}  {p.relative_to(folder).as_posix()}" for p in files]
    return "\n".join(lines + [_model_part(p, folder) for p in files if p.suffix == ".3mf"]) + "\n"


def _model_part(path: Path, folder: Path) -> str:
    digest = hashlib.sha256()
    name = path.relative_to(folder).as_posix()
    try:
        with zipfile.ZipFile(path) as package, package.open(MODEL) as model:
            while block := model.read(1 << 20):
                digest.update(block)
    except (zipfile.BadZipFile, zlib.error, KeyError, EOFError, NotImplementedError, RuntimeError):
        return f"# unreadable  {name}:{MODEL} (uncompressed)"
    return f"# {digest.hexdigest()}  {name}:{MODEL} (uncompressed)"


def verify(folder: Path) -> Review | None:
    """The review of an untouched package, None where it has none.

    Raises InputError for a package that was changed, or saying why its review is void.
    """
    check_seal(folder)
    return read_review(folder)


def check_seal(folder: Path) -> None:
    """Raises InputError naming every file that was changed, is missing or was added since the package was made."""
    if not (folder / SUMS).is_file():
        raise InputError(f"folder {folder.name} without {SUMS}", "a hand-off package", "state the run's handoff folder")
    stated, found = _by_name(_text(folder / SUMS)), _by_name(checksums(folder))
    faults = [*_faults(stated, found), *_strange(folder)]
    if faults:
        raise InputError(
            f"a package changed since it was made: {', '.join(faults)}",
            "every file as its checksum says; any review of it is void",
            "take the package from the run folder again and have it reviewed again",
        )


def _text(path: Path) -> str:
    return path.read_bytes().decode("utf-8", errors="replace")


def _faults(stated: Mapping[str, str], found: Mapping[str, str]) -> list[str]:
    missing = [f"{name} is missing" for name in sorted(stated.keys() - found.keys())]
    added = [f"{name} was added" for name in sorted(found.keys() - stated.keys())]
    changed = [f"{name} was changed" for name in sorted(stated.keys() & found.keys()) if stated[name] != found[name]]
    return changed + missing + added


def _strange(folder: Path) -> list[str]:
    """What checksums do not see: links, and lines of the list that say nothing."""
    links = [f"{p.relative_to(folder).as_posix()} is a link" for p in sorted(folder.rglob("*")) if p.is_symlink()]
    lines = [line for line in _text(folder / SUMS).splitlines() if not LINE.fullmatch(line)]
    return links + [f"{SUMS} holds {line[:40]!r}" for line in lines]


def _by_name(text: str) -> Mapping[str, str]:
    rows = (line.removeprefix("# ").split("  ", 1) for line in text.splitlines() if LINE.fullmatch(line))
    return {name: digest for digest, name in rows}
