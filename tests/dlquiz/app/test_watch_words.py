"""What the screen for authors says: counts of what was read, one name for one thing, and words that can be read."""

from pathlib import Path

import pytest
from reading_screens import answer, flat, shown
from sample_desk import sample_desk
from textual.pilot import Pilot
from watch_bench import BANK, HALF_TYPED, WRONG_FORMULA, Bench, seen

from dlquiz.app.widgets.instance_cards import InstanceCards

CALL = "{call: conv.output_size, with: {size: 9, kernel_size: 3, stride: 1, padding: 0}}"
ONE = f'{BANK[: BANK.index("  - id:")]}  - id: fixed\n    kind: number\n    prompt: "9?"\n'
ONE += f"    answer: {{formula: 7, engine: {CALL}}}\n"
CARD = ONE + '  - id: card\n    kind: recall\n    prompt: "Which one?"\n    reveals: [fixed]\n'


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_one_question_is_not_many(bench):
    bench.save(ONE)
    async with bench.opened() as pilot:
        await seen(pilot, "1 of 1 question proved")


async def test_questions_that_cannot_be_read_are_not_counted_as_unproved(bench):
    bench.save(BANK.replace("kind: choice", "kind: chioce"))
    async with bench.opened() as pilot:
        await seen(pilot, "3 questions, 1 cannot be read · 2 proved · 1 for all values · 1 on every instance")
        bench.save(HALF_TYPED)
        screen = flat(await seen(pilot, "3 questions, 3 cannot be read", "DQ105"))
        assert "proved" not in screen
        bench.save(ONE.replace("kind: number", "kind: nubmer"))
        await seen(pilot, "1 question, which cannot be read")


async def test_a_card_tells_of_draws_where_there_is_one_instance(bench):
    bench.save(CARD)
    async with bench.opened() as pilot:
        await pilot.press("n")
        screen = flat(await seen(pilot, "recall · ", "These are all instances there are."))
    assert "recall · proved on 20 draws of what it reveals" in screen
    assert "20 instances" not in screen


async def test_a_file_that_is_gone_is_said_to_be_awaited(bench):
    async with bench.opened() as pilot:
        bench.file.unlink()
        screen = flat(await seen(pilot, "DQ101"))
        assert "the file is gone; it is read again when it comes back" in screen
        assert "permissions" not in screen
        bench.file.mkdir()
        assert "it is read again" not in flat(await seen(pilot, "check its name and its permissions"))


async def test_a_complaint_has_another_name_than_a_question_in_chinese(bench):
    bench.save(WRONG_FORMULA)
    async with bench.opened(language="zh") as pilot:
        screen = await seen(pilot, "检查结果：1 条", "未证明：见检查结果")
        await pilot.press("f1")
        assert "问题" not in screen + await seen(pilot, "换一条检查结果")


async def test_nothing_is_called_proved_where_bank_and_engine_disagree(bench):
    bench.save(WRONG_FORMULA)
    async with bench.opened() as pilot:
        await pilot.press("1")
        await answer(pilot, "14")
        screen = flat(await seen(pilot, "! Bank and engine disagree on this instance: conv.output_size("))
        assert "The complaints say why." in screen
        assert "dlquiz check" not in screen.partition("disagree")[2]
        assert "module on cpu, 0.4 ms v the run" in screen
        assert "proved · module" not in screen
        await pilot.press("f3")
        await seen(pilot, "题库与引擎在这个实例上不一致，原因见检查结果。 模块实跑")


async def test_in_a_session_nothing_is_called_proved_either(tmp_path, opened):
    desk = sample_desk(tmp_path)
    desk.worker.functions["conv.output_size"] = lambda **_: 7
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        screen = flat(shown(pilot))
    assert "Bank and engine disagree" in screen
    assert "proved" not in screen
    assert "module on cpu" in screen


@pytest.mark.parametrize("theme", ["textual-dark", "textual-light"])
async def test_old_instances_can_be_read(bench, theme):
    async with bench.opened() as pilot:
        pilot.app.theme = theme
        bench.save(HALF_TYPED)
        await seen(pilot, "1 old · #0", "How many weights?")
        await pilot.pause(0.1)
        found = contrasts(pilot)
    assert len(found) > 6
    assert min(found.values()) >= 4.5, found


def contrasts(pilot: Pilot[None]) -> dict[str, float]:
    """Return the contrast of each piece of text of the instances, but for their numbers, with what lies behind it."""
    cards = pilot.app.screen.query_one(InstanceCards)
    found = {}
    for line in range(cards.region.y, cards.region.bottom):
        for segment in pilot.app.screen._compositor.render_strips()[line]:
            style, text = segment.style, segment.text.strip()
            if style is None or style.color is None or style.bgcolor is None or not text or len(text) < 2:
                continue
            dark, light = sorted(luminance(one.get_truecolor()) for one in (style.color, style.bgcolor))
            found[text] = (light + 0.05) / (dark + 0.05)
    return found


def luminance(ink: tuple[int, int, int]) -> float:
    """Return the relative luminance of a colour in sRGB, as WCAG 2.2 defines it."""
    linear = [one / 12.92 if one <= 0.04045 else ((one + 0.055) / 1.055) ** 2.4 for one in (part / 255 for part in ink)]
    return sum(weight * one for weight, one in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
