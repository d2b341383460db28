"""Numbers that a claim says, beside those that its experiment is run with."""

import pytest

from dlquiz.banks.proving.said_numbers import told, unsaid
from dlquiz.banks.reading import read_bank
from dlquiz.banks.signatures import Argument, Signature, Signatures
from dlquiz.core.texts import Text, parse_template

TAKES = {"depth": Argument("a whole number", True), "width": Argument("a whole number", False, 16)}
SIGNATURES = Signatures({"net.vanishes": Signature("Say whether the gradient falls below 1000 times less.", TAKES)})
BANK = """dlquiz: 1
bank: said
topic: cnn
title: Said
questions:
  - id: said
    kind: claims
    prompt: {prompt}
    claims:
      - {{say: {say}, holds: true, proof: {{call: net.vanishes, with: {{{given}}}}}, control: {{depth: 2}}}}
"""
CLAIM = "      - {say: It holds in WORD., holds: false, proof: {call: x.y, with: {depth: 1}}, control: {depth: 9}}\n"


def found(say: str, given: str, prompt: str = "Which hold?") -> list[str]:
    text = BANK.format(say=f'"{say}"', given=given, prompt=f'"{prompt}"') + "".join(
        CLAIM.replace("WORD", word) for word in "abcde"
    )
    bank, complaints = read_bank(text, "said.yaml")
    assert bank is not None, complaints
    return [item.message for item in unsaid(bank.questions[0], SIGNATURES)]


def test_a_number_that_is_said_and_not_run_is_told() -> None:
    assert found("It vanishes in 30 layers.", "depth: 20") == [
        "the text says 30, and net.vanishes is run with depth=20"
    ]
    assert found("It vanishes at a depth of 1.9.", "depth: 19") != []
    assert found("It vanishes in 30 layers.", "depth: [20, 7]") != []
    assert found("Three layers let it vanish.", "depth: 4") != []
    assert found("It halves.", "depth: 0.4") != []


@pytest.mark.parametrize(
    ("say", "given"),
    [
        ("It vanishes in 30 layers.", "depth: 30"),
        ("It vanishes in thirty layers.", "depth: 30"),
        ("It vanishes in deep nets.", "depth: 20"),
        ("It vanishes in 30 layers, unlike in 2.", "depth: 30"),
        ("It vanishes with half the 64 units, to 1000 times less.", "depth: 32"),
        ("It vanishes in 2 layers and not in 16.", "depth: 20"),
        ("It vanishes below 10⁻⁵.", "depth: 20"),
        ("The gradient falls to 1000 times less.", "depth: 20"),
        ("It vanishes half as often as in 7.", "depth: 0.5"),
        ("It vanishes in 30 layers.", "depth: true"),
    ],
)
def test_what_is_no_contradiction(say: str, given: str) -> None:
    assert found(say, given) == []


def test_what_is_said_to_all_claims_counts() -> None:
    assert found("It vanishes, unlike in 5.", "depth: 20", prompt="In nets of 20 layers, which hold?") == []


def test_numbers_of_every_language() -> None:
    text = Text(parse_template("Three of 1/4, twice.", ()), parse_template("八个，一半", ()))
    assert {3, 8, 2, 1, 4} <= told(text)
    assert told(text, None) == told(text)
