"""Looks for garbage: seldom while dlquiz starts, and briefly once there is a screen that each would hold."""

import gc
import sys
from collections.abc import Iterator

import pytest

from dlquiz import cli
from dlquiz.app.garbage import look_briefly, look_seldom
from dlquiz.cli import main

USUAL = 700
"""New objects between two looks, where nobody says anything else."""


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def looks_while_making(objects: int) -> list[int]:
    """Return how many objects each look for garbage may have gone through, while so many are made and kept."""
    looks: list[int] = []
    kept: list[list[int]] = []

    def note(phase: str, info: dict[str, int]) -> None:
        if phase == "start":
            looks.append(len(kept) - sum(looks))

    gc.callbacks.append(note)
    try:
        while len(kept) < objects:
            kept.append([])
    finally:
        gc.callbacks.remove(note)
    return looks


def test_a_start_is_not_held_and_a_screen_only_briefly() -> None:
    gc.collect()
    look_seldom()
    assert looks_while_making(100_000) == []
    look_briefly()
    looks = looks_while_making(100_000)
    assert USUAL < max(looks) <= 20_000
    assert gc.get_freeze_count() > 10_000, "what was imported is left out"


def test_the_command_line_starts_so(monkeypatch: pytest.MonkeyPatch) -> None:
    found: list[int] = []
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(main, "main", lambda: found.append(gc.get_threshold()[0]))
    cli.run()
    assert found[0] > 100_000
