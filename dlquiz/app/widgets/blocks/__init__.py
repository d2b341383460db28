"""Blocks of evidence as widgets: one file for each type, and a line here."""

from collections.abc import Callable

from textual.widget import Widget

from dlquiz.app.phrases import say_in
from dlquiz.app.widgets.blocks.curve import curve_widget
from dlquiz.app.widgets.blocks.heatmap import heatmap_widget
from dlquiz.app.widgets.blocks.path import path_widget
from dlquiz.app.widgets.blocks.source import source_widget
from dlquiz.app.widgets.blocks.table import table_widget
from dlquiz.app.widgets.blocks.text import heading_widget, text_widget
from dlquiz.core.oracle import Block
from dlquiz.core.texts import Language

BLOCKS: dict[str, Callable[[Block, Language], Widget]] = {
    "heading": heading_widget,
    "text": text_widget,
    "table": table_widget,
    "curve": curve_widget,
    "heatmap": heatmap_widget,
    "path": path_widget,
    "source": source_widget,
}


def block_widget(block: Block, language: Language) -> Widget:
    """Return the widget for a block; for one that cannot be drawn, a sentence that says so."""
    name = str(block.get("block"))
    say = say_in(language)
    if name not in BLOCKS:
        return text_widget({"text": say("unknown_block", name=name)}, language)
    try:
        return BLOCKS[name](block, language)
    except (LookupError, TypeError, ValueError, AttributeError) as problem:
        sentence = say("broken_block", name=name, why=f"{type(problem).__name__} {problem}")
        return text_widget({"text": sentence}, language)
