"""Two programs on one database: undo takes back what is on the screen, and a lock does not hold up the screen."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from reading_screens import answer, flat, shown, type_in
from sample_desk import SampleDesk, sample_desk

from dlquiz.app import sitting as sittings
from dlquiz.app.phrases import say_in
from dlquiz.app.sitting import BUSY_MS, Sitting, Trouble, Undone
from dlquiz.core.study import Stored
from dlquiz.store.store import Store


def seated(desk: SampleDesk, *topics: str) -> Sitting:
    sitting = Sitting(desk.study(desk.library(topics), topics), desk.now)
    sitting.advance()
    return sitting


@pytest.fixture
def other(tmp_path: Path) -> SampleDesk:
    """A second dlquiz on the database of ``desk``, a minute later."""
    desk = sample_desk(tmp_path)
    desk.now.now += 60_000
    return desk


def undone(desk: SampleDesk) -> dict[str, bool]:
    return {entry.review.answer: entry.undone for entry in desk.store.reviews()}


async def test_undo_takes_back_the_review_that_is_on_the_screen(desk, other, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await seated(other, "attention").answer("8192")
        await pilot.press("u")
        await pilot.pause()
        assert "Undone: your answer 29. Here is the question again." in flat(shown(pilot))
        assert undone(desk) == {"29": True, "8192": False}


async def test_what_another_dlquiz_stored_is_said_to_be_from_there(desk, other):
    sitting = seated(desk, "cnn")
    await seated(other, "attention").answer("8192")
    found = sitting.undo()
    assert found == Undone("8192", "attention-sizes/weights", elsewhere=True)
    told = say_in("en")(found.phrase, answer=found.answer, key=found.key)
    assert told == "Undone: your answer 8192 to attention-sizes/weights, from another dlquiz."
    assert sitting.undo() is None


async def test_what_was_stored_before_the_session_is_said_to_be_older(desk, other):
    await seated(desk, "cnn").answer("29")
    found = seated(other, "attention").undo()
    assert found is not None
    assert (found.answer, found.elsewhere, found.phrase) == ("29", False, "undone_older")


async def test_a_review_that_was_undone_elsewhere_is_asked_again_all_the_same(desk, other):
    sitting = seated(desk, "cnn")
    asked = sitting.attempt
    await sitting.answer("29")
    other.store.undo(other.now())
    found = sitting.undo()
    assert asked is not None
    assert found is not None
    assert found.attempt is not None
    assert found.attempt.instance is asked.instance
    assert undone(desk) == {"29": True}


@pytest.fixture
def locked(desk: SampleDesk):
    """Another program that holds the database, until its connection is rolled back."""
    desk.store.wait_at_most(BUSY_MS)
    with closing(sqlite3.connect(desk.store.path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield connection


async def test_a_locked_database_leaves_the_screen_alive_and_the_verdict_waits_for_the_disk(desk, opened, locked):
    async with opened(desk, ["cnn"]) as pilot:
        loop = asyncio.get_running_loop()
        await type_in(pilot, "29")
        await pilot.press("enter")
        longest = 0.0
        for _ in range(60):
            begun = loop.time()
            await asyncio.sleep(0.01)
            longest = max(longest, loop.time() - begun)
        assert longest < 0.4
        assert "waiting to store: another program has the database locked" in flat(shown(pilot))
        assert "31" not in shown(pilot).replace("1-9", "")
        locked.execute("ROLLBACK")
        await pilot.pause(0.4)
        assert "✗ 31, not 29." in shown(pilot)
    assert [entry.review.answer for entry in desk.store.reviews()] == ["29"]


async def test_a_database_that_stays_locked_is_a_sentence_and_the_answer_may_be_given_again(desk, locked, monkeypatch):
    monkeypatch.setattr(sittings, "_LOCKED_TRIES", 2)
    sitting = seated(desk, "cnn")
    outcome = await sitting.answer("29")
    assert isinstance(outcome, Trouble)
    assert "is locked by another program; close that program, or wait, and try again" in outcome.sentence
    locked.execute("ROLLBACK")
    assert isinstance(await sitting.answer("29"), Stored)
    assert len(desk.store.reviews()) == 1


async def test_leaving_a_question_while_the_database_is_locked_stores_nothing(desk, opened, locked):
    async with opened(desk, ["cnn", "attention"]) as pilot:
        await type_in(pilot, "29")
        await pilot.press("enter")
        await pilot.pause(0.1)
        await pilot.press("ctrl+n")
        await pilot.pause()
        locked.execute("ROLLBACK")
        await pilot.pause(0.3)
        assert "attention-sizes" in shown(pilot)
    assert not desk.store.reviews()


def test_the_app_waits_shortly_and_plain_mode_long(tmp_path, monkeypatch):
    from dlquiz.cli import study

    waits: list[int] = []
    monkeypatch.setattr(Store, "wait_at_most", lambda _, busy_ms: waits.append(busy_ms))
    monkeypatch.setattr("dlquiz.app.application.DlquizApp.run", lambda _: None)
    study.run_app(sample_desk(tmp_path), ["cnn"])
    assert waits == [BUSY_MS]
    assert BUSY_MS <= 20
