"""What the YAML parser's complaints mean to an author, and what to do about each."""

from collections.abc import Sequence
from typing import Any

import yaml

from dlquiz.banks.yaml_causes import cause
from dlquiz.banks.yaml_stop import Stop

_ADVICE: dict[str, tuple[str, str]] = {
    "mapping values are not allowed": (
        "this ':' makes a mapping where none can stand",
        "put the text into quotes, or check the indentation of this line",
    ),
    "did not find expected key": (
        "this does not fit the mapping that it stands in",
        "check the indentation and the quotes here and in the line above; text with {{...}} needs quotes",
    ),
    "did not find expected ',' or ']'": ("a list that begins with '[' is not closed", "add the missing ',' or ']'"),
    "did not find expected ',' or '}'": (
        "a mapping that begins with '{' is not closed",
        "add the missing ',' or '}'; text with ',' or '{' in it needs quotes",
    ),
    "did not find expected '-' indicator": (
        "this does not belong to the list above it",
        "indent it like the other fields of its question, or like the '-' of the other items",
    ),
    "could not find expected ':'": (
        "a key has no ':' after it",
        "write 'key: value', and put text of several lines into quotes",
    ),
    "found unexpected end of stream": ("a text in quotes is not closed", "add the missing quote"),
    "unexpected document indicator": ("a text in quotes is not closed before this '---'", "add the missing quote"),
    "unknown escape character": (
        "this escape is not one of YAML's",
        "write \\\\ for a backslash, or use single quotes",
    ),
    "incompatible YAML document": ("this version of YAML is not read", "leave the %YAML line out"),
}
"""What PyYAML says, and what it means with its fix."""


def advice(error: yaml.YAMLError, text: str, questions: Sequence[int] = ()) -> tuple[int, int, str, str]:
    """Return line and column, counted from 1, what is wrong, and the fix.

    ``questions`` are the lines, counted from 0, of those that were read before the error.
    """
    mark: Any = getattr(error, "problem_mark", None)
    if mark is None:
        return 1, 1, f"the YAML cannot be read: {str(error).splitlines()[0]}", "check the file with a YAML editor"
    problem = str(getattr(error, "problem", None) or "it does not parse")
    since: Any = getattr(error, "context_mark", None) or mark
    found = cause(Stop(text, problem, mark.index, mark.line, mark.column, since.index, questions))
    if found is not None:
        return found
    return mark.line + 1, mark.column + 1, *_sentence(problem, text[mark.index : mark.index + 1])


def _sentence(problem: str, character: str) -> tuple[str, str]:
    if "tab character" in problem or character == "\t":
        return "a tab stands where YAML wants spaces", "indent with spaces"
    if "cannot start any token" in problem:
        return f"no value can begin with '{character}'", "put the value into quotes"
    for part, meaning in _ADVICE.items():
        if part in problem:
            return meaning
    return f"the YAML cannot be read here: {problem}", "check the quotes and the indentation"
