"""``dlquiz functions``: what the engine can run."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, json_text, line, tell
from dlquiz.errors import DlquizError, nearest

if TYPE_CHECKING:
    from dlquiz.worker import FunctionInfo
_WIDTH = 100
_IN_DETAIL = 3
"""Where no more functions are listed, what their arguments may be is told, too."""


def command(
    words: Annotated[
        list[str] | None, typer.Argument(metavar="WORD…", help="Those with these words in what is told of them.")
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
    if not words:
        _directory(found)
        tell(f"{len(found):,} functions; dlquiz functions WORD tells more of those with a word, as in: functions lstm")
        return
    for function in found:
        line(f"{function.signature}  [{function.kind}]")
        line(f"    {function.summary}")
        if len(found) <= _IN_DETAIL:
            for parameter in function.parameters:
                line(f"    {parameter.name}: {parameter.type}")
        line(f"    dlquiz calc {function.name} {_example(function)}".rstrip())


def _directory(functions: Sequence["FunctionInfo"]) -> None:
    """Write the names, family by family."""
    from itertools import groupby
    from textwrap import wrap

    for family, members in groupby(functions, lambda function: function.name.partition(".")[0]):
        names = ", ".join(function.name.partition(".")[2] for function in members)
        for text in wrap(f"{family}: {names}", _WIDTH, subsequent_indent="    ", break_long_words=False):
            line(text)


def _matching(functions: Sequence["FunctionInfo"], words: Sequence[str]) -> Sequence["FunctionInfo"]:
    """Return the functions that have all the words; the function of that very name, where there is one."""
    named = [each for each in functions if [each.name] == words]
    found = named or [each for each in functions if _has(each, words)]
    if not found:
        raise DlquizError(f"no engine function is told with {_missed(functions, words)} (dlquiz functions lists all)")
    return found


def _missed(functions: Sequence["FunctionInfo"], words: Sequence[str]) -> str:
    """Return the first word that no function has, with the nearest one, or all where only some stand together."""
    for word in words:
        if not any(_has(each, [word]) for each in functions):
            parts = [part for each in functions for part in (each.name, *each.name.split("."))]
            return f"'{word}'{nearest(word, parts)}"
    told = "' and '".join(words)
    return f"'{told}' together; leave out a word"


def _has(function: "FunctionInfo", words: Sequence[str]) -> bool:
    """Whether all words stand in what is told of a function: its name, summary, arguments or example."""
    arguments = " ".join(f"{one.name} {one.type}" for one in function.parameters)
    told = f"{function.name} {function.summary} {arguments} {json_text(function.example, indent=None)}".lower()
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
