"""Home, help, evidence, the code, and the two languages."""

import pytest
from reading_screens import answer, flat, shown
from sample_desk import sample_desk

from dlquiz.app.phrases import say_in
from dlquiz.app.screens.summary import SummaryScreen
from dlquiz.app.shelf import Topic
from dlquiz.app.sitting import Sitting
from dlquiz.app.widgets.blocks.heatmap import HeatmapView
from dlquiz.app.widgets.topic_table import topic_line


async def test_home_lists_topics_and_starts_the_chosen_one(desk, opened):
    async with opened(desk, None) as pilot:
        screen = shown(pilot)
        assert [line.split()[-8] for line in screen.splitlines() if " of " in line] == [
            "attention",
            "cnn",
            "hostile",
            "normalization",
        ]
        await pilot.press("down", "enter")
        await pilot.pause()
        assert "cnn › convolution" in shown(pilot)


async def test_home_tells_what_is_due_and_learned(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "31")
        await pilot.press("4")
    desk.now.now += 30 * 86_400_000
    async with opened(desk, None) as pilot:
        line = next(line for line in shown(pilot).splitlines() if "cnn" in line)
    assert line.split()[-7:] == ["1", "0", "1", "of", "1", "██████████", "1"]


async def test_home_tells_what_is_seen_before_it_is_learned(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
    async with opened(desk, None) as pilot:
        line = next(line for line in shown(pilot).splitlines() if "cnn" in line)
    assert line.split()[-6:] == ["0", "1", "of", "1", "▒▒▒▒▒▒▒▒▒▒", "0"]


@pytest.mark.parametrize(("seen", "learned", "bar"), [(0, 0, "─" * 10), (1, 0, "▒" + "─" * 9), (99, 98, "█" * 9 + "─")])
def test_bar_is_empty_or_full_only_where_the_topic_is(seen, learned, bar):
    assert bar in topic_line(Topic("cnn", 100, 0, seen, learned), 3, say_in("en")).plain


async def test_all_topics_take_turns_and_leaving_comes_home(desk, opened):
    async with opened(desk, None) as pilot:
        await pilot.press("a")
        await pilot.pause()
        assert "0 due · 4 new · 0 done" in shown(pilot)
        await pilot.press("escape")
        await pilot.pause()
        assert "What do you want to study?" in shown(pilot)
        await pilot.press("q")
        await pilot.pause()
        assert pilot.app._exit


async def test_from_the_summary_to_the_home_screen(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "31")
        await pilot.press("q")
        await pilot.pause()
        assert "This session" in shown(pilot)
        await pilot.press("enter")
        await pilot.pause()
        assert "What do you want to study?" in shown(pilot)


async def summary_of(desk, opened, from_home, key):
    """Return the summary's keys, and whether it is left for the home screen by a key."""
    sitting = Sitting(desk.study(desk.library(["cnn"]), ["cnn"]), desk.now)
    left = []
    async with opened(desk, None) as pilot:
        pilot.app.push_screen(SummaryScreen(sitting, desk, from_home), left.append)
        await pilot.pause(0.1)
        keys = shown(pilot).splitlines()[-1]
        await pilot.press(key)
        await pilot.pause(0.1)
    return keys, left


async def test_esc_on_the_summary_goes_back_to_where_the_session_was_started(desk, opened):
    keys, left = await summary_of(desk, opened, from_home=True, key="escape")
    assert ("↵ home" in keys, "Esc" in keys, left) == (True, False, [True])
    keys, left = await summary_of(desk, opened, from_home=False, key="escape")
    assert ("↵ home" in keys, "Esc quit" in keys, left) == (True, True, [False])
    assert (await summary_of(desk, opened, from_home=True, key="q"))[1] == [False]


async def test_summary_shows_a_misjudged_claim_and_why(desk, opened):
    async with opened(desk, ["normalization"]) as pilot:
        await pilot.press("1", "3", "enter")
        await pilot.pause(0.1)
        await pilot.press("q")
        await pilot.pause(0.1)
        screen = flat(shown(pilot))
    assert "LayerNorm's output for one sample depends on the rest of the batch. ln-batch ×1" in screen
    assert "ln-batch ×1 It does not hold. LayerNorm looks at one sample only." in screen
    assert "LayerNorm can be trained with a batch of one vector. ln-one ×1 It holds." in screen


@pytest.mark.parametrize("topics", [["cnn"], None])
async def test_help_names_the_keys_of_the_screen(desk, opened, topics):
    async with opened(desk, topics) as pilot:
        await pilot.press("f1")
        await pilot.pause()
        screen = shown(pilot)
        assert "How marking works" in screen
        assert ("^N      skip" in screen) == (topics is not None)
        await pilot.press("escape")
        await pilot.pause()
        assert "How marking works" not in shown(pilot)


async def test_evidence_shows_legs_and_every_block(desk, opened):
    async with opened(desk, ["cnn"], size=(100, 110)) as pilot:
        await answer(pilot, "29")
        await pilot.press("v")
        await pilot.pause(0.1)
        screen = shown(pilot)
        assert "31      module        cpu      0.4 ms   conv.output_size(size=61" in screen
        assert "padding=4)" in screen
        assert "31      closed form                     floor((n + 2*p - k)/s) + 1" in screen
        assert "       30     56   64" in screen
        assert "a SGD   b Adam" in screen
        assert "0 | ░▒▓█| 1" in screen
        assert "Paths over the valley" in screen
        await pilot.press("escape")
        await pilot.pause()
        assert "✗ 31, not 29." in shown(pilot)


async def test_cursor_reads_values_out_of_a_heatmap(desk, opened):
    async with opened(desk, ["cnn"], size=(100, 110)) as pilot:
        await answer(pilot, "29")
        await pilot.press("v")
        await pilot.pause(0.1)
        pilot.app.screen.query_one(HeatmapView).focus()
        await pilot.press(*["down"] * 4, *["right"] * 8)
        await pilot.pause()
        assert "row 5, column 9: 1" in shown(pilot)
        await pilot.press(*["right"] * 10)
        await pilot.pause()
        assert "row 5, column 17: 0" in shown(pilot)


async def test_code_is_shown_with_its_lines(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        await answer(pilot, "29")
        await pilot.press("s")
        await pilot.pause(0.1)
        screen = shown(pilot)
        assert "output_size   engine/doors/conv.py:41" in screen
        assert '42      """[/] literal [@click=app.quit]x[/]."""' in screen
        await pilot.press("q")
        await pilot.pause()
        assert "✗ 31, not 29." in shown(pilot)


async def test_chinese(tmp_path, opened):
    desk = sample_desk(tmp_path, "zh")
    async with opened(desk, ["cnn"]) as pilot:
        assert "到期 0 · 新题 1 · 已答 0" in shown(pilot)
        screen = await answer(pilot, "29")
        await pilot.press("q")
        await pilot.pause()
        summary = shown(pilot)
    assert "✗ 应为 31，不是 29。 填充加在两侧：n + 2p。" in flat(screen)
    assert "[重来 1 分钟] · 困难 6 分钟 · 良好 10 分钟 · 容易" in screen
    assert "答对 0 · 答错 1 · 提示后 0" in summary
    assert "convolution/output-size" in summary


@pytest.mark.parametrize("size", [(40, 10), (20, 5), (10, 3), (1, 1), (200, 60)])
async def test_any_size_at_any_time(desk, opened, size):
    async with opened(desk, ["normalization", "cnn"]) as pilot:
        await pilot.resize_terminal(*size)
        await pilot.pause()
        await pilot.press("1", "enter")
        await pilot.pause(0.05)
        await pilot.press("v")
        await pilot.pause(0.1)
        await pilot.resize_terminal(80, 24)
        await pilot.press("escape")
        await pilot.resize_terminal(*size)
        await pilot.press("enter")
        await pilot.pause()
        await pilot.press("f2", "5")
        await pilot.resize_terminal(80, 24)
        await pilot.pause()
        assert "> 5" in shown(pilot)


@pytest.mark.parametrize("theme", ["textual-light", "textual-dark"])
async def test_light_and_dark(desk, opened, theme):
    async with opened(desk, ["cnn"]) as pilot:
        pilot.app.theme = theme
        await pilot.press("f4")
        await pilot.pause()
        assert pilot.app.theme != theme
        assert "Output height?" in shown(pilot)
