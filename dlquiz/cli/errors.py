"""From an exception to a sentence on standard error and an exit code: 0 fine, 1 findings, 2 cannot run."""

import os
import time
import traceback

import typer

from dlquiz.cli.places import home
from dlquiz.cli.printing import tell
from dlquiz.cli.usage import UsageError, usage_sentence
from dlquiz.errors import DlquizError

FINE, FINDINGS, CANNOT_RUN = 0, 1, 2
INTERRUPTED = 130
PIPE_CLOSED = 141


def exit_code_of(error: BaseException) -> int:
    """Say what happened in one sentence, and return the exit code; an interruption or a closed pipe needs no words."""
    if isinstance(error, typer.Exit):
        return int(error.exit_code)
    if _interrupted(error):
        return INTERRUPTED
    if isinstance(error, BrokenPipeError):
        return PIPE_CLOSED
    tell(_sentence(error))
    return CANNOT_RUN


def _interrupted(error: BaseException | None) -> bool:
    """Whether it is Ctrl+C, or happened while dlquiz ended because of it."""
    while error is not None and not isinstance(error, KeyboardInterrupt):
        error = error.__context__
    return error is not None


def _sentence(error: BaseException) -> str:
    if isinstance(error, DlquizError):
        return str(error)
    if isinstance(error, UsageError):
        return usage_sentence(error)
    if isinstance(error, ImportError):
        return f"{error}; install dlquiz again, with all that it needs: pip install dlquiz"
    return _trouble(error) if isinstance(error, OSError) else _unforeseen(error)


def _trouble(error: OSError) -> str:
    what = (error.strerror or str(error)).lower()
    where = f" ({error.filename})" if error.filename else ""
    return f"a file could not be read or written: {what}{where}; check its folder, its permissions and the free space"


def _unforeseen(error: BaseException) -> str:
    """Keep the traceback in a file, and return a sentence that says where."""
    what = f"something unforeseen happened ({type(error).__name__}: {error})"
    try:
        folder = home() / "errors"
        folder.mkdir(parents=True, exist_ok=True)
        file = folder / f"{time.strftime('%Y%m%dT%H%M%S')}-{os.getpid()}.txt"
        file.write_text("".join(traceback.format_exception(error)), encoding="utf-8", errors="backslashreplace")
    except (OSError, DlquizError):
        return f"{what}; please report it"
    return f"{what}; the details are in {file}, please report them"
