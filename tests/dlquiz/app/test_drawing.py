"""Braille, axes and shades."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlquiz.app.drawing.axes import Axis, axis_over, tick_text
from dlquiz.app.drawing.braille import Canvas
from dlquiz.app.drawing.shades import RAMP, shade, shrink, span

finite = st.floats(-1e9, 1e9)


def rows(canvas: Canvas) -> list[str]:
    return ["".join(canvas.cell(row, column)[0] for column in range(canvas.width)) for row in range(canvas.height)]


def test_diagonal():
    canvas = Canvas(2, 1)
    canvas.polyline([(0, 0), (1, 1)], 0)
    assert rows(canvas) == ["⡠⠊"]


def test_corners_and_single_points():
    canvas = Canvas(2, 1)
    for corner in [(0, 0), (0, 1), (1, 0), (1, 1)]:
        canvas.polyline([corner], 0)
    assert rows(canvas) == ["⡁⢈"]


def test_later_line_owns_the_cell_and_a_letter_stays():
    canvas = Canvas(3, 1)
    canvas.polyline([(0, 0.5), (1, 0.5)], 0)
    canvas.polyline([(1, 0), (1, 1)], 1)
    canvas.letter((0, 0.5), "a", 0)
    canvas.letter((0, 0.5), "b", 1)
    assert [canvas.cell(0, column)[1] for column in range(3)] == [0, 0, 1]
    assert canvas.cell(0, 0)[0] == "a"


@given(st.lists(st.tuples(finite, finite), max_size=20))
def test_nothing_is_drawn_outside(points):
    canvas = Canvas(5, 3)
    canvas.polyline(points, 0)
    assert [len(row) for row in rows(canvas)] == [5, 5, 5]


@given(st.lists(finite, min_size=1), st.integers(2, 8))
def test_ticks_are_round_few_and_inside(values, most):
    axis = axis_over(values)
    ticks = axis.ticks(most)
    assert 2 <= len(ticks) <= max(most, 2)
    slack = 1e-6 * (axis.high - axis.low)
    assert all(axis.low - slack <= tick <= axis.high + slack for tick in ticks)
    assert all(-1e-6 <= axis.place(value) <= 1 + 1e-6 for value in values)


@given(st.lists(st.floats(1e-12, 1e12), min_size=1), st.integers(2, 8))
def test_logarithmic_ticks(values, most):
    axis = axis_over(values, log=True)
    ticks = axis.ticks(most)
    assert 2 <= len(ticks) <= max(most, 2)
    assert all(0.99 * axis.low <= tick <= 1.01 * axis.high for tick in ticks)


def test_axis_leaves_out_what_has_no_place():
    axis = axis_over([1.0, math.nan, math.inf, -5.0, 100.0], log=True)
    assert (axis.low, axis.high) == (1.0, 100.0)
    assert [axis.shows(value) for value in (math.nan, math.inf, -5.0, 0.0, 7.0)] == [False] * 4 + [True]
    assert axis_over([]).low < axis_over([]).high


@pytest.mark.parametrize(("value", "text"), [(0.1 + 0.2, "0.3"), (1e-9, "1e-09"), (224, "224"), (-0.5, "-0.5")])
def test_tick_text(value, text):
    assert tick_text(value) == text


def test_shrink_takes_means_of_whole_and_partial_cells():
    shrunk = shrink([[1, 2, 3], [5, 6, 7], [9, 9, 9]], 2, 2)
    assert (shrunk.rows, shrunk.columns) == (2, 2)
    assert shrunk.cells == [[3.5, 5.0], [9.0, 9.0]]


@given(st.lists(st.lists(finite, min_size=4, max_size=4), min_size=1, max_size=50), st.integers(1, 9))
def test_shrunk_fits_and_stays_between_the_extremes(values, most):
    shrunk = shrink(values, most, most)
    low, high = span(values)
    assert len(shrunk.cells) <= most
    assert len(shrunk.cells[0]) <= most
    slack = 1e-6 * (1 + abs(low) + abs(high))
    assert all(low - slack <= cell <= high + slack for row in shrunk.cells for cell in row)


def test_shades_grow_with_the_value():
    assert "".join(shade(value, 0, 4) for value in range(5)) == RAMP
    assert shade(math.inf, 0, 1) == "?"
    assert shade(3, 3, 3) == "▒"
    assert shade(0, 0, 0) == " "


def test_axis_of_one_value_has_room():
    assert Axis(-1, 1).place(0) == 0.5
    assert axis_over([7.0]).place(7.0) == pytest.approx(0.5)
