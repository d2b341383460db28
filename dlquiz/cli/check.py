"""``dlquiz check``: prove banks, or say at which line they are wrong."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, line, tell

if TYPE_CHECKING:
    from dlquiz.banks.check import Report


class Format(StrEnum):
    """How findings are written."""

    text = "text"
    json = "json"


def command(
    paths: Annotated[
        list[Path] | None, typer.Argument(metavar="PATH", help="Banks or folders of banks; all if none.")
    ] = None,
    form: Annotated[
        Format, typer.Option("--format", metavar="text|json", help="How findings are written.")
    ] = Format.text,
    device: options.Device = None,
) -> None:
    """Prove banks, or say at which line they are wrong."""
    from dlquiz.cli.errors import FINDINGS

    report = _report(paths, device)
    if form is Format.json:
        as_json(report.to_json())
    else:
        for complaint in report.complaints:
            line(str(complaint).replace("\n", " "))
        _summarise(report)
    if report.complaints:
        raise typer.Exit(FINDINGS)


def _report(paths: list[Path] | None, device: str | None) -> "Report":
    from dlquiz.banks.check import Report, check
    from dlquiz.banks.library import Library
    from dlquiz.cli import places
    from dlquiz.cli.desk import engine

    found = Library.load(tuple(paths or ()), None, places.home())
    if not found.questions:
        return Report((), found.complaints)
    with engine(device) as worker:
        worker.hello().result()  # without an engine every question would be found wrong
        return check(found.questions, worker, complaints=found.complaints, progress=_progress)


def _progress(done: int, count: int) -> None:
    """Show how far the check has come, on a terminal only; the last one wipes the line."""
    if is_terminal():
        text = f"checked {done} of {count} questions" if done < count else ""
        print(f"\r\x1b[K{text}", end="", file=sys.stderr, flush=True)


def is_terminal() -> bool:
    """Whether somebody watches standard error."""
    return sys.stderr is not None and sys.stderr.isatty()


def _summarise(report: "Report") -> None:
    findings, questions = len(report.complaints), len(report.questions)
    tell(
        f"{questions} {'question' if questions == 1 else 'questions'}, {report.proved} proved, "
        f"{findings} {'finding' if findings == 1 else 'findings'} ({report.calls:,} engine calls)"
    )
