"""Which keys the screen for authors offers: only what has a meaning, and what leads out of it."""

from pathlib import Path

import pytest
from reading_screens import answer, flat, shown, type_in
from textual.widgets import Input
from watch_bench import BANK, WRONG_FORMULA, Bench, seen, until

from dlquiz.app.screens.watch import WatchScreen
from dlquiz.app.widgets.complaint_list import ComplaintList

CALL = "{call: conv.output_size, with: {size: 9, kernel_size: 3, stride: 1, padding: 0}}"
FIXED = f'{BANK[: BANK.index("  - id:")]}  - id: fixed\n    kind: number\n    prompt: "9?"\n'
FIXED += f"    answer: {{formula: 7, engine: {CALL}}}\n"
"""A bank of one question that draws nothing."""
CARD = FIXED + '  - id: card\n    kind: recall\n    prompt: "Which one?"\n    reveals: [fixed]\n'
TWO_WRONG = WRONG_FORMULA.replace('"4*h*d^2"', '"4*h*d^3"')
SHORT = (40, 12)


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def keys(screen: str) -> str:
    """Return the keys at the bottom of a screen of 24 lines."""
    return flat(screen.splitlines()[-1])


async def test_escape_says_which_key_leaves_and_does_not_leave(bench):
    async with bench.opened() as pilot:
        await pilot.press("escape")
        await seen(pilot, "q leaves.")
        assert isinstance(pilot.app.screen, WatchScreen)
        await pilot.press("f3", "escape")
        await seen(pilot, "按 q 退出。")
        assert isinstance(pilot.app.screen, WatchScreen)


async def test_escape_goes_back_from_an_answer_and_both_are_named(bench):
    async with bench.opened(size=(80, 40)) as pilot:
        assert "Esc" not in keys(shown(pilot))
        await pilot.press("1")
        assert keys(await seen(pilot, "Esc back")).endswith("Esc back")
        await answer(pilot, "15")
        await seen(pilot, "✓ 15")
        await pilot.press("f1")
        await seen(pilot, "Esc q back")
        await pilot.press("escape", "escape")
        await seen(pilot, "3 #2", "q quit")
        await pilot.press("f1")
        assert "Esc" not in flat(await seen(pilot, "q quit", "How watching works")).partition("How watching")[0]


async def test_ctrl_c_quits_also_where_an_answer_is_typed(bench):
    app = bench.app()
    async with app.run_test() as pilot:
        await until(pilot, lambda: "#0" in shown(pilot))
        await pilot.press("1")
        await until(pilot, lambda: isinstance(app.focused, Input))
        await type_in(pilot, "1")
        await pilot.press("ctrl+c")
        await pilot.pause(0.2)
        assert not app.is_running


async def test_what_draws_nothing_is_neither_rerolled_nor_locked(bench):
    async with bench.opened() as pilot:
        assert "1-3 try r reroll l lock" in keys(shown(pilot))
    bench.save(FIXED)
    async with bench.opened() as pilot:
        assert "1 try F3" in keys(shown(pilot))
        await pilot.press("f1")
        screen = flat(await seen(pilot, "How watching works"))
    assert "reroll" not in screen
    assert "lock" not in screen


async def test_a_card_is_revealed_then_graded(bench):
    bench.save(CARD)
    async with bench.opened() as pilot:
        await pilot.press("n")
        await seen(pilot, "mine/card", "1 #0")
        await pilot.press("1")
        assert keys(await seen(pilot, "Esc back")).startswith("↵ reveal")
        await pilot.press("enter")
        assert keys(await seen(pilot, "How well did you know it?")).startswith("1-4 grade yourself")


async def test_a_short_screen_says_how_many_complaints_there_are_and_which_key_shows_them(bench):
    bench.save(TWO_WRONG)
    async with bench.opened(size=SHORT) as pilot:
        screen = await seen(pilot, "Tab 2 complaints")
        assert screen.splitlines()[0].endswith("✗ 2 · 13:05:12")
        assert "DQ401" not in screen
        await pilot.press("tab")
        await seen(pilot, "DQ401", "Tab the question ↵ explain")
        await pilot.press("tab")
        assert "DQ401" not in await seen(pilot, "Tab 2 complaints")


async def test_a_single_complaint_is_not_many(bench):
    bench.save(WRONG_FORMULA)
    async with bench.opened(size=SHORT) as pilot:
        assert "complaints   " not in await seen(pilot, "Tab 1 complaint n next")


async def test_a_short_screen_without_complaints_names_no_other_half(bench):
    async with bench.opened(size=SHORT) as pilot:
        assert "Tab" not in shown(pilot)


async def test_while_an_answer_is_tried_the_complaints_take_two_lines(bench):
    bench.save(TWO_WRONG)
    async with bench.opened() as pilot:
        listed = pilot.app.screen.query_one(ComplaintList)
        await seen(pilot, "› 15:7 error DQ401", "1 of 3 questions proved")
        assert listed.size.height > 2
        await pilot.press("1")
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        assert listed.size.height == 2
        screen = await seen(pilot, "Complaints: 2", "› 15:7 error DQ401")
        assert "questions proved" not in screen
        await pilot.press("escape")
        await seen(pilot, "1 of 3 questions proved")
        assert listed.size.height > 2
    async with bench.opened(size=(120, 36)) as pilot:
        await pilot.press("1")
        await seen(pilot, "Esc back", "1 of 3 questions proved")
        assert pilot.app.screen.query_one(ComplaintList).size.height > 2
