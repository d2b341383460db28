"""Block ``source``: the code that ran, with the line numbers of its file."""

from textual.content import Content
from textual.highlight import highlight
from textual.widget import Widget

from dlquiz.app.widgets.plain import FAINT, MUTED, Plain, literal
from dlquiz.core.oracle import Block
from dlquiz.core.printable import printable
from dlquiz.core.texts import Language


def source_widget(block: Block, language: Language) -> Widget:
    """Return the code under its name and place."""
    first = int(block["line"])
    head = literal(str(block["name"]), "bold") + literal(f"   {block['file']}:{first}", MUTED)
    code = highlight(printable(str(block["code"]).expandtabs(4).rstrip("\n")), language="python")
    lines = code.split("\n", allow_blank=True)
    width = len(str(first + len(lines)))
    numbered = [literal(f"{number:>{width}}  ", FAINT) + line for number, line in enumerate(lines, first)]
    return Plain(Content("\n").join([head, *numbered]), classes="block wide nowrap")
