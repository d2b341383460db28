"""How the screen for authors looks. After a change on purpose: make snapshots."""

from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from reading_screens import answer, type_in
from textual.pilot import Pilot
from textual.widgets import Input
from watch_bench import BANK, HALF_TYPED, WRONG_FORMULA, Bench, not_busy, until

Doing = Callable[[Pilot[None]], Awaitable[None]]
SMALL, LARGE, SHORT, TINY = (80, 24), (120, 36), (40, 12), (20, 5)
PICTURES: dict[str, tuple[tuple[int, int], str, list[str]]] = {
    "clean": (SMALL, BANK, []),
    "clean_large": (LARGE, BANK, []),
    "wrong": (SMALL, WRONG_FORMULA, []),
    "wrong_large": (LARGE, WRONG_FORMULA, []),
    "wrong_chinese": (LARGE, WRONG_FORMULA, ["f3"]),
    "old": (SMALL, BANK, ["save:half"]),
    "old_large": (LARGE, BANK, ["save:half"]),
    "tried": (SMALL, BANK, ["1", "=13"]),
    "tried_large": (LARGE, WRONG_FORMULA, ["1", "=15"]),
    "tried_wrong": (SMALL, WRONG_FORMULA, ["1", "=14"]),
    "options": (SMALL, BANK, ["p"]),
    "locking": (SMALL, BANK, ["l", '"300', "enter"]),
    "locked": (SMALL, BANK, ["l", '"20', "enter"]),
    "page": (SMALL, WRONG_FORMULA, ["enter"]),
    "help": (SMALL, BANK, ["f1"]),
    "short": (SHORT, WRONG_FORMULA, []),
    "short_complaints": (SHORT, WRONG_FORMULA, ["tab"]),
    "short_locking": (SHORT, BANK, ["l", "down", "down"]),
    "tiny": (TINY, WRONG_FORMULA, []),
    "tiny_complaints": (TINY, WRONG_FORMULA, ["tab"]),
    "tiny_tried": (TINY, BANK, ["1", "=13"]),
}


def doing(bench: Bench, steps: list[str]) -> Doing:
    """Return what to do before the picture: ``=13`` answers, ``"30`` types, ``save:half`` saves, others are keys."""

    async def do(pilot: Pilot[None]) -> None:
        await until(pilot, lambda: not_busy(pilot))
        for step in steps:
            if step.startswith("="):
                await answer(pilot, step[1:])
                await pilot.pause(0.2)
            elif step.startswith('"'):
                await type_in(pilot, step[1:])
            elif step == "save:half":
                bench.save(HALF_TYPED)
                await pilot.pause(0.5)
                await until(pilot, lambda: not_busy(pilot))
            else:
                await pilot.press(step)
                await pilot.pause(0.2)
            for field in pilot.app.screen.query(Input):
                field.cursor_blink = False
        await pilot.pause()

    return do


@pytest.mark.parametrize("name", PICTURES)
def test_watch_picture(name: str, snap_compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    size, text, steps = PICTURES[name]
    monkeypatch.chdir(tmp_path)  # so that the path of the file is short, and always the same
    bench = Bench(tmp_path, text)
    assert snap_compare(bench.app(), terminal_size=size, run_before=doing(bench, steps))


def test_watch_picture_without_colour(snap_compare, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.chdir(tmp_path)
    bench = Bench(tmp_path)
    assert snap_compare(bench.app(), terminal_size=SMALL, run_before=doing(bench, ["save:half"]))
