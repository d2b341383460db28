"""``dlquiz watch``: a bank's complaints and its questions on a screen, while its author edits it."""

import shlex
from datetime import datetime
from functools import cached_property, partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from dlquiz.cli import options
from dlquiz.errors import DlquizError

if TYPE_CHECKING:
    from dlquiz.banks.proving.results import KeptResults
    from dlquiz.banks.signatures import Signatures
    from dlquiz.worker import Worker


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
        kept = _Kept(device)
        sources = Sources(bank, worker, places.home(), kept.results, partial(kept.signatures, worker))
        app = WatchApp(sources, _now, options.language(lang).value)
        app.run()
    if app.return_code:
        raise typer.Exit(app.return_code)


def _refuse(bank: Path) -> None:
    """Raise DlquizError for what cannot be watched, or where nobody could see it."""
    from dlquiz.cli.study import is_terminal

    quoted = shlex.quote(str(bank))
    if bank.is_dir():
        raise DlquizError(f"{bank} is a folder, and watch takes one file; dlquiz check {quoted} proves all banks in it")
    if not bank.exists():
        raise DlquizError(f"there is no file {bank}; dlquiz new --bank {quoted} makes one with a first question")
    if not is_terminal():
        same = f"dlquiz check {quoted}"
        raise DlquizError(f"watch needs a terminal to draw on; {same} tells the same complaints in lines")


class _Kept:
    """What ``dlquiz check`` keeps, too; it is opened by the thread that checks, for it looks at the whole engine."""

    def __init__(self, device: str | None) -> None:
        self._device = device

    @cached_property
    def _state(self) -> str:
        from dlquiz.cli.provenance import state

        return state(self._device)

    def results(self) -> "KeptResults":
        """Return what was found of questions before."""
        from dlquiz.banks.proving.results import KeptResults
        from dlquiz.cli import places

        return KeptResults(places.home() / "cache" / "checks", self._state)

    def signatures(self, worker: "Worker") -> "Signatures":
        """Return what is known of every function: the engine is asked only where that was not kept."""
        from dlquiz.cli import kept_signatures, places

        folder = places.home() / "cache" / "signatures"
        return kept_signatures.signatures(folder, self._state, lambda: worker.functions().result())


def _now() -> datetime:
    return datetime.now().astimezone()
