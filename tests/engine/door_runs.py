"""How tests run a door: by its name, with its arguments bound as those of a bank are."""

from typing import Any

from engine.arguments import bind
from engine.evidence import Run
from engine.registry import find


def run(name: str, /, **arguments: Any) -> Run:
    door = find(name)
    result = door.call(**bind(door, arguments))
    assert isinstance(result, Run)
    return result
