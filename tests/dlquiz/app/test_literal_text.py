"""Texts of banks, engine, answers and errors are shown as they are: no markup is read, no control character leaves."""

import unicodedata

import pytest
from reading_screens import answer, flat, shown, type_in
from sample_desk import MARKUP, SampleDesk
from textual.app import App, ComposeResult
from textual.events import Paste
from textual.widgets import Input

from dlquiz.app.widgets.blocks import BLOCKS, block_widget
from dlquiz.store.database import StoreError

CONTROLS = "\x1b[31m\x07\x9b2J\u202e\ud800"


def harmless(screen: str) -> bool:
    return not any(unicodedata.category(character) in ("Cc", "Cs") for character in screen.replace("\n", ""))


async def test_question_and_verdict_are_literal(desk: SampleDesk, opened):
    async with opened(desk, ["hostile"]) as pilot:
        await pilot.press("f2")
        await pilot.pause()
        screen = shown(pilot)
        assert MARKUP in flat(screen)
        assert "␛[31m�31m �txet" in screen
        assert "Here: [red]convention[/red] [/]" in screen
        assert "hint 1/1 [/] hint [@click=app.quit]x[/] ␛[2J" in flat(screen)
        elsewhere = await answer(pilot, "4")
        assert "[/] elsewhere [@click=app.quit]x[/] ␇" in flat(elsewhere)
        await pilot.press("ctrl+a", "ctrl+k")
        verdict = await answer(pilot, "5")
        assert "[/] wrong [@click=app.quit]x[/] ␛]0;t␇" in flat(verdict)
        assert "[/] explained [@click=app.quit]x[/] 3 ␛[2J" in flat(verdict)
        assert all(map(harmless, (screen, elsewhere, verdict)))


async def test_answer_is_literal_and_pasted_controls_become_signs(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        field = pilot.app.screen.query_one(Input)
        field.post_message(Paste(f"{MARKUP} {CONTROLS}\nsecond"))
        await pilot.pause()
        screen = shown(pilot)
        assert field.value == f"{MARKUP} ␛[31m␇�2J�� second"
        assert "> [CLS] token x[i] [/] [@click=app.quit]x[/] ␛[31m␇�2J" in screen
        screen = await answer(pilot, "")
        assert "nothing stored" in screen
        assert harmless(screen)
        field.value = CONTROLS
        await pilot.pause()
        assert harmless(shown(pilot))


async def test_long_paste_is_cut(desk, opened):
    async with opened(desk, ["cnn"]) as pilot:
        field = pilot.app.screen.query_one(Input)
        field.post_message(Paste("7" * 100_000))
        await pilot.pause()
        assert field.value == "7" * 1000


@pytest.mark.parametrize("text", [MARKUP, CONTROLS])
async def test_engine_and_store_errors_are_literal(desk, opened, monkeypatch, text):
    desk.worker.failures = [f"boom {text}"]
    desk.worker.missing = f"missing {text}"
    async with opened(desk, ["cnn"]) as pilot:
        await pilot.pause(0.2)
        screen = await answer(pilot, "29")
        assert harmless(screen)
        if text is MARKUP:
            assert f"! boom {MARKUP}" in flat(screen)
            assert f"missing {MARKUP}" in flat(screen)

        def failing(*_: object) -> int:
            raise StoreError(f"store {text}")

        monkeypatch.setattr(desk.store, "add_review", failing)
        screen = await answer(pilot, "")
        assert "! store" in screen
        assert harmless(screen)


class Showing(App[None]):
    """Shows one block of evidence."""

    def __init__(self, block: dict[str, object]) -> None:
        super().__init__()
        self.block = block

    def compose(self) -> ComposeResult:
        yield block_widget(self.block, "en")


def blocks_of(text: str) -> dict[str, dict[str, object]]:
    series = [{"name": text, "x": [0, 1, 2], "y": [1, 4, 2]}]
    return {
        "heading": {"text": text},
        "text": {"text": text},
        "table": {"title": text, "columns": [text, "n"], "rows": [[text, 1]]},
        "curve": {"title": text, "series": series, "x_label": text, "y_label": text},
        "heatmap": {"title": text, "values": [[0, 1], [2, "nan"]], "x_label": text, "y_label": text},
        "path": {"title": text, "series": series, "contour": [[0, 1], [2, 3]], "extent": [0, 2, 0, 5]},
        "source": {"name": text, "file": text, "line": 1, "code": f"x = 1  # {text}\n"},
        text: {},
    }


@pytest.mark.parametrize("text", [MARKUP, CONTROLS])
@pytest.mark.parametrize("place", range(len(BLOCKS) + 1))
async def test_every_block_is_literal(text, place):
    name, content = list(blocks_of(text).items())[place]
    app = Showing({"block": name, **content})
    async with app.run_test(size=(100, 30)) as pilot:
        await pilot.pause()
        screen = shown(pilot)
    assert harmless(screen)
    if text is MARKUP:
        assert MARKUP in screen


async def test_unfilled_text_says_so_and_stops_nothing(desk, opened, monkeypatch):
    from dlquiz.core.texts import Text, Undefined

    def broken(*_: object) -> str:
        raise Undefined("division by zero [/]")

    async with opened(desk, ["cnn"]) as pilot:
        monkeypatch.setattr(Text, "fill", broken)
        await pilot.press("f2")
        await pilot.pause()
        assert "(this text has no value here: division by zero [/])" in shown(pilot)
        await type_in(pilot, "29")
        screen = await answer(pilot, "")
    assert "division by zero [/]" in screen
    assert not desk.store.reviews()
