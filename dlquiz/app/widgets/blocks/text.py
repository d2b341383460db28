"""Block ``text``: a sentence or two; and the headings between runs."""

from textual.widget import Widget

from dlquiz.app.widgets.plain import Plain
from dlquiz.core.oracle import Block
from dlquiz.core.texts import Language


def text_widget(block: Block, language: Language) -> Widget:
    """Return the text, wrapped."""
    return Plain(str(block["text"]), classes="block")


def heading_widget(block: Block, language: Language) -> Widget:
    """Return a heading: the call whose evidence follows."""
    return Plain(str(block["text"]), classes="block heading")
