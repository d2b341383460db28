"""Chinese in lines: no line begins with a comma, none is too wide, and nothing is lost."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from textual.content import Content

from dlquiz.app.widgets.rows import Row
from dlquiz.app.widgets.wrapping import wrapped

TEXT = (
    "形状为 (3, 56, 60) 的图像经过 Conv2d(3, 64, kernel_size=3, stride=2)，"
    "输出形状（通道、高、宽）是什么？“填充”：两侧；都有。"
)
CLOSING, OPENING = "，。、；：？！）》”", "（《“"


def lines(text: str, width: int) -> list[str]:
    return [line.plain for line in wrapped(Content(text), width)]


@pytest.mark.parametrize("width", range(20, 80))
def test_marks_stand_where_they_are_printed(width):
    found = lines(TEXT, width)
    assert [line for line in found if line[0] in CLOSING or line[-1] in OPENING] == []
    assert max(map(cell_len, found)) <= width
    assert "".join(found).replace(" ", "") == TEXT.replace(" ", "")


def test_break_between_characters_and_before_whole_words():
    assert lines("一二三，四五。", 6) == ["一二", "三，四", "五。"]
    assert lines("经过 Conv2d 的输出", 8) == ["经过", "Conv2d", "的输出"]
    assert lines("一二\n\n三", 2) == ["一", "二", "", "三"]


def test_row_wraps_its_text_so():
    assert [line.plain for line in Row(Content("一二三，四"), Content("1 ")).lines(8)] == ["1 一二", "  三，四"]


@given(st.text(st.sampled_from("一二，。（）ab 1\n“”"), max_size=40), st.integers(2, 12))
def test_nothing_is_lost_and_no_line_is_too_wide(text, width):
    found = lines(text, width)
    assert "".join("".join(found).split()) == "".join(text.split())
    assert all(cell_len(line) <= width for line in found)


def test_styles_stay_with_their_characters():
    found = wrapped(Content.assemble("一二", ("三四", "bold"), "五"), 4)
    assert [[line.plain[span.start : span.end] for span in line.spans] for line in found] == [[], ["三四"], []]


def test_word_wider_than_the_line_is_cut_behind_a_mark():
    call = "norm.depends_on_rest_of_batch(layer=layer)"
    assert lines(call, 36) == ["norm.depends_on_rest_of_batch(layer=", "layer)"]
    assert lines(call, 32) == ["norm.depends_on_rest_of_batch(", "layer=layer)"]
    assert lines("abcdefgh", 3) == ["abc", "def", "gh"]


@pytest.mark.parametrize("tail", ["holds", "does not hold", "不成立"])
def test_what_has_no_room_at_the_right_stands_there_on_its_own_line(tail: str) -> None:
    lines = Row(Content("It is read row by row"), Content("1  "), Content(tail)).lines(26)
    assert [line.plain.strip() for line in lines] == ["1  It is read row by row", tail]
    assert lines[-1].cell_length == 26
    (one,) = Row(Content("Read it"), Content("1  "), Content(tail)).lines(26)
    assert one.plain.endswith(tail)
    assert one.cell_length == 26
