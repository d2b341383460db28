"""Hostile questions: parameters, formulas, conditions, texts and calls that would take for ever are told quickly."""

from pathlib import Path

import pytest
from hostile import HEAD, bank, complaints, written

from dlquiz.banks import linking

LONG = "+".join(["n*n"] * 120)
"""A formula of 500 characters, all that one may have."""
LETS = ", ".join(f"a{number}: {{let: '{LONG}'}}" for number in range(45))


MANY = ", ".join(f"n{number}: {{int: [1, 1]}}" for number in range(60))
SQUARES = ", ".join(f"a{number + 1}: {{let: 'a{number}^2'}}" for number in range(40))
RECORD = ", ".join(f"{name}: {{int: [1, 9]}}" for name in "abcdgh")
IDEAS = ", ".join(f"{{id: a{number}, formula: n + {number}, says: x}}" for number in range(900))


def card(id_: str, reveals: str) -> str:
    return f"  - {{id: {id_}, kind: recall, prompt: P, reveals: [{reveals}]}}\n"


def claims(count: int) -> str:
    each = "{{say: c{0}, holds: true, proof: {{call: no.such, with: {{x: {0}}}}}, control: {{x: 1}}}}"
    return (
        f"{HEAD}  - {{id: q, kind: claims, prompt: P, claims: [{', '.join(each.format(n) for n in range(count))}]}}\n"
    )


REFUSED: dict[str, tuple[str, str, int, int]] = {
    # formulas
    "a tower of powers": (bank(formula='"9**9**9"'), "DQ403", 10, 13),
    "a power of a parameter": (bank(formula='"9**9**n"'), "DQ403", 10, 13),
    "powers in brackets": (bank(formula='"((10^300)^300)^300 * n"'), "DQ403", 10, 13),
    "a power that nothing asks for": (bank(formula='"n + 0*9**9**9"'), "DQ403", 10, 13),
    "a division by zero": (bank(formula='"n/(n - n)"'), "DQ403", 10, 13),
    "a hundred thousand characters": (bank(formula=f'"{"1+" * 4000}n"'), "DQ301", 10, 524),
    "a thousand brackets": (bank(formula=f'"{"(" * 200}n{")" * 200}"'), "DQ301", 10, 48),
    "a thousand signs": (bank(formula=f'"{"-" * 400}n"'), "DQ301", 10, 49),
    "code": (bank(formula="\"__import__('os').system('touch PWNED')\""), "DQ301", 10, 24),
    "an attribute": (bank(formula='"n.__class__"'), "DQ403", 10, 13),
    # parameters
    "values that need each other": (bank(params="{n: {int: [1, 2]}, a: {let: b}, b: {let: a}}"), "DQ301", 9, 41),
    "a value that needs itself": (bank(params="{n: {int: [1, 2]}, a: {let: a}}"), "DQ301", 9, 41),
    "squares of squares": (
        bank(params=f"{{n: {{int: [2, 3]}}, a0: {{let: n}}, {SQUARES}}}"),
        "DQ307",
        9,
        13,
    ),
    "sixty parameters": (bank(params=f"{{{MANY}}}"), "DQ306", 9, 13),
    "a list of lists of lists": (
        bank(params="{n: {list: {a: {list: {b: {list: {c: {int: [1, 9]}}, length: 100}}, length: 100}}, length: 100}}"),
        "DQ306",
        9,
        24,
    ),
    "lists of six hundred values": (
        bank(params=f"{{n: {{list: {{{RECORD}}}, length: 100}}}}"),
        "DQ306",
        9,
        13,
    ),
    "a list of a billion": (bank(params="{n: {list: {k: {choice: [3, 5]}}, length: 1000000000}}"), "DQ306", 9, 24),
    "long values": (bank(params=f"{{n: {{int: [1, 9]}}, {LETS}}}"), "DQ306", 9, 13),
    "a step of zero": (bank(params="{n: {float: [1, 9], step: 0}}"), "DQ306", 9, 25),
    "a step of 1e-300": (bank(params="{n: {float: [0, 1], step: 1e-300}}"), "DQ402", 10, 41),
    "a name in other letters": (bank(params="{ｎ: {int: [1, 2]}}"), "DQ305", 9, 14),
    # conditions
    "a condition that nothing satisfies": (bank(more='where: "n > 100"'), "DQ307", 11, 12),
    "one that a billionth satisfies": (
        bank(params="{n: {int: [1, 1000000000]}}", more='where: "n == 123456789"'),
        "DQ307",
        11,
        12,
    ),
    "one among 10^12 settings": (
        bank(params="{n: {int: [1, 1000000]}, m: {int: [1, 1000000]}}", more='where: "n == m*m + 1"'),
        "DQ307",
        11,
        12,
    ),
    "one that is no condition": (bank(more='where: "n + 1"'), "DQ307", 11, 12),
    "one that is undefined": (bank(more='where: "n/0 > 1"'), "DQ307", 11, 12),
    "a thousand conditions": (bank(more=f"where: [{', '.join(['n > 1'] * 1000)}]"), "DQ114", 11, 12),
    "long conditions": (bank(more=f"where: [{', '.join([f'{LONG} > 1'[-499:]] * 20)}]"), "DQ306", 11, 12),
    # calls
    "a call to what is not there": (bank(engine="{call: os.system, with: {command: touch PWNED}}"), "DQ402", 10, 41),
    "a call to an attribute": (bank(engine="{call: conv.__class__, with: {size: n}}"), "DQ402", 10, 41),
    "a call with a long text": (bank(engine=f"{{call: no.such, with: {{x: '{'a ' * 4000}'}}}}"), "DQ402", 10, 41),
    "a call with a long name": (bank(engine=f"{{call: {'n' * 900}, with: {{}}}}"), "DQ402", 10, 41),
    # texts
    "braces": (bank(prompt=f'"{"{" * 9000}"'), "DQ303", 8, 14),
    "pairs of braces": (bank(prompt=f'"{"{{" * 3000}n{"}}" * 1500}"'), "DQ303", 8, 14),
    "numbers that nobody can read": (bank(prompt=f'"{"9" * 9900} {{{{n}}}}"'), "DQ423", 6, 5),
    "the same in two languages": (
        bank(prompt=f"{{en: '{'9' * 5000} {{{{n}}}}', zh: '{'8' * 5000} {{{{n}}}}'}}"),
        "DQ423",
        6,
        5,
    ),
    "numbers that were grouped": (bank(prompt=f'"1{",111" * 2400} {{{{n}}}}"'), "DQ423", 6, 5),
    "an equation of ten thousand signs": (bank(prompt=f'"{{{{n}}}} {"1=" * 4900}"'), "DQ423", 6, 5),
    "brackets before an equation": (bank(prompt=f'"{{{{n}}}} {"(" * 9000}1 + 1 = 3"'), "DQ423", 6, 5),
    "digits without an equation": (
        bank(more=f'explain: "{"1 + " * 2400} 1 {{{{n}}}}"', prompt='"{{n}}"'),
        "DQ423",
        6,
        5,
    ),
    "a shape of thousands": (bank(prompt=f'"{{{{n}}}} {"1 x " * 2400}"'), "DQ423", 6, 5),
    # lists of a question
    "nine hundred claims": (claims(900), "DQ114", 6, 46),
    "nine hundred wrong ideas": (
        bank(more=f"misconceptions: [{IDEAS}]"),
        "DQ114",
        11,
        21,
    ),
    # cards
    "cards in a circle": (HEAD + card("a", "b") + card("b", "a"), "DQ211", 6, 5),
    "a card of itself": (HEAD + card("a", "a"), "DQ211", 6, 5),
    "a card that looks for files": (HEAD + card("a", "'../../etc/passwd#x', '/', '#'"), "DQ211", 6, 5),
}


@pytest.mark.parametrize("name", REFUSED)
def test_a_hostile_question_is_refused_at_its_place(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text, code, line, column = REFUSED[name]
    found = complaints(written(tmp_path, text))
    assert (code, line, column) in [(item.code, item.line, item.column) for item in found], found[:3]
    assert [path.name for path in tmp_path.iterdir()] == ["hostile.yaml"]


GOOD = {
    "10^12 settings": "{n: {int: [1, 4096]}, a: {int: [1, 1000000]}, b: {int: [1, 1000000]}}",
    "fifty parameters": "{n: {int: [16, 64]}, " + ", ".join(f"n{i}: {{int: [1, 9]}}" for i in range(49)) + "}",
    "fifty parameters of one value": "{"
    + ", ".join(f"n{i}: {{int: [1, 1]}}" for i in range(49))
    + ", n: {int: [16, 64]}}",
    "a list of a hundred records": "{n: {int: [16, 64]}, l: {list: {a: {int: [1, 9]}, b: {int: [1, 9]}}, length: 100}}",
}


@pytest.mark.parametrize("name", GOOD)
def test_a_large_domain_is_sampled(name: str, tmp_path: Path) -> None:
    text = bank(params=GOOD[name], prompt='"A kernel of 1 over {{n}} + 1 - 1, told as {{n + 1}}. Outputs?"')
    assert {item.code for item in complaints(written(tmp_path, text))} <= {"DQ423"}


def test_cards_in_a_circle_are_told_so(tmp_path: Path) -> None:
    found = complaints(written(tmp_path, HEAD + card("a", "b") + card("b", "a")))
    assert [item.message for item in found] == [
        "'b' is a recall card, too, and a card reveals none",
        "'a' is a recall card, too, and a card reveals none",
    ]


def test_few_lost_names_are_compared_with_every_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes as long as there are questions, and a bank may have ten thousand of both."""
    text = HEAD + "".join(card(f"c-{n}", f"lost-{n}") for n in range(60)) + card("found", "lost-1")
    asked: list[str] = []
    monkeypatch.setattr(linking, "nearest", lambda name, among: asked.extend(among) or "; did you mean 'x'?")
    monkeypatch.setattr(linking, "_names", lambda card, questions: ["one name"])
    found = complaints(written(tmp_path, text))
    assert [item.code for item in found] == ["DQ211"] * 61
    assert len(asked) == linking._HINTED < 60


def test_a_complaint_shows_the_beginning_of_a_long_argument_and_what_is_wrong(tmp_path: Path) -> None:
    text = bank(engine=f"{{call: no.such, with: {{x: '{'a ' * 4000}'}}}}")
    (found,) = [item for item in complaints(written(tmp_path, text)) if item.code == "DQ402"]
    assert found.message.startswith("no.such(x=a a a ")
    assert "…) gives no value: there is no engine function 'no.such'" in found.message
