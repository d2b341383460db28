"""What is written to be built: stacks of layers, masks and numbers, as people write them, and what is refused where."""

from collections.abc import Sequence
from fractions import Fraction
from typing import Any

import pytest

from dlquiz.core.building.mask import read_mask
from dlquiz.core.building.stack import LONGEST, MOST_LAYERS, read_stack
from dlquiz.core.expressions import Unreadable, parse
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.construct_allow import Allow, Range

LAYERS = ("Conv2d", "MaxPool2d", "ReLU", "Dropout", "Flatten", "Linear")


def formula(written: str) -> Formula:
    return Formula((parse(written, ["n"]),))


def layers(written: str, allowed: Sequence[Any] = LAYERS) -> str:
    return ", ".join(map(str, read_stack(written, allowed)))


@pytest.mark.parametrize(
    ("written", "understood"),
    [
        ("k=3 s=2 p=1", "Conv2d(kernel_size=3, stride=2, padding=1)"),
        ("k=3, s=2, p=1", "Conv2d(kernel_size=3, stride=2, padding=1)"),
        ("K = 3  D = 2", "Conv2d(kernel_size=3, dilation=2)"),
        ("kernel_size=3 stride=2", "Conv2d(kernel_size=3, stride=2)"),
        ("k=3 s=2, k=5", "Conv2d(kernel_size=3, stride=2), Conv2d(kernel_size=5)"),
        ("k=3 s=2, ReLU", "Conv2d(kernel_size=3, stride=2), ReLU()"),
        ("Conv2d(3, 8, 4, 4)", "Conv2d(in_channels=3, out_channels=8, kernel_size=4, stride=4)"),
        ("conv2d(3, 8, kernel_size=4)", "Conv2d(in_channels=3, out_channels=8, kernel_size=4)"),
        ("nn.Conv2d(3, 8, k=4)", "Conv2d(in_channels=3, out_channels=8, kernel_size=4)"),
        ("torch.nn.MaxPool2d(2)", "MaxPool2d(kernel_size=2)"),
        ("Conv2d(3,8,(3,5),stride=[2,1])", "Conv2d(in_channels=3, out_channels=8, kernel_size=(3, 5), stride=(2, 1))"),
        ("Conv2d(3, 8, 3x5)", "Conv2d(in_channels=3, out_channels=8, kernel_size=(3, 5))"),
        ("Conv2d(3, 8, 3 × 5)", "Conv2d(in_channels=3, out_channels=8, kernel_size=(3, 5))"),
        ("Conv2d(k=3, bias=False)", "Conv2d(kernel_size=3, bias=False)"),
        (
            "Ｃｏｎｖ２ｄ（３，８，ｋ＝４）、ＲｅＬＵ（）",
            "Conv2d(in_channels=3, out_channels=8, kernel_size=4), ReLU()",
        ),
        ("Dropout(p=.5), Flatten(), Linear(out_features=10)", "Dropout(p=0.5), Flatten(), Linear(out_features=10)"),
        ("Flatten(1, -1)", "Flatten(start_dim=1, end_dim=-1)"),
    ],
)
def test_layers_are_read_as_people_write_them(written: str, understood: str) -> None:
    assert layers(written) == understood
    assert layers(understood) == understood


@pytest.mark.parametrize(
    ("written", "at", "reason"),
    [
        ("", 0, "a layer is missing here"),
        ("k=3,", 3, "a layer is missing here"),
        ("ReLU,, ReLU", 5, "a layer is missing here"),
        ("Conv2(3)", 0, "did you mean 'Conv2d'"),
        ("k=3 s=2, Relu6", 9, "did you mean 'ReLU'"),
        ("Tanh", 0, "Tanh may not be used here"),
        ("Conv2d(3, 8, 4, strid=2)", 16, "did you mean 'stride'"),
        ("Conv2d(3, 8, 4, kernel_size=3)", 16, "kernel_size is given twice"),
        ("k=3 s=2 k=3", 8, "kernel_size is given twice"),
        ("ReLU, Conv2d(3, 8)", 6, "kernel_size is missing in Conv2d"),
        ("s=2 p=1", 0, "kernel_size is missing in Conv2d"),
        ("Linear(10)", 0, "out_features is missing in Linear"),
        ("Conv2d(3, 8, 0)", 13, "kernel_size is a whole number from 1 to 1,024"),
        ("Conv2d(3, 8, 3.0)", 13, "kernel_size is a whole number"),
        ("Conv2d(3, 8, (3, 3, 3))", 13, "or two such as"),
        ("Conv2d((3, 3), 8, 3)", 7, "in_channels is a whole number"),
        ("Conv2d(3, 8, 3, bias=1)", 21, "bias is true or false"),
        ("Dropout(1.5)", 8, "p is a number from 0 to 1"),
        ("Conv2d(k=3, 8)", 12, "an argument without a name"),
        ("ReLU(1)", 5, "ReLU takes no arguments"),
        ("Flatten(1, 2, 3)", 14, "at most 2 arguments without names"),
        ("Conv2d(3, 8, 3", 6, "a closing '\\)' is missing"),
        ("Conv2d(3, 8, (3, 3)", 6, "a closing '\\)' is missing"),
        ("Conv2d(3, 8, (3, 3", 13, "a closing '\\)' is missing"),
        ("Conv2d(3, 8, 3))", 15, "a comma separates layers"),
        ("ReLU ReLU", 5, "a comma separates layers"),
        ("k=", 1, "a value is missing"),
        ("k=three", 2, "a value is missing"),
        ("k=3; ReLU", 3, "';' is not read here"),
        ("k=3\x07", 3, "invisible character"),
        ("k=" + "9" * 400, 2, "kernel_size is a whole number"),
        ("ReLU" + ", ReLU" * MOST_LAYERS, 6 * MOST_LAYERS, "more than 12 layers"),
        ("k" * (LONGEST + 1), LONGEST, "longer than 1000 characters"),
    ],
)
def test_what_is_no_stack_is_refused_at_its_place(written: str, at: int, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as caught:
        read_stack(written, LAYERS)
    assert caught.value.position == at


def test_letters_are_the_first_layer_with_a_kernel_that_may_be_used() -> None:
    assert layers("k=3", ["ReLU", "MaxPool2d", "Conv2d"]) == "MaxPool2d(kernel_size=3)"
    with pytest.raises(Unreadable, match="a layer is missing here"):
        read_stack("k=3", ["ReLU"])


@pytest.mark.parametrize(
    "written",
    [
        "100/110/111",
        "1 0 0; 1 1 0; 1 1 1",
        "[[1,0,0],[1,1,0],[1,1,1]]",
        "１００／１１０／１１１",
        "100 110 111",
        "100;110;111;",
    ],
)
def test_a_mask_is_read_in_every_spelling(written: str) -> None:
    assert read_mask(written, 3, 3) == [[1, 0, 0], [1, 1, 0], [1, 1, 1]]


@pytest.mark.parametrize(
    ("written", "at", "reason"),
    [
        ("", 0, "row by row"),
        ("[[]]", 0, "row by row"),
        ("100/11/111", 4, "row 2 has 2 cells, and 3 are asked for"),
        ("100/110", 4, "a mask of 3 rows is asked for, and this one has 2"),
        ("100/110/111/111", 12, "this one has 4"),
        ("100/120/111", 5, "a mask is made of 0 and 1, and '2' is neither"),
        ("100/1x0/111", 5, "'x' is not read here"),
    ],
)
def test_what_is_no_mask_is_refused_at_its_place(written: str, at: int, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason) as caught:
        read_mask(written, 3, 3)
    assert caught.value.position == at


def test_a_mask_may_be_wider_than_high_and_its_size_a_parameter() -> None:
    wide = Allow(mask=Formula((parse("n"), parse("2*n")), listed=True))
    assert wide.read("1111/0000", {"n": 2}).value == [[1, 1, 1, 1], [0, 0, 0, 0]]
    assert wide.read("1111/0000", {"n": 2}).text == "1111/0000"


@pytest.mark.parametrize(("written", "value"), [("0.05", Fraction(1, 20)), ("1/20", Fraction(1, 20)), ("10", 10)])
def test_a_number_may_be_arithmetic(written: str, value: object) -> None:
    assert Allow(number=Range(above=Fraction(0), at_most=Fraction(10))).read(written, {}).value == value


@pytest.mark.parametrize(
    ("written", "reason"), [("0", "above 0"), ("10.001", "at most 10"), ("-1", "above 0"), ("lr", "'lr' is none")]
)
def test_a_number_out_of_its_range_is_refused(written: str, reason: str) -> None:
    with pytest.raises(Unreadable, match=reason):
        Allow(number=Range(above=Fraction(0), at_most=Fraction(10))).read(written, {})
    with pytest.raises(Unreadable):
        Allow(number=Range(at_least=Fraction(2), below=Fraction(3))).read("3", {})
