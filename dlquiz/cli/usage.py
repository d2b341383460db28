"""What a wrong command line is told: one sentence, with the nearest option, and where all of them are listed."""

from typing import Any

import typer

from dlquiz.errors import nearest

# typer brings its own click or uses the one that is installed, and exports neither's UsageError.
UsageError: type[Exception] = typer.BadParameter.__bases__[0]


def usage_sentence(error: Any) -> str:
    """Return a usage error of typer as a sentence."""
    context = error.ctx
    path = context.command_path if context is not None else "dlquiz"
    if hasattr(error, "possibilities"):
        what = f"there is no option {error.option_name}{nearest(error.option_name, _options(context))}{_after(context)}"
    else:
        what = error.format_message().strip().rstrip(".")
    return f"{what[:1].lower()}{what[1:]} ({path} --help tells more)"


def _after(context: Any) -> str:
    """Return where an answer that looks like an option belongs, if the command takes answers."""
    parameters = context.command.params if context is not None else []
    takes_answers = any(parameter.name == "answer" for parameter in parameters)
    return f"; an answer may begin with - after --: {context.command_path} INSTANCE -- -3" if takes_answers else ""


def _options(context: Any) -> list[str]:
    """Return every spelling of the options of the command that was called."""
    parameters = context.command.get_params(context) if context is not None else []
    return [name for parameter in parameters for name in parameter.opts if name.startswith("-")]
