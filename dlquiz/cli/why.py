"""``dlquiz why``: an instance drawn again from its name, run again, and an answer to it marked again."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, line

if TYPE_CHECKING:
    from dlquiz.cli.explanation import Explanation


def command(
    instance: Annotated[str, typer.Argument(metavar="INSTANCE", help="bank/id@rev#seed; without @rev, the current.")],
    answer: Annotated[str | None, typer.Argument(metavar="ANSWER", help="After -- it may begin with -.")] = None,
    bank: options.Banks = None,
    lang: options.Language = None,
    device: options.Device = None,
    json: options.Json = False,
) -> None:
    """Run an instance again and explain its answer."""
    from dlquiz.cli.desk import engine, library
    from dlquiz.cli.explanation import explain
    from dlquiz.cli.instances import find_instance

    found = find_instance(instance, library(bank))
    with engine(device) as worker:
        explanation = explain(found, answer, worker, options.language(lang).value)
    if json:
        as_json(explanation.to_json())
    else:
        _print(explanation)


def _print(explanation: "Explanation") -> None:
    line(f"[{explanation.instance}]  {explanation.truth.level.value}")
    for text in explanation.asked:
        line(text)
    line(f"\nright: {explanation.right}")
    if explanation.truth.conflict is not None:
        line(f"bank and engine disagree: {explanation.truth.conflict}")
    if explanation.answer is not None:
        line(f"{explanation.answer}: {explanation.verdict}. {explanation.reason}")
    _section("How it was reached", ["value", "kind", "device", "ms", "evaluated or run"], explanation.leg_rows())
    _section("Wrong ideas", ["value", "idea", "what to tell it"], explanation.idea_rows())


def _section(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    from dlquiz.cli.tables import table

    if rows:
        line(f"\n{title}")
        for text in table(columns, rows):
            line(f"  {text}")
