"""Texts of a bank with an instance's values put in, for showing: a text that has no value says so and stops nothing."""

from collections.abc import Mapping
from typing import Any

from dlquiz.app.phrases import say_in
from dlquiz.core.expressions import Undefined
from dlquiz.core.printable import printable
from dlquiz.core.questions import Instance
from dlquiz.core.texts import Language, Text
from dlquiz.core.verdicts import Truth


def filled(text: Text, language: Language, values: Mapping[str, Any]) -> str:
    """Return the text for the screen."""
    try:
        return printable(text.fill(language, values))
    except Undefined as error:
        return printable(say_in(language)("text_broken", why=error.said(language)))


def with_answer(instance: Instance, truth: Truth) -> dict[str, Any]:
    """Return the values that an explanation may use: the instance's, and ``answer``."""
    return {**instance.values, "answer": truth.value}
