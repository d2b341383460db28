"""``dlquiz watch``: a bank's complaints and its questions on a screen, while its author edits it."""

from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlquiz.cli import options
from dlquiz.errors import DlquizError

if TYPE_CHECKING:
    from dlquiz.banks.proving.results import KeptResults


def command(
    bank: Annotated[Path, typer.Argument(metavar="BANK", help="The file that you edit.")],
    lang: options.Language = None,
    device: options.Device = None,
) -> None:
    """Prove a bank on every save, and show it as learners see it."""
    _refuse(bank)
    from dlquiz.app.watching.application import WatchApp
    from dlquiz.app.watching.checking import Sources
    from dlquiz.cli import desk, places

    with desk.engine(device) as worker:
        sources = Sources(bank, worker, places.home(), lambda: _results(device))
        app = WatchApp(sources, _now, options.language(lang).value)
        app.run()
    if app.return_code:
        raise typer.Exit(app.return_code)


def _refuse(bank: Path) -> None:
    """Raise DlquizError for what cannot be watched, or where nobody could see it."""
    from dlquiz.cli.study import is_terminal

    if bank.is_dir():
        raise DlquizError(f"{bank} is a folder, and watch takes one file; dlquiz check {bank} proves all banks in it")
    if not bank.exists():
        raise DlquizError(f"there is no file {bank}; dlquiz new --bank {bank} makes one with a first question")
    if not is_terminal():
        raise DlquizError(f"watch needs a terminal to draw on; dlquiz check {bank} tells the same complaints in lines")


def _results(device: str | None) -> "KeptResults":
    from dlquiz.banks.proving.results import KeptResults
    from dlquiz.cli import places
    from dlquiz.cli.provenance import state

    return KeptResults(places.home() / "cache" / "checks", state(device))


def _now() -> datetime:
    return datetime.now().astimezone()
