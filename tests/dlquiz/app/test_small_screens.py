"""A terminal of a few lines: what has the keys stays in view, and no line is blank."""

import pytest
from reading_screens import answer, shown, type_in
from sample_desk import sample_desk

TINY = (40, 10)


def body(screen: str) -> list[str]:
    """Return the lines between the status line and the keys."""
    return [line for line in screen.splitlines() if line.startswith("  ")]


async def test_field_is_in_view_after_the_terminal_shrinks(desk, opened):
    async with opened(desk, ["attention"]) as pilot:
        await pilot.resize_terminal(*TINY)
        await pilot.pause(0.1)
        assert any(line.startswith("  >") for line in shown(pilot).splitlines())
        await type_in(pilot, "81)")
        screen = shown(pilot)
    assert "> 81)" in screen
    assert "this ')' closes no bracket" in " ".join(screen.split())


async def test_field_is_in_view_on_a_small_terminal_from_the_start_and_below_hints(desk, opened):
    async with opened(desk, ["cnn"], size=TINY) as pilot:
        assert "  >" in shown(pilot)
        await pilot.press("f2", "f2")
        await pilot.pause(0.1)
        screen = shown(pilot)
    assert "  >" in screen
    assert "hint 2/2" in screen


async def test_statement_at_the_cursor_is_in_view(desk, opened):
    async with opened(desk, ["normalization"]) as pilot:
        await pilot.resize_terminal(*TINY)
        for _ in range(4):
            await pilot.press("j")
            await pilot.pause(0.1)
            assert "›" in "".join(body(shown(pilot)))


async def test_blank_lines_go_and_come_back_with_the_size(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        tall = shown(pilot)
        await pilot.resize_terminal(*TINY)
        await pilot.pause(0.1)
        short = shown(pilot)
        await pilot.resize_terminal(80, 24)
        await pilot.pause(0.1)
        assert shown(pilot) == tall
    written = [place for place, line in enumerate(short.splitlines()) if line.strip()]
    assert "─" not in short
    assert written[: written.index(6) + 1] == list(range(7))


async def test_verdict_is_in_view_after_the_terminal_shrinks(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await pilot.resize_terminal(*TINY)
        await pilot.pause(0.1)
        assert "✗ 31, not 29." in shown(pilot)


async def test_ctrl_z_empties_the_field_before_it_undoes(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "31")
    async with opened(desk, ["attention"]) as pilot:
        before = shown(pilot)
        await type_in(pilot, "12")
        await pilot.press("ctrl+z")
        await pilot.pause(0.1)
        assert shown(pilot) == before
        assert not desk.store.reviews()[0].undone
        await pilot.press("ctrl+z")
        await pilot.pause(0.2)
        assert desk.store.reviews()[0].undone


async def test_ctrl_z_empties_the_picks_before_it_undoes(desk, opened):
    async with opened(desk, ["normalization"]) as pilot:
        await pilot.press("1", "3", "ctrl+z")
        await pilot.pause()
        screen = shown(pilot)
        await pilot.press("ctrl+z")
        await pilot.pause(0.2)
        assert "There is nothing to undo." in shown(pilot)
    assert "[✓]" not in screen
    assert "nothing to undo" not in screen


async def test_ctrl_z_on_a_verdict_undoes_at_once(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await pilot.press("ctrl+z")
        await pilot.pause(0.1)
        assert "Undone: your answer 29." in shown(pilot)


@pytest.mark.parametrize(("typed", "said"), [("x", "这里要填一个数，而“x”不是数"), ("1/0", "除数为零")])
async def test_reasons_are_chinese_in_chinese(tmp_path, opened, typed, said):
    async with opened(sample_desk(tmp_path, "zh"), ["cnn"]) as pilot:
        await type_in(pilot, typed)
        assert said in shown(pilot)
        screen = await answer(pilot, "")
    assert "无法读取，未记录：" in screen
    assert said in screen


async def test_empty_pick_is_refused_in_chinese(tmp_path, opened):
    async with opened(sample_desk(tmp_path, "zh"), ["normalization"]) as pilot:
        await pilot.press("enter")
        await pilot.pause(0.1)
        assert "无法读取，未记录：请填成立的编号，例如 1 3；至少有一条成立。" in shown(pilot)
