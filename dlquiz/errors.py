"""Errors that reach a person: one sentence each, and the exit code that goes with it."""

import difflib
from collections.abc import Iterable


class DlquizError(Exception):
    """Something that stops what was asked; the text is one sentence: what, where, and what to do."""

    exit_code = 2


def nearest(word: str, known: Iterable[str]) -> str:
    """Return "; did you mean 'x'?" for the known name most like ``word``, or an empty string.

    >>> nearest("cmn", ["cnn", "rnn"])
    "; did you mean 'cnn'?"
    """
    close = nearest_of(word, known)
    return "" if close is None else f"; did you mean '{close}'?"


def nearest_of(word: str, known: Iterable[str]) -> str | None:
    """Return the known name most like ``word``, None where none is like it."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1)), None)
