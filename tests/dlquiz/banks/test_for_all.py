"""Formulas proved for all values: only polynomials, only with runs, and only what also holds beyond the domain."""

from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from fakes import FakeOracle

from dlquiz.banks.check import check
from dlquiz.banks.proving.extents import Extent, Proof
from dlquiz.banks.proving.grids import grid, numeric
from dlquiz.banks.proving.polynomials import degrees
from dlquiz.banks.reading import read_bank
from dlquiz.core.domains import Choice, Domain, IntRange
from dlquiz.core.expressions import parse
from dlquiz.core.oracle import LegKind


def proof(params: str, formula: str, run: Callable[..., Any], kind: LegKind = "module", more: str = "") -> Proof:
    """What is proved of a number that a function of these parameters counts."""
    names = [part.split(":")[0].strip(" {") for part in params.split("}, ")]
    given = ", ".join(f"{name}: {name}" for name in names if name != "w")
    told = " ".join(f"{{{{{name}}}}}" for name in names)
    text = (
        "dlquiz: 1\nbank: b\ntopic: t\ntitle: T\nquestions:\n"
        f'  - {{id: q, kind: number, prompt: "How many?", params: {{{params}}}{more}, convention: "{told}",\n'
        f'     answer: {{formula: "{formula}", engine: {{call: count, with: {{{given}}}}}}}}}\n'
    )
    bank, complaints = read_bank(text, "b.yaml")
    assert bank is not None, complaints
    report = check(bank.questions, FakeOracle({"count": (kind, run)}), complaints=complaints)
    assert [str(item) for item in report.complaints if item.severity == "error"] == []
    return report.questions[0].proof


def test_a_polynomial_that_runs_agree_with() -> None:
    found = proof("c: {int: [1, 9]}, k: {choice: [3, 5, 7]}", "c*k^2 + c", lambda c, k: c * k * k + c)
    assert found == Proof(Extent.ALL_VALUES, 27, 2 * 3, ("c", "k"))
    assert str(found) == "for all values of c and k (6 points, 27 instances)"


def test_a_line_through_two_points_of_a_square_is_no_proof() -> None:
    """8k − 15 is k² at 3 and 5, the only values of the domain; beyond it is not."""
    assert proof("k: {choice: [3, 5]}", "8*k - 15", lambda k: k * k).extent is Extent.EVERY


def test_a_quotient_that_the_engine_rounds_is_no_proof() -> None:
    assert proof("n: {int: [8, 64, 8]}", "n/2 + 1", lambda n: n // 2 + 1).extent is Extent.EVERY


def test_a_higher_degree_in_two_variables_at_once_is_seen() -> None:
    """On every line through the last point of the grid the extra term is 0; where both change it is not."""
    extra = lambda a, b: (a - 3) * (b - 3) * (a - 2) * (b - 2) * (a - 1) * (b - 1)  # noqa: E731
    found = proof("a: {int: [1, 3]}, b: {int: [1, 3]}", "a + b", lambda a, b: a + b + extra(a, b))
    assert found.extent is Extent.EVERY


@pytest.mark.parametrize("formula", ["floor(n) + 0", "n + 0*sqrt(4*n)", "n^2/n", "abs(n)", "n % 1000"])
def test_what_is_no_polynomial_is_gone_through(formula: str) -> None:
    assert proof("n: {choice: [4, 9, 16]}", formula, lambda n: n) == Proof(Extent.EVERY, 3)


def test_closed_forms_prove_nothing() -> None:
    assert proof("n: {int: [1, 9]}", "2*n", lambda n: 2 * n, "closed_form").extent is Extent.EVERY


def test_a_large_domain_is_a_sample_unless_the_answer_is_a_polynomial() -> None:
    params = "a: {int: [1, 1000]}, b: {int: [1, 1000]}"
    assert proof(params, "a*b", lambda a, b: a * b).extent is Extent.ALL_VALUES
    assert proof(params, "max(a, b)", lambda a, b: max(a, b)).extent is Extent.SAMPLE


def test_texts_are_gone_through_one_by_one() -> None:
    params = 'n: {int: [1, 9]}, w: {choice: ["x", "y"]}'
    assert proof(params, "3*n", lambda n: 3 * n).variables == ("n",)


def test_a_condition_that_couples_parameters() -> None:
    more = ', where: "d % h == 0 and h < d"'
    found = proof("h: {choice: [1, 2, 4]}, d: {int: [4, 64, 4]}", "h*d", lambda h, d: h * d, more=more)
    assert found.variables == ("h", "d")


def test_a_grid_lies_in_the_domain_and_has_every_combination() -> None:
    domain = Domain({"a": IntRange(1, 20), "b": Choice((2, 3, 5, 8))}, (parse("a > b"),))
    points = grid(domain, "b/q", {}, {"a": 2, "b": 1})
    assert points is not None
    assert all(domain.contains(point) for point in points)
    values = [sorted({point[name] for point in points}) for name in "ab"]
    assert [len(each) for each in values] == [3, 2]
    assert sorted((point["a"], point["b"]) for point in points) == sorted(product(*values))


def test_degrees() -> None:
    tree = parse("4*h*d^2 + (h + d)^3 - h/7").tree
    assert degrees([tree], ["h", "d"]) == {"h": 3, "d": 3}
    assert degrees([parse("h*d*(d + 1)").tree], ["h", "d"]) == {"h": 1, "d": 2}
    assert degrees([parse("2^d").tree], ["d"]) is None
    assert degrees([parse("d^(-1)").tree], ["d"]) is None
    assert numeric(Domain({"a": IntRange(1, 1), "b": Choice(("x", "y")), "c": IntRange(1, 2)})) == ["c"]
