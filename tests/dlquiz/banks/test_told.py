"""What readers are told: the parameters that an answer depends on, and arguments as the call passes them."""

import time
from collections.abc import Iterator, Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from fakes import FUNCTIONS, FakeOracle

from dlquiz.banks.check import check
from dlquiz.banks.library import Library
from dlquiz.banks.proving.arguments import contradictions
from dlquiz.banks.proving.bounds import instead as instead_of
from dlquiz.banks.proving.directions import descends
from dlquiz.banks.proving.numerals import in_words
from dlquiz.banks.proving.prose import in_prose
from dlquiz.banks.proving.told import Untold, untold
from dlquiz.banks.proving.visible import is_answer, worked_out
from dlquiz.banks.proving.whole import Whole
from dlquiz.banks.signatures import Argument, Signature, Signatures
from dlquiz.core.kinds.computed import Tolerance
from dlquiz.core.questions import Question
from dlquiz.core.verdicts import Leg, Level, Truth

HEAD = "dlquiz: 1\nbank: told\ntopic: cnn\ntitle: Told\nquestions:\n"
NUMBER = """  - id: size
    kind: number
    prompt: {prompt}
    params: {{n: {{int: [16, 64]}}, k: {{choice: [3, 5]}}, s: {{choice: [1, 2]}}, m: {{let: 2*n}}, c: {{choice: [7]}}}}
    answer:
      formula: "(m - k)//s + 1"
      engine: {{call: conv.output_size, with: {{size: m, kernel_size: k, stride: s}}}}
    {more}
"""
ORDER = """  - id: order
    kind: order
    prompt: "From the smallest?"
    params: {{n: {{int: [16, 64]}}}}
    items:
      - {{say: "kernel_size=3 on {{{{n}}}}", by: {{call: conv.output_size, with: {{size: n, kernel_size: 3}}}}}}
      - {{say: "{say}", by: {{call: conv.output_size, with: {{size: n + 40, kernel_size: 5}}}}}}
      - {{say: "size {{{{n}}}} and 90 more", by: {{call: conv.output_size, with: {{size: n + 90, kernel_size: 3}}}}}}
"""
CLAIMS = """  - id: claims
    kind: claims
    prompt: "Which hold?"
    params: {n: {int: [16, 64]}}
    claims:
"""
CLAIM = """      - say: "{layer} {n}"
        holds: {holds}
        proof: {{call: norm.depends_on_rest_of_batch, with: {{layer: {layer}, n: n}}}}
        control: {{n: {n}}}
"""
SIZES = {
    **dict.fromkeys(("size", "kernel_size"), Argument("a whole number from 1 to 1024", required=True)),
    **{name: Argument("a whole number", False, default) for name, default in (("stride", 1), ("padding", 0))},
    "dilation": Argument("a whole number or null", False, None),
    "bias": Argument("true or false", required=False, default=True),
}
KNOWN = Signatures({"conv.output_size": Signature("Return the size of the output.", SIZES)})
AT: Mapping[str, Any] = {"n": 20, "k": 3, "s": 2, "m": 40, "c": 7}


def question(folder: Path, text: str) -> Question:
    file = folder / "told.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    library = Library.load([file])
    assert not [item for item in library.complaints if item.file == str(file)]
    return next(one for one in library.questions if one.bank == "told")


def number(folder: Path, prompt: str, more: str = "hints: [Look.]") -> Question:
    return question(folder, NUMBER.format(prompt=f'"{prompt}"', more=more))


@pytest.mark.parametrize(
    ("prompt", "lacking"),
    [
        ("{{k}} with {{s}} on {{n}}", None),
        ("{{k}} with {{s}} on {{m}}", None),
        ("{{k}} with {{s}} on {{m + 1}}", None),
        ("{{k}} on {{n}}", ["s"]),
        ("{{c}}", ["n", "k", "s"]),
    ],
)
def test_parameters_that_a_prompt_does_not_tell(prompt: str, lacking: list[str] | None, tmp_path: Path) -> None:
    assert untold(number(tmp_path, prompt)) == (lacking and Untold(lacking, None))


def test_a_convention_tells_what_a_prompt_leaves_out(tmp_path: Path) -> None:
    assert untold(number(tmp_path, "{{k}} on {{n}}", 'convention: "Steps are {{s}} long."')) is None


def test_a_hint_tells_nothing(tmp_path: Path) -> None:
    assert untold(number(tmp_path, "{{k}} on {{n}}", 'hints: ["Steps are {{s}} long."]')) == Untold(["s"], None)


def test_the_items_of_an_order_tell_theirs_and_claims_depend_on_nothing(tmp_path: Path) -> None:
    assert untold(question(tmp_path, ORDER.format(say="40 more"))) is None
    bare = ORDER.format(say="40 more").replace("{{n}}", "it")
    assert untold(question(tmp_path, bare)) == Untold(["n"], None)
    layers = [("batch", "true"), ("layer", "false")]
    claims = CLAIMS + "".join(CLAIM.format(layer=layer, holds=holds, n=n) for layer, holds in layers for n in (2, 3, 4))
    assert untold(question(tmp_path, claims)) is None


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("stride=1 {{k}}{{s}}{{n}}", ["the prompt says stride=1, and the call stride=2"]),
        ("stride=2.001 {{k}}{{s}}{{n}}", ["the prompt says stride=2.001, and the call stride=2"]),
        ("stride = {{k}}, {{s}}{{n}}", ["the prompt says stride=3, and the call stride=2"]),
        ("stride=(1, 1), {{s}}{{n}}{{k}}", ["the prompt says stride=1, and the call stride=2"]),
        ("kernel_size=(3, 5), kernel_size=3.5 or 3, stride={{s}}, {{n}}{{k}}", []),
        ("size={{n}}, stride={{s}}, {{k}}", ["the prompt says size=20, and the call size=40"]),
        ("stride=1 is known. What of stride={{s}}? {{k}}{{n}}", []),
        ("stride={{s}}·1, kernel_size={{k}}.", []),
        ("stride=1·2, stride_of=5, k=9, size=4%, size=4²", []),
    ],
)
def test_arguments_that_a_prompt_writes_out(prompt: str, found: list[str], tmp_path: Path) -> None:
    assert told(contradictions(number(tmp_path, prompt), AT, KNOWN)) == found


@pytest.mark.parametrize("passed", [10**400, float("inf"), float("nan"), 2.000001, "inf", "same", True, None, [2, 1]])
def test_arguments_that_are_no_other_number(passed: Any, tmp_path: Path) -> None:
    """Of these only the number that is no float is another one than 2.00."""
    asked = number(tmp_path, "stride=2.00, stride=1.999999, {{k}}{{s}}{{n}}")
    found = told(contradictions(asked, {**AT, "s": passed}, KNOWN))
    assert len(found) == (passed == 10**400)


def test_arguments_of_the_chinese_text_and_of_items(tmp_path: Path) -> None:
    swapped = '{en: "stride={{s}}, {{k}}{{n}}", zh: "步长stride={{k}}的 {{s}}{{n}}"}'
    one = question(tmp_path, NUMBER.format(prompt=swapped, more="rev: 1"))
    assert told(contradictions(one, AT, KNOWN)) == ["the Chinese prompt says stride=3, and the call stride=2"]
    other = question(tmp_path, ORDER.format(say="kernel_size=3 on {{n + 40}}"))
    found = told(contradictions(other, {"n": 20, "asked": [0, 1, 2]}, KNOWN))
    assert found == ["the item 2 says kernel_size=3, and the call kernel_size=5"]


def told(found: Iterator[Any]) -> list[str]:
    return [f"{one.text} says {one.written}, and the call {one.passed}" for one in found]


@pytest.mark.parametrize(
    ("tolerance", "legs", "is_wrong"),
    [
        ({"abs": 1}, [[200, 200], [7, 7.0]], True),
        ({"abs": 0.5}, [[200, 200]], True),
        ({"abs": 0.4}, [[200, 200]], False),
        ({"rel": 0.01}, [[20, 20], [200, 200]], True),
        ({"rel": 0.01}, [[20, 20], [40, 40]], False),
        ({"abs": 1}, [[200, 200], [7.5, 7.5]], False),
        ({"abs": 1}, [[200, 201]], False),
        ({"abs": 1000}, [[25_557_032, 25_557_032]], False),
        ({"abs": 1}, [[float("nan"), float("nan")]], False),
        ({"abs": 1}, [[[3, 4], [3, 4]]], False),
    ],
)
def test_tolerances_on_whole_answers(tolerance: dict[str, Any], legs: list[list[Any]], is_wrong: bool) -> None:
    whole = Whole(Tolerance(**tolerance))
    for found in legs:
        ways = tuple(Leg("module", "a way", value) for value in found)
        whole.see(Truth(found[0], ways, Level.PROVED), {"n": 1})
    assert (whole.problem is not None) == is_wrong


@pytest.mark.parametrize("hole", ["", "{{n}}; "])
def test_a_bank_of_many_equations_is_checked_at_once(hole: str, tmp_path: Path) -> None:
    many = f"(1 + 1) = 2, {hole}" * 500
    one = number(tmp_path, "{{k}} with {{s}} on {{n}}", f'explain: "{many}"\n    hints: ["{many}"]')
    begun = time.process_time()
    report = check([one], FakeOracle(FUNCTIONS))
    assert time.process_time() - begun < 10
    assert report.proved == 1


@pytest.mark.parametrize(
    ("prompt", "found"),
    [
        ("padding=1, {{k}}{{s}}{{n}}", ["the prompt says padding=1, and the call padding=0, its default"]),
        ("bias=False {{k}}{{s}}{{n}}", ["the prompt says bias=False, and the call bias=True, its default"]),
        ("no bias, {{k}}{{s}}{{n}}", ["the prompt says bias=False, and the call bias=True, its default"]),
        ("stride of one, {{k}}{{s}}{{n}}", ["the prompt says stride=1, and the call stride=2"]),
        ("a 5×5 max pooling, {{k}}{{s}}{{n}}", ["the prompt says kernel_size=5, and the call kernel_size=3"]),
        ("步幅为三，{{k}}{{s}}{{n}}", ["the prompt says stride=3, and the call stride=2"]),
        ("padding=0, bias=true, dilation=5, groups=7, {{k}}{{s}}{{n}}", []),
        ("stride 1 or {{s}}, with and without bias, {{k}}{{n}}", []),
        ("bias=0, padding=True, no bias correction, {{k}}{{s}}{{n}}", []),
        ("a kernel of 3 on 5×5 images, 步幅一致, {{k}}{{s}}{{n}}", []),
    ],
)
def test_arguments_by_default_and_in_words(prompt: str, found: list[str], tmp_path: Path) -> None:
    asked = number(tmp_path, prompt)
    assert told(contradictions(asked, AT, KNOWN)) == found
    of_the_call_alone = [one for one in found if "default" not in one]
    assert told(contradictions(asked, AT, Signatures())) == of_the_call_alone


@pytest.mark.parametrize(
    ("text", "key", "number", "instead"),
    [
        ("at least 300 weights", "at_most", 300, "at least 300"),
        ("fewer than 300 weights", "at_most", 300, "fewer than 300"),
        ("300 weights or more", "below", 300, "300 weights or more"),
        ("no fewer than three hundred weights", "at_most", 300, "no fewer than three hundred"),
        ("参数不少于三百个", "below", 300, "不少于三百"),
        ("more than 0.9", "at_most", Fraction(9, 10), "more than 0.9"),
        ("more than 0.9", "at_least", Fraction(9, 10), None),
        ("at least 300, and 300 more", "at_most", 300, None),
        ("it must not exceed 300", "at_most", 300, None),
        ("exactly 300, at least", "is", 300, None),
        ("fewer than 400", "at_most", 300, None),
    ],
)
def test_a_number_as_another_bound(text: str, key: str, number: Fraction, instead: str | None) -> None:
    assert instead_of(text, key, number) == instead


@pytest.mark.parametrize(
    ("hole", "is_worked_out"), [("2*n", True), ("m", False), ("n", False), ("n + 1", False), ("k*2*n/k", True)]
)
def test_an_answer_that_its_prompt_computes(hole: str, is_worked_out: bool, tmp_path: Path) -> None:
    asked = number(tmp_path, f"{{{{{hole}}}}} {{{{k}}}} {{{{s}}}} {{{{n}}}}")
    truth = Truth(40, (Leg("module", "a way", 40),), Level.PROVED)
    assert [one.text for one in worked_out(asked) if is_answer(asked, one, AT, truth)] == [hole] * is_worked_out


@pytest.mark.parametrize(
    "text", ["1 by ", "1×", "stride 1 and ", "3×3 max ", "9", "步幅 1、", "from the most ", "at least 9 "]
)
def test_long_texts_are_read_at_once(text: str) -> None:
    many = (text * 10_000)[:10_000]
    begun = time.process_time()
    list(in_prose(many))
    descends(many)
    instead_of(many, "at_most", Fraction(9))
    in_words(many)
    assert time.process_time() - begun < 1
