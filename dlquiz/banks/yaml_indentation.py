"""A line that stands too far left or right: which of the open lists and mappings it was likely meant for."""

import re
from dataclasses import dataclass, field
from typing import Any

import yaml

from dlquiz.banks.yaml_stop import KEY, Cause, Stop

_BEGINS = re.compile(rf" *(?P<dash>- +)*(?P<key>{KEY}):(?: |$)| *-(?: |$)")


@dataclass
class _Level:
    """An open list or mapping: its column from 0, and its last entry with its line, counted from 1.

    ``ended`` are the lists and mappings inside of it that this entry ended.
    """

    column: int
    listed: bool
    last: str = ""
    line: int = 0
    ended: "list[_Level]" = field(default_factory=list)


def misplaced(stop: Stop) -> Cause | None:
    """Compare a line that fits nothing above it with the lists and mappings that were open before it."""
    written = stop.written(stop.line)
    found = _BEGINS.match(written)
    if found is None:
        return None
    indent, dash = len(written) - len(written.lstrip(" ")), found["key"] is None or found["dash"] is not None
    wanted = "'-'" if dash else f"'{found['key'][:40]}'"
    if "mapping values" in stop.problem and not dash:
        return _too_far_right(stop, indent, wanted)
    if indent != stop.column:
        return None
    opened = _levels(stop)
    if not dash and (outer := _too_far_out(stop, indent, opened[:1])) is not None:
        return outer
    levels = [level for level in opened if level.listed == dash and level.line]
    if not dash:
        levels = [level for level in levels if level.column > indent]
    if not levels:
        return None
    return _moved(stop, indent, wanted, min(levels, key=lambda level: abs(level.column - indent)))


def _too_far_right(stop: Stop, indent: int, wanted: str) -> Cause | None:
    """A key below another one that has a value, and further right, was read as the rest of that value."""
    levels = [level for level in _levels(stop) if level.line and not level.listed]
    if not levels or levels[-1].line != stop.line or levels[-1].column >= indent:
        return None
    found = _moved(stop, indent, wanted, levels[-1])
    return found._replace(fix=f"{found.fix}, or put that text into quotes if it goes on here")


def _too_far_out(stop: Stop, indent: int, root: list[_Level]) -> Cause | None:
    """A key of the outermost mapping ended a list, and the line goes on with what stood in that list."""
    ended = [level for level in root[0].ended if not level.listed and level.column == indent] if root else []
    if not ended or not any(level.listed for level in root[0].ended):
        return None
    key, line, level = root[0].last, root[0].line, ended[-1]
    message = f"{key} is not indented and ends the list above it, and line {stop.line + 1} goes on with that list"
    return Cause(line, 1, message, f"indent {key} by {level.column}, like {level.last} in line {level.line}")


def _moved(stop: Stop, indent: int, wanted: str, level: _Level) -> Cause:
    message = f"{wanted} is indented by {_spaces(indent)} and fits nothing above it"
    fix = f"indent it by {level.column}, like {level.last} in line {level.line}"
    return Cause(stop.line + 1, indent + 1, message, fix)


def _spaces(count: int) -> str:
    return "1 space" if count == 1 else f"{count} spaces"


@dataclass
class _Open:
    """The lists and mappings in block style that are open while tokens go by."""

    levels: list[_Level] = field(default_factory=list)
    ended: list[_Level] = field(default_factory=list)
    flow: int = 0
    key_follows: bool = False

    def take(self, token: Any) -> None:
        mark = token.start_mark
        if isinstance(token, yaml.BlockMappingStartToken | yaml.BlockSequenceStartToken):
            self.levels.append(_Level(mark.column, isinstance(token, yaml.BlockSequenceStartToken)))
        elif isinstance(token, yaml.BlockEndToken) and self.levels:
            self.ended.append(self.levels.pop())
        elif isinstance(token, yaml.FlowMappingStartToken | yaml.FlowSequenceStartToken):
            self.flow += 1
        elif isinstance(token, yaml.FlowMappingEndToken | yaml.FlowSequenceEndToken):
            self.flow -= 1
        elif isinstance(token, yaml.BlockEntryToken | yaml.KeyToken) and self.levels and not self.flow:
            self.levels[-1].line, self.levels[-1].last = mark.line + 1, "the '-'"
            self.levels[-1].ended, self.ended = self.ended, []
            self.key_follows = isinstance(token, yaml.KeyToken)
        elif isinstance(token, yaml.ScalarToken) and self.levels and self.key_follows:
            self.levels[-1].last, self.key_follows = f"'{token.value[:40]}'", False


def _levels(stop: Stop) -> list[_Level]:
    opened = _Open()
    for token in stop.tokens:
        opened.take(token)
    return opened.levels
