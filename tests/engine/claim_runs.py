"""Experiments run as a bank runs them, and what each must do: hold, fail in its controls, and show both."""

from collections.abc import Mapping, Sequence
from typing import Any

from engine.arguments import bind
from engine.evidence import Run, Table
from engine.registry import find

Arguments = Mapping[str, Any]


def run(name: str, arguments: Arguments) -> Run:
    function = find(name)
    return function.call(**bind(function, arguments))


def assert_settles(name: str, holding: Arguments, controls: Sequence[Arguments]) -> None:
    assert run(name, holding).value is True
    for control in controls:
        assert run(name, control).value is False, control


def assert_shows(name: str, arguments: Arguments, both: bool = True) -> Table:
    """The first table starts with the answer, and with ``both`` holds both outcomes where it has a column for them."""
    outcome = run(name, arguments)
    table, *_ = [block for block in outcome.evidence() if isinstance(block, Table)]
    assert len(table.rows) >= 2
    assert all(len(row) == len(table.columns) for row in table.rows)
    if table.columns[-1] == "claim holds":
        assert table.rows[0][-1] is outcome.value
        assert {row[-1] for row in table.rows} == {True, False} or not both
    return table
