"""What the person at the terminal sees while a case runs."""

import json
import sys
import time
from types import TracebackType

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from hemipelvis import progress as tell
from hemipelvis.artefacts import StageRecord
from hemipelvis.pipeline import Stage

EVERY_SECONDS = 15.0


class Quiet:
    """Says nothing."""

    def begin(self, stage: Stage, number: int, total: int) -> tell.Progress:
        """Nobody is told."""
        return tell.silent

    def end(self, stage: Stage, record: StageRecord, skipped: bool) -> None:
        """Nobody is told."""


class Lines:
    """One line when a stage ends, and one now and then during a long one: for pipes and log files."""

    def __init__(self) -> None:
        self._last = 0.0

    def begin(self, stage: Stage, number: int, total: int) -> tell.Progress:
        """Remember where we are."""
        self._place, self._last, self._start = f"[{number}/{total}]", time.monotonic(), time.monotonic()
        return self._step

    def _step(self, step: str, fraction: float) -> None:
        now = time.monotonic()
        if now - self._last < EVERY_SECONDS:
            return
        self._last = now
        left = f", about {(now - self._start) * (1 - fraction) / fraction:.0f} s left" if fraction > 0 else ""
        self._say(f"{self._place}   {step}, {100 * fraction:.0f} %{left}")

    def end(self, stage: Stage, record: StageRecord, skipped: bool) -> None:
        """Say what became of the stage."""
        how = "up to date" if skipped else f"{record.seconds:.1f} s, {record.peak_mib:.0f} MiB"
        self._say(f"{self._place} {stage.title}: {how}")
        for warning in record.warnings:
            self._say(f"{self._place}   warning: {warning}")

    def _say(self, text: str) -> None:
        sys.stderr.write(text + "\n")
        sys.stderr.flush()


class JsonLines(Lines):
    """The same for programs: one JSON object a line."""

    def _step(self, step: str, fraction: float) -> None:
        if time.monotonic() - self._last >= 1:
            self._last = time.monotonic()
            self._say(json.dumps({"event": "progress", "step": step, "fraction": round(fraction, 4)}))

    def end(self, stage: Stage, record: StageRecord, skipped: bool) -> None:
        """One object a stage."""
        row = {"event": "stage", "stage": stage.name, "skipped": skipped, "seconds": record.seconds}
        self._say(json.dumps({**row, "warnings": list(record.warnings)}))


class Bars:
    """A live bar with the stage, the step and the time left: for a terminal."""

    def __init__(self) -> None:
        self.console = Console(stderr=True)
        self._bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.fields[place]} [bold]{task.fields[title]}[/] {task.description}"),
            BarColumn(),
            TimeElapsedColumn(),
            TimeRemainingColumn(compact=True, elapsed_when_finished=True),
            console=self.console,
            transient=True,
        )

    def __enter__(self) -> "Bars":
        self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._bar.stop()

    def begin(self, stage: Stage, number: int, total: int) -> tell.Progress:
        """A new bar."""
        self._place = f"[{number}/{total}]".replace("[", r"\[")
        self._task = self._bar.add_task("", total=1.0, place=self._place, title=stage.title)
        return lambda step, fraction: self._bar.update(self._task, description=step, completed=fraction)

    def end(self, stage: Stage, record: StageRecord, skipped: bool) -> None:
        """The bar gives way to a line."""
        self._bar.remove_task(self._task)
        how = "[dim]up to date[/]" if skipped else f"{record.seconds:.1f} s, {record.peak_mib:.0f} MiB"
        self.console.print(f"{self._place} {stage.title}: {how}", highlight=False)
        for warning in record.warnings:
            self.console.print("  [yellow]warning:[/]", warning, highlight=False, markup=True)
