"""What there is to see behind a verdict on claims: each claim, its experiment and control, and what they handed back.

An experiment's evidence mostly has its control beside it. So the control's own is shown only where it adds something,
and a run that settles two claims is shown under the first of them.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dlquiz.app.durations import run_time
from dlquiz.app.filling import filled
from dlquiz.app.phrases import Say, say_in
from dlquiz.core.oracle import Block
from dlquiz.core.study import Stored
from dlquiz.core.texts import Language
from dlquiz.core.values import show
from dlquiz.core.verdicts import Leg


def claim_blocks(stored: Stored, language: Language) -> list[Block]:
    """Return the blocks of every claim of a verdict, in the order in which they were asked."""
    instance, say = stored.attempt.instance, say_in(language)
    legs = stored.verdict.truth.legs
    options = instance.question.options(instance.values)
    first_under: dict[str, int] = {}
    blocks: list[Block] = []
    for number, (option, experiment, control) in enumerate(zip(options, legs[::2], legs[1::2], strict=True), start=1):
        blocks.append({"block": "heading", "text": f"{number}  {filled(option, language, instance.values)}"})
        blocks.append(_runs_table(experiment, control, say))
        under = first_under.setdefault(experiment.what, number)
        if under != number:
            blocks.append({"block": "text", "text": say("shown_under", number=under)})
            continue
        blocks += map(_result_first, experiment.evidence)
        if control.what not in first_under and not _covers(experiment.evidence, control.evidence):
            text = say("control_run", what=control.what, value=show(control.value))
            blocks += [{"block": "text", "text": text}, *map(_result_first, control.evidence)]
    return blocks


def _runs_table(experiment: Leg, control: Leg, say: Say) -> Block:
    columns = [say(name) for name in ("leg_value", "leg_role", "leg_device", "leg_time", "leg_what")]
    rows = [
        [show(leg.value), say(role), leg.device or "", run_time(leg.ms or 0.0), leg.what]
        for role, leg in (("experiment", experiment), ("control", control))
    ]
    return {"block": "table", "title": "", "columns": columns, "rows": rows}


def _covers(evidence: Sequence[Block], other: Sequence[Block]) -> bool:
    """Whether evidence shows what other evidence comes to: the first row of each table, or all blocks if none."""
    shown = [row for block in evidence for row in _rows(block)]
    firsts = [next(_rows(block)) for block in other if any(_rows(block))]
    return all(row in shown for row in firsts) if firsts else all(block in evidence for block in other)


def _rows(block: Block) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as cells by their columns; nothing for other blocks."""
    if block.get("block") == "table":
        yield from (dict(zip(block.get("columns", ()), row, strict=False)) for row in block.get("rows", ()))


def _result_first(block: Block) -> Block:
    """Return a table whose last column says yes or no with that column first, where a narrow screen shows it."""
    if block.get("block") != "table":
        return block
    rows: Sequence[Sequence[Any]] = block.get("rows", ())
    if not rows or not block.get("columns") or not all(row and isinstance(row[-1], bool) for row in rows):
        return block
    turned: Mapping[str, Any] = {
        **block,
        "columns": [block["columns"][-1], *block["columns"][:-1]],
        "rows": [[row[-1], *row[:-1]] for row in rows],
    }
    return turned
