"""What the prover advises authors: it names the cause, an instance, and what to write, and lets good texts alone."""

from collections.abc import Callable
from typing import Any

import pytest
from fakes import FUNCTIONS, FakeOracle

from dlquiz.banks.check import check
from dlquiz.banks.complaints import Complaint
from dlquiz.banks.reading import read_bank
from dlquiz.core.oracle import LegKind

HEAD = "dlquiz: 1\nbank: b\ntopic: t\ntitle: T\nquestions:\n"
EXTRA: dict[str, tuple[LegKind, Callable[..., Any]]] = {"same": ("measured", lambda x: x)}


def complaints(text: str) -> list[Complaint]:
    bank, unread = read_bank(HEAD + text, "b.yaml")
    assert bank is not None, unread
    assert unread == []
    return list(check(bank.questions, FakeOracle({**FUNCTIONS, **EXTRA})).complaints)


def only(text: str, code: str) -> Complaint:
    (found,) = (item for item in complaints(text) if item.code == code)
    return found


def number(params: str, formula: str, more: str = "") -> str:
    return (
        f'  - {{id: q, kind: number, prompt: "What is it for {{{{n}}}}?", params: {{{params}}}{more},\n'
        f"     answer: {{formula: {formula}, engine: {{call: same, with: {{x: {formula}}}}}TOLERANCE}}}}\n"
    )


def test_a_claim_may_be_worded_as_the_opposite() -> None:
    claims = "\n".join(
        f'      - {{say: "{layer} beside {control} looks away.", holds: {holds}, '
        f"proof: {{call: norm.depends_on_rest_of_batch, with: {{layer: {layer}}}}}, control: {{layer: {control}}}}}"
        for layer, holds, control in [
            ("batch", "false", "layer"),
            ("layer", "false", "batch"),
            ("group", "false", "batch"),
            ("instance", "false", "batch"),
            ("none", "false", "batch"),
            ("batch", "true", "group"),
        ]
    )
    found = only(f'  - id: q\n    kind: claims\n    prompt: "Which hold?"\n    claims:\n{claims}\n', "DQ441")
    assert "the claim says false, and norm.depends_on_rest_of_batch(layer=batch) gives true" in found.message
    assert found.fix.index("reword it if it says the opposite") < found.fix.index("holds:")


def test_a_number_that_is_not_whole_asks_for_its_tolerance() -> None:
    text = number("n: {choice: [3, 5]}", "n/2")
    assert only(text.replace("TOLERANCE", ""), "DQ403").fix.startswith("add tolerance: {rel: 0.01} to answer:")
    assert complaints(text.replace("TOLERANCE", ", tolerance: {rel: 0.01}")) == []


def test_a_formula_without_a_value_asks_for_no_tolerance() -> None:
    text = number("n: {choice: [3, 5]}", "n").replace("formula: n", "formula: 1/(n - 3)").replace("TOLERANCE", "")
    assert only(text, "DQ403").fix == "correct the formula, or narrow the parameters"


def test_a_share_of_nothing_is_told() -> None:
    text = number("n: {choice: [2.5, 6]}", "n - 2.5").replace("TOLERANCE", ", tolerance: {rel: 0.01}")
    found = only(text, "DQ431")
    assert "with n=2.5" in found.message
    assert found.fix.startswith("a share of 0 is 0: write tolerance: {abs:")
    assert complaints(text.replace("{rel: 0.01}", "{abs: 0.01}")) == []


@pytest.mark.parametrize(
    ("size", "told"),
    [
        ("{rel: 0.1}", "with n=2.5 the answer is 2.5, and the tolerance of 0.25 is 10 % of it"),
        ("{abs: 0.0000001}", "with n=2.5 the answer is 2.5, and the tolerance of 1e-07 is 4e-08 of it"),
    ],
)
def test_a_tolerance_that_does_not_suit_is_told_with_an_instance(size: str, told: str) -> None:
    found = only(number("n: {choice: [2.5]}", "n").replace("TOLERANCE", f", tolerance: {size}"), "DQ432")
    assert found.message.startswith(told)
    assert "write tolerance: {rel: 0.01}" in found.fix


IDEA = ", misconceptions: {{id: near, formula: {idea}, says: No.}}"


def test_a_tolerance_that_hides_a_wrong_idea_is_to_be_narrowed() -> None:
    text = number("n: {choice: [2.5, 3.5, 4.5]}", "3*n", IDEA.format(idea="3.06*n"))
    found = only(text.replace("TOLERANCE", ", tolerance: {rel: 0.01}"), "DQ411")
    assert "with n=2.5 it gives 7.65 beside 7.5, too close to the right answer" in found.message
    assert found.fix.startswith("narrow the tolerance to {rel: 0.001}: ten of it")
    assert complaints(text.replace("TOLERANCE", ", tolerance: {rel: 0.001}")) == []


def test_no_tolerance_helps_an_idea_that_is_right() -> None:
    text = number("n: {choice: [2.5, 3.5, 4.5]}", "3*n", IDEA.format(idea="6*n/2"))
    found = only(text.replace("TOLERANCE", ", tolerance: {rel: 0.01}"), "DQ411")
    assert found.fix == "draw other values, or change the wrong idea"


def test_settings_on_which_an_idea_is_too_close_are_taken_together() -> None:
    params = "n: {choice: [2.5, 3.5, 4.5, 5.5]}, s: {choice: [1, 2]}"
    text = number(params, "n*s", f"{IDEA.format(idea='n')}, separable: 0.6").replace(
        "TOLERANCE", ", tolerance: {rel: 0.01}"
    )
    found = only(text, "DQ411")
    assert "so it is wherever s == 1" in found.message
    assert found.fix == "add 's != 1' to where:, or change the wrong idea"


CONSTRUCTION = """  - id: size
    kind: construct
    prompt: PROMPT
    allow: {layers: [Conv2d, MaxPool2d]}
    goal:
      - {call: stack.output_size, with: {layers: built, input_shape: [3, 32, 32]}, is: 16}
      - {call: stack.num_params, with: {layers: built, input_shape: [3, 32, 32]}, BOUND}
    accept: ["k=3 s=2 p=1", "k=2 s=2"]
    reject: ["k=3 s=2", "k=5 s=2 p=2", "k=2 s=1"]
    trivial: k=5 s=2 p=2
"""


def untold(prompt: str, bound: str) -> list[str]:
    found = complaints(CONSTRUCTION.replace("PROMPT", prompt).replace("BOUND", bound))
    return [item.message for item in found if item.code == "DQ457"]


@pytest.mark.parametrize(
    ("prompt", "bound"),
    [
        ('"Take 32 to 16 with at most 150 weights."', "at_most: 150"),
        ('"Halve 3×32×32 with fewer than 151 weights."', "at_most: 150"),
        ('"Halve 3×32×32 with at most 150 weights."', "below: 151"),
        ('"Halve 3×32×32 with at most twelve dozens of weights, 0.15k or 150."', "at_most: 150"),
        ('{en: "Halve 32 with fewer than 151 weights.", zh: "把 32 减半，权重少于 151 个。"}', "at_most: 150"),
        ('{en: "Halve 32 with at most 150 weights.", zh: "把 32 减半，最多 150 个。"}', "below: 151"),
        ('"Halve 3×32×32 with more than eleven and at most 150 weights."', "at_least: 12, at_most: 150"),
        (
            '{en: "Halve 32: at least eleven, at most 150.", zh: "把 32 减半：至少十一，最多 150。"}',
            "above: 10, at_most: 150",
        ),
    ],
)
def test_a_bound_may_be_said_in_any_words(prompt: str, bound: str) -> None:
    assert untold(prompt, bound) == []


@pytest.mark.parametrize(
    ("prompt", "bound", "told"),
    [
        ('"Shrink 3×32×32 with at most 150 weights."', "at_most: 150", "is: 16 for stack.output_size, and the prompt"),
        ('"Halve 32 with at most 151 weights."', "at_most: 150", "at_most: 150 for stack.num_params, and the prompt"),
        ('"Halve 32 with at most 150.5 weights."', "below: 151.5", "below: 151.5 for stack.num_params"),
        (
            '{en: "Halve 32, at most 150.", zh: "把 32 减半，看不到头，最多 151。"}',
            "at_most: 150",
            "the Chinese prompt",
        ),
        ('{en: "Halve 32, at most 150.", zh: "把 32 减半。"}', "at_most: 150", "and the Chinese prompt does not say"),
        (
            '{en: "Halve 32.", zh: "把 32 减半，看不到 151 个，最多 150。"}',
            "at_most: 150",
            "and the English prompt does not",
        ),
        ('"Halve 32, no more than 11, at most 150."', "at_least: 12, at_most: 150", "at_least: 12"),
    ],
)
def test_a_number_of_the_goal_that_is_not_told(prompt: str, bound: str, told: str) -> None:
    (found,) = untold(prompt, bound)
    assert told in found


def test_languages_are_told_by_the_text_and_at_its_part() -> None:
    text = number(
        "n: {choice: [3, 5]}",
        "n",
        ", misconceptions: {id: x, formula: n + 9,\n"
        '     says: {en: "{{n}} and 9 are added.", zh: "加上 {{n}} 和 8。"}}',
    ).replace("TOLERANCE", "")
    found = only(text, "DQ425")
    assert found.message == "the English text '{{n}} and 9 are added.' says 9, and the Chinese one 8"
    assert found.column > 5
