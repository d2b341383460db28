"""``dlquiz functions``: what the engine can run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, json_text, line
from dlquiz.errors import DlquizError, nearest

if TYPE_CHECKING:
    from dlquiz.worker import FunctionInfo
_IN_DETAIL = 3
"""Where no more functions are listed, what their arguments may be is told, too."""


def command(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORD…", help="Only those with these words in their name or summary.")
    ] = None,
    json: options.Json = False,
) -> None:
    """List the functions that calc and banks can call."""
    from dlquiz.cli.desk import engine

    with engine(None) as worker:
        found = _matching(worker.functions().result(), " ".join(words or ()).split())
    if json:
        names = ("name", "kind", "signature", "summary", "example")
        as_json([{**{name: getattr(one, name) for name in names}, "parameters": _parameters(one)} for one in found])
        return
    for function in found:
        line(f"{function.signature}  [{function.kind}]")
        line(f"    {function.summary}")
        if len(found) <= _IN_DETAIL:
            for parameter in function.parameters:
                line(f"    {parameter.name}: {parameter.type}")
        line(f"    dlquiz calc {function.name} {_example(function)}".rstrip())


def _matching(functions: Sequence["FunctionInfo"], words: Sequence[str]) -> Sequence["FunctionInfo"]:
    """Return the functions that have all the words; the function of that very name, where there is one."""
    named = [each for each in functions if [each.name] == words]
    found = named or [each for each in functions if _has(each, words)]
    if not found:
        missing = next((word for word in words if not any(_has(each, [word]) for each in functions)), words[0])
        hint = nearest(missing, [part for each in functions for part in (each.name, *each.name.split("."))])
        told = "', '".join(words)
        raise DlquizError(f"no engine function has '{told}' in its name or summary{hint} (dlquiz functions lists all)")
    return found


def _has(function: "FunctionInfo", words: Sequence[str]) -> bool:
    told = f"{function.name} {function.summary}".lower()
    return all(word.lower() in told for word in words)


def _parameters(function: "FunctionInfo") -> list[dict[str, Any]]:
    return [parameter._asdict() for parameter in function.parameters]


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
