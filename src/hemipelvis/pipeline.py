"""Running a case: each stage once, skipped while nothing it depends on has changed, resumed after an interruption."""

import errno
import fcntl
import hashlib
import inspect
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

import hemipelvis
from hemipelvis import memory
from hemipelvis.artefacts import StageRecord, Workspace, sha256, sha256_of
from hemipelvis.errors import InputError
from hemipelvis.progress import Progress
from hemipelvis.settings import Case

CODE = (".py", ".json", ".html", ".css", ".js")
ROOF = (
    "cli.",
    "cli_common.",
    "cli_review.",
    "recheck.",
    "live_view.",
    "pipeline.",
    "console.",
    "run.",
    "run_stages.",
    "stages_",
    "case_template.",
    "slices.",
    "dicom_copy.",
)


@dataclass
class Desk:
    """What a stage works on: the case, the files before it, a scratch folder for its own, and whom to tell."""

    case: Case
    workspace: Workspace
    scratch: Path
    progress: Progress
    warnings: list[str] = field(default_factory=list)

    def path(self, name: str) -> Path:
        """A finished file of an earlier stage."""
        return self.workspace.root / name

    def new(self, name: str) -> Path:
        """Where to write an output of this stage."""
        path = self.scratch / name
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


@dataclass(frozen=True)
class Stage:
    """One step of the way.

    needs: stages whose outputs it reads. settings: what of the case it depends on. inputs: files outside the run
    folder it reads. editable: outputs an engineer may edit in place; the edit is then taken over.
    """

    name: str
    title: str
    run: Callable[[Desk], None]
    needs: tuple[str, ...] = ()
    settings: Callable[[Case], Any] = lambda case: None
    inputs: Callable[[Case], tuple[Path, ...]] = lambda case: ()
    editable: tuple[str, ...] = ()
    packages: tuple[str, ...] = ()


class Listener(Protocol):
    """Hears what the pipeline does."""

    def begin(self, stage: Stage, number: int, total: int) -> Progress:
        """A stage starts; progress goes to what is returned."""
        ...

    def end(self, stage: Stage, record: StageRecord, skipped: bool) -> None:
        """A stage is done, or was up to date."""
        ...


def run_stages(stages: Sequence[Stage], case: Case, root: Path, listener: Listener) -> dict[str, StageRecord]:
    """Bring a run folder up to date. Raises InputError for input that cannot be designed from, or no room to write."""
    with _writing(root):
        workspace = Workspace(root)
        with _locked(root):
            records: dict[str, StageRecord] = {}
            for number, stage in enumerate(stages, 1):
                records[stage.name] = _bring_up_to_date(
                    stage, case, workspace, records, listener, (number, len(stages))
                )
            return records


def _bring_up_to_date(
    stage: Stage,
    case: Case,
    workspace: Workspace,
    records: dict[str, StageRecord],
    listener: Listener,
    place: tuple[int, int],
) -> StageRecord:
    progress = listener.begin(stage, *place)
    key = _key(stage, case, records)
    old = workspace.record(stage.name)
    changed = workspace.changed(old) if old else ()
    edited = tuple(n for n in changed if n in stage.editable and (workspace.root / n).exists())
    if old and old.key == key and set(changed) == set(edited):
        record = workspace.adopt(old, edited, f"{', '.join(edited)} edited by hand; taken over") if edited else old
        listener.end(stage, record, skipped=True)
        return record
    if old and (edited or _still_there(workspace, old)):
        raise _edited_but_outdated(stage, edited or old.adopted)
    record = _run(stage, key, case, workspace, progress)
    listener.end(stage, record, skipped=False)
    return record


def _still_there(workspace: Workspace, record: StageRecord) -> bool:
    return any((workspace.root / name).exists() for name in record.adopted)


def _run(stage: Stage, key: str, case: Case, workspace: Workspace, progress: Progress) -> StageRecord:
    desk = Desk(case, workspace, workspace.begin(stage.name), progress)
    memory.reset_peak()
    start = time.monotonic()
    stage.run(desk)
    seconds = round(time.monotonic() - start, 2)
    return workspace.commit(
        StageRecord(stage.name, key, {}, tuple(desk.warnings), seconds, round(memory.peak_mib(), 1))
    )


def _edited_but_outdated(stage: Stage, edited: tuple[str, ...]) -> InputError:
    names = ", ".join(edited)
    return InputError(
        f"{names}, edited by hand, though what it was made from has changed since",
        f"a correction that still fits the {stage.title}",
        f"state the correction in case.toml, or delete {names} to have it made anew",
    )


def _key(stage: Stage, case: Case, records: dict[str, StageRecord]) -> str:
    return sha256_of(
        {
            "stage": stage.name,
            "version": hemipelvis.__version__,
            "code": _code_digest(stage),
            "settings": stage.settings(case),
            "inputs": [sha256(p) if p.exists() else None for p in stage.inputs(case)],
            "needs": {name: dict(records[name].outputs) for name in stage.needs},
        }
    )


def _code_digest(stage: Stage) -> str:
    """Hash of the ground's, the stage's folders' and its wiring's source: other code runs the stage again."""
    ground = Path(hemipelvis.__file__).parent
    roots = [ground, *(Path(p) for name in stage.packages for p in import_module(f"hemipelvis.{name}").__path__)]
    files = [f for root in roots for f in sorted(root.iterdir()) if f.suffix in CODE and not f.name.startswith(ROOF)]
    wiring = Path(inspect.getfile(stage.run))
    return hashlib.sha256(b"".join(f.read_bytes() for f in (*files, wiring))).hexdigest()


@contextmanager
def _locked(root: Path) -> Iterator[None]:
    """One run at a time in a run folder."""
    with (root / ".lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise InputError(
                f"run folder {root.name}, in which another run is at work",
                "one run at a time",
                "wait for it or stop it",
            ) from error
        yield


def _full(error: OSError) -> bool:
    """Whether a disk is full: numpy says of a file cut short only how much of it was written."""
    return error.errno in (errno.ENOSPC, errno.EDQUOT) or "requested and" in str(error)


@contextmanager
def _writing(root: Path) -> Iterator[None]:
    """Turns what the file system refuses into a message a person can act on."""
    try:
        root.mkdir(parents=True, exist_ok=True)
        yield
    except OSError as error:
        if _full(error):
            Workspace(root).discard_scratch()
            raise InputError(
                f"a full disk under {root}",
                "room for the run folder (about 3 GB for a whole case)",
                "free some space or choose another --out; the finished stages are kept and the run resumes",
            ) from error
        if error.errno in (errno.EACCES, errno.EROFS, errno.EPERM, errno.ENOTDIR, errno.EEXIST):
            raise InputError(
                f"output folder {root}, which cannot be written ({error.strerror})",
                "a folder this user may write to",
                "choose another --out or change its permissions",
            ) from error
        raise
