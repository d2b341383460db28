"""The parts of a question, whatever its kind: its engine calls and its texts, each with the place where it stands."""

from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from typing import Any

from dlquiz.core.calls import CallTemplate, Place
from dlquiz.core.expressions import Expression
from dlquiz.core.questions import Question
from dlquiz.core.texts import LANGUAGES, Text


def templates(question: Question) -> list[CallTemplate]:
    """Return every engine call that is written in a question."""
    return [part for part, _ in _parts(question, question.at) if isinstance(part, CallTemplate)]


def texts(question: Question) -> list[tuple[Text, Place]]:
    """Return every text of a question with its place."""
    return [(part, at) for part, at in _parts(question, question.at) if isinstance(part, Text)]


def holes(question: Question) -> list[tuple[Expression, Place]]:
    """Return every expression in the texts of a question, each once, but for lone names, which always have a value."""
    found: dict[Any, tuple[Expression, Place]] = {}
    for text, at in texts(question):
        for hole in (hole for language in LANGUAGES for hole in text.template(language).holes):
            if not (isinstance(hole.tree, tuple) and hole.tree[0] == "name"):
                found.setdefault(hole.tree, (hole, at))
    return list(found.values())


def _parts(value: Any, at: Place) -> Iterator[tuple[CallTemplate | Text, Place]]:
    """Yield the calls and texts under a value with the nearest place around each."""
    if isinstance(value, CallTemplate | Text):
        yield value, at
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _parts(item, at)
    elif isinstance(value, Mapping):
        yield from _parts(list(value.values()), at)
    elif is_dataclass(value) and not isinstance(value, Place | type):
        inner = getattr(value, "at", at)
        for item in fields(value):
            if "doc" in item.metadata:
                yield from _parts(getattr(value, item.name), inner)
