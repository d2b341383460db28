"""Hostile texts never break what reads answers: a modest run of the fuzz, and hypothesis on the kind expression.

``make fuzz`` runs the whole of it, 200,000 texts.
"""

import json
import random
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from sample_expressions import one_formula, settled

from benchmarks.fuzzing import Watch, fault, fuzz, readers
from benchmarks.hostile_texts import hostile_text
from dlquiz.core.expressions import Undefined, Unreadable, identity, parse, printing, residues
from dlquiz.core.expressions.identity import Places
from dlquiz.core.expressions.substitution import substituted
from dlquiz.core.symbols import residue_points
from dlquiz.core.verdicts import Result

NAMES = ("h", "d")
POINTS = [{"h": h, "d": d} for h in (2, 3, 7, 16) for d in (4, 5, 64)]
PLACES = Places(POINTS, residue_points(NAMES, "test", 1))
WATCH = Watch()


def test_hostile_texts_are_read_or_refused_and_nothing_runs() -> None:
    became, faults, _ = fuzz(400, 11, WATCH)
    assert [one for one in faults if ": took " not in one] == [], "time is measured by make fuzz, on a quiet machine"
    assert became["read"] > 100
    assert became["refused"] > 1000
    assert became["crashed"] == 0


def test_a_seed_draws_the_same_texts() -> None:
    texts = [[hostile_text(random.Random(seed)) for _ in range(50)] for seed in (3, 3, 4)]
    assert texts[0] == texts[1] != texts[2]


def slow(text: str) -> object:
    return sum(place for place in range(4_000_000))


def crash(text: str) -> object:
    raise KeyError(text)


def elsewhere(text: str) -> object:
    raise Unreadable("nothing is written here", len(text) + 5)


def unprintable(text: str) -> object:
    raise Undefined("the text '{text}' stands where a number is needed", text="\x1b")


@pytest.mark.parametrize(
    ("read", "trouble"),
    [(slow, "took"), (crash, "KeyError"), (elsewhere, "refused at 6 of 1"), (unprintable, "undefined")],
)
def test_every_fault_is_seen(read: Callable[[str], object], trouble: str) -> None:
    assert trouble in str(fault("1", read)[1])


def test_what_runs_is_seen() -> None:
    with WATCH.on():
        eval("1 + 1")  # noqa: S307 - the very thing that must not go unseen
    assert any(seen.startswith(("exec", "compile")) for seen in WATCH.seen)
    WATCH.seen.clear()
    eval("1 + 1")  # noqa: S307
    assert WATCH.seen == [], "only what happens while it watches counts"


def test_readers_cover_every_kind_that_is_typed_as_a_formula() -> None:
    assert {"formula", "list", "number", "shape", "claims", "polynomial", "root"} == readers().keys()


Tree = Any
LEAVES: st.SearchStrategy[Tree] = st.one_of(
    st.integers(-9, 9), st.sampled_from([("name", "h"), ("name", "d"), ("/", 3, 2)])
)


def grown(inner: st.SearchStrategy[Tree]) -> st.SearchStrategy[Tree]:
    return st.one_of(
        st.tuples(st.sampled_from(["+", "*"]), inner, inner),
        st.tuples(st.just("-"), inner, inner),
        st.tuples(st.just("-"), inner),
        st.tuples(st.just("/"), inner, inner),
        st.tuples(st.just("^"), inner, st.integers(-2, 3)),
    )


TREES = st.recursive(LEAVES, grown, max_leaves=8)
REWRITINGS: list[Callable[[Tree, Tree], tuple[Tree, Tree]]] = [
    lambda a, b: (("+", a, b), ("+", b, a)),
    lambda a, b: (("*", a, ("+", b, 1)), ("+", a, ("*", a, b))),
    lambda a, b: (("^", ("+", a, b), 2), ("+", ("^", a, 2), ("*", 2, a, b), ("^", b, 2))),
    lambda a, b: (("-", a, b), ("+", a, ("*", -1, b))),
    lambda a, b: (("*", ("-", a, b), ("+", a, b)), ("-", ("^", a, 2), ("^", b, 2))),
]


@given(TREES, TREES, st.sampled_from(REWRITINGS))
@settings(max_examples=150, deadline=None)
def test_equal_forms_are_the_same_and_their_neighbours_are_not(
    a: Tree, b: Tree, rewritten: Callable[[Tree, Tree], tuple[Tree, Tree]]
) -> None:
    one, other = rewritten(a, b)
    assert identity.same(one, other, PLACES)
    if any(identity.value(one, point) is not None for point in POINTS[:8]):
        assert not identity.same(one, ("+", other, ("/", 1, 10**30)), PLACES)


@given(TREES)
@settings(max_examples=150, deadline=None)
def test_values_modulo_the_prime_are_the_exact_values(tree: Tree) -> None:
    for point in POINTS[:3]:
        value = identity.value(tree, point)
        if value is None:
            continue
        with suppress(Undefined):
            inverse = pow(value.denominator, -1, residues.PRIME)  # type: ignore[union-attr]
            assert residues.residue_at(tree, point) == value.numerator * inverse % residues.PRIME  # type: ignore[union-attr]


@given(TREES, st.integers(2, 9))
@example(("*", 0, ("/", 0, 0)), 2)
@settings(max_examples=150, deadline=None)
def test_a_value_put_in_changes_no_other(tree: Tree, h: int) -> None:
    inside = substituted(tree, {"h": h})
    for d in (4, 5, 64):
        found = identity.value(tree, {"h": h, "d": d})
        assert found is None or found == identity.value(inside, {"d": d})


@pytest.mark.parametrize(
    ("text", "written"),
    [("2h*d*h*3", "24*d"), ("d*h", "2*d"), ("d/h + h^2", "d/2 + 4"), ("h/3*d", "2/3*d"), ("h - 1", "1")],
)
def test_numbers_are_taken_together_in_front(text: str, written: str) -> None:
    assert printing.written(substituted(parse(text, NAMES).tree, {"h": 2})) == written


def test_places_modulo_the_prime_differ() -> None:
    found = residue_points(NAMES, "test", 1)
    assert len({point[name] for point in found for name in NAMES}) == 2 * len(found)
    assert found == residue_points(NAMES, "test", 1) != residue_points(NAMES, "test", 2)


@given(st.text(alphabet="0123456789hd²³ +-*/^().,=<−×", max_size=40))
@settings(max_examples=300, deadline=None)
def test_any_answer_is_marked_or_refused(text: str) -> None:
    question = one_formula("h*d")
    truth = settled(question)
    try:
        reading = question.read(text, {})
    except Unreadable:
        return
    verdict = question.mark(reading, truth, {})
    assert verdict.result in Result
    assert question.reason(verdict, "en").isprintable()
    again = question.read(reading.text, {})
    assert question.same(again.value, reading.value, None)
    assert json.dumps(parse(reading.text, NAMES).to_json())
