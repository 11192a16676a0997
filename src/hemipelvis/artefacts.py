"""Files of a run: content hashes, all-or-nothing writing, and the record that lets a finished stage be skipped."""

import hashlib
import json
import os
import shutil
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from hemipelvis.jsonable import dumps, from_json, load


def sha256(path: Path) -> str:
    """Content hash of a file; of a folder, the hash of its files' sorted relative names and contents."""
    if path.is_dir():
        files = sorted(p for p in path.rglob("*") if p.is_file())
        text = "".join(f"{p.relative_to(path).as_posix()}\0{sha256(p)}\n" for p in files)
        return hashlib.sha256(text.encode()).hexdigest()
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def sha256_of(value: Any) -> str:
    """Hash of any JSON-like value, whatever the order of its keys."""
    return hashlib.sha256(json.dumps(value, sort_keys=True).encode()).hexdigest()


def write_atomically(path: Path, text: str) -> None:
    """The whole text or, if interrupted, the old file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    partial.write_text(text, encoding="utf-8")
    _settle(partial, path)


def _settle(partial: Path, path: Path) -> None:
    with partial.open("rb+") as file:
        os.fsync(file.fileno())
    partial.replace(path)


@dataclass(frozen=True)
class StageRecord:
    """What a finished stage leaves behind: its key (inputs, settings, code version) and its outputs' hashes.

    adopted: outputs that an engineer edited in place and the run took over.
    """

    stage: str
    key: str
    outputs: Mapping[str, str]
    warnings: tuple[str, ...]
    seconds: float
    peak_mib: float
    adopted: tuple[str, ...] = ()


class Workspace:
    """A run folder. Stages write into a scratch folder; finished outputs are moved into place one by one, then the
    record is written: a crash at any moment leaves either the old record or none, never a half-written output.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.records = root / ".stages"
        self.scratch = root / ".partial"

    def record(self, stage: str) -> StageRecord | None:
        """The record of a finished stage, None if there is none or it cannot be read."""
        path = self.records / f"{stage}.json"
        with suppress(OSError, ValueError, KeyError, TypeError):
            return from_json(StageRecord, json.loads(path.read_text(encoding="utf-8")))
        return None

    def changed(self, record: StageRecord) -> tuple[str, ...]:
        """Outputs that are missing or no longer what the stage wrote."""
        return tuple(
            name
            for name, digest in record.outputs.items()
            if not (self.root / name).exists() or sha256(self.root / name) != digest
        )

    def begin(self, stage: str) -> Path:
        """A fresh scratch folder for a stage; whatever an interrupted run left there is removed."""
        folder = self.scratch / stage
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder

    def commit(self, record: StageRecord) -> StageRecord:
        """Move all that a stage wrote from scratch into place and write its record, hashes filled in.

        What an earlier run of the stage wrote and this one did not is removed.
        """
        before = self.record(record.stage)
        self.forget(record.stage)
        folder = self.scratch / record.stage
        names = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        done = replace(record, outputs={name: sha256(folder / name) for name in names})
        for name in names:
            (self.root / name).parent.mkdir(parents=True, exist_ok=True)
            _settle(folder / name, self.root / name)
        for name in set(before.outputs if before else ()) - set(names):
            (self.root / name).unlink(missing_ok=True)
        self._remember(done)
        shutil.rmtree(folder, ignore_errors=True)
        return done

    def discard_scratch(self) -> None:
        """Remove what unfinished stages left behind."""
        shutil.rmtree(self.scratch, ignore_errors=True)

    def forget(self, stage: str) -> None:
        """Drop a stage's record, so that it is run again."""
        (self.records / f"{stage}.json").unlink(missing_ok=True)

    def adopt(self, record: StageRecord, names: tuple[str, ...], note: str) -> StageRecord:
        """Take outputs that an engineer edited as they now are; remembered until the stage runs anew."""
        taken = replace(
            record,
            outputs={**record.outputs, **{name: sha256(self.root / name) for name in names}},
            adopted=tuple(sorted({*record.adopted, *names})),
            warnings=tuple(dict.fromkeys((*record.warnings, note))),
        )
        self._remember(taken)
        return taken

    def _remember(self, record: StageRecord) -> None:
        write_atomically(self.records / f"{record.stage}.json", dumps(record))

    def read_json(self, name: str) -> Any:
        """A JSON output by its relative name."""
        return load(self.root / name)
