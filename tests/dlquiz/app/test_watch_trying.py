"""Answers tried on the screen for authors: diagnosed, read, marked anew when the question is saved."""

import sys
from pathlib import Path

import pytest
from reading_screens import answer, flat, shown, type_in
from textual.widgets import Input
from watch_bench import BANK, Bench, seen, until

FIRST = "A 19×19 input, a 9×9 kernel, padding 2. Output height?"
ENGINE = [sys.executable, "-P", str(Path(__file__).parents[1] / "cli" / "sample_engine.py")]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_a_wrong_answer_is_diagnosed_as_in_a_session(bench):
    async with bench.opened() as pilot:
        await pilot.press("1")
        await answer(pilot, "13")
        screen = flat(await seen(pilot, "✗ 15"))
    assert "✗ 15, not 13. Padding is added on both sides: n + 2p. padding-once ×1" in screen
    assert "19 + 4 − 9 + 1 = 15." in screen
    assert "proved · module on cpu, 0.4 ms v the run s the code" in screen


async def test_right_and_unreadable_answers_and_another_try(bench):
    async with bench.opened() as pilot:
        await pilot.press("2")
        await answer(pilot, "21+)")
        assert "✗" not in await seen(pilot, "Not read, nothing stored: something is missing before ')'.")
        pilot.app.screen.query_one(Input).value = ""
        await answer(pilot, "21")
        await seen(pilot, "✓ 21")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))
        assert "✓ 21" not in flat(shown(pilot))
        await pilot.press("escape")
        await seen(pilot, FIRST, "3 #2")


async def test_an_answer_that_another_convention_makes_right(bench):
    async with bench.opened() as pilot:
        await pilot.press("n")
        await seen(pilot, "1 #0 · h = 8, d = 32")
        await pilot.press("1")
        await answer(pilot, "4096")
        await seen(pilot, "4096 is right under another convention.")


async def test_options_are_picked(bench):
    async with bench.opened() as pilot:
        await pilot.press("p")
        await seen(pilot, "mine/which-size")
        await pilot.press("1")
        await seen(pilot, "( ) 1 8")
        await pilot.press("2", "enter")
        screen = flat(await seen(pilot, "↵ again"))
    assert "✗" in screen
    assert "Option 1" in screen


async def test_hints_and_evidence_are_at_hand(bench):
    async with bench.opened() as pilot:
        await pilot.press("1", "f2")
        await seen(pilot, "hint 1/1", "The padded input is 23 long.")
        await answer(pilot, "15")
        await seen(pilot, "✓ 15")
        await pilot.press("v")
        await seen(pilot, "the run of mine/output-size@1#0")
        await pilot.press("s")
        await seen(pilot, "output_size engine/doors/conv.py:41")


async def test_letters_are_text_while_an_answer_is_typed(bench):
    async with bench.opened() as pilot:
        await pilot.press("1")
        await type_in(pilot, "nrl12")
        assert pilot.app.screen.query_one(Input).value == "nrl12"
        assert "mine/output-size" in shown(pilot)


async def test_what_was_answered_is_marked_anew_when_the_question_is_saved(bench):
    async with bench.opened() as pilot:
        await pilot.press("1")
        await answer(pilot, "13")
        await seen(pilot, "✗ 15, not 13. Padding")
        bench.save(BANK.replace("Padding is added on both sides: n + 2p.", "Both sides are padded."))
        await seen(pilot, "✗ 15, not 13. Both sides are padded.")


async def begin_marking(bench, pilot):
    """Answer with an engine that takes its time."""
    bench.worker.fake.hangs = 1
    await pilot.press("1")
    await answer(pilot, "13")
    await seen(pilot, "running conv.output_size …")


async def test_what_is_being_marked_is_marked_anew_when_the_question_is_saved(bench):
    async with bench.opened() as pilot:
        await begin_marking(bench, pilot)
        bench.save(BANK.replace("Padding is added on both sides: n + 2p.", "Both sides are padded."))
        await seen(pilot, "✗ 15, not 13. Both sides are padded.", "> 13")
        bench.worker.fake.release()


async def test_an_answer_survives_two_saves_while_it_is_marked(bench):
    async with bench.opened() as pilot:
        await begin_marking(bench, pilot)
        bench.worker.fake.hangs = 1
        bench.save(BANK.replace("Padding is added on both sides: n + 2p.", "Both sides are padded."))
        await until(pilot, lambda: len(bench.worker.fake.held) == 2)
        bench.save(BANK.replace("Padding is added on both sides: n + 2p.", "There are two sides."))
        await seen(pilot, "✗ 15, not 13. There are two sides.")
        bench.worker.fake.release()


async def test_what_is_marked_anew_is_not_lost_by_a_save_of_something_else(bench):
    async with bench.opened() as pilot:
        await begin_marking(bench, pilot)
        bench.worker.fake.hangs = 1
        other = BANK.replace("Padding is added on both sides: n + 2p.", "Both sides are padded.")
        bench.save(other)
        await until(pilot, lambda: len(bench.worker.fake.held) == 2)
        bench.save("# a remark\n" + other)
        await pilot.pause(0.5)
        bench.worker.fake.release()
        await seen(pilot, "✗ 15, not 13. Both sides are padded.")


async def test_what_was_typed_stays_when_the_question_is_saved(bench):
    async with bench.opened() as pilot:
        await pilot.press("1")
        await type_in(pilot, "12+")
        bench.save(BANK.replace("Output height?", "How high is the output?"))
        await seen(pilot, "How high is the output?", "> 12+")


async def test_a_save_of_another_question_does_not_disturb_who_stays(bench):
    async with bench.opened() as pilot:
        await pilot.press("1")
        await type_in(pilot, "12")
        field = pilot.app.screen.query_one(Input)
        bench.save("# a remark\n" + BANK)
        await pilot.pause(0.5)
        assert pilot.app.screen.query_one(Input) is field
        assert field.value == "12"
