"""Every registered function gives on the GPU what it gives on the CPU. ``pytest -m gpu`` runs this."""

import math
from typing import Any

import pytest
import torch

from engine.arguments import bind
from engine.device import choose, using
from engine.evidence import Run
from engine.registry import Function, load


def run(door: Function, name: str) -> Run:
    with using(choose(name)):
        result = door.call(**bind(door, door.example))
    return result if isinstance(result, Run) else Run(result)


def assert_close(ours: Any, theirs: Any) -> None:
    """Equal, floats to nine digits, however lists and objects are nested."""
    if isinstance(ours, dict):
        assert ours.keys() == theirs.keys()
        for key in ours:
            assert_close(ours[key], theirs[key])
    elif isinstance(ours, list | tuple):
        assert len(ours) == len(theirs)
        for one, other in zip(ours, theirs, strict=True):
            assert_close(one, other)
    elif isinstance(ours, float):
        assert math.isclose(ours, theirs, rel_tol=1e-9, abs_tol=1e-9) or (math.isnan(ours) and math.isnan(theirs))
    else:
        assert ours == theirs


def same(door: Function) -> bool:
    try:
        assert_close(run(door, "cuda").value, run(door, "cpu").value)
    except (AssertionError, ValueError):
        return False
    return True


@pytest.mark.gpu
def test_the_gpu_gives_what_the_cpu_gives() -> None:
    assert [door.name for door in load().values() if not same(door)] == []


@pytest.mark.gpu
def test_memory_of_the_gpu_is_used() -> None:
    torch.cuda.reset_peak_memory_stats()
    run(load()["norm.forward"], "cuda")
    assert torch.cuda.max_memory_allocated() > 0


def test_closeness_bites() -> None:
    assert_close({"a": [1, 2.0, (True, "x")]}, {"a": [1, 2.0 + 1e-12, (True, "x")]})
    for other in ({"a": [1, 2.001, (True, "x")]}, {"a": [1, 2.0, (False, "x")]}, {"a": [1, 2.0]}, {"b": 1}):
        with pytest.raises((AssertionError, ValueError)):
            assert_close({"a": [1, 2.0, (True, "x")]}, other)
