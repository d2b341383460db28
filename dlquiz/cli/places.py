"""Where things are kept: ``DLQUIZ_HOME``, or the place that the platform has for a user's data."""

import os
from pathlib import Path

from dlquiz.errors import DlquizError


def home() -> Path:
    """Return the folder that holds the database, its backups, the learner's own banks and error reports."""
    named = os.environ.get("DLQUIZ_HOME")
    if not named:
        from platformdirs import user_data_path

        return user_data_path("dlquiz", appauthor=False)
    try:
        return Path(named).expanduser()
    except RuntimeError as error:
        raise DlquizError(f"DLQUIZ_HOME is {named}, and there is no such user; give it the path of a folder") from error


def database(named: Path | None) -> Path:
    """Return the database: the one named by ``--db``, or the one at home."""
    return named if named is not None else home() / "dlquiz.db"
