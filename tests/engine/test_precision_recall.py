"""Precision, recall, F1 and their averages: beside loops over fractions, and beside figures that others print."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refused
from engine.evidence import Table

torch.set_num_threads(1)
Pairs = list[tuple[int, int]]
PAIRS = st.lists(st.tuples(st.integers(0, 3), st.integers(0, 3)), min_size=1, max_size=30)
"""Samples: what was predicted, and what is true."""
COUNTS = st.integers(0, 40)


def counted(pairs: Pairs, positive: int) -> tuple[int, int, int]:
    """Count tp, fp and fn, sample by sample."""
    tp = fp = fn = 0
    for predicted, true in pairs:
        if predicted == positive and true == positive:
            tp += 1
        elif predicted == positive:
            fp += 1
        elif true == positive:
            fn += 1
    return tp, fp, fn


def share(part: int, whole: int, of_nothing: int = 0) -> Fraction:
    return Fraction(part, whole) if whole else Fraction(of_nothing)


def scores(tp: int, fp: int, fn: int, of_nothing: int = 0) -> dict[str, Fraction]:
    return {
        "precision": share(tp, tp + fp, of_nothing),
        "recall": share(tp, tp + fn, of_nothing),
        "f1": share(2 * tp, 2 * tp + fp + fn, of_nothing),
    }


def labels(pairs: Pairs) -> dict[str, list[int]]:
    return {"predictions": [one for one, _ in pairs], "targets": [other for _, other in pairs]}


@given(PAIRS, st.integers(0, 3), st.sampled_from([0, 1]))
def test_of_labels_beside_a_loop(pairs: Pairs, positive: int, of_nothing: int) -> None:
    for name, expected in scores(*counted(pairs, positive), of_nothing).items():
        given = {**labels(pairs), "positive": positive, "zero_division": of_nothing}
        assert run(f"classification.{name}", **given).value == pytest.approx(float(expected), rel=1e-12)


@given(COUNTS, COUNTS, COUNTS, st.sampled_from([0, 1]))
def test_of_counts_beside_fractions(tp: int, fp: int, fn: int, of_nothing: int) -> None:
    expected = scores(tp, fp, fn, of_nothing)
    counts = {"precision": {"tp": tp, "fp": fp}, "recall": {"tp": tp, "fn": fn}, "f1": {"tp": tp, "fp": fp, "fn": fn}}
    for name, those in counts.items():
        value = run(f"classification.{name}_of_counts", **those, zero_division=of_nothing).value
        assert value == pytest.approx(float(expected[name]), rel=1e-12)


@given(st.integers(1, 40), COUNTS, COUNTS, st.sampled_from([0.0, 0.5, 1.0, 2.0, 1000.0]))
def test_f_beta_is_the_weighted_harmonic_mean(tp: int, fp: int, fn: int, beta: float) -> None:
    p, r, square = Fraction(tp, tp + fp), Fraction(tp, tp + fn), Fraction(beta) ** 2
    value = run("classification.f_beta_of_counts", tp=tp, fp=fp, fn=fn, beta=beta).value
    assert value == pytest.approx(float((1 + square) / (1 / p + square / r)), rel=1e-12)


def test_what_is_nowhere_right_is_0_and_a_share_of_nothing_is_refused() -> None:
    assert run("classification.f1_of_counts", tp=0, fp=3, fn=0).value == 0.0
    for name, counts in {
        "precision_of_counts": {"tp": 0, "fp": 0},
        "recall_of_counts": {"tp": 0, "fn": 0},
        "f1_of_counts": {"tp": 0, "fp": 0, "fn": 0},
    }.items():
        with pytest.raises(Refused, match=r"^\w+ is 0/0 here, a share of nothing; say with zero_division"):
            run(f"classification.{name}", **counts)
        assert run(f"classification.{name}", **counts, zero_division=1).value == 1.0


def averages(pairs: Pairs, metric: str, of_nothing: int) -> dict[str, Fraction]:
    classes = sorted({label for pair in pairs for label in pair})
    by_class = {one: scores(*counted(pairs, one), of_nothing) for one in classes}
    whole = [sum(counted(pairs, one)[place] for one in classes) for place in range(3)]
    support = {one: sum(true == one for _, true in pairs) for one in classes}
    return {
        "micro": scores(*whole)[metric],
        "macro": sum((by_class[one][metric] for one in classes), Fraction()) / len(classes),
        "weighted": sum((by_class[one][metric] * support[one] for one in classes), Fraction()) / len(pairs),
    }


@settings(max_examples=60)
@given(PAIRS, st.sampled_from(["precision", "recall", "f1"]), st.sampled_from([0, 1]))
def test_averages_beside_a_loop(pairs: Pairs, metric: str, of_nothing: int) -> None:
    for average, expected in averages(pairs, metric, of_nothing).items():
        given = {**labels(pairs), "metric": metric, "average": average, "zero_division": of_nothing}
        assert run("classification.averaged", **given).value == pytest.approx(float(expected), rel=1e-12)


@settings(max_examples=60)
@given(PAIRS, st.sampled_from([0, 1]))
def test_f1_of_means_beside_a_loop(pairs: Pairs, of_nothing: int) -> None:
    p, r = (averages(pairs, name, of_nothing)["macro"] for name in ("precision", "recall"))
    expected = 2 * p * r / (p + r) if p + r else Fraction()
    value = run("classification.f1_of_means", **labels(pairs), zero_division=of_nothing).value
    assert value == pytest.approx(float(expected), rel=1e-12)


def test_a_class_without_samples_has_no_weight_and_may_have_a_score_of_nothing() -> None:
    given = {"predictions": [0, 1], "targets": [0, 0], "metric": "recall"}
    assert run("classification.averaged", **given, average="weighted").value == 0.5
    with pytest.raises(Refused, match="recall of a class is 0/0 here"):
        run("classification.averaged", **given, average="macro")


@settings(max_examples=40)
@given(PAIRS)
def test_what_is_told_of_the_averages(pairs: Pairs) -> None:
    """Micro is the accuracy whatever is averaged, weighted recall is, too; F1 of the means is never below the mean."""
    accuracy = sum(one == other for one, other in pairs) / len(pairs)
    given = {**labels(pairs), "zero_division": 0}

    def value(metric: str, average: str) -> Any:
        return run("classification.averaged", metric=metric, average=average, **given).value

    for metric in ("precision", "recall", "f1"):
        assert value(metric, "micro") == pytest.approx(accuracy)
    assert value("recall", "weighted") == pytest.approx(accuracy)
    assert run("classification.f1_of_means", **given).value >= value("f1", "macro") - 1e-12


# As scikit-learn's own documentation prints them, for y_true = [0, 1, 2, 0, 1, 2] and y_pred = [0, 2, 1, 0, 0, 1].
PRINTED = [
    ("precision", "macro", 0.22),
    ("precision", "micro", 0.33),
    ("precision", "weighted", 0.22),
    ("recall", "macro", 0.33),
    ("recall", "micro", 0.33),
    ("recall", "weighted", 0.33),
    ("f1", "macro", 0.26),
    ("f1", "micro", 0.33),
    ("f1", "weighted", 0.26),
]


@pytest.mark.parametrize(("metric", "average", "printed"), PRINTED)
def test_figures_that_scikit_learn_prints(metric: str, average: str, printed: float) -> None:
    given = {"predictions": [0, 2, 1, 0, 0, 1], "targets": [0, 1, 2, 0, 1, 2]}
    value = run("classification.averaged", metric=metric, average=average, **given).value
    assert int(100 * value) / 100 == printed


def test_evidence_shows_every_class_and_every_average() -> None:
    given = {"predictions": [0, 0, 1], "targets": [0, 1, 2]}
    ran = run("classification.averaged", metric="recall", average="macro", **given)
    classes, by_average = ran.evidence()
    assert isinstance(classes, Table)
    assert [row[:4] for row in classes.rows] == [(0, 1, 1, 0), (1, 0, 1, 1), (2, 0, 0, 1)]
    assert classes.rows[2][4:] == (None, 0.0, 0.0), "class 2 was never predicted"
    assert isinstance(by_average, Table)
    assert [row[0] for row in by_average.rows] == ["micro", "macro", "weighted"]
    assert by_average.rows[1] == ("macro", None, ran.value, pytest.approx(2 / 9))


def test_evidence_of_f1_of_means() -> None:
    ran = run("classification.f1_of_means", predictions=[0, 0, 1], targets=[0, 1, 2], zero_division=0)
    classes, means = ran.evidence()
    assert isinstance(classes, Table)
    assert classes.rows[2][4:] == (None, 0.0, 0.0), "class 2 was never predicted"
    assert isinstance(means, Table)
    assert [row[1] for row in means.rows] == [pytest.approx(1 / 6), pytest.approx(1 / 3), ran.value]
    assert ran.value == pytest.approx(2 / 9)


REFUSALS: Sequence[tuple[str, dict[str, Any], str]] = [
    ("classification.f1", {"predictions": [0], "targets": [0, 1]}, "one class for each of the 2 samples"),
    ("classification.f1", {"predictions": [0], "targets": [2]}, r"'positive' is one of \[0, 2\], or zero_division"),
    ("classification.recall", {"predictions": [1], "targets": [0]}, "recall of class 1 is 0/0 here"),
    ("classification.precision_of_counts", {"tp": 100_001, "fp": 0}, "from 0 to 100000"),
    ("classification.f_beta_of_counts", {"tp": 1, "fp": 0, "fn": 0, "beta": -1}, "from 0 to 1000"),
    ("classification.f_beta_of_counts", {"tp": 0, "fp": 0, "fn": 5, "beta": 0}, "F_0 is 0/0 here"),
    ("classification.f1_of_means", {"predictions": [0], "targets": [1]}, "precision of a class is 0/0 here"),
    ("classification.f1_of_means", {"predictions": [0, 1], "targets": [0, 0]}, "recall of a class is 0/0 here"),
    (
        "classification.averaged",
        {"metric": "precision", "average": "macro", "predictions": [0], "targets": [1]},
        "precision of a class is 0/0 here",
    ),
]


@pytest.mark.parametrize(("name", "arguments", "says"), REFUSALS)
def test_refusals_are_sentences(name: str, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says) as refusal:
        run(name, **arguments)
    assert "\n" not in str(refusal.value)
