"""What a bank says to a reader: in English, in Chinese, with values put into ``{{expression}}``."""

import re
from collections.abc import Collection, Mapping
from typing import Any, Literal, NamedTuple

from dlquiz.core.expressions import Expression, Undefined, Unreadable
from dlquiz.core.formulas import declared
from dlquiz.core.values import show

Language = Literal["en", "zh"]
LANGUAGES: tuple[Language, ...] = ("en", "zh")

_HOLE = re.compile(r"\{\{([^{}]*)\}\}")


class Template(NamedTuple):
    """Text with holes: plain strings and the expressions between them, in order."""

    parts: tuple[str | Expression, ...]

    @property
    def holes(self) -> tuple[Expression, ...]:
        """The expressions, in order."""
        return tuple(part for part in self.parts if not isinstance(part, str))

    def fill(self, values: Mapping[str, Any]) -> str:
        """Return the text with every hole evaluated; raises Undefined when one has no value."""
        return "".join(part if isinstance(part, str) else show(part.evaluate(values)) for part in self.parts)


def parse_template(text: str, names: Collection[str] = ()) -> Template:
    """Read text with ``{{expression}}`` holes; raises Unreadable with the position in ``text``.

    >>> parse_template("{{n}}×{{2*n}}", ["n"]).fill({"n": 4})
    '4×8'
    """
    parts: list[str | Expression] = []
    end = 0
    for hole in _HOLE.finditer(text):
        parts += [_plain(text, end, hole.start()), _expression(hole, names)]
        end = hole.end()
    parts.append(_plain(text, end, len(text)))
    return Template(tuple(part for part in parts if part != ""))


def _plain(text: str, start: int, end: int) -> str:
    """Return what stands between holes; raises Unreadable for half a hole."""
    for mark in ("{{", "}}"):
        at = text.find(mark, start, end)
        if at >= 0:
            raise Unreadable(f"this '{mark}' has no partner", at, len(mark))
    return text[start:end]


def _expression(hole: re.Match[str], names: Collection[str]) -> Expression:
    try:
        return declared(hole[1], tuple(names))
    except Unreadable as error:
        raise Unreadable(error.reason, hole.start(1) + error.position, error.length) from error


class Text(NamedTuple):
    """One text in every language that its author wrote it in; English is always there."""

    en: Template
    zh: Template | None = None

    def template(self, language: Language) -> Template:
        """Return the template in that language, in English where there is no other."""
        return self.zh if language == "zh" and self.zh is not None else self.en

    def fill(self, language: Language, values: Mapping[str, Any]) -> str:
        """Return the text in that language with its holes filled; raises Undefined."""
        return self.template(language).fill(values)


__all__ = ["LANGUAGES", "Language", "Template", "Text", "Undefined", "parse_template"]
