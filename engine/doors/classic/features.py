"""Features: ``polynomial.*``, ``factorisation_machine.*``, ``knn.*``, ``dummies.*`` and ``elements.*``."""

import math
from collections.abc import Sequence
from itertools import combinations
from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.classic.generalisation.elements import Element, in_program, of_name
from engine.classic.representation.dummies import categories, indicator_columns
from engine.classic.representation.factorisation_machine import FactorisationMachine, pair_term, pairwise_weights
from engine.classic.representation.neighbours import classify, nearest
from engine.classic.representation.polynomial import expand, terms
from engine.device import for_float64
from engine.doors._classes import Targets
from engine.doors.regularization._arguments import Matrix, Vector
from engine.errors import Refused
from engine.evidence import Block, Heatmap, Run, Table
from engine.preprocessing.standardise import standardisation
from engine.registry import Kind, function

Features = Annotated[int, Between(1, 64)]
Degree = Annotated[int, Between(0, 8)]
_MOST_TERMS = 100_000
Factors = Annotated[Tensor, Elements(512, 2), Between(-1e3, 1e3)]
Words = Annotated[Sequence[Annotated[str, Length(1, 100)] | None], Length(1, 1024)]
Program = Annotated[str, Length(1, 4000)]


@function("polynomial.num_terms", Kind.MEASURED, example={"num_features": 3, "degree": 2}, shows=(terms, expand))
def num_terms(num_features: Features, degree: Degree, interaction_only: bool = False, include_bias: bool = True) -> Run:
    """Return how many products of up to ``degree`` features there are, the constant 1 included, by listing them."""
    _few(num_features, degree)
    found = list(terms(num_features, degree, interaction_only, include_bias))
    rows = [(i, "·".join(f"x{j}" for j in term) or "1") for i, term in enumerate(found[:64])]
    return Run(len(found), lambda: [Table("The first terms", ["number", "term"], rows)])


@function("polynomial.num_terms_formula", Kind.CLOSED_FORM, example={"num_features": 3, "degree": 2})
def num_terms_formula(
    num_features: Features, degree: Degree, interaction_only: bool = False, include_bias: bool = True
) -> Run:
    """Return the same as C(n + d, d), or Σ C(n, i) where no feature may come twice; one less without the constant."""
    if interaction_only:
        count = sum(math.comb(num_features, i) for i in range(degree + 1))
    else:
        count = math.comb(num_features + degree, degree)
    return Run(count - (not include_bias))


@function("polynomial.features", Kind.MEASURED, example={"x": [2, 3], "degree": 2}, shows=(expand, terms))
def polynomial_row(x: Vector, degree: Degree, interaction_only: bool = False, include_bias: bool = True) -> Run:
    """Return all products of up to ``degree`` entries of x: by degree, then in the order of the entries."""
    _few(len(x), degree)
    if not include_bias and degree == 0:
        raise Refused("degree 0 has only the constant, which 'include_bias' leaves out")
    values = expand(x.to(for_float64())[None], degree, interaction_only, include_bias)[0].tolist()
    if len(values) > 4096:
        raise Refused(f"there are {len(values):,} terms, more than the 4096 that are listed: lower the degree")
    names = ["·".join(f"x{j}" for j in term) or "1" for term in terms(len(x), degree, interaction_only, include_bias)]
    rows = list(zip(names, values, strict=True))
    return Run(values, lambda: [Table("Features", ["term", "value"], rows)])


def _few(num_features: int, degree: int) -> None:
    if math.comb(num_features + degree, degree) > _MOST_TERMS:
        raise Refused(f"{num_features} features have over {_MOST_TERMS:,} terms of degree {degree}: lower one of them")


@function(
    "factorisation_machine.pair_term",
    Kind.MEASURED,
    example={"x": [1, 2, 3], "factors": [[1], [1], [1]]},
    shows=(FactorisationMachine, pair_term),
)
def pairs(x: Vector, factors: Factors) -> Run:
    """Return Σ (v_i·v_j)·x_i·x_j over all pairs i < j by ½·Σ ((Σ v·x)² - Σ v²·x²); v_i is a row of ``factors``."""
    x, factors = _pair(x, factors)
    weights = pairwise_weights(factors)
    return Run(
        float(pair_term(x[None], factors)),
        lambda: [Heatmap("v_i·v_j", weights.tolist(), "feature", "feature")],
    )


@function(
    "factorisation_machine.pair_term_formula", Kind.CLOSED_FORM, example={"x": [1, 2, 3], "factors": [[1], [1], [1]]}
)
def pairs_formula(x: Vector, factors: Factors) -> Run:
    """Return the same pair by pair."""
    x, factors = _pair(x, factors)
    v, values = factors.tolist(), x.tolist()
    dots = (
        sum(a * b for a, b in zip(v[i], v[j], strict=True)) * values[i] * values[j]
        for i, j in combinations(range(len(v)), 2)
    )
    return Run(math.fsum(dots))


def _pair(x: Tensor, factors: Tensor) -> tuple[Tensor, Tensor]:
    if len(x) != len(factors):
        raise Refused(f"'factors' needs a row for each of the {len(x)} entries of 'x', not {len(factors)}")
    return x.to(for_float64()), factors.to(for_float64())


@function(
    "knn.class_of",
    Kind.MEASURED,
    example={"train": [[0, 0], [1, 900], [5, 100]], "labels": [0, 0, 1], "x": [4, 800], "k": 1},
    shows=(nearest, classify),
)
def knn_class(
    train: Matrix, labels: Targets, x: Vector, k: Annotated[int, Between(1, 64)] = 1, scaled: bool = False
) -> Run:
    """Return the class that most of the k nearest training samples have; ``scaled`` standardises by these first."""
    train, query = train.to(for_float64()), x.to(for_float64())[None]
    if len(labels) != len(train) or query.shape[1] != train.shape[1]:
        raise Refused("'labels' needs a class for each row of 'train', and 'x' an entry for each of its columns")
    if k > len(train):
        raise Refused(f"'k' is {k}, and there are only {len(train)} training samples")
    if scaled:
        fitted = standardisation(train)
        train, query = fitted.transform(train), fitted.transform(query)
    classes = torch.tensor(labels, device=train.device)

    def evidence() -> list[Block]:
        found = nearest(train, query, len(train))[0].tolist()
        rows = [(i, labels[i], float((train[i] - query[0]).norm())) for i in found]
        blocks: list[Block] = [Table("Training samples, nearest first", ["sample", "class", "distance"], rows)]
        if train.shape[1] == 2:
            low, high = train.min(0).values.tolist(), train.max(0).values.tolist()
            sides = [torch.linspace(a, b, 25, dtype=train.dtype).to(train) for a, b in zip(low, high, strict=True)]
            plane = torch.cartesian_prod(sides[1], sides[0]).flip(1)
            regions = classify(train, classes, plane, k).reshape(25, 25).flip(0)
            blocks.append(Heatmap("Class over the range of the data", regions.tolist(), "feature 0", "feature 1"))
        return blocks

    return Run(int(classify(train, classes, query, k)), evidence)


@function(
    "dummies.num_columns",
    Kind.MEASURED,
    example={"values": ["red", None, "blue", "red"]},
    shows=(indicator_columns, categories),
)
def num_columns(values: Words, dummy_na: bool = True) -> Run:
    """Return how many one-hot columns a categorical feature makes; null marks a missing value, with one of its own."""
    table = _dummies(values, values, dummy_na)
    return Run(len(table.columns) - 1, lambda: [table])


@function(
    "dummies.row",
    Kind.MEASURED,
    example={"values": ["red", None, "blue"], "value": None},
    shows=(indicator_columns, categories),
)
def dummies_row(values: Words, value: Annotated[str, Length(1, 100)] | None, dummy_na: bool = True) -> Run:
    """Return the one-hot row of a value: categories of the training ``values`` from A to Z, then missing (null)."""
    known = categories(values)
    row = indicator_columns([value], known, dummy_na)[0]
    return Run(row.int().tolist(), lambda: [_dummies(values, [*values, value], dummy_na)])


def _dummies(train: Words, values: Words, dummy_na: bool) -> Table:
    known = categories(train)
    rows = indicator_columns(values, known, dummy_na).int().tolist()
    columns = ["value", *known, *(["missing"] if dummy_na else [])]
    return Table("Indicator columns", columns, [(value, *row) for value, row in zip(values, rows, strict=True)])


@function("elements.of_name", Kind.MEASURED, example={"name": "nn.MSELoss"}, shows=(of_name,))
def element_of_name(name: Annotated[str, Length(1, 100)]) -> Run:
    """Return whether torch's class of that name is a model, criterion, optimizer or data, or the name a metric's."""
    found = of_name(name)
    if found is None:
        raise Refused(f"'{name}' is no class of torch.nn, torch.optim or torch.utils.data, and no metric known here")
    return Run(found)


@function(
    "elements.in_program",
    Kind.MEASURED,
    example={"program": "net = nn.Linear(2, 1)\nloss = nn.MSELoss()", "element": "criterion"},
    shows=(in_program,),
)
def elements_in_program(program: Program, element: Element) -> Run:
    """Return the calls of a Python program, read and not run, that make its model, criterion, optimizer and so on."""
    try:
        found = in_program(program)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise Refused("'program' cannot be read as Python") from None
    rows = [(name, ", ".join(calls) or "missing") for name, calls in found.items()]
    return Run(found[element], lambda: [Table("Checklist", ["element", "made by"], rows)])
