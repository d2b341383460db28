"""The screen for authors, as one uses it: save, see, reroll, lock, try, change the language."""

import re
import sys
from pathlib import Path

import pytest
from reading_screens import answer, flat, shown
from textual.widgets import Input
from watch_bench import BANK, HALF_TYPED, WRONG_FORMULA, Bench, BenchWorker, seen, until

from dlquiz.app.screens.page import PageScreen
from dlquiz.app.screens.watch import WatchScreen
from dlquiz.app.watching.checking import Progress, Stopped
from dlquiz.app.widgets.complaint_list import MOST, ComplaintList
from dlquiz.app.widgets.instance_cards import InstanceCards
from dlquiz.app.widgets.question_pane import QuestionPane
from dlquiz.banks.codes.pages import page
from dlquiz.worker import Worker

FIRST = "A 19×19 input, a 9×9 kernel, padding 2. Output height?"
ENGINE = [sys.executable, "-P", str(Path(__file__).parents[1] / "cli" / "sample_engine.py")]


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


async def test_it_says_what_was_checked_when_and_how(bench):
    async with bench.opened() as pilot:
        screen = flat(shown(pilot))
    assert "mine.yaml checked 13:05:12" in screen
    assert "3 of 3 questions proved · 2 for all values · 1 on every instance" in screen
    assert "No complaint." in screen
    assert "mine/output-size 1 of 3 number · proved on every instance: 48" in screen


async def test_three_instances_as_learners_see_them(bench):
    async with bench.opened() as pilot:
        screen = flat(shown(pilot))
        await pilot.press("p")
        choice = await seen(pilot, "mine/which-size")
    assert f"1 #0 · n = 19, k = 9, p = 2 {FIRST} Here: Stride 1." in screen
    assert "2 #1 · n = 23, k = 9, p = 3" in screen
    assert "3 #2 · n = 18, k = 7, p = 2" in screen
    assert "1 #0 · n = 8 A 8×8 input, a 3×3 kernel, padding 1. Output? 1 8 2 6 3 13" in flat(choice)


async def test_an_error_is_seen_once_it_is_saved_and_gone_once_it_is_mended(bench):
    async with bench.opened() as pilot:
        bench.save(WRONG_FORMULA)
        screen = flat(await seen(pilot, "15:7 error DQ401", "2 of 3 questions proved"))
        assert "gives 14, n + 2*p - k + 2 gives 15, with n=16, k=7, p=2" in screen
        assert "correct the formula or the call" in screen
        assert "number · not proved: see the complaints" in screen
        bench.save(BANK)
        screen = flat(await seen(pilot, "No complaint.", "3 of 3 questions proved"))
        assert "DQ401" not in screen


async def test_the_question_that_changed_is_looked_at_and_keeps_its_instances(bench):
    async with bench.opened() as pilot:
        await pilot.press("p")
        await seen(pilot, "mine/which-size")
        bench.save(BANK.replace("Output height?", "How high is the output?"))
        screen = flat(await seen(pilot, "How high is the output?"))
        assert "1 #0 · n = 19, k = 9, p = 2 A 19×19 input" in screen


async def test_keys_go_from_question_to_question(bench):
    async with bench.opened() as pilot:
        for key, name in (("n", "weights"), ("right", "which-size"), ("n", "output-size"), ("left", "which-size")):
            await pilot.press(key)
            await seen(pilot, f"mine/{name}")


async def test_the_cursor_on_a_complaint_brings_its_question_and_enter_its_page(bench):
    bench.save(WRONG_FORMULA.replace('"4*h*d^2"', '"4*h*d^3"'))
    async with bench.opened(size=(120, 36)) as pilot:
        await seen(pilot, "mine/output-size")
        assert isinstance(pilot.app.focused, ComplaintList)
        await pilot.press("down")
        await seen(pilot, "mine/weights")
        line = BANK[: BANK.index('formula: "4*h*d^2"')].count("\n") + 1
        await seen(pilot, f"› {line}:7 error DQ401")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))
        screen = flat(shown(pilot))
        assert re.search(rf"mine\.yaml: ?{line}:7", screen)
        for paragraph in page("DQ401").text().split("\n\n")[:2]:
            assert flat(paragraph) in screen
        await pilot.press("escape")
        await seen(pilot, "mine/weights")


async def test_the_cursor_follows_the_question(bench):
    bench.save(WRONG_FORMULA.replace('"4*h*d^2"', '"4*h*d^3"'))
    async with bench.opened(size=(120, 36)) as pilot:
        await seen(pilot, "› 15:7 error DQ401")
        await pilot.press("n")
        await seen(pilot, "mine/weights", "15:7 error DQ401")
        assert "› 15:7" not in flat(shown(pilot))


async def test_letters_do_not_leave_a_question_whose_options_are_picked(bench):
    async with bench.opened() as pilot:
        await pilot.press("p")
        await seen(pilot, "mine/which-size")
        await pilot.press("1")
        await seen(pilot, "( ) 1 8")
        await pilot.press("n", "r", "l", "p")
        await pilot.pause(0.2)
        assert "( ) 1 8" in flat(shown(pilot))


async def test_complaints_are_pointed_at_from_anywhere(bench):
    bench.save(WRONG_FORMULA.replace('"4*h*d^2"', '"4*h*d^3"'))
    async with bench.opened() as pilot:
        pilot.app.screen.query_one(InstanceCards).focus()
        await pilot.press("j")
        await seen(pilot, "mine/weights")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))


async def test_reroll_shows_others(bench):
    async with bench.opened() as pilot:
        await pilot.press("r")
        screen = flat(await seen(pilot, "#3 ·"))
    assert FIRST not in screen


async def test_both_languages(bench):
    async with bench.opened() as pilot:
        await pilot.press("f3")
        screen = await seen(pilot, "输入 19×19，核 9×9，填充 2。输出的高？", "约定：步幅为 1。", "没有发现错误。")
        assert "Output height?" not in screen
        await pilot.press("1")
        await answer(pilot, "13")
        await seen(pilot, "填充加在两侧：n + 2p。")
        await pilot.press("f3")
        await seen(pilot, "✗ 15, not 13. Padding is added on both sides")


async def test_what_is_not_translated_is_said_to_be_english(bench):
    bench.save(BANK.replace('prompt: {en: "How many weights?", zh: "多少个权重？"}', 'prompt: "How many weights?"'))
    async with bench.opened(language="zh") as pilot:
        await pilot.press("n")
        await seen(pilot, "How many weights?", "未翻译，以英文显示")


@pytest.mark.parametrize("size", [(80, 24), (120, 36)])
async def test_half_typed_the_last_good_instances_stay_and_are_said_to_be_old(bench, size):
    async with bench.opened(size) as pilot:
        bench.save(HALF_TYPED)
        screen = flat(await seen(pilot, "DQ105"))
        assert "! Old: as it was before this save" in screen
        assert "mine/weights" in screen
        assert "1 old · #0 · h = 8, d = 32" in screen
        assert screen.count("old ·") == 3
        assert pilot.app.screen.query_one(QuestionPane).has_class("-old")
        bench.save(BANK)
        screen = flat(await seen(pilot, "No complaint."))
        assert "old" not in screen.lower()
        assert not pilot.app.screen.query_one(QuestionPane).has_class("-old")


async def test_deleted_unreadable_and_too_large_are_told_and_it_goes_on(bench):
    async with bench.opened() as pilot:
        bench.file.unlink()
        await seen(pilot, "DQ101", "! Old:", FIRST)
        bench.save(BANK + "#" * 1_000_000)
        await seen(pilot, "DQ102", "! Old:", FIRST)
        bench.file.unlink()
        bench.file.mkdir()
        await seen(pilot, "DQ101", "! Old:", FIRST)
        bench.file.rmdir()
        bench.save(BANK)
        await seen(pilot, "No complaint.")


async def test_a_file_that_holds_no_bank_yet(bench):
    bench.save("dlquiz: 1\n")
    async with bench.opened() as pilot:
        await seen(pilot, "There is no question to show; the complaints say why.")
        await pilot.press("1", "r", "l", "n", "enter", "escape")
        bench.save(BANK)
        await seen(pilot, FIRST)


async def test_the_screen_lives_on_while_the_engine_is_busy(bench):
    bench.worker.fake.hangs = 1000
    async with bench.opened(checked=False) as pilot:
        await seen(pilot, "checking", FIRST)
        await pilot.press("r")
        await seen(pilot, "#3 ·")
        bench.worker.fake.hangs = 0
        bench.save(WRONG_FORMULA)
        await seen(pilot, "DQ401", "checked 13:05:12")
        bench.worker.fake.release()
        await pilot.pause(0.2)
        assert "DQ401" in shown(pilot)


async def test_what_a_former_check_still_says_is_not_heard(bench):
    async with bench.opened() as pilot:
        pilot.app.screen.post_message(WatchScreen.Heard(0, Stopped("a former word")))
        await pilot.pause(0.1)
        assert "a former word" not in shown(pilot)
        pilot.app.screen.post_message(WatchScreen.Heard(1, Stopped("a present word")))
        await seen(pilot, "! a present word", "not checked 13:05:12")


async def test_a_slow_run_is_announced_and_can_be_left(bench):
    async with bench.opened() as pilot:
        bench.worker.fake.hangs = 1
        await pilot.press("1")
        await answer(pilot, "13")
        await seen(pilot, "running conv.output_size …")
        await pilot.press("escape")
        await seen(pilot, "2 #1")
        bench.worker.fake.release()
        await pilot.pause(0.2)
        assert "not 13" not in shown(pilot)


async def test_an_engine_failure_is_told_and_enter_tries_again(bench):
    async with bench.opened() as pilot:
        bench.worker.fake.failures = ["the engine process ended with exit code 7"]
        await pilot.press("1")
        await answer(pilot, "13")
        await seen(pilot, "! the engine process ended with exit code 7 Nothing was marked. ↵ tries again.")
        await pilot.press("enter")
        await seen(pilot, "✗ 15, not 13.")


async def test_an_engine_that_died_is_started_again(bench, tmp_path, monkeypatch):
    monkeypatch.setenv("DLQUIZ_HOME", str(tmp_path))
    engine = "engine: {call: trouble.die_once, with: {}}"
    one = f'  - id: dies\n    kind: number\n    prompt: "One?"\n    answer: {{formula: "1", {engine}}}\n'
    bench.save(BANK[: BANK.index("  - id:")] + one)
    worker = Worker("cpu", command=ENGINE)
    bench.worker = worker
    try:
        async with bench.opened() as pilot:
            await seen(pilot, "1 of 1 question proved", "No complaint.")
            assert worker.restarts == 1
            Path(tmp_path, "died").unlink()
            await pilot.press("1")
            await answer(pilot, "1")
            await seen(pilot, "ended with exit code 7", "↵ tries again.")
            await pilot.press("enter")
            await seen(pilot, "✓ 1")
            assert worker.restarts == 2
    finally:
        worker.close()


async def test_nothing_is_stored(bench, tmp_path):
    async with bench.opened() as pilot:
        await pilot.press("1")
        await answer(pilot, "13")
        await seen(pilot, "✗ 15")
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["mine.yaml"]


async def test_many_complaints_are_listed_in_part(bench):
    rows = "\n".join(f'  - {{id: q{n}, kind: number, prompt: "x", answer: 1, wrong: 1}}' for n in range(300))
    bench.save(BANK[: BANK.index("  - id:")] + rows + "\n")
    async with bench.opened(size=(120, 36)) as pilot:
        listed = pilot.app.screen.query_one(ComplaintList)
        await until(pilot, lambda: listed.option_count == MOST)
        await seen(pilot, "… and 550 more: dlquiz check")


async def test_bank_text_is_literal(bench):
    hostile = "[CLS] x[i] [/] [@click=app.quit]x[/] \\e[31m"
    bench.save(BANK.replace('en: "How many weights?"', f'en: "{hostile}"'))
    async with bench.opened() as pilot:
        await pilot.press("n")
        await seen(pilot, "[CLS] x[i] [/] [@click=app.quit]x[/] ␛[31m")


async def test_clicks(bench):
    bench.save(WRONG_FORMULA)
    async with bench.opened(size=(120, 36)) as pilot:
        await seen(pilot, "DQ401")
        await pilot.click(ComplaintList, offset=(6, 1))
        await until(pilot, lambda: isinstance(pilot.app.screen, PageScreen))
        await pilot.press("escape")
        await pilot.click("InstanceCard", offset=(6, 1))
        await until(pilot, lambda: isinstance(pilot.app.focused, Input))


async def test_help_tells_the_keys_and_that_nothing_is_stored(bench):
    async with bench.opened(size=(80, 40)) as pilot:
        await pilot.press("f1")
        screen = flat(await seen(pilot, "How watching works"))
    assert "n → another question" in screen
    assert "stored nowhere" in screen
    assert "on the disk" not in screen


@pytest.mark.parametrize("key", ["q", "ctrl+c"])
async def test_leaving(bench, key):
    app = bench.app()
    async with app.run_test() as pilot:
        await pilot.pause()
        await pilot.press(key)
        await pilot.pause(0.2)
    assert app.return_code == 0
    assert isinstance(bench.worker, BenchWorker)


async def test_the_screen_says_that_it_took_in_the_progress(bench, monkeypatch):
    async with bench.opened() as pilot:
        screen = pilot.app.screen
        heard: list[bool] = []
        monkeypatch.setattr(screen._checking, "heard", lambda: heard.append(True))
        screen.post_message(screen.Heard(screen._checking.number - 1, Progress(1, 3)))
        screen.post_message(screen.Heard(screen._checking.number, Progress(2, 3)))
        await until(pilot, lambda: bool(heard))
    assert heard == [True]
