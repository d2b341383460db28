"""Kind order: the runs put the items in order, ties are refused, and a typical wrong order is named."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from samples import assert_samples, ran, text

from dlquiz.core.calls import CallTemplate
from dlquiz.core.expressions import Unreadable, parse
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.order import Item, Order, WrongOrder
from dlquiz.core.verdicts import Level, Result, Truth, Unsettled

NETS = {"alexnet": 61_100_840, "vgg16": 138_357_544, "resnet50": 25_557_032, "lenet": 61_706}
VALUES = {"asked": [0, 1, 2, 3]}


def item(name: str, **changes: Any) -> Item:
    given: dict[str, Any] = {"id": name, "value": Fraction(NETS[name]), "source": "torchvision"}
    call = CallTemplate("model.num_params", {"name": name})
    return Item(say=text(name), by=call, **{**given, **changes})


def nets(**changes: Any) -> Order:
    given: dict[str, Any] = {
        "bank": "networks",
        "topic": "cnn",
        "id": "by-parameters",
        "prompt": text("From the fewest parameters to the most?"),
        "items": tuple(item(name) for name in NETS),
        "misconceptions": (
            WrongOrder(
                id="deeper-is-larger",
                by={"lenet": 5, "alexnet": 8, "vgg16": 16, "resnet50": 50},
                says=text("Depth is not size."),
            ),
        ),
    }
    return Order(**{**given, **changes})


def settled(question: Order, values: dict[str, Any] = VALUES, **sizes: Any) -> Truth:
    known = {**NETS, **sizes}
    asked = [question.items[index].id for index in values["asked"]]
    return question.settle(values, [ran(known[name], "model.num_params") for name in asked])


def test_the_runs_give_the_order() -> None:
    question = nets()
    truth = settled(question)
    assert truth.value == [4, 3, 1, 2]
    assert truth.level is Level.PROVED
    assert question.expected(truth, "en") == "4 3 1 2"
    assert settled(nets(descending=True)).value == [2, 1, 3, 4]


def test_items_are_numbered_as_they_are_shown() -> None:
    assert settled(nets(), {"asked": [3, 2, 1]}).value == [1, 2, 3]


def test_the_whole_order_is_right_or_wrong_and_pairs_are_the_score() -> None:
    question, truth = nets(), settled(nets())
    assert question.mark(question.read("4 3 1 2", VALUES), truth, VALUES).result is Result.RIGHT
    verdict = question.mark(question.read("4 3 2 1", VALUES), truth, VALUES)
    assert verdict.result is Result.WRONG
    assert verdict.score == pytest.approx(5 / 6)
    assert question.reason(verdict, "en") == "4 3 1 2, not 4 3 2 1."
    shown = [(one.number, one.right, one.remark) for one in question.shown(verdict, VALUES)]
    assert shown == [(4, True, "61,706"), (3, True, "25,557,032"), (1, False, "61,100,840"), (2, False, "138,357,544")]


def test_wrong_orders_are_named() -> None:
    question, truth = nets(), settled(nets())
    by_depth = question.mark(question.read("4 1 2 3", VALUES), truth, VALUES)
    backwards = question.mark(question.read("2 1 3 4", VALUES), truth, VALUES)
    assert [one.id for one in by_depth.diagnoses] == ["deeper-is-larger"]
    assert [one.id for one in backwards.diagnoses] == ["reversed"]
    assert backwards.score == 0


def test_a_tie_is_a_conflict() -> None:
    assert "have no order" in str(settled(nets(), alexnet=138_357_544).conflict)


def test_a_figure_that_is_not_met_is_a_conflict() -> None:
    assert "torchvision says 61,100,840" in str(settled(nets(), alexnet=61_100_841).conflict)


def test_formulas_must_order_as_the_runs_do() -> None:
    sizes = (3, 1, 2)
    made = [
        Item(id=f"i{n}", say=text("x"), by=CallTemplate("f"), formula=Formula((parse(str(size)),)))
        for n, size in enumerate(sizes)
    ]
    question = nets(items=tuple(made), misconceptions=())
    values = {"asked": [0, 1, 2]}
    agreeing = question.settle(values, [ran(0.3), ran(0.1), ran(0.2)])
    assert (agreeing.conflict, agreeing.level) == (None, Level.PROVED)
    against = question.settle(values, [ran(0.3), ran(0.2), ran(0.1)])
    assert "the formulas give 1 and 2 for the items 2 and 3, and the runs 0.2 and 0.1" in str(against.conflict)


@pytest.mark.parametrize(
    ("formulas", "runs", "said"),
    [
        (("3", "10", "200"), (3, 10, 200), None),
        (("3", "10", "201"), (3, 10, 200), "the formula 201 gives 201 for the item 3, and f gives 200"),
        (("3", "10", "400/2"), (3, 10, 200), None),
        (("1", "2", "3"), (0.1, 0.2, 0.3), None),
        (("1/10", "2", "3"), (1, 2, 3), None),
        (("1.5", "2", "4"), (1, 2, 3), "the formula 4 gives 4 for the item 3"),
    ],
)
def test_a_whole_number_is_what_its_run_gives(formulas: Sequence[str], runs: Sequence[float], said: str | None) -> None:
    """Whole numbers are counts, so a wrong one is an error even where the order is right; others may be a rank."""
    made = [
        Item(id=f"i{n}", say=text("x"), by=CallTemplate("f"), formula=Formula((parse(formula),)))
        for n, formula in enumerate(formulas)
    ]
    question = nets(items=tuple(made), misconceptions=())
    conflict = question.settle({"asked": [0, 1, 2]}, [ran(run, "f") for run in runs]).conflict
    assert conflict is None if said is None else said in str(conflict)


def test_runs_alone_prove_nothing() -> None:
    bare = tuple(replace(one, value=None, source=None) for one in nets().items)
    assert settled(nets(items=bare)).level is Level.COMPUTED
    closed = [ran(NETS[one.id], kind="closed_form") for one in nets().items]
    assert nets().settle(VALUES, closed).level is Level.COMPUTED


@pytest.mark.parametrize("value", ["many", None, True, "nan", [1]])
def test_what_is_no_number_orders_nothing(value: Any) -> None:
    with pytest.raises(Unsettled, match="ordered by numbers"):
        settled(nets(), alexnet=value)


@pytest.mark.parametrize(
    ("typed", "at", "said"),
    [
        ("", 0, "in their places: 1, 2, 3 and 4"),
        ("1 2 3", 4, "in their places: 4"),
        ("1 2 2 3", 4, "2 stands there twice"),
        ("1 2 3 5", 6, "names no option"),
        ("4 x", 2, "names no option"),
        ("4 > 3 > 1 > 2", 2, "names no option"),
    ],
)
def test_what_is_no_whole_order_is_refused_at_its_place(typed: str, at: int, said: str) -> None:
    with pytest.raises(Unreadable) as error:
        nets().read(typed, VALUES)
    assert error.value.position == at
    assert said in error.value.reason
    assert error.value.said("zh") != error.value.reason


@pytest.mark.parametrize(
    "typed", ["4 3 1 2", "4,3,1,2", "4312", "4 → 3 → 1 → 2", "d c a b", "４、３、１、２", "[4, 3, 1, 2]"]
)
def test_an_order_is_written_as_people_do(typed: str) -> None:
    assert nets().read(typed, VALUES).value == [4, 3, 1, 2]


def test_an_instance_asks_five_items_at_most() -> None:
    many = nets(items=tuple(item(name, id=f"{name}-{n}") for n in range(2) for name in NETS))
    assert {len(many.draw(seed)["asked"]) for seed in range(20)} == {5}
    assert len(many.sample(10)[0][0]["asked"]) == 8


def test_samples_are_marked_as_they_say() -> None:
    question = nets()
    for asked in ([0, 1, 2, 3], [2, 1, 0]):
        values = {"asked": asked}
        truth = settled(question, values)
        assert_samples(question, values, truth)


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"items": nets().items[:2], "misconceptions": ()}, "there are 2 items"),
        ({"items": (replace(nets().items[0], source=None), *nets().items[1:])}, "belong together"),
        ({"items": (nets().items[0], *nets().items)}, "'alexnet' is used twice"),
        ({"items": nets().items[:3]}, "no item has the id 'lenet'"),
        ({"misconceptions": (WrongOrder(id="x", by={"lenet": 1}, says=text("y")),)}, "'alexnet' has no size"),
        (
            {"items": (replace(nets().items[0], id=""), *nets().items[1:])},
            "item 1, which has no id ('alexnet'), has no size",
        ),
        ({"misconceptions": (WrongOrder(id="x", by=dict.fromkeys(NETS, "a"), says=text("y")),)}, "are numbers"),
    ],
)
def test_what_contradicts_itself_is_a_fault(changes: dict[str, Any], said: str) -> None:
    assert not list(nets().faults())
    assert any(said in fault.message for fault in replace(nets(), **changes).faults())
