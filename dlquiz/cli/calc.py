"""``dlquiz calc``: run one engine function."""

from typing import Annotated, Any

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, json_text, line
from dlquiz.errors import DlquizError


def command(
    function: Annotated[str, typer.Argument(metavar="FUNCTION", help="As dlquiz functions lists them.")],
    arguments: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="NAME=VALUE",
            help="Arguments: size=224, 'layers=[{kernel_size: 3}]', or 'base=\"2\"' for a text of digits.",
        ),
    ] = None,
    device: options.Device = None,
    json: options.Json = False,
) -> None:
    """Run an engine function and show its evidence."""
    from dlquiz.cli.arguments import read_arguments
    from dlquiz.cli.desk import engine
    from dlquiz.cli.evidence_text import evidence_lines
    from dlquiz.core.oracle import Call, Failed

    call = Call(function, read_arguments(arguments or []))
    with engine(device) as worker:
        (outcome,) = worker.submit([call], evidence=True).result()
    if isinstance(outcome, Failed):
        raise DlquizError(outcome.message)
    if json:
        names = ("value", "kind", "device", "ms", "evidence")
        as_json({"function": function, **{name: getattr(outcome, name) for name in names}})
        return
    line(value_text(outcome.value))
    line(f"{outcome.kind} · {outcome.device} · {outcome.ms:.3g} ms")
    for text in evidence_lines(outcome.evidence):
        line(text)


def value_text(value: Any) -> str:
    """Return a value on one line, with every digit.

    >>> value_text(25557032), value_text([64, 112]), value_text("nan")
    ('25557032', '[64, 112]', 'nan')
    """
    return value if isinstance(value, str) else json_text(value, indent=None)
