"""Slips in an engine call: another function, other arguments, arguments in each other's places or forgotten."""

from collections.abc import Iterator
from itertools import pairwise

from dlquiz.banks import arithmetic
from dlquiz.banks.mutation.sites import Site
from dlquiz.banks.mutation.spans import ListSpan, MapSpan, Node, ScalarSpan
from dlquiz.banks.scalars import is_number
from dlquiz.banks.signatures import Signatures
from dlquiz.banks.slips import OTHER_TRUTH, Slip
from dlquiz.core.calls import CallTemplate

FUNCTION = "engine call swapped"
ARGUMENTS = "arguments swapped"
FORGOTTEN = "argument forgotten"
CHOICE = "another word for an argument"
FLIPPED = "truth flipped"
CONTROL = "control dropped"

_IN_A_LIST = 3
"""In how many places of a list of numbers an error is planted."""


def slips(site: Site, text: str, signatures: Signatures) -> Iterator[Slip]:
    """Yield single slips of a call, or of the arguments that a control changes in one."""
    if site.holds is not CallTemplate or not isinstance(site.node, MapSpan):
        return
    named = _named(site)
    function = getattr(named, "text", "")
    given = site.node if site.changes and "call" not in site.node.values else site.node.values.get("with")
    if site.changes:
        yield Slip(CONTROL, site.node.start, site.node.stop, "{}")
    elif isinstance(named, ScalarSpan):
        arguments = list(given.values) if isinstance(given, MapSpan) else []
        yield from (Slip(FUNCTION, named.begin, named.end, other) for other in signatures.like(function, arguments))
    if isinstance(given, MapSpan):
        yield from _swapped(given, text)
        yield from _forgotten(given, function, text, signatures, bool(site.changes))
        for name, value in given.values.items():
            argument = signatures.arguments(function).get(name)
            choices = [str(choice) for choice in argument.choices] if argument else []
            yield from _value(value, choices, site, text)


def _named(site: Site) -> Node | None:
    """Return where the function is named: in the call, or for a control in that of its experiment."""
    assert isinstance(site.node, MapSpan)
    experiment = site.owner.values.get(site.changes) if site.changes else None
    within = experiment if isinstance(experiment, MapSpan) and "call" not in site.node.values else site.node
    return within.values.get("call")


def _swapped(given: MapSpan, text: str) -> Iterator[Slip]:
    """Yield slips that exchange the values of two arguments that stand side by side."""
    values = list(given.values.values())
    for one, other in pairwise(values):
        first, second = text[one.start : one.stop], text[other.start : other.stop]
        if first != second:
            yield Slip(ARGUMENTS, one.start, other.stop, second + text[one.stop : other.start] + first)


def _forgotten(given: MapSpan, function: str, text: str, signatures: Signatures, is_control: bool) -> Iterator[Slip]:
    """Yield slips that leave out an argument that need not be given; of a control, one of several."""
    names = list(given.values)
    for number, name in enumerate(names):
        argument = signatures.arguments(function).get(name)
        if argument is None or (argument.required and not is_control) or (is_control and len(names) == 1):
            continue
        if number:
            start, stop = given.values[names[number - 1]].stop, given.values[name].stop
        else:
            start = given.keys[name].start
            stop = given.keys[names[1]].start if len(names) > 1 else given.values[name].stop
        if "\n" not in text[start:stop]:
            yield Slip(FORGOTTEN, start, stop, "")


def _value(value: Node, choices: list[str], site: Site, text: str) -> Iterator[Slip]:
    if isinstance(value, ListSpan):
        last = len(value.items) - 1
        for number in dict.fromkeys([0, last // 2, last] if last >= _IN_A_LIST else range(last + 1)):
            yield from _value(value.items[number], choices, site, text)
    elif isinstance(value, MapSpan):
        for inner in value.values.values():
            yield from _value(inner, [], site, text)
    else:
        yield from _scalar(value, choices, site, text)


def _scalar(value: ScalarSpan, choices: list[str], site: Site, text: str) -> Iterator[Slip]:
    written = text[value.begin : value.end]
    if written in choices:
        yield from (Slip(CHOICE, value.begin, value.end, other) for other in choices if other != written)
    elif value.plain and written in OTHER_TRUTH:
        yield Slip(FLIPPED, value.begin, value.end, OTHER_TRUTH[written])
    elif is_number(written) or any(name in written for name in site.names):
        known = [*site.names, "built"]
        yield from (slip.moved(value.begin) for slip in arithmetic.slips(written, known))
