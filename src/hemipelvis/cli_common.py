"""What all commands share: options, listeners, and how a refusal is said."""

import json
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, ParamSpec

import typer
from rich.console import Console

from hemipelvis.errors import InputError

P = ParamSpec("P")
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Say nothing but errors.")]
Json = Annotated[bool, typer.Option("--json", help="Progress and result as JSON lines.")]
Run = Annotated[Path, typer.Argument(metavar="RUN", help="A finished run folder.")]
BAD_INPUT, INTERRUPTED = 2, 130


def refuses(command: Callable[P, None]) -> Callable[P, None]:
    """Turns InputError into a message and exit code 2."""

    @wraps(command)
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> None:
        try:
            command(*args, **kwargs)
        except InputError as error:
            _say_refusal(error, bool(kwargs.get("as_json", False)))
            raise typer.Exit(BAD_INPUT) from None
        except KeyboardInterrupt:
            Console(stderr=True).print("Stopped. Finished stages are kept; the same command goes on from there.")
            raise typer.Exit(INTERRUPTED) from None

    return wrapped


def _say_refusal(error: InputError, as_json: bool) -> None:
    if as_json:
        sys.stderr.write(json.dumps({"event": "refused", **vars(error)}) + "\n")
        return
    console = Console(stderr=True, soft_wrap=True, highlight=False)
    for word, text in (("Got", error.got), ("Expected", error.expected), ("To mend it", error.mend)):
        console.print(f"[bold]{word}:[/]", end=" ")
        console.print(text, markup=False)


@contextmanager
def listener(quiet: bool, as_json: bool) -> Iterator[Any]:
    """Whoever tells the person, or the program, how a run goes on."""
    console = import_module("hemipelvis.console")
    if as_json or quiet or not sys.stderr.isatty():
        yield console.JsonLines() if as_json else console.Quiet() if quiet else console.Lines()
        return
    with console.Bars() as bars:
        yield bars
