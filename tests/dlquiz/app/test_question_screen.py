"""A learner at the question screen: answers, hints, grades, undo."""

import json

import pytest
from reading_screens import answer, flat, shown, type_in
from sample_desk import SampleDesk, sample_desk
from textual.widgets import Input

from dlquiz.core.scheduling import Rating
from dlquiz.core.session import Limits


async def test_question_stands_on_the_first_screen(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        screen = shown(pilot)
    assert "cnn › convolution" in screen
    assert "0 due · 1 new · 0 done" in screen
    assert "Conv2d(kernel_size=9, stride=2, padding=4)" in screen
    assert "an exact whole number" in screen
    assert "F2 hint" in screen


async def test_echo_follows_every_key_and_a_caret_points_at_what_cannot_be_read(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await type_in(pilot, "30+1")
        assert "read as 31" in shown(pilot)
        await type_in(pilot, ")")
        lines = shown(pilot).splitlines()
    row = next(place for place, line in enumerate(lines) if "> 30+1)" in line)
    assert "read as" not in lines[row]
    assert lines[row + 1].index("^") == lines[row].index(")")


async def test_wrong_answer_is_diagnosed_explained_and_stored_first(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        screen = await answer(pilot, "29")
        (entry,) = desk.store.reviews()
    assert "✗ 31, not 29.  Padding is added on both sides: n + 2p." in screen
    assert "padding-once ×1" in screen
    assert "(61 + 8 − 9)/2 + 1, rounded down: 31." in screen
    assert "proved · module on cpu, 0.4 ms" in screen
    assert "[again 1 m] · hard 6 m · good 10 m · easy" in screen
    assert (entry.review.answer, entry.review.outcome, entry.rating) == ("29", "wrong", Rating.AGAIN)
    assert entry.review.misconceptions == ("padding-once",)
    assert (entry.review.engine, entry.review.torch) == ("f00d", "2.13.0")


async def test_right_answer_is_good(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        screen = await answer(pilot, "31")
    assert "✓ 31" in screen
    assert "[good 10 m]" in screen
    assert "practise" not in screen


async def test_hints_appear_one_by_one_and_make_a_right_answer_hard(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await pilot.press("f2")
        first = shown(pilot)
        await pilot.press("f2", "f2")
        await pilot.pause()
        last = shown(pilot)
        screen = await answer(pilot, "31")
        (entry,) = desk.store.reviews()
    assert "hint 1/2  How many places" in first
    assert "hint 2/2" not in first
    assert "hint 2/2  The padded input is 69 long." in last
    assert "That was the last hint." in last
    assert "[hard 6 m]" in screen
    assert (entry.review.hints, entry.rating) == (2, Rating.HARD)


async def test_what_cannot_be_read_is_refused_and_costs_nothing(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        screen = await answer(pilot, "29 +")
        assert "Not read, nothing stored" in screen
        assert not desk.store.reviews()
        await pilot.press("ctrl+a", "ctrl+k")
        assert "✓ 31" in await answer(pilot, "31")


@pytest.mark.parametrize("rubbish", ["", "x", "((((", "9**9**9", "1,2", "卷积", "'", "[/]", "[b]", "%s {} \\"])
async def test_rubbish_never_harms(desk, opened, rubbish):
    async with opened(desk, ["cnn"]) as pilot:
        pilot.app.screen.query_one(Input).value = rubbish
        screen = await answer(pilot, "")
        assert "nothing stored" in screen
        assert not desk.store.reviews()


async def test_grade_is_changed_by_a_key(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "31")
        await pilot.press("4")
        await pilot.pause()
        screen = shown(pilot)
        (entry,) = desk.store.reviews()
    assert "[easy " in screen
    assert "[good" not in screen
    assert (entry.review.rating, entry.rating) == (Rating.GOOD, Rating.EASY)


async def test_undo_on_a_verdict_returns_to_the_same_question(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await pilot.press("u")
        await pilot.pause()
        screen = shown(pilot)
        assert "Undone: your answer 29." in screen
        assert "0 due · 1 new · 0 done" in screen
        assert pilot.app.screen.query_one(Input).value == ""
        assert "✓ 31" in await answer(pilot, "31")
        newest, first = desk.store.reviews()
    assert (newest.undone, first.undone) == (False, True)
    assert newest.review.seed == first.review.seed


async def test_undo_reaches_into_an_earlier_session(tmp_path, opened):
    desk = sample_desk(tmp_path)
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "31")
    async with opened(desk, ["attention"]) as pilot:
        await pilot.press("ctrl+z")
        await pilot.pause(0.2)
        assert "Undone: your answer 31 to convolution/output-size, from an earlier session." in flat(shown(pilot))
        await pilot.press("ctrl+z")
        await pilot.pause(0.2)
        assert "There is nothing to undo." in shown(pilot)
    assert desk.store.reviews()[0].undone


async def test_practice_is_marked_and_reschedules_nothing(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        card = desk.store.card("convolution/output-size")
        await pilot.press("p")
        await pilot.pause()
        assert "practice · reschedules nothing" in shown(pilot)
        screen = await answer(pilot, "31")
        await pilot.press("4")
    assert "practice: nothing is rescheduled" in screen
    assert "easy" not in screen
    assert desk.store.card("convolution/output-size") == card
    assert [entry.review.counts for entry in desk.store.reviews()] == [False, True]
    assert desk.store.reviews()[0].rating is Rating.GOOD


async def test_right_elsewhere_is_told_without_the_answer_and_asked_again(desk, opened):
    async with opened(desk, ["attention"]) as pilot:
        screen = await answer(pilot, "1024")
        assert "1024 is right under another convention.  True when the heads share" in screen
        assert "Here: h = 8 full-width heads" in screen
        assert "8192" not in screen.replace("> 8192", "")
        assert not desk.store.reviews()
        await pilot.press("ctrl+a", "ctrl+k")
        screen = await answer(pilot, "8192")
    assert "✓ 8192" in screen
    assert "[hard " in screen


async def test_conflict_between_bank_and_engine_does_not_count(desk, opened):
    desk.worker.functions["conv.output_size"] = lambda **_: 30
    async with opened(desk, ["cnn"]) as pilot:
        screen = await answer(pilot, "30")
    assert "disagree on this instance, so it does not count" in flat(screen)
    assert "does not count: nothing is rescheduled" in screen
    assert not desk.store.reviews()[0].review.counts


async def test_skip_leaves_a_question_out(tmp_path, opened):
    desk = sample_desk(tmp_path)
    async with opened(desk, ["cnn", "attention"]) as pilot:
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert "attention-sizes" in shown(pilot)
        await pilot.press("ctrl+n")
        await pilot.pause()
    assert not desk.store.reviews()


async def test_next_instance_runs_while_the_verdict_is_read(tmp_path, opened):
    desk = sample_desk(tmp_path, limits=Limits(count=2))
    async with opened(desk, ["cnn", "attention"]) as pilot:
        assert [calls[0].function for calls in desk.worker.submitted] == ["conv.output_size"]
        await answer(pilot, "31")
        assert [calls[0].function for calls in desk.worker.submitted] == ["conv.output_size", "attention.num_params"]
        await pilot.press("enter")
        await pilot.pause()
        assert "attention-sizes" in shown(pilot)
        assert len(desk.worker.submitted) == 2


async def test_session_ends_with_its_summary(tmp_path, opened):
    desk = sample_desk(tmp_path, limits=Limits(count=2))
    async with opened(desk, ["cnn", "attention"]) as pilot:
        await answer(pilot, "29")
        await pilot.press("enter")
        await pilot.pause()
        await answer(pilot, "8192")
        desk.now.now += 95_000
        await pilot.press("space")
        await pilot.pause()
        screen = shown(pilot)
        await pilot.press("q")
    assert "1 right · 1 wrong · 0 after a hint" in screen
    assert "1 m 35 s" in screen
    assert "padding-once ×1" in screen
    assert [line.split()[0] for line in screen.splitlines() if "/" in line] == [
        "convolution/output-size",
        "attention-sizes/weights",
    ]


async def test_summary_keeps_practice_apart(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await pilot.press("p")
        await pilot.pause()
        await answer(pilot, "30")
        await pilot.press("q")
        await pilot.pause()
        screen = shown(pilot)
    assert "0 right · 1 wrong · 0 after a hint · 1 in practice" in screen
    assert [line.split()[-2:] for line in screen.splitlines() if "×" in line] == [
        ["padding-once", "×1"],
        ["no-plus-one", "×1"],
    ]


async def test_quit_in_the_middle_keeps_what_is_stored(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "31")
        await pilot.press("ctrl+q")
        await pilot.pause()
        assert "This session" in shown(pilot)
    async with opened(desk, ["cnn"]) as pilot:
        screen = shown(pilot)
    assert "Nothing is due, and nothing is new." in screen
    assert "The next card comes back in 10 m." in screen
    assert "dlquiz study cnn --ahead" in screen


async def test_log_replays_to_the_same_cards(desk: SampleDesk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await pilot.press("2", "u")
        await pilot.pause()
        await answer(pilot, "31")
        await pilot.press("1")
        await pilot.pause()
    assert desk.store.replay() == desk.store.cards()
    assert json.loads(desk.store.reviews()[0].review.params) == {"n": 61, "k": 9, "s": 2, "p": 4}


async def test_ctrl_c_leaves_after_a_verdict(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await pilot.press("ctrl+c")
        await pilot.pause()
        assert pilot.app.screen.__class__.__name__ == "SummaryScreen"
