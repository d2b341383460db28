"""Blocks of evidence as lines of text, for commands and for readers who see no graphics."""

from collections.abc import Iterable, Sequence
from typing import Any

from dlquiz.app.drawing.shades import RAMP, shade, shrink, span
from dlquiz.cli.printing import json_text
from dlquiz.cli.tables import table
from dlquiz.core.oracle import Block
from dlquiz.core.values import show

_ROWS, _COLUMNS = 32, 72
"""The most lines and characters that a heatmap takes."""


def evidence_lines(blocks: Iterable[Block]) -> list[str]:
    """Return blocks of evidence as lines, with an empty line before each."""
    return [text for block in blocks for text in ("", *_lines(block))]


def _lines(block: Block) -> list[str]:
    match block["block"]:
        case "text":
            return [str(block["text"])]
        case "table":
            return [str(block["title"]), *table(block["columns"], block["rows"])]
        case "curve" | "path":
            return [str(block["title"]), *_series(block["series"], block.get("x_label"), block.get("y_label"))]
        case "heatmap":
            return [str(block["title"]), *_heatmap(block["values"])]
        case "source":
            return _source(block)
    return [json_text(block)]


def _series(series: Sequence[Any], x_label: str | None, y_label: str | None) -> list[str]:
    """Return the points of every series under its name."""
    lines = []
    for one in series:
        points = list(zip(one["x"], one["y"], strict=True))
        lines += [f"{one['name']}:", *table([x_label or "x", y_label or "y"], points)]
    return lines


def _heatmap(values: Sequence[Sequence[float]]) -> list[str]:
    """Return a matrix in five shades from its least to its greatest value, shrunk to fit; both are named."""
    shrunk = shrink(values, _ROWS, _COLUMNS)
    low, high = span(shrunk.cells)
    drawn = ["".join(shade(value, low, high) for value in row) for row in shrunk.cells]
    legend = f"{show(low)} {RAMP} {show(high)}"
    if shrunk.rows * shrunk.columns > 1:
        legend += f"; each sign is the mean of up to {shrunk.rows}×{shrunk.columns} values"
    return [*drawn, legend]


def _source(block: Block) -> list[str]:
    numbered = enumerate(str(block["code"]).splitlines(), start=int(block["line"]))
    return [f"{block['name']} ({block['file']}:{block['line']})", *(f"{number:5} {code}" for number, code in numbered)]
