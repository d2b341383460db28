"""``dlquiz study``: a session, in the app or in plain mode."""

import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import tell

if TYPE_CHECKING:
    from dlquiz.app.desk import Desk


def command(
    topics: Annotated[list[str] | None, typer.Argument(metavar="TOPIC", help="Topics; all if none.")] = None,
    count: Annotated[
        int | None, typer.Option("--count", metavar="N", min=1, help="Stop after so many reviews.")
    ] = None,
    seed: Annotated[
        int | None, typer.Option("--seed", metavar="N", help="Seed of the draws: a new database repeats them.")
    ] = None,
    lang: options.Language = None,
    device: options.Device = None,
    bank: options.Banks = None,
    db: options.Database = None,
    plain: Annotated[bool, typer.Option("--plain", help="Lines of text: for pipes and screen readers.")] = False,
    ahead: Annotated[bool, typer.Option("--ahead", help="Also ask cards that are not due yet.")] = False,
) -> None:
    """Answer questions; each answer is marked by a real run."""
    from dlquiz.cli.desk import opened
    from dlquiz.core.session import Limits

    chosen = list(dict.fromkeys(topics or []))
    limits = Limits(count=count, ahead=ahead)
    lines = plain or not is_terminal()
    with opened(db, device=device, lang=lang, banks=bank, seed=seed, limits=limits, backup=lines) as desk:
        if lines:
            from dlquiz.cli.plain import Plain

            session = Plain(desk, chosen, sys.stdin.buffer, sys.stdout)
            if not plain:
                tell("this is no terminal, so the session is in plain mode")
            session.run()
        else:
            run_app(desk, chosen)


def run_app(desk: "Desk", topics: Sequence[str] | None) -> None:
    """Run the app at a desk, and exit with its code."""
    from dlquiz.app.application import DlquizApp
    from dlquiz.app.sitting import BUSY_MS

    desk.store.wait_at_most(BUSY_MS)
    app = DlquizApp(desk, topics)
    app.run()
    if app.return_code:
        raise typer.Exit(app.return_code)


def is_terminal() -> bool:
    """Whether the app can be shown and given keys."""
    return sys.stdin.isatty() and sys.stdout.isatty()
