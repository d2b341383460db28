"""Commands on typer, with values and unknown names handled here.

Typer converts values with pydantic, whose import alone took 85 ms of processor time where all of Textual took 230; what
our options need is a few lines. The sentences are ours, too, and the same under every version of typer.
"""

from collections.abc import Callable
from enum import StrEnum
from functools import cache, partial
from importlib import import_module
from pathlib import Path
from typing import Annotated, Any, NamedTuple, get_args, get_origin, get_type_hints

import typer
from typer.core import TyperCommand, TyperGroup

from dlquiz.errors import DlquizError, nearest


class Expected(NamedTuple):
    """What a parameter takes: values of one type, the least of them, and whether there may be several."""

    kind: type
    least: int | None
    several: bool


class Command(TyperCommand):
    """A command whose values are converted by the annotations of its function."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters."""
        return _taken_over(super().get_params(ctx))


NAMES = (
    "study",
    "topics",
    "due",
    "undo",
    "calc",
    "functions",
    "why",
    "check",
    "watch",
    "regrade",
    "explain",
    "new",
    "schema",
    "doctor",
)
"""Every command, in the order in which help lists them: a module of dlquiz.cli with a function ``command``."""


class Commands(TyperGroup):
    """The commands under one name; only the one that is called is imported."""

    def get_params(self, ctx: Any) -> Any:
        """Return the parameters that stand before the name of a command."""
        return _taken_over(super().get_params(ctx))

    def list_commands(self, ctx: Any) -> list[str]:
        """Return the names of all commands."""
        return list(NAMES)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:
        """Return the command; raises DlquizError with the nearest name."""
        if cmd_name not in NAMES:
            hint = nearest(cmd_name, NAMES)
            raise DlquizError(f"there is no command '{cmd_name}'{hint} (dlquiz --help lists them)")
        return command_named(cmd_name)


@cache
def command_named(name: str) -> Any:
    """Return the command of that name, as typer makes it of the function in its module."""
    alone = typer.Typer(add_completion=False, rich_markup_mode=None)
    alone.command(name, cls=Command)(import_module(f"dlquiz.cli.{name}").command)
    return typer.main.get_command(alone)


def _taken_over(parameters: list[Any]) -> list[Any]:
    """Return parameters whose values are converted here.

    ``process_value`` is click's hook for that. Typer makes the parameters, so it is set on each instead of inherited.
    """
    for parameter in parameters:
        parameter.process_value = partial(_value, parameter)
    return parameters


def _value(parameter: Any, context: Any, given: Any) -> Any:
    """Return the value of a parameter from what was typed: a text, several, a bool, or nothing."""
    value = _converted(parameter, context, given)
    if value is None and parameter.required:
        raise _refused(context, f"{parameter.metavar} is missing")
    return value if parameter.callback is None else parameter.callback(context, parameter, value)


def _converted(parameter: Any, context: Any, given: Any) -> Any:
    if given is None:
        return () if parameter.nargs == -1 or getattr(parameter, "multiple", False) else None
    if not isinstance(given, str | list | tuple):  # a flag, or a default
        return given
    named = parameter.opts[0] if parameter.opts[0].startswith("-") else parameter.metavar
    expected = _expected(context.command.callback)[parameter.name]
    convert = partial(_read, expected, lambda why: _refused(context, f"{named}: {why}"))
    return convert(given) if isinstance(given, str) else [convert(text) for text in given]


@cache
def _expected(function: Callable[..., Any]) -> dict[str, Expected]:
    hints = get_type_hints(function, include_extras=True)
    return {name: _described(hint) for name, hint in hints.items() if name != "return"}


def _described(hint: Any) -> Expected:
    """Return what an annotation such as ``Annotated[list[Path] | None, typer.Option(...)]`` expects."""
    least = None
    if get_origin(hint) is Annotated:
        hint, about = get_args(hint)[:2]
        least = about.min
    if type(None) in get_args(hint):
        hint = next(part for part in get_args(hint) if part is not type(None))
    several = get_origin(hint) is list
    return Expected(get_args(hint)[0] if several else hint, least, several)


def _refused(context: Any, why: str) -> DlquizError:
    return DlquizError(f"{why} ({context.command_path} --help tells more)")


def _read(expected: Expected, refused: Callable[[str], DlquizError], text: str) -> Any:
    if expected.kind is int:
        return _whole(expected, refused, text)
    if issubclass(expected.kind, StrEnum):
        values = [str(item) for item in expected.kind]
        if text not in values:
            raise refused(f"'{text}' is not one of {', '.join(values)}{nearest(text, values)}")
        return expected.kind(text)
    return Path(text) if expected.kind is Path else text


def _whole(expected: Expected, refused: Callable[[str], DlquizError], text: str) -> int:
    try:
        number = int(text)
    except ValueError:
        raise refused(f"'{text[:40]}' is not a whole number") from None
    if expected.least is not None and number < expected.least:
        raise refused(f"{number} is too small; the least is {expected.least}")
    return number
