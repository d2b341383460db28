"""Block ``source``: the code that ran, with the line numbers of its file."""

import re

from textual.content import Content
from textual.highlight import highlight
from textual.widget import Widget

from dlquiz.app.widgets.plain import FAINT, MUTED, Plain, literal
from dlquiz.core.oracle import Block
from dlquiz.core.printable import printable
from dlquiz.core.texts import Language

_DEFINITION = re.compile(r"\s*(async def|def|class)\s")


class SourceView(Plain):
    """Code; ``opens_at`` is the line of the widget on which the definition stands, below name and decorators."""

    opens_at = 0


def source_widget(block: Block, language: Language) -> Widget:
    """Return the code under its name and place."""
    first = int(block["line"])
    head = literal(str(block["name"]), "bold") + literal(f"   {block['file']}:{first}", MUTED)
    code = highlight(printable(str(block["code"]).expandtabs(4).rstrip("\n")), language="python")
    lines = code.split("\n", allow_blank=True)
    width = len(str(first + len(lines)))
    numbered = [literal(f"{number:>{width}}  ", FAINT) + line for number, line in enumerate(lines, first)]
    view = SourceView(Content("\n").join([head, *numbered]), classes="block wide nowrap")
    view.opens_at = next((place for place, line in enumerate(lines, 1) if _DEFINITION.match(line.plain)), 0)
    return view
