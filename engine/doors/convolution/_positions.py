"""Evidence of window arithmetic: where a kernel stands in the input, or writes into the output."""

from engine.analysis.window import Window
from engine.evidence import Block, Table, Text


def standing_blocks(size: int, window: Window, count: int) -> list[Block]:
    """Return where a kernel stands in its first, second and last of ``count`` positions, and what is left over."""
    padded = size + 2 * window.padding
    numbers = [
        ("padded input: size + 2·padding", padded),
        ("kernel's extent: dilation·(kernel_size − 1) + 1", window.extent),
        ("room to move: padded input − extent", padded - window.extent),
        ("stride", window.stride),
        ("positions", count),
    ]
    places = [(place, window.start(place), window.start(place) + window.extent - 1) for place in _few(count)]
    return [
        Table("The numbers in the formula", ("quantity", "cells"), numbers),
        Table("Where the kernel stands (the input is 0 to size − 1)", ("position", "first cell", "last cell"), places),
        Text(_left_over(size + window.padding - 1, places[-1][2])),
    ]


def writing_blocks(size: int, window: Window, output_padding: int, output_size: int) -> list[Block]:
    """Return which output cells the first, second and last input cell of a transposed convolution add to."""
    numbers = [
        ("between first and last input cell: (size − 1)·stride", (size - 1) * window.stride),
        ("kernel's extent: dilation·(kernel_size − 1) + 1", window.extent),
        ("cut off: 2·padding", 2 * window.padding),
        ("added at the end: output_padding", output_padding),
        ("output", output_size),
    ]
    places = [(cell, window.start(cell), window.start(cell) + window.extent - 1) for cell in _few(size)]
    columns = ("input cell", "first output cell", "last output cell")
    return [
        Table("The numbers in the formula", ("quantity", "cells"), numbers),
        Table(f"Where input cells are written (the output is 0 to {output_size - 1})", columns, places),
    ]


def _few(count: int) -> list[int]:
    return sorted({0, min(1, count - 1), count - 1})


def _left_over(last_padded: int, last_reached: int) -> str:
    rest = last_padded - last_reached
    if rest < 0:
        return f"The last window reaches beyond the padded input, by {_cells(-rest)}."
    return f"Never reached, at the end of the padded input: {_cells(rest)}." if rest else "The last cell is reached."


def _cells(count: int) -> str:
    return "1 cell" if count == 1 else f"{count} cells"
