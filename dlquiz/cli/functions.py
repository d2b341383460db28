"""``dlquiz functions``: what the engine can run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, json_text, line
from dlquiz.errors import DlquizError, nearest

if TYPE_CHECKING:
    from dlquiz.worker import FunctionInfo


def command(
    word: Annotated[
        str | None, typer.Argument(metavar="WORD", help="Only those with this word in their name or summary.")
    ] = None,
    json: options.Json = False,
) -> None:
    """List the functions that calc and banks can call."""
    from dlquiz.cli.desk import engine

    with engine(None) as worker:
        found = _matching(worker.functions().result(), word)
    if json:
        names = ("name", "kind", "signature", "summary", "example")
        as_json([{name: getattr(function, name) for name in names} for function in found])
        return
    for function in found:
        line(f"{function.signature}  [{function.kind}]")
        line(f"    {function.summary}")
        line(f"    dlquiz calc {function.name} {_example(function)}".rstrip())


def _matching(functions: Sequence["FunctionInfo"], word: str | None) -> Sequence["FunctionInfo"]:
    if word is None:
        return functions
    found = [each for each in functions if word.lower() in f"{each.name} {each.summary}".lower()]
    if not found:
        hint = nearest(word, [part for each in functions for part in (each.name, *each.name.split("."))])
        raise DlquizError(f"no engine function has '{word}' in its name or summary{hint} (dlquiz functions lists all)")
    return found


def _example(function: "FunctionInfo") -> str:
    """Return the example's arguments as a shell takes them."""
    import shlex

    return " ".join(shlex.quote(f"{name}={_written(name, value)}") for name, value in function.example.items())


def _written(name: str, value: Any) -> str:
    """Return a value so that dlquiz calc reads it back."""
    from dlquiz.cli.arguments import read_value

    if isinstance(value, str) and read_value(name, value) == value:
        return value
    return json_text(value, indent=None)
