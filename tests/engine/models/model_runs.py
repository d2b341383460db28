"""How these tests ask a door, also one that has an argument called ``name``."""

from typing import Any

from engine.arguments import bind
from engine.evidence import Run
from engine.registry import find


def run(door: str, /, **given: Any) -> Run:
    function = find(door)
    result = function.call(**bind(function, given))
    assert isinstance(result, Run)
    return result


def value(door: str, /, **given: Any) -> Any:
    return run(door, **given).value
