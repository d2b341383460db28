"""``dlquiz`` alone: the home screen, on which a topic is chosen."""

from dlquiz.cli.study import is_terminal, run_app
from dlquiz.errors import DlquizError


def command() -> None:
    """Open the home screen."""
    if not is_terminal():
        raise DlquizError("the home screen needs a terminal; dlquiz study --plain works without one, see dlquiz --help")
    from dlquiz.cli.desk import opened

    with opened(None) as desk:
        run_app(desk, None)
