"""The line of keys at the bottom; every key can be clicked."""

from collections.abc import Sequence
from typing import NamedTuple

from textual.content import Content
from textual.visual import Visual

from dlquiz.app.widgets.plain import FAINT, MUTED, Plain, clickable, literal
from dlquiz.app.widgets.rows import Flow, Row, Rows


class Key(NamedTuple):
    """A key, the word for what it does, and the action that a click runs (none: it is only named)."""

    key: str
    word: str
    action: str = ""


def key_text(key: Key) -> Content:
    """Return the key and its word as one clickable piece of text."""
    text = Content.assemble((key.key, "bold $text-accent"), " ", (key.word, MUTED))
    return clickable(text, key.action) if key.action else text


class KeyBar(Plain):
    """The place for a :func:`bar`."""

    def keys(self, keys: Sequence[Key]) -> None:
        """Show these keys."""
        self.show(bar(keys))


def bar(keys: Sequence[Key], note: Content | None = None) -> Visual:
    """Return the keys side by side; with a ``note`` that is read at the left, at the right."""
    texts = [key_text(key) for key in keys]
    if note is None:
        return Flow(texts)
    return Rows([Row(note, tail=literal(" · ", FAINT).join(texts))])
