"""Where a mistake in YAML was likely made, which the parser often notices only lines below it.

The text around the place where the parser stopped is looked at for a quote or a bracket that was left open, a missing
space behind ``:``, full-width punctuation, and a line that stands too far left or right.
"""

import re
from typing import Any

import yaml

from dlquiz.banks.yaml_indentation import misplaced
from dlquiz.banks.yaml_stop import KEY, Cause, Stop

_GLUED = re.compile(rf" *(?:- +)*(?P<key>{KEY})(?P<colon>：|:(?=[^\s:/]))\s*(?P<value>.*)")
_WIDE_IN_FLOW = re.compile(rf"\"[^\"\n]*\"|'[^'\n]*'|(?P<wide>，(?=\s*{KEY}\s*[:：])|[｛｝［］]|(?<=[:,\[{{])\s*[“‘])")
_WIDE_QUOTE = re.compile(rf" *(?:- +)*{KEY}: +(?P<wide>[“‘”’])")
_NARROW = {"，": ",", "｛": "{", "｝": "}", "［": "[", "］": "]", "“": '"', "”": '"', "‘": "'", "’": "'"}


def cause(stop: Stop) -> Cause | None:
    """Return the likely cause of what stopped the parser, None where there is none but what it says."""
    readings = (_never_closed, _quote_within, _full_width, _colon_without_space, _bracket_left_open, misplaced)
    return next((found for reading in readings if (found := reading(stop)) is not None), None)


def glued(text: str) -> tuple[str, str] | None:
    """Return what is wrong with a plain word that was meant as a key with its value, and the fix.

    >>> glued("rel:0.01")
    ("a space is missing behind the ':' of 'rel:0.01'", "write 'rel: 0.01'")
    >>> glued("http://a.b") is None
    True
    """
    found = _GLUED.fullmatch(text)
    if found is None:
        return None
    key, value = found["key"][:40], found["value"].strip()[:40]
    fix = f"write '{key}: {value}'" if value else f"write '{key}:'"
    if found["colon"] == "：":
        return f"the '：' behind '{key}' is full-width, and YAML takes it for a letter", fix
    return f"a space is missing behind the ':' of '{text.strip()[:60]}'", fix


def _never_closed(stop: Stop) -> Cause | None:
    if "end of stream" not in stop.problem and "document indicator" not in stop.problem:
        return None
    if stop.text[stop.since : stop.since + 1] not in ("'", '"'):
        return None
    line, column = stop.place(stop.since)
    return Cause(line, column, "the text that begins with this quote is never closed", "add the quote at its end")


def _quote_within(stop: Stop) -> Cause | None:
    """Look at the text in quotes that ended in the line where the parser stopped: did it mean to end there?"""
    if not ("did not find expected" in stop.problem or "mapping values" in stop.problem):
        return None
    last = next((token for token in reversed(stop.tokens) if isinstance(token, yaml.ScalarToken)), None)
    if last is None or last.plain or last.style not in ("'", '"') or last.end_mark.line != stop.line:
        return None
    opened, ended = last.start_mark, last.end_mark
    if opened.line < stop.line:
        message = f"the text that begins with this quote ends in line {ended.line + 1}, where something follows it"
        return Cause(opened.line + 1, opened.column + 1, message, "add the quote that it lacks, here or there")
    if stop.written(stop.line)[ended.column : stop.column].strip(" "):
        return None
    inner = '\\"' if last.style == '"' else "''"
    other = "add the missing ','" if "',' or" in stop.problem else "leave out what follows it"
    fix = f"write {inner} for a quote inside of a text, or {other}"
    return Cause(stop.line + 1, stop.column + 1, "the text in quotes ends before this", fix)


def _full_width(stop: Stop) -> Cause | None:
    """Look for full-width punctuation where YAML's own was wanted, outside of texts in quotes."""
    if "',' or" in stop.problem:
        every = _WIDE_IN_FLOW.finditer(stop.text, stop.since, stop.index + 1)
        found = next((one for one in every if one["wide"]), None)
    elif "mapping values" in stop.problem:
        found = _WIDE_QUOTE.match(stop.text, stop.text.rfind("\n", 0, stop.index) + 1)
    else:
        return None
    if found is None:
        return None
    wide = found["wide"].strip()
    narrow = _NARROW[wide]
    fix = f"write {narrow} and a space" if narrow == "," else f"write {narrow}"
    return Cause(
        *stop.place(found.end("wide") - 1), f"this '{wide}' is full-width, and YAML takes it for a letter", fix
    )


def _colon_without_space(stop: Stop) -> Cause | None:
    if "unexpected ':'" in stop.problem:
        word = re.search(rf"{KEY}$", stop.text[max(0, stop.index - 60) : stop.index])
        fix = f"write '{word[0]}: '" if word else "write ': '"
        return Cause(stop.line + 1, stop.column + 1, "a space is missing behind this ':'", fix)
    if not ("expected ':'" in stop.problem or "mapping values" in stop.problem):
        return None
    before = stop.text.count("\n", 0, stop.since) if "expected ':'" in stop.problem else stop.line - 1
    said, found = glued(stop.written(before)), _GLUED.fullmatch(stop.written(before))
    return Cause(before + 1, found.start("colon") + 1, *said) if said and found else None


def _bracket_left_open(stop: Stop) -> Cause | None:
    """Look for a list or mapping in brackets that goes on beyond what it stands in, or to the end of the file."""
    if not ("',' or" in stop.problem or "node content" in stop.problem):
        return None
    opened = _innermost(stop.tokens)
    if opened is None:
        return None
    line, column = opened.start_mark.line, opened.start_mark.column
    further = stop.text.split("\n", stop.line + 1)[line + 1 : stop.line + 1]
    ended = stop.index >= len(stop.text.rstrip())
    if not ended and all(_indented(text) > _least(stop.written(line), column) for text in further if text.strip()):
        return None  # it may be a comma that is missing
    what, end = ("list", "]") if isinstance(opened, yaml.FlowSequenceStartToken) else ("mapping", "}")
    message = f"the {what} that begins with this '{stop.written(line)[column]}' is never closed"
    return Cause(line + 1, column + 1, message, f"add the missing '{end}'")


def _innermost(tokens: list[Any]) -> Any:
    """Return the token that opens the last bracket that is not closed, None where all are."""
    opened = []
    for token in tokens:
        if isinstance(token, yaml.FlowSequenceStartToken | yaml.FlowMappingStartToken):
            opened.append(token)
        elif isinstance(token, yaml.FlowSequenceEndToken | yaml.FlowMappingEndToken) and opened:
            opened.pop()
    return opened[-1] if opened else None


def _indented(text: str) -> int:
    return len(text) - len(text.lstrip(" "))


def _least(text: str, column: int) -> int:
    """Return how far a line is indented: up to its key, or up to the last - where the bracket follows it."""
    start = re.match(r" *(?:- +)*", text)
    assert start is not None, "it matches every line"
    return start.end() if start.end() < column else max(_indented(text), text.rfind("-", 0, column))
