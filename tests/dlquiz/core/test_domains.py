"""Instances are drawn alike everywhere, lie in their domain, and impossible domains say so."""

import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dlquiz.core.chance import drawn
from dlquiz.core.domains import (
    BadDomain,
    Choice,
    Derived,
    Domain,
    EmptyDomain,
    FloatRange,
    IntRange,
    Parameter,
    Records,
)
from dlquiz.core.expressions import Value, parse

KEY = "convolution/conv-output-size"
CONV: dict[str, Parameter] = {
    "n": IntRange(16, 256),
    "k": Choice((5, 7, 9, 11)),
    "s": Choice((1, 2)),
    "p": IntRange(2, 5),
}
WHERE = (parse("p >= 2*s"), parse("2*p <= k"))
DESIGN = Domain(CONV, WHERE)

MIXED = Domain(
    {
        "rate": FloatRange(0.1, 0.5, 0.1),
        "bias": Choice((True, False)),
        "mode": Choice(("same", "valid")),
        "layers": Records({"k": Choice((1, 3)), "d": IntRange(1, 2), "reach": Derived(parse("d*(k - 1)"))}, 1, 2),
        "field": Derived(parse("1 + sum(layers.reach)")),
    },
    (parse("field > 1"),),
)

# Computed once; an instance that is written into a learner's log must never become another one.
PINNED: dict[object, dict[str, Value]] = {
    0: {"n": 35, "k": 11, "s": 1, "p": 2},
    42: {"n": 180, "k": 11, "s": 1, "p": 5},
    "rev 2": {"n": 26, "k": 11, "s": 1, "p": 2},
    "mixed": {
        "rate": Fraction(1, 2),
        "bias": True,
        "mode": "valid",
        "layers": [{"k": 3, "d": 1, "reach": 2}],
        "field": 3,
    },
}


def place(seed: int, name: str, attempt: int, size: int) -> int:
    text = f"{KEY}\n1\n{seed}\n{name}\n{attempt}"
    return int(hashlib.sha256(text.encode("utf-8")).hexdigest(), 16) % size


def test_pinned_instances() -> None:
    assert DESIGN.draw(KEY, 1, 0) == PINNED[0]
    assert DESIGN.draw(KEY, 1, 42) == PINNED[42]
    assert DESIGN.draw(KEY, 2, 42) == PINNED["rev 2"]
    assert MIXED.draw(KEY, 1, 42) == PINNED["mixed"]


@pytest.mark.parametrize("seed", range(20))
def test_a_draw_follows_from_sha256_alone(seed: int) -> None:
    for attempt in range(1000):
        n, k = 16 + place(seed, "n", attempt, 241), (5, 7, 9, 11)[place(seed, "k", attempt, 4)]
        s, p = 1 + place(seed, "s", attempt, 2), 2 + place(seed, "p", attempt, 4)
        if p >= 2 * s and 2 * p <= k:
            break
    assert DESIGN.draw(KEY, 1, seed) == {"n": n, "k": k, "s": s, "p": p}


@pytest.mark.parametrize("seed", range(20))
def test_records_are_drawn_by_their_paths(seed: int) -> None:
    domain = Domain({"layers": Records({"k": Choice((1, 3, 5)), "s": IntRange(1, 4)}, 2, 4)})
    length = 2 + place(seed, "layers.length", 0, 3)
    expected = [
        {"k": (1, 3, 5)[place(seed, f"layers[{at}].k", 0, 3)], "s": 1 + place(seed, f"layers[{at}].s", 0, 4)}
        for at in range(length)
    ]
    assert domain.draw(KEY, 1, seed) == {"layers": expected}


def test_a_draw_does_not_depend_on_the_hash_seed_of_the_process() -> None:
    script = (
        "import json; from dlquiz.core.domains import *;"
        "d = Domain({'a': IntRange(0, 10**12), 'm': Choice(('x', 'y')), 'l': Records({'k': IntRange(1, 9)}, 1, 5)});"
        "print(json.dumps([d.draw('b/q', 1, seed) for seed in range(5)]))"
    )
    root = str(Path(__file__).parents[3])
    outputs = {
        subprocess.run(
            [sys.executable, "-c", script],
            env={**os.environ, "PYTHONHASHSEED": chosen, "PYTHONPATH": root},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for chosen in ("1", "2")
    }
    assert len(outputs) == 1
    assert len(json.loads(outputs.pop())) == 5


def test_the_design_s_example_has_3133_instances() -> None:
    expected = [
        {"n": n, "k": k, "s": s, "p": p}
        for n in range(16, 257)
        for k in (5, 7, 9, 11)
        for s in (1, 2)
        for p in range(2, 6)
        if p >= 2 * s and 2 * p <= k
    ]
    assert DESIGN.raw_size() == 241 * 4 * 2 * 4
    assert list(DESIGN.enumerate()) == expected
    assert len(expected) == 3133


def test_draws_are_spread_evenly() -> None:
    domain = Domain({"v": IntRange(0, 199)})
    counts = Counter(domain.draw(KEY, 1, seed)["v"] for seed in range(20_000))
    assert len(counts) == 200
    chi_squared = sum((count - 100) ** 2 / 100 for count in counts.values())
    assert chi_squared < 300  # 199 degrees of freedom: the chance of more is below 1 in 200,000


@given(st.integers(-50, 50), st.integers(0, 40), st.integers(1, 9))
@settings(max_examples=60, deadline=None)
def test_integer_ranges_hold_what_range_holds(low: int, width: int, step: int) -> None:
    domain = Domain({"v": IntRange(low, low + width, step)})
    expected = list(range(low, low + width + 1, step))
    assert [found["v"] for found in domain.enumerate()] == expected
    assert domain.raw_size() == len(expected)
    assert {domain.draw(KEY, 1, seed)["v"] for seed in range(20)} <= set(expected)
    assert [v for v in range(low - 10, low + width + 11) if domain.contains({"v": v})] == expected


def test_decimals_are_exact_and_inclusive() -> None:
    domain = Domain({"rate": FloatRange(0.1, 0.7, 0.2), "scale": FloatRange(0.5, 2, 0.5)})
    rates = [Fraction(1, 10), Fraction(3, 10), Fraction(1, 2), Fraction(7, 10)]
    assert [found["rate"] for found in domain.enumerate()] == [rate for rate in rates for _ in range(4)]
    assert [found["scale"] for found in domain.enumerate()][:4] == [Fraction(1, 2), 1, Fraction(3, 2), 2]
    assert type(domain.parameters["scale"].extreme(True, {})) is int
    assert domain.contains({"rate": 0.3, "scale": 1.0})
    assert not domain.contains({"rate": 0.1 + 0.2, "scale": 1})
    assert not domain.contains({"rate": 0.9, "scale": 1})
    assert not domain.contains({"rate": float("nan"), "scale": 1})


def test_truths_texts_and_lists_stay_what_they_are() -> None:
    domain = Domain({"v": Choice((True, 1, 0, "1", [1, 2], [True, 2], 0.5))})
    assert domain.raw_size() == 7
    assert [type(found["v"]) for found in domain.enumerate()] == [bool, int, int, str, list, list, float]
    assert domain.contains({"v": [1, 2]})
    assert not domain.contains({"v": False})
    assert not domain.contains({"v": [1, True]})
    drawn = {repr(MIXED.draw(KEY, 1, seed)["bias"]) for seed in range(20)}
    assert drawn == {"True", "False"}


def test_records_are_counted_and_gone_through_in_full() -> None:
    domain = Domain({"layers": Records({"k": Choice((1, 3, 5)), "s": IntRange(1, 2)}, 0, 3)})
    found = list(domain.enumerate())
    assert domain.raw_size() == 1 + 6 + 6**2 + 6**3 == len(found)
    assert len({json.dumps(setting) for setting in found}) == len(found)
    assert all(domain.contains(setting) for setting in found)
    assert not domain.contains({"layers": [{"k": 1, "s": 1}] * 4})
    assert not domain.contains({"layers": [{"k": 1}]})
    assert not domain.contains({"layers": 3})


def test_derived_values_follow_the_order_of_declaration() -> None:
    found = list(MIXED.enumerate())
    assert found
    for setting in found:
        layers = setting["layers"]
        assert isinstance(layers, list)
        reaches = [layer["d"] * (layer["k"] - 1) for layer in layers]  # type: ignore[index, call-overload, operator]
        assert [layer["reach"] for layer in layers] == reaches  # type: ignore[index, call-overload]
        assert setting["field"] == 1 + sum(reaches) > 1
        assert list(setting) == ["rate", "bias", "mode", "layers", "field"]
        assert MIXED.contains(setting)
        assert not MIXED.contains({**setting, "field": 1 + sum(reaches) + 1})


def test_a_name_must_be_declared_before_it_is_used() -> None:
    with pytest.raises(BadDomain, match=r"'b' uses 'a', which is not declared before it"):
        Domain({"b": Derived(parse("a + 1")), "a": IntRange(1, 2)})
    with pytest.raises(BadDomain, match=r"the condition 'stide > 1' uses 'stide'.*did you mean 'stride'\?"):
        Domain({"stride": IntRange(1, 2)}, (parse("stide > 1"),))
    with pytest.raises(BadDomain, match="'reach' uses 'q'"):
        Domain({"layers": Records({"k": IntRange(1, 2), "reach": Derived(parse("k*q"))}, 1, 2)})


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: IntRange(5, 3), "the range from 5 to 3 is empty"),
        (lambda: IntRange(1, 3, 0), "the step of a range is above 0, not 0"),
        (lambda: FloatRange(0.1, 0.5, -0.1), "the step of a range is above 0"),
        (lambda: FloatRange(0.1, float("inf"), 0.1), "inf is no end or step"),
        (lambda: Choice(()), "a choice needs at least one value"),
        (lambda: Choice((1, 2, 1)), "names one of its values twice"),
        (lambda: Records({"k": IntRange(1, 2)}, 3, 2), "cannot have from 3 to 2 records"),
        (lambda: Records({"k": IntRange(1, 2)}, 1, 10**9), "within 0 to 100"),
        (lambda: Records({}, 1, 2), "a record needs at least one field"),
    ],
)
def test_parameters_that_contradict_themselves(make: object, reason: str) -> None:
    assert callable(make)
    with pytest.raises(BadDomain, match=reason):
        make()


def test_impossible_conditions_say_which() -> None:
    domain = Domain(CONV, (parse("n > 20"), parse("k > n")))
    with pytest.raises(EmptyDomain, match=r"none of the [\d,]+ settings .* of b/q; never true: k > n; widen"):
        domain.draw("b/q", 1, 0)
    assert list(domain.enumerate()) == []
    assert list(domain.corners()) == []
    assert domain.sample("b/q", 1, 10) == ([], True)
    undefined = Domain({"a": IntRange(0, 0), "b": Derived(parse("1/a"))})
    with pytest.raises(EmptyDomain, match="a derived value is undefined: something is divided by zero"):
        undefined.draw("b/q", 1, 0)
    assert list(undefined.enumerate()) == list(undefined.corners()) == []


@pytest.mark.parametrize("where", ["n == 777 and m == 5", "n == 7777", "(1000*n + m) % 1000003 == 7"])
def test_what_is_rare_is_not_said_to_be_never_true(where: str) -> None:
    domain = Domain({"n": IntRange(1, 3000), "m": IntRange(1, 3000)}, (parse(where),))
    with pytest.raises(EmptyDomain) as refused:
        domain.draw("b/q", 1, 0)
    lead = "none of 10,000 draws satisfies the conditions of b/q; true on none of them: "
    assert str(refused.value).startswith(f"{lead}{where}; widen the ranges or the conditions")
    assert ("fix the parameter" in str(refused.value)) == ("777 and" in where), "7777 is no value of n"


def test_a_condition_that_held_after_a_hundred_draws_is_not_blamed() -> None:
    """n == 777 holds on about one draw of 500; that both hold is as rare as one in a million."""
    domain = Domain({"n": IntRange(701, 1200), "m": IntRange(1, 3000)}, (parse("n == 777"), parse("m == 0")))
    with pytest.raises(EmptyDomain, match=r"true on none of them: m == 0; widen"):
        domain.draw("b/q", 1, 0)


def test_a_parameter_that_can_have_one_value_only_is_to_be_fixed() -> None:
    domain = Domain({"n": IntRange(1, 3000), "m": IntRange(1, 3000)}, (parse("n == 777 and 5 == m"),))
    with pytest.raises(EmptyDomain, match=r"or fix the parameter: n: \{choice: \[777\]\}, m: \{choice: \[5\]\}$"):
        domain.draw("b/q", 1, 0)


def test_a_setting_that_was_missed_by_chance_is_not_denied() -> None:
    """Of 9,999 settings 10,000 draws meet a given one with a chance of about two thirds."""
    missed = next(
        Domain({"n": IntRange(1, 9999)}, (parse(f"n == {n}"),))
        for n in range(1, 100)
        if n not in {drawn("b/q", 1, 0, "n", attempt) % 9999 + 1 for attempt in range(10_000)}
    )
    with pytest.raises(EmptyDomain, match=r"none of 10,000 draws .*; true on none of them: n == \d+; widen"):
        missed.draw("b/q", 1, 0)


def test_undefined_settings_are_left_out() -> None:
    domain = Domain({"a": IntRange(0, 3), "b": Derived(parse("6/a"))}, (parse("6/(a - 1) > 0"),))
    assert list(domain.enumerate()) == [{"a": 2, "b": 3}, {"a": 3, "b": 2}]
    assert not domain.contains({"a": 0, "b": 0})
    assert {domain.draw(KEY, 1, seed)["a"] for seed in range(20)} == {2, 3}


def test_a_condition_that_is_no_truth_does_not_hold() -> None:
    assert list(Domain({"a": IntRange(0, 1)}, (parse("a + 1"),)).enumerate()) == []


def test_without_parameters_there_is_one_setting() -> None:
    assert Domain({}).draw(KEY, 1, 7) == {}
    assert list(Domain({}).enumerate()) == list(Domain({}).corners()) == [{}]
    assert list(Domain({}, (parse("1 > 2"),)).enumerate()) == []


def test_corners_take_every_parameter_to_its_ends() -> None:
    domain = Domain(
        {"n": IntRange(1, 10, 4), "k": Choice((5, 3, 9)), "m": Choice(("x", "y", "z")), "d": Derived(parse("n*k"))}
    )
    expected = [{"n": n, "k": k, "m": m, "d": n * k} for n in (1, 9) for k in (3, 9) for m in ("x", "z")]
    assert list(domain.corners()) == expected
    layers = Records({"k": IntRange(1, 3), "r": Derived(parse("k - 1"))}, 1, 2)
    assert list(Domain({"l": layers}).corners()) == [{"l": [{"k": 1, "r": 0}]}, {"l": [{"k": 3, "r": 2}] * 2}]
    assert list(Domain({"n": IntRange(4, 4)}).corners()) == [{"n": 4}]


def test_many_parameters_have_a_bounded_number_of_corners() -> None:
    domain = Domain({f"v{at}": IntRange(0, 9) for at in range(40)})
    found = [tuple(corner.values()) for corner in domain.corners()]
    assert len(found) == 82
    assert (0,) * 40 in found
    assert (9,) * 40 in found
    assert (9, *(0,) * 39) in found
    assert (*(9,) * 39, 0) in found


def test_a_small_domain_is_sampled_whole() -> None:
    found, complete = DESIGN.sample(KEY, 1, 3133)
    assert complete
    assert found == list(DESIGN.enumerate())


def test_a_large_domain_is_sampled_with_its_corners() -> None:
    huge = Domain({name: IntRange(1, 10**6) for name in "abc"}, (parse("a != b"),))
    assert huge.raw_size() == 10**18
    found, complete = huge.sample(KEY, 1, 200)
    assert not complete
    assert len({json.dumps(setting) for setting in found}) == len(found) == 200
    assert all(huge.contains(setting) for setting in found)
    assert found[:4] == list(huge.corners())
    assert found[4] == huge.draw(KEY, 1, 0)
    assert DESIGN.sample(KEY, 1, 50)[1] is False
    assert len(DESIGN.sample(KEY, 1, 50)[0]) == 50


def test_equality_of_settings_keeps_true_apart_from_one() -> None:
    values: tuple[Value, ...] = (True, 1)
    found, complete = Domain({"v": Choice(values)}).sample(KEY, 1, 5)
    assert complete
    assert [type(setting["v"]) for setting in found] == [bool, int]
