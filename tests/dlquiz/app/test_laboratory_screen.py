"""The laboratory screen: every change is run, wrong ideas that happen to be right say so, and nothing is stored."""

from pathlib import Path

from reading_screens import answer, flat, shown
from sample_desk import SAMPLE, SampleDesk
from textual.pilot import Pilot

from dlquiz.app.screens.laboratory import LaboratoryScreen
from dlquiz.banks.reading import read_bank
from dlquiz.core.kinds.number import Number
from dlquiz.core.laboratory import Laboratory

WIDE = "params: {n: {int: [16, 64]}, k: {choice: [7, 9]}, s: {choice: [1, 2]}, p: {int: [0, 4]}}\n    where: [p > 0]"
NARROW = "params: {n: {choice: [61]}, k: {choice: [9]}, s: {choice: [2]}, p: {choice: [4]}}"


def laboratory() -> Laboratory:
    text = (SAMPLE / "convolution.yaml").read_text(encoding="utf-8")
    assert NARROW in text
    bank, complaints = read_bank(text.replace(NARROW, WIDE), "wide.yaml")
    assert bank is not None, complaints
    (question,) = bank.questions
    assert isinstance(question, Number)
    return Laboratory(question, {"n": 61, "k": 9, "s": 2, "p": 4})


async def pushed(pilot: Pilot[None], desk: SampleDesk) -> str:
    await pilot.app.push_screen(LaboratoryScreen(laboratory(), desk))
    return await settled(pilot)


async def settled(pilot: Pilot[None]) -> str:
    await pilot.pause(0.05)
    await pilot.pause()
    return shown(pilot)


async def test_the_instance_stands_there_with_what_it_comes_to(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        screen = await pushed(pilot, desk)
    assert "laboratory · convolution/output-size" in screen
    assert "A 61×61 input" in screen
    assert "31  conv.output_size(size=61, kernel_size=9, stride=2, padding=4)" in screen
    assert "✗ 29  padding-once" in screen
    assert "The layer was built and run on zeros." in screen


async def test_the_answer_follows_every_change(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await pushed(pilot, desk)
        await pilot.press("right", "down", "left", "down", "left")
        screen = await settled(pilot)
        stored = list(desk.store.reviews())
    assert "A 62×62 input goes through Conv2d(kernel_size=7, stride=1, padding=4)" in screen
    assert "64  conv.output_size(size=62, kernel_size=7, stride=1, padding=4)" in screen
    assert stored == []


async def test_a_wrong_idea_that_is_right_by_accident_says_so(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await pushed(pilot, desk)
        await pilot.press("up", "shift+left")
        screen = await settled(pilot)
    assert "The bank does not ask this setting: p > 0." in screen
    assert "= 27  padding-once" in screen
    assert "right here by accident" in flat(screen)


async def test_reset_goes_back_and_l_closes(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await pushed(pilot, desk)
        await pilot.press("right", "right", "r")
        assert "A 61×61 input" in await settled(pilot)
        await pilot.press("l")
        await pilot.pause()
        assert "laboratory" not in shown(pilot)


async def test_an_engine_that_refuses_is_a_sentence(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await pushed(pilot, desk)
        desk.worker.failures = ["the kernel is larger than the padded input"]
        await pilot.press("right")
        screen = await settled(pilot)
    assert "the kernel is larger than the padded input" in flat(screen)
    assert "✗ 29" in screen or "29  padding-once" in screen


async def test_l_opens_it_from_a_verdict_where_something_can_be_changed(desk, opened, tmp_path: Path):
    async with opened(desk, ["cnn"]) as pilot:
        screen = await answer(pilot, "31")
        assert "the lab" not in screen
        await pilot.press("l")
        await pilot.pause()
        assert "There is no parameter to change here." in flat(shown(pilot))
