"""Slips between the parts of a question: one that stands in another's place, is flipped, widened or left out."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

from dlquiz.banks.mutation.sites import Site
from dlquiz.banks.mutation.spans import ListSpan, MapSpan, Node, ScalarSpan
from dlquiz.banks.slips import OTHER_TRUTH, Slip

FLIPPED = "claim flipped"
DESCENDING = "order turned round"
WIDENED = "tolerance widened"
ABSOLUTE = "absolute for relative"
IDEA_IS_RIGHT = "wrong idea becomes right"
ANSWER_IS_WRONG = "answer becomes a wrong idea"
IDEAS = "wrong idea repeats another"
OPTIONS = "option repeats another"
ITEMS = "items of an order swapped"
SENTENCES = "sentences of claims swapped"
AXES = "axes swapped"
ACCEPTED = "near miss accepted"
REJECTED = "right answer refused"
BOUND = "bound on the wrong side"
CONVENTION = "convention left out"

_BOUNDS: Mapping[str, tuple[str, ...]] = {
    "at_least": ("at_most", "above"),
    "at_most": ("at_least", "below"),
    "above": ("below", "at_least"),
    "below": ("above", "at_most"),
    "is": ("is_not",),
    "is_not": ("is",),
}


def slips(site: Site, text: str) -> Iterator[Slip]:
    """Yield the slips of a value that concern what stands beside it."""
    key, node = site.path[-1], site.node
    if site.holds is bool and isinstance(node, ScalarSpan) and node.text in OTHER_TRUTH:
        yield Slip(DESCENDING if key == "descending" else FLIPPED, node.start, node.stop, OTHER_TRUTH[node.text])
    elif key == "tolerance" and isinstance(node, MapSpan):
        yield from _tolerance(node)
    elif site.path == ("answer",) and isinstance(node, MapSpan):
        yield from _answers(node, site.question, text)
    elif isinstance(node, ListSpan) and len(site.path) == 1:
        yield from _of_a_list(key, node.items, site, text)
    elif key == "formula" and isinstance(node, ListSpan) and not site.in_an_idea:
        yield from _exchanged(node.items, text, AXES)
    elif key == "convention" and len(site.path) == 1 and "other_conventions" in site.question.values:
        yield from _left_out(key, site.question, text)
    elif site.path[0] == "goal" and key in _BOUNDS and len(site.path) == 3:
        at = site.owner.keys[key]
        yield from (Slip(BOUND, at.start, at.stop, other) for other in _BOUNDS[key] if _matters(key, other, node))


def _matters(key: str, other: str, bound: Node) -> bool:
    """Whether two bounds differ: with decimals, what just meets one of them is never met exactly."""
    beside = {frozenset(("at_least", "above")), frozenset(("at_most", "below"))}
    return frozenset((key, other)) not in beside or "." not in getattr(bound, "text", "")


def _of_a_list(key: str, items: Sequence[Node], site: Site, text: str) -> Iterator[Slip]:
    if key == "misconceptions":
        yield from _repeated(items, ("formula", "engine"), text, IDEAS)
    elif key == "options":
        yield from _mixed_up(items, text)
    elif key == "items":
        calls = [item.values["by"] for item in items if isinstance(item, MapSpan) and "by" in item.values]
        yield from _exchanged(calls, text, ITEMS)
    elif key == "claims":
        for sentences in _by_truth(items):
            yield from _exchanged(sentences, text, SENTENCES)
    elif key in ("accept", "reject"):
        others = site.question.values.get("reject" if key == "accept" else "accept")
        for item, other in zip(items, _cycled(others, len(items)), strict=False):
            yield Slip(ACCEPTED if key == "accept" else REJECTED, item.start, item.stop, text[other.start : other.stop])


def _left_out(key: str, question: MapSpan, text: str) -> Iterator[Slip]:
    """Yield a slip that leaves out a field, up to where the next one begins."""
    start = question.keys[key].start
    following = [at.start for at in question.keys.values() if at.start > start]
    if following:
        yield Slip(CONVENTION, start, min(following), "")


def _tolerance(node: MapSpan) -> Iterator[Slip]:
    for key, size in node.values.items():
        other = {"abs": "rel", "rel": "abs"}.get(key)
        if other is not None and isinstance(size, ScalarSpan):
            at = node.keys[key]
            yield Slip(ABSOLUTE, at.start, at.stop, other)
            for times in (10, 100):
                yield Slip(WIDENED, size.start, size.stop, f"{Decimal(size.text) * times:f}")


def _answers(answer: MapSpan, question: MapSpan, text: str) -> Iterator[Slip]:
    """Yield slips that put a wrong idea for the answer, and the answer for a wrong idea."""
    right = answer.values.get("formula")
    ideas = question.values.get("misconceptions")
    for idea in ideas.items if isinstance(ideas, ListSpan) else []:
        wrong = idea.values.get("formula") if isinstance(idea, MapSpan) else None
        if right is not None and wrong is not None and isinstance(right, type(wrong)):
            yield Slip(ANSWER_IS_WRONG, right.start, right.stop, text[wrong.start : wrong.stop])
            yield Slip(IDEA_IS_RIGHT, wrong.start, wrong.stop, text[right.start : right.stop])


def _repeated(items: Sequence[Node], keys: Sequence[str], text: str, kind: str) -> Iterator[Slip]:
    """Yield slips that put into each part what the one before it computes, as copying and forgetting to edit does."""
    for before, after in pairwise(items):
        for key in keys:
            one, other = (item.values.get(key) if isinstance(item, MapSpan) else None for item in (before, after))
            if one is not None and other is not None and text[one.start : one.stop] != text[other.start : other.stop]:
                yield Slip(kind, other.start, other.stop, text[one.start : one.stop])


def _mixed_up(options: Sequence[Node], text: str) -> Iterator[Slip]:
    """Yield slips that give a wrong option the value of the right one, which has no why, and the other way round."""
    mapped = [option for option in options if isinstance(option, MapSpan)]
    right = [option for option in mapped if "why" not in option.values]
    for option in (option for option in mapped if "why" in option.values and len(right) == 1):
        for key in ("value", "engine"):
            one, other = right[0].values.get(key), option.values.get(key)
            if one is not None and other is not None:
                yield Slip(OPTIONS, other.start, other.stop, text[one.start : one.stop])
                yield Slip(OPTIONS, one.start, one.stop, text[other.start : other.stop])


def _exchanged(parts: Sequence[Any], text: str, kind: str) -> Iterator[Slip]:
    for one, other in pairwise(parts):
        first, second = text[one.start : one.stop], text[other.start : other.stop]
        if first != second:
            yield Slip(kind, one.start, other.stop, second + text[one.stop : other.start] + first)


def _by_truth(claims: Sequence[Node]) -> list[list[Node]]:
    """Return the sentences of the claims that hold, and of those that do not: of two truths a run tells."""
    found: dict[str, list[Node]] = {}
    for claim in claims:
        if isinstance(claim, MapSpan) and "say" in claim.values:
            found.setdefault(getattr(claim.values.get("holds"), "text", ""), []).append(claim.values["say"])
    return list(found.values())


def _cycled(others: Node | None, count: int) -> list[Node]:
    items = list(others.items) if isinstance(others, ListSpan) else []
    return [items[number % len(items)] for number in range(count)] if items else []
