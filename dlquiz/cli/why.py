"""``dlquiz why``: an instance drawn again from its name, run again, and an answer to it marked again."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from dlquiz.cli import options
from dlquiz.cli.printing import as_json, line

if TYPE_CHECKING:
    from dlquiz.cli.explanation import Explanation

_ELEMENTS = {
    "line": "Conditions, and what the run gives for them",
    "pick_one": "Options, and what they stand for",
    "pick_many": "Claims, and whether they hold",
    "arrange": "Items, and what they are ordered by",
    "reveal": "Points, and what they came to",
}
"""What a question is made of, by the form of its answer; of typed answers only a thing that is built has conditions."""


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
    _section(_ELEMENTS[explanation.instance.question.form], ["", "value", "", "id", "text"], explanation.element_rows())
    _section("Wrong ideas", ["value", "idea", "what to tell it"], explanation.idea_rows())


def _section(title: str, columns: list[str], rows: list[list[Any]]) -> None:
    """Print a table, without the columns in which nothing stands."""
    from dlquiz.cli.tables import table

    if rows:
        used = [at for at in range(len(columns)) if any(row[at] != "" for row in rows)]
        line(f"\n{title}")
        for text in table([columns[at] for at in used], [[row[at] for at in used] for row in rows]):
            line(f"  {text}")
