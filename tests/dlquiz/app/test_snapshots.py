"""How the screens look. After a change on purpose: make snapshots."""

from collections.abc import Awaitable, Callable

import pytest
from reading_screens import answer, type_in
from sample_desk import sample_desk
from textual.pilot import Pilot
from textual.widgets import Input

from dlquiz.app.application import DlquizApp

Doing = Callable[[Pilot[None]], Awaitable[None]]


def doing(*steps: str) -> Doing:
    """Return what to do before the picture: ``=29`` answers, ``"29`` types, anything else is a key."""

    async def do(pilot: Pilot[None]) -> None:
        await pilot.pause()
        for field in pilot.app.screen.query(Input):
            field.cursor_blink = False
        for step in steps:
            if step.startswith("="):
                await answer(pilot, step[1:])
            elif step.startswith('"'):
                await type_in(pilot, step[1:])
            else:
                await pilot.press(step)
                await pilot.pause(0.05)
        await pilot.pause()

    return do


SMALL, LARGE, TINY = (80, 24), (120, 36), (40, 10)
PICTURES = {
    "question": ("cnn", SMALL, "en", ["f2", '"30+1']),
    "unreadable": ("cnn", SMALL, "en", ["=30+)"]),
    "right": ("cnn", SMALL, "en", ["=31"]),
    "wrong": ("cnn", SMALL, "en", ["=29"]),
    "wrong_chinese": ("cnn", SMALL, "zh", ["=29"]),
    "wrong_large": ("cnn", LARGE, "en", ["=29"]),
    "wrong_tiny": ("cnn", TINY, "en", ["=29"]),
    "elsewhere": ("attention", SMALL, "en", ["=1024"]),
    "claims": ("normalization", SMALL, "en", ["1", "j", "j", "space"]),
    "claims_judged": ("normalization", SMALL, "en", ["1", "3", "enter"]),
    "evidence": ("cnn", SMALL, "en", ["=29", "v"]),
    "evidence_large": ("cnn", (120, 90), "en", ["=29", "v"]),
    "code": ("cnn", SMALL, "en", ["=29", "s"]),
    "summary": ("cnn", SMALL, "en", ["=29", "q"]),
    "home": (None, SMALL, "en", ["down"]),
    "home_chinese": (None, SMALL, "zh", []),
    "help": ("cnn", SMALL, "en", ["f1"]),
    "light": ("cnn", SMALL, "en", ["f4", "=29"]),
}


@pytest.mark.parametrize("name", PICTURES)
def test_picture(name, snap_compare, tmp_path):
    topic, size, language, steps = PICTURES[name]
    app = DlquizApp(sample_desk(tmp_path, language), None if topic is None else [topic])
    assert snap_compare(app, terminal_size=size, run_before=doing(*steps))


def test_picture_without_colour(snap_compare, tmp_path, monkeypatch):
    monkeypatch.setenv("NO_COLOR", "1")
    app = DlquizApp(sample_desk(tmp_path), ["cnn"])
    assert snap_compare(app, terminal_size=SMALL, run_before=doing("=29"))
