"""Runs ahead: one that failed is made again by itself once its question is there; a run of the present one is not."""

import asyncio
from concurrent.futures import Future

import pytest
from reading_screens import answer
from sample_desk import sample_desk

from dlquiz.app.runs import Runs
from dlquiz.core.oracle import Call, Failed
from dlquiz.core.session import Limits
from dlquiz.core.study import failure

FAILS = [Failed(Call("conv.output_size", {}), "timeout", "stopped")]


class Instance:
    def __init__(self, name):
        self.name = name

    def __str__(self):
        return self.name


class Starter:
    """Begins runs whose futures the test settles by hand."""

    def __init__(self):
        self.futures = []

    def __call__(self, instance):
        self.futures.append(Future())
        return self.futures[-1]


async def settled(runs, instance):
    """Return what came of a run; one that is started and never settled fails the test instead of holding it."""
    async with asyncio.timeout(5):
        return await runs.outcomes(instance)


async def test_a_run_ahead_that_failed_is_made_again_when_its_question_is_shown():
    start, one = Starter(), Instance("one")
    runs = Runs(start)
    runs.ahead(one)
    start.futures[0].set_result(FAILS)
    assert runs.begin(one) is start.futures[1]
    start.futures[1].set_result([])
    assert await settled(runs, one) == []
    assert len(start.futures) == 2


async def test_a_run_ahead_that_fails_while_its_question_is_shown_is_made_again_too():
    start, one = Starter(), Instance("one")
    runs = Runs(start)
    runs.ahead(one)
    assert runs.begin(one) is start.futures[0]
    waiting = asyncio.create_task(settled(runs, one))
    await asyncio.sleep(0)
    start.futures[0].set_result(FAILS)
    async with asyncio.timeout(5):
        while len(start.futures) < 2:
            await asyncio.sleep(0.001)
        start.futures[1].set_result([])
        assert await waiting == []


async def test_it_is_made_again_once_only():
    start, one = Starter(), Instance("one")
    runs = Runs(start)
    runs.ahead(one)
    start.futures[0].set_result(FAILS)
    runs.begin(one)
    start.futures[1].set_result(FAILS)
    assert failure(await settled(runs, one)) is FAILS[0]
    assert len(start.futures) == 2


async def test_a_run_of_the_present_question_that_failed_is_told():
    start, one = Starter(), Instance("one")
    runs = Runs(start)
    runs.begin(one)
    start.futures[0].set_result(FAILS)
    assert runs.begin(one) is start.futures[0]
    assert await settled(runs, one) == FAILS


@pytest.mark.parametrize("give_up", ["forget", "keep_only"])
def test_a_run_ahead_that_was_given_up_is_ahead_no_more(give_up):
    start, one = Starter(), Instance("one")
    runs = Runs(start)
    runs.ahead(one)
    getattr(runs, give_up)(*([one] if give_up == "forget" else []))
    runs.begin(one)
    start.futures[-1].set_result(FAILS)
    assert runs.begin(one) is start.futures[-1]
    assert len(start.futures) == 2


def test_a_run_that_came_to_something_is_not_made_again():
    start, one = Starter(), Instance("one")
    runs = Runs(start)
    runs.ahead(one)
    runs.ahead(one)
    start.futures[0].set_result([])
    assert runs.begin(one) is start.futures[0]
    runs.ahead(one)
    assert len(start.futures) == 1


async def test_a_failed_run_ahead_costs_the_learner_nothing(tmp_path, opened):
    desk = sample_desk(tmp_path, limits=Limits(count=2))
    async with opened(desk, ["cnn", "attention"]) as pilot:
        desk.worker.failures = ["the engine process was stopped at its time limit"]
        await answer(pilot, "31")
        assert len(desk.worker.submitted) == 2, "the next question runs ahead, and fails"
        await pilot.press("enter")
        await pilot.pause(0.05)
        screen = await answer(pilot, "8192")
        assert "✓ 8192" in screen
        assert "stopped" not in screen
        assert len(desk.worker.submitted) == 3
    assert "8192" in [entry.review.answer for entry in desk.store.reviews()]
