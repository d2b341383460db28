"""The commands under one name, and the only way in and out: every error leaves as one sentence and an exit code."""

import sys
from collections.abc import Sequence
from typing import Annotated, NoReturn

import typer

from dlquiz import __version__
from dlquiz.cli.commands import Commands
from dlquiz.cli.errors import FINE, exit_code_of
from dlquiz.cli.printing import line, prepare, release

app = typer.Typer(
    name="dlquiz",
    cls=Commands,
    add_completion=False,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Deep learning quizzes in the terminal, each answer proved by running the real implementation.",
)


def _version(asked: bool) -> None:
    if asked:
        line(f"dlquiz {__version__}")
        raise typer.Exit


@app.callback(invoke_without_command=True)
def _start(
    context: typer.Context,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Say which version this is.")
    ] = False,
) -> None:
    """Open the home screen when no command is named."""
    if context.invoked_subcommand is None:
        from dlquiz.cli import home

        home.command()


def main(arguments: Sequence[str] | None = None) -> NoReturn:
    """Run a command line and exit: 0 fine, 1 findings, 2 cannot run."""
    prepare()
    try:
        command = typer.main.get_command(app)
        # Not command.main(): it would turn a closed pipe into exit code 1, which means findings.
        with command.make_context("dlquiz", list(sys.argv[1:] if arguments is None else arguments)) as context:
            command.invoke(context)
        sys.stdout.flush()
        code = FINE
    except BaseException as error:  # the one place that turns whatever happened into a sentence
        code = exit_code_of(error)
    release()
    raise SystemExit(code)
