"""Locking a parameter on the screen for authors: what cannot be is refused where it is typed, and can be taken back."""

from pathlib import Path

import pytest
from reading_screens import flat, shown, type_in
from textual.pilot import Pilot
from textual.widgets import Input
from watch_bench import BANK, Bench, seen, until

from dlquiz.app.screens.evidence import EvidenceScreen
from dlquiz.app.screens.lock import LockScreen
from dlquiz.app.widgets.plain import Plain

EVEN = BANK.replace('where: "p < half"', 'where: ["p < half", "n % 2 == 0"]')
"""The first question asks for even sizes only."""
MANY = EVEN.replace("p: {choice: [2, 3]}", "p: {choice: [2, 3]}, q: {int: [1, 3]}, s: {int: [1, 3]}, t: {int: [1, 9]}")


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def lock(pilot: Pilot[None], place: int, value: str) -> None:
    """Type a value for the parameter at a place, counted from 0."""
    await pilot.press("l", *["down"] * place)
    await until(pilot, lambda: isinstance(pilot.app.screen, LockScreen))
    await type_in(pilot, value)
    await pilot.press("enter")


async def test_a_parameter_is_locked_at_a_typed_value_and_the_others_are_drawn(bench):
    async with bench.opened() as pilot:
        await pilot.press("l")
        await seen(pilot, "Lock · output-size", "whole numbers from 16 to 31")
        await type_in(pilot, "300")
        await pilot.press("enter")
        await seen(pilot, "300 is outside of n, which takes whole numbers from 16 to 31")
        assert isinstance(pilot.app.screen, LockScreen)
        pilot.app.screen.query_one(Input).value = "20"
        await pilot.press("enter")
        screen = flat(await seen(pilot, "n = 20 (locked), k = 9, p = 2"))
        assert screen.count("A 20×20 input") == 3
        assert "#" not in screen, "no seed draws these again"
        await pilot.press("r")
        await pilot.pause(0.1)
        assert flat(shown(pilot)).count("A 20×20 input") == 3


async def test_a_parameter_is_kept_as_it_is_and_let_go_again(bench):
    async with bench.opened() as pilot:
        await pilot.press("l", "down", "enter")
        assert flat(await seen(pilot, "k = 9 (locked)")).count("k = 9 (locked)") == 3
        await pilot.press("l")
        await seen(pilot, "9 locked 7, 9")
        await pilot.press("down", "enter")
        screen = flat(await seen(pilot, "#0 · n = 19"))
        assert "locked" not in screen


async def test_what_is_locked_out_of_every_setting_is_said(bench):
    async with bench.opened() as pilot:
        await lock(pilot, 1, "7")
        await seen(pilot, "k = 7 (locked)")
        await lock(pilot, 2, "3")
        await seen(pilot, "with k = 7, p = 3, `p < half` does not hold")
        assert isinstance(pilot.app.screen, LockScreen)


async def test_a_lock_that_a_save_made_impossible_is_let_go_and_said(bench):
    async with bench.opened() as pilot:
        await lock(pilot, 0, "20")
        await seen(pilot, "n = 20 (locked)")
        bench.save(BANK.replace("{int: [16, 31]}", "{int: [24, 31]}"))
        await seen(pilot, "No longer locked: n.", "#0 ·")


async def test_a_value_with_which_a_condition_never_holds_is_refused_where_it_is_typed(bench):
    bench.save(EVEN)
    async with bench.opened() as pilot:
        await lock(pilot, 0, "21")
        await seen(pilot, "with n = 21, `n % 2 == 0` does not hold")
        assert isinstance(pilot.app.screen, LockScreen)
        pilot.app.screen.query_one(Input).value = "22"
        await pilot.press("enter")
        assert flat(await seen(pilot, "n = 22 (locked)")).count("n = 22 (locked)") == 3


async def test_it_is_refused_in_chinese(bench):
    bench.save(EVEN)
    async with bench.opened(language="zh") as pilot:
        await lock(pilot, 0, "21")
        await seen(pilot, "取 n = 21 时，`n % 2 == 0` 不成立")


async def test_a_lock_that_a_save_made_contradictory_is_named_and_can_be_taken_back(bench):
    async with bench.opened() as pilot:
        await lock(pilot, 0, "21")
        await seen(pilot, "n = 21 (locked)")
        bench.save(EVEN)
        await seen(pilot, "satisfies the conditions of mine/output-size", "locked: n = 21; l changes it", "l lock")
        await pilot.press("l")
        await seen(pilot, "n 21 locked", "k –")
        await pilot.press("down", "enter")
        await seen(pilot, "type a value for k: there is no instance to keep one of")
        await pilot.press("up", "enter")
        assert "locked" not in flat(await seen(pilot, "1 #0 ·"))


async def test_an_instance_with_locks_has_no_name_of_a_seed_behind_its_verdict(bench):
    async with bench.opened() as pilot:
        await lock(pilot, 0, "20")
        await seen(pilot, "n = 20 (locked)")
        await pilot.press("1")
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        await type_in(pilot, "13")
        await pilot.press("enter")
        await seen(pilot, "not 13.")
        await pilot.press("v")
        await until(pilot, lambda: isinstance(pilot.app.screen, EvidenceScreen))
        title = shown(pilot).splitlines()[0]
    assert title.strip() == "dlquiz   the run of mine/output-size"


@pytest.mark.parametrize("presses", range(6))
async def test_on_a_small_screen_only_the_parameters_scroll(bench, presses):
    bench.save(MANY)
    async with bench.opened(size=(40, 12)) as pilot:
        await pilot.press("l", *["down"] * presses)
        await pilot.pause(0.2)
        lines = shown(pilot).splitlines()
        assert lines[0] == " dlquiz   Lock · output-size"
        assert any(line.startswith(f"  › {'nkpqst'[presses]}") for line in lines)
        assert f"  value of {'nkpqst'[presses]}" in lines
        assert lines[-2:] == [" ↑↓ choose   ↵ keep   F1 help", " Esc close"]
        note = pilot.app.screen.query_one("#note", Plain)
        assert note.region.bottom <= 10
        assert not pilot.app.screen.show_vertical_scrollbar
