"""Claims by keys and by mouse."""

from reading_screens import flat, shown
from sample_desk import sample_desk

from dlquiz.app.widgets.picks import Picks


async def judged(pilot):
    await pilot.press("enter")
    await pilot.pause(0.05)
    await pilot.pause()
    return shown(pilot)


async def test_numbers_arrows_and_space_toggle(desk, opened):
    async with opened(desk, ["normalization"]) as pilot:
        assert "› [ ] 1" in shown(pilot)
        await pilot.press("1", "j", "j", "space", "k", "space", "up", "down", "space")
        await pilot.pause()
        screen = shown(pilot)
        assert "read as 1, 3" in screen
        assert [line.strip()[:6] for line in screen.splitlines() if "[" in line] == [
            "[✓] 1 ",
            "› [ ] ",
            "[✓] 3 ",
            "[ ] 4 ",
        ]


async def test_number_beyond_the_statements_does_nothing(desk, opened):
    async with opened(desk, ["normalization"]) as pilot:
        await pilot.press("9")
        await pilot.pause()
        assert pilot.app.screen.query_one(Picks).text == ""


async def test_verdict_shows_each_statement_with_its_truth_and_why(desk, opened):
    async with opened(desk, ["normalization"]) as pilot:
        await pilot.press("1", "3")
        screen = await judged(pilot)
        (entry,) = desk.store.reviews()
    assert "✗ 2 of 4 judged rightly; true: 3, 4." in screen
    assert "depends on the rest of the batch. does not hold LayerNorm looks at one sample only." in flat(screen)
    assert "✓ 2  LayerNorm keeps running statistics." in screen
    assert "proved · 8 runs on cpu" in screen
    assert (entry.review.answer, entry.review.score) == ("1 3", 0.5)
    assert entry.review.misconceptions == ("ln-batch", "ln-one")


async def test_nothing_picked_is_refused_and_stores_nothing(desk, opened):
    async with opened(desk, ["normalization"]) as pilot:
        await pilot.press("enter")
        await pilot.pause()
        assert "at least one does" in flat(shown(pilot))
        assert desk.store.reviews() == []
        await pilot.press("1")
        await judged(pilot)
        assert len(desk.store.reviews()) == 1


async def test_letters_of_the_verdict_do_nothing_while_answering(desk, opened):
    async with opened(desk, ["normalization"]) as pilot:
        await pilot.press("v", "s", "p", "u", "q")
        await pilot.pause()
        assert "which of these hold?" in shown(pilot)


async def test_all_right_is_right(desk, opened):
    async with opened(desk, ["normalization"]) as pilot:
        await pilot.press("3", "4")
        screen = await judged(pilot)
    assert "✓ 3, 4" in screen
    assert "[good 10 m]" in screen


async def test_mouse_picks_a_statement(desk, opened):
    async with opened(desk, ["normalization"]) as pilot:
        await pilot.click(Picks, offset=(12, 1))
        await pilot.pause()
        assert pilot.app.screen.query_one(Picks).text == "2"


async def test_line_and_claims_take_turns(tmp_path, opened):
    desk = sample_desk(tmp_path)
    async with opened(desk, ["cnn", "normalization"]) as pilot:
        await pilot.press("ctrl+n")
        await pilot.pause(0.1)
        assert "› [ ] 1" in shown(pilot)
        await pilot.press("2")
        await judged(pilot)
        await pilot.press("u")
        await pilot.pause(0.1)
        assert "› [ ] 1" in shown(pilot)
