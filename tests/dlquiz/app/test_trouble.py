"""When the engine or the store fails: a sentence, nothing stored, and ↵ tries again."""

import asyncio

import pytest
from reading_screens import answer, flat, shown, type_in
from sample_desk import sample_desk
from textual.widgets import Input

from dlquiz.core.scheduling import Rating
from dlquiz.core.session import Limits
from dlquiz.store.database import StoreError


async def test_engine_failure_stores_nothing_and_the_answer_stays(tmp_path, opened):
    desk = sample_desk(tmp_path, limits=Limits(count=1))
    desk.worker.failures = ["the engine process died while it ran conv.output_size"]
    async with opened(desk, ["cnn"]) as pilot:
        screen = await answer(pilot, "29")
        assert "! the engine process died while it ran conv.output_size" in screen
        assert "Nothing is stored. ↵ tries again, Ctrl+N skips." in screen
        assert pilot.app.screen.query_one(Input).value == "29"
        assert not desk.store.reviews()
        assert len(desk.worker.submitted) == 1
        assert "✗ 31, not 29." in await answer(pilot, "")
        assert len(desk.worker.submitted) == 2
        assert len(desk.store.reviews()) == 1


async def test_engine_that_cannot_start_is_told_at_once(desk, opened):
    desk.worker.missing = "the engine could not start: no torch; run dlquiz doctor"
    async with opened(desk, ["cnn"]) as pilot:
        await pilot.pause(0.2)
        assert "the engine could not start: no torch; run dlquiz doctor" in flat(shown(pilot))
        assert "Output height?" in shown(pilot)


async def test_long_run_is_announced_and_can_be_left(desk, opened):
    desk.worker.hangs = 1
    async with opened(desk, ["cnn", "attention"]) as pilot:
        await answer(pilot, "29")
        await pilot.pause(0.4)
        assert "running conv.output_size on cpu …" in shown(pilot)
        await pilot.press("enter", "enter")
        await pilot.press("ctrl+n")
        await pilot.pause()
        assert "attention-sizes" in shown(pilot)
        assert "running" not in shown(pilot)
        desk.worker.release()
        await pilot.pause()
        assert "✓ 8192" in await answer(pilot, "8192")
        assert [entry.review.answer for entry in desk.store.reviews()] == ["8192"]


async def test_verdict_comes_when_a_long_run_ends(desk, opened):
    desk.worker.hangs = 1
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await pilot.pause(0.3)
        assert not desk.store.reviews()
        desk.worker.release()
        await pilot.pause(0.1)
        assert "✗ 31, not 29." in shown(pilot)
        assert len(desk.store.reviews()) == 1


async def test_leaving_while_the_engine_hangs(desk, opened):
    desk.worker.hangs = 1
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await pilot.press("escape")
        await pilot.pause()
        assert "still being judged" in flat(shown(pilot))
        await pilot.press("escape")
        await pilot.pause()
        assert pilot.app._exit
    assert not desk.store.reviews()


async def test_store_failure_shows_its_sentence_and_the_answer_can_be_given_again(desk, opened, monkeypatch):
    sentence = "the disk with reviews.db is full; make room and try again"

    def full(*_: object) -> int:
        raise StoreError(sentence)

    async with opened(desk, ["cnn"]) as pilot:
        with monkeypatch.context() as patch:
            patch.setattr(desk.store, "add_review", full)
            screen = await answer(pilot, "29")
        assert f"! {sentence}" in screen
        assert "31" not in screen.replace("1-9", "")
        assert pilot.app.screen.query_one(Input).value == "29"
        assert "✗ 31, not 29." in await answer(pilot, "")
        assert len(desk.store.reviews()) == 1


@pytest.mark.parametrize("method", ["undo", "cards"])
async def test_store_failure_elsewhere_is_told_and_the_app_goes_on(desk, opened, monkeypatch, method):
    def locked(*_: object) -> None:
        raise StoreError("reviews.db is locked by another program; close it")

    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        with monkeypatch.context() as patch:
            patch.setattr(desk.store, method, locked)
            await pilot.press("u" if method == "undo" else "enter")
            await pilot.pause(0.3)
            assert "reviews.db is locked by another program" in flat(shown(pilot))
        if method == "undo":
            await pilot.press("u")
            await pilot.pause()
        assert "✓ 31" in await answer(pilot, "31")


async def test_regrading_fails_with_a_sentence(desk, opened, monkeypatch):
    def full(*_: object) -> None:
        raise StoreError("the disk is full")

    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "31")
        monkeypatch.setattr(desk.store, "override", full)
        await pilot.press("4")
        await pilot.pause(0.3)
        assert "the disk is full" in shown(pilot)
        assert "[good 10 m]" in shown(pilot)


async def test_event_loop_is_never_blocked_by_the_engine(desk, opened):
    desk.worker.hangs = 1
    async with opened(desk, ["cnn"]) as pilot:
        loop = asyncio.get_running_loop()
        await answer(pilot, "29")
        before = loop.time()
        await asyncio.sleep(0.01)
        assert loop.time() - before < 0.2
        await pilot.press("f1")
        await pilot.pause()
        assert "Help" in shown(pilot) or "help" in shown(pilot)


async def test_an_answer_that_is_judged_stays_as_it_was_given(desk, opened):
    desk.worker.hangs = 1
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "31")
        await type_in(pilot, "5")
        await pilot.press("f2", "enter")
        assert "> 31 " in shown(pilot)
        desk.worker.release()
        await pilot.pause(0.1)
        (entry,) = desk.store.reviews()
        screen = shown(pilot)
    assert "✓ 31" in screen
    assert (entry.review.answer, entry.review.hints, entry.rating) == ("31", 0, Rating.GOOD)
    assert entry.review.engine == "f00d"


async def test_picks_that_are_judged_stay_as_they_were_given(desk, opened):
    desk.worker.hangs = 1
    async with opened(desk, ["normalization"]) as pilot:
        await pilot.press("1", "enter")
        await pilot.pause()
        await pilot.press("2")
        await pilot.pause()
        assert shown(pilot).count("[✓]") == 1
        desk.worker.release()
        await pilot.pause(0.1)
