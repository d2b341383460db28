"""Controls: arguments that differ in the experiment, or the experiment's call written out."""

import pytest

from dlquiz.banks.reading import read_bank
from dlquiz.core.kinds.claims import Claims

HEAD = "dlquiz: 1\nbank: b\ntopic: t\ntitle: T\nquestions:\n  - id: q\n    kind: claims\n    prompt: Which hold?\n"
PROOF = "call: dropout.switched_off_by, with: {call: eval, p: 0.5}"
OTHERS = "".join(
    f"      - {{say: Statement {number}., holds: {held}, proof: {{{PROOF}}}, control: {{p: 0}}}}\n"
    for number, held in enumerate(["true", "false", "true", "false", "true"])
)


@pytest.mark.parametrize(
    ("proof", "arguments"),
    [
        (f"proof: {{{PROOF}}}, control: {{call: no_grad}}", {"call": "no_grad", "p": 0.5}),
        (f"proof: {{{PROOF}, control: {{call: no_grad}}}}", {"call": "no_grad", "p": 0.5}),
        (f"proof: {{{PROOF}}}, control: {{call: no_grad, p: 0.1}}", {"call": "no_grad", "p": 0.1}),
        (
            f"proof: {{{PROOF}}}, control: {{call: dropout.switched_off_by, with: {{call: nothing}}}}",
            {"call": "nothing"},
        ),
        (f"proof: {{{PROOF}}}, control: {{call: dropout.switched_off_by}}", {}),
        (f"proof: {{{PROOF}}}, control: {{p: 0.1}}", {"call": "eval", "p": 0.1}),
    ],
)
def test_a_name_without_a_dot_is_an_argument_that_is_called_so(proof: str, arguments: dict[str, object]) -> None:
    first = f"      - {{say: model.eval() switches dropout off., holds: false, {proof}}}\n"
    bank, complaints = read_bank(f"{HEAD}    claims:\n{first}{OTHERS}", "b.yaml")
    assert bank is not None, complaints
    assert complaints == []
    (asked,) = bank.questions
    assert isinstance(asked, Claims)
    assert (asked.claims[0].control.function, asked.claims[0].control.arguments) == (
        "dropout.switched_off_by",
        arguments,
    )


def test_another_function_is_no_control() -> None:
    first = f"      - {{say: It is off., holds: false, proof: {{{PROOF}}}, control: {{call: dropout.keeps_mean}}}}\n"
    _, complaints = read_bank(f"{HEAD}    claims:\n{first}{OTHERS}", "b.yaml")
    assert [one.code for one in complaints] == ["DQ210"]
