"""Blocks of evidence as they are drawn: tables that give way, numbers that agree, heatmaps of one value."""

import pytest
from reading_screens import shown
from rich.cells import cell_len
from textual.app import App, ComposeResult

from dlquiz.app.widgets.blocks import block_widget


class Showing(App[None]):
    """Shows one block of evidence."""

    def __init__(self, block: dict[str, object]) -> None:
        super().__init__()
        self.block = block

    def compose(self) -> ComposeResult:
        yield block_widget(self.block, "en")


async def drawn(block: dict[str, object], width: int = 60) -> list[str]:
    app = Showing(block)
    async with app.run_test(size=(width, 20)) as pilot:
        await pilot.pause()
        return [line for line in shown(pilot).splitlines() if line]


def table(columns: list[str], *rows: list[object]) -> dict[str, object]:
    return {"block": "table", "title": "", "columns": columns, "rows": rows}


@pytest.mark.parametrize(
    ("values", "texts"),
    [
        ([9408, 25557032], ["9,408", "25,557,032"]),
        ([9408, 9999], ["9408", "9999"]),
        ([-1000, 10000, None], ["-1,000", "10,000", ""]),
        ([1000, 12345.5], ["1000", "12345.5"]),
    ],
)
async def test_a_column_groups_all_of_its_numbers_or_none(values, texts):
    lines = await drawn(table(["n", "x"], *([value, "a"] for value in values)))
    assert [line[:-1].strip() for line in lines[1:]] == texts


async def test_widest_text_of_a_wide_table_is_wrapped_in_its_column():
    call = "norm.keeps_order_along(layer=batch, axis=batch, weight=1.0)"
    lines = await drawn(table(["value", "evaluated or run", "device"], [True, call, "cpu"], [False, "short", "cpu"]))
    assert [line.rstrip() for line in lines] == [
        "value   evaluated or run                              device",
        "true    norm.keeps_order_along(layer=batch,           cpu",
        "        axis=batch, weight=1.0)",
        "false   short                                         cpu",
    ]
    assert max(map(cell_len, lines)) <= 60


async def test_table_keeps_a_least_width_and_scrolls_below_it():
    lines = await drawn(table(["a", "b"], ["x" * 15, "one two three four five six"]), width=20)
    assert lines[1].startswith("x" * 15)


async def test_heatmap_of_zeros_is_blank_and_its_legend_names_the_value():
    lines = await drawn({"block": "heatmap", "title": "Zeros", "values": [[0.0] * 4] * 3})
    assert not any(sign in "".join(lines) for sign in "░▒▓█")
    assert "every value is 0" in lines
    assert "every value is 7" in await drawn({"block": "heatmap", "title": "Sevens", "values": [[7, 7]]})


async def test_heatmap_with_values_that_are_not_finite_does_not_call_them_equal():
    lines = await drawn({"block": "heatmap", "title": "Holes", "values": [[0, "nan"]]})
    assert "??" in "".join(lines)
    assert "every value" not in "".join(lines)


async def test_long_title_of_a_heatmap_leaves_its_legend_in_sight():
    lines = await drawn({"block": "heatmap", "title": "word " * 30, "values": [[0, 1]], "x_label": "entry"})
    assert "0 | ░▒▓█| 1" in lines
    assert lines[-1] == "row 1, column 1: 0"


async def test_malformed_table_is_a_sentence():
    assert "malformed" in " ".join(await drawn(table(["a", "b"], ["only one"])))
