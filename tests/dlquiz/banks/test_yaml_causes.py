"""What is said of a slip in YAML: its place is where it was made, and whoever follows the fix has a bank that reads."""

import re
import time
from collections.abc import Iterator

import pytest
import yaml

from dlquiz.banks.complaints import Complaint
from dlquiz.banks.reading import read_bank
from dlquiz.banks.yaml_errors import advice

LINES = """\
dlquiz: 1
bank: b
topic: t
title: T
questions:
  - id: q
    kind: number
    prompt: "Linear({{a}}, 3)?"
    params: {a: {int: [2, 20]}}
    answer:
      tolerance: {rel: 0.01}
      formula: 3*a + 3
      engine: {call: linear.num_params, with: {in_features: a, out_features: 3}}
    hints:
      - First.
      - "Second."
  - id: r
    kind: number
    prompt: Why?
    answer: {formula: 7}
""".splitlines()
"""Written so that line 1 has index 0."""


def first(lines: list[str]) -> Complaint:
    _, complaints = read_bank("\n".join(lines) + "\n", "x.yaml")
    return complaints[0]


def changed(line: int, text: str) -> list[str]:
    return [*LINES[: line - 1], text, *LINES[line:]]


def moved(lines: list[str], line: int, spaces: int) -> list[str]:
    return [*lines[: line - 1], " " * spaces + lines[line - 1].lstrip(" "), *lines[line:]]


def test_the_bank_reads() -> None:
    bank, complaints = read_bank("\n".join(LINES) + "\n", "x.yaml")
    assert complaints == []
    assert bank is not None
    assert len(bank.questions) == 2


@pytest.mark.parametrize(
    ("line", "spaces", "like"),
    [
        (10, 3, "'params' in line 9"),
        (10, 2, "'params' in line 9"),
        (10, 1, "'params' in line 9"),
        (7, 2, "'id' in line 6"),
        (7, 3, "'id' in line 6"),
        (13, 5, "'formula' in line 12"),
        (13, 8, "'formula' in line 12"),
        (12, 5, "'tolerance' in line 11"),
        (9, 3, "'prompt' in line 8"),
        (16, 5, "the '-' in line 15"),
        (17, 3, "the '-' in line 6"),
    ],
)
def test_a_line_is_led_back_to_its_siblings(line: int, spaces: int, like: str) -> None:
    lines = moved(LINES, line, spaces)
    found = first(lines)
    assert (found.code, found.line, found.column) == ("DQ105", line, spaces + 1)
    assert like in found.fix
    told = re.match(r"indent it by (\d+), like ", found.fix)
    assert told
    assert moved(lines, line, int(told[1])) == LINES


def test_a_field_in_column_one_amid_a_question_is_led_back() -> None:
    found = first(moved(LINES, 10, 0))
    assert (found.code, found.line, found.column) == ("DQ105", 10, 1)
    assert "line 14 goes on with that list" in found.message
    assert found.fix == "indent 'answer' by 4, like 'params' in line 9"


@pytest.mark.parametrize(
    ("line", "spaces", "message", "fix"),
    [
        (20, 0, "it belongs to a question", "indent it like the 'kind' of its question"),
        (13, 4, "it belongs to 'answer'", "indent it by 6, like 'tolerance' in line 11"),
    ],
)
def test_a_field_of_another_part_is_led_home(line: int, spaces: int, message: str, fix: str) -> None:
    _, complaints = read_bank("\n".join(moved(LINES, line, spaces)) + "\n", "x.yaml")
    (found,) = complaints
    assert (found.code, found.line, found.column) == ("DQ202", line, spaces + 1)
    assert message in found.message
    assert found.fix == fix


@pytest.mark.parametrize(
    ("line", "text", "message", "fix"),
    [
        (19, "    says: {en: Why?}", "belongs to 'misconceptions'", "write it inside 'misconceptions'"),
        (20, "    answer: {formula: 7, hints: [x]}", "it belongs to a question", "indent it like the 'kind'"),
        (12, "      rel: 0.01", "it belongs to 'tolerance'", "write it inside 'tolerance'"),
        (19, "    promt: Why?", "did you mean 'prompt'?", "the fields are id, rev, "),
    ],
)
def test_where_an_unknown_field_belongs(line: int, text: str, message: str, fix: str) -> None:
    found = first(changed(line, text))
    assert (found.code, found.line) == ("DQ202", line)
    assert message in found.message
    assert found.fix.startswith(fix)


@pytest.mark.parametrize(
    ("line", "text", "column", "message"),
    [
        (8, '    prompt: "Linear({{a}}, 3)?', 13, "ends in line 16"),
        (8, "    prompt: 'Linear({{a}}, 3)?", 13, "is never closed"),
        (16, '      - "Second.', 9, "is never closed"),
        (8, '    prompt: "Is it "big"?"', 21, "ends before this"),
        (8, "    prompt: 'It's big'", 17, "ends before this"),
    ],
)
def test_a_quote_is_complained_of_where_it_opened(line: int, text: str, column: int, message: str) -> None:
    found = first(changed(line, text))
    assert (found.code, found.line, found.column) == ("DQ105", line, column)
    assert message in found.message


@pytest.mark.parametrize(
    ("lines", "line", "column", "what", "end"),
    [
        (["dlquiz: 1", "bank: ["], 2, 7, "list", "]"),
        (["dlquiz: 1", "bank: {", ""], 2, 7, "mapping", "}"),
        (["dlquiz: 1", "bank: [", *LINES[2:]], 2, 7, "list", "]"),
        (changed(9, "    params: {a: {int: [2, 20]}"), 9, 13, "mapping", "}"),
        (changed(11, "      tolerance: {rel: 0.01"), 11, 18, "mapping", "}"),
        (changed(13, LINES[12][:-1]), 13, 15, "mapping", "}"),
        (changed(20, "    answer: {formula: 7"), 20, 13, "mapping", "}"),
        (changed(20, "    answer: {formula: 7, engine: {call: x"), 20, 34, "mapping", "}"),
        ([*LINES[:5], "  - hints: [a, b", "    id: q", "    kind: number"], 6, 12, "list", "]"),
        ([*LINES[:17], "  - {id: r, kind: number, prompt: P,", "     answer: {formula: 7}"], 18, 5, "mapping", "}"),
    ],
)
def test_a_bracket_is_complained_of_where_it_opened(
    lines: list[str], line: int, column: int, what: str, end: str
) -> None:
    found = first(lines)
    assert (found.code, found.line, found.column) == ("DQ105", line, column)
    assert found.message == f"the {what} that begins with this '{lines[line - 1][column - 1]}' is never closed"
    assert found.fix == f"add the missing '{end}'"


def test_a_bracket_that_another_one_closes_is_told_there() -> None:
    found = first(changed(9, "    params: {a: {int: [2, 20}}"))
    assert (found.code, found.line, found.column) == ("DQ105", 9, 29)


def test_a_comma_that_is_missing_in_a_long_mapping_is_told_where_it_is() -> None:
    lines = [*LINES[:9], "    answer: {formula: 3*a + 3,", "      engine: {call: x}", "      tolerance: {rel: 1}}"]
    found = first(lines)
    assert (found.code, found.line) == ("DQ105", 12)
    assert "never closed" not in found.message


def test_a_bracket_open_through_a_long_file_is_found_quickly() -> None:
    began = time.perf_counter()
    found = first(["dlquiz: 1", "bank: [", *(f"  a{number}," for number in range(50_000))])
    assert (found.line, found.column) == (2, 7)
    assert time.perf_counter() - began < 10


@pytest.mark.parametrize(
    ("line", "text", "code", "column", "fix"),
    [
        (11, "      tolerance: {rel:0.01}", "DQ110", 19, "write 'rel: 0.01'"),
        (11, "      tolerance: {rel：0.01}", "DQ110", 19, "write 'rel: 0.01'"),
        (9, "    params: {a: {int:[2, 20]}}", "DQ105", 21, "write 'int: '"),
        (11, "      tolerance:\n        rel:0.01", "DQ204", 9, "write 'rel: 0.01'"),
        (7, "    kind:number", "DQ105", 9, "write 'kind: number'"),
        (7, "    kind：number", "DQ105", 9, "write 'kind: number'"),
        (5, "questions：", "DQ105", 10, "write 'questions:'"),
        (13, LINES[12].replace("a, out", "a， out"), "DQ105", 62, "write , and a space"),
        (13, LINES[12].replace("with: ", "with："), "DQ110", 41, "write 'with:'"),
        (13, LINES[12].replace("{in", "｛in"), "DQ105", 47, "write {"),
        (16, "      - {en: “One: two”}", "DQ105", 14, 'write "'),
        (8, "    prompt: “Careful: Linear({{a}}, 3)?”", "DQ105", 13, 'write "'),
    ],
)
def test_what_yaml_wants_for_punctuation(line: int, text: str, code: str, column: int, fix: str) -> None:
    found = first(changed(line, text))
    assert (found.code, found.line, found.column, found.fix) == (code, line + text.count("\n"), column, fix)
    assert "full-width" in found.message or "a space is missing behind" in found.message


def test_full_width_signs_inside_of_a_text_are_left_alone() -> None:
    found = first(changed(16, "      - {en: Second., zh: 卷积核，大小：3 “x”， y} z"))
    assert "full-width" not in found.message


def test_questions_written_twice_are_one_list() -> None:
    lines = [*LINES, "questions:", "  - {id: s, kind: number, prompt: P, answer: {formula: 1}}"]
    bank, complaints = read_bank("\n".join(lines) + "\n", "x.yaml")
    assert bank is not None
    assert [question.id for question in bank.questions] == ["q", "s"]  # the slip lies at the end of r
    assert [(item.code, item.line) for item in complaints] == [("DQ107", 21)]
    assert complaints[0].fix == "move the items into one list"
    assert first(changed(7, "    kind: number\n    kind: number")).fix == "leave one of them out"


@pytest.mark.parametrize(
    ("line", "text", "column"),
    [
        (8, "    prompt: Linear({{a}}, 3) # how many?", 30),
        (15, "      - The #1 # cause.", 13),
        (4, "title: T # T", 10),
        (8, "    prompt:\n      Linear({{a}}, 3)\n      again # how many?", 13),
    ],
)
def test_a_text_that_a_comment_cuts_is_a_warning(line: int, text: str, column: int) -> None:
    bank, complaints = read_bank("\n".join(changed(line, text)) + "\n", "x.yaml")
    assert bank is not None
    assert len(bank.questions) == 2
    (found,) = complaints
    place = (line + text.count("\n"), column)
    assert (found.code, found.severity, found.line, found.column) == ("DQ115", "warning", *place)


@pytest.mark.parametrize("quotes", ["“”", "‘’", "＂＂"])
def test_a_text_in_full_width_quotes_is_a_warning(quotes: str) -> None:
    bank, complaints = read_bank(
        "\n".join(changed(8, f"    prompt: {quotes[0]}Linear({{{{a}}}}, 3)?{quotes[1]}")), "x.yaml"
    )
    assert bank is not None
    (found,) = complaints
    assert (found.code, found.severity, found.line, found.column) == ("DQ116", "warning", 8, 13)
    for meant in (f'"{quotes}"', "“Yes” and “no”, in {{a}} layers", "“Linear({{a}}, 3)”?", ">-\n      “{{a}}”"):
        assert read_bank("\n".join(changed(8, f"    prompt: {meant}")), "x.yaml")[1] == []


@pytest.mark.parametrize(
    "text",
    [
        '    prompt: "Linear({{a}}, 3)?" # mine',
        "    prompt: Linear({{a}}, 3)?  # mine",
        "    prompt: >-  # mine\n      Linear #{{a}} # 3",
        "    prompt: Linear({{a}}, 3)?\n    rev: 1 # mine",
    ],
)
def test_a_comment_that_is_one_is_none(text: str) -> None:
    _, complaints = read_bank("\n".join(changed(8, text)) + "\n", "x.yaml")
    assert complaints == []


def many(count: int) -> list[str]:
    """Return a bank of many questions, the last two as they stand in LINES."""
    before = [line.replace("id: q", f"id: q-{number}") for number in range(count) for line in LINES[5:16]]
    return [*LINES[:5], *before, *LINES[5:]]


def stopped(text: str) -> yaml.YAMLError | None:
    try:
        for _ in yaml.parse(text, Loader=yaml.CSafeLoader):
            pass
    except yaml.YAMLError as error:
        return error
    return None


@pytest.mark.parametrize("slip", ["moved", "no quote", "one more quote", "colon", "glued", "wide", "bracket"])
def test_the_last_questions_show_what_the_whole_file_does(slip: str) -> None:
    """Only the tokens of the last two questions are looked at, and no diagnosis is another one for that."""
    lines, told = many(3), 0
    for number in range(6, len(lines) + 1):
        line = lines[number - 1]
        spaces = len(line) - len(line.lstrip(" "))
        slips = {
            "moved": [" " * indent + line.lstrip(" ") for indent in range(10) if indent != spaces],
            "no quote": [line.replace('"', "", 1), line[::-1].replace('"', "", 1)[::-1]],
            "one more quote": [line.replace("?", '?"', 1), f'{line} "x'],
            "colon": [line.replace(": ", ": a: ", 1)],
            "glued": [line.replace(": ", ":", 1)],
            "wide": [line.replace('"', "“", 1), line.replace(",", "，", 1), line.replace("{", "｛", 1)],
            "bracket": [line.replace("}", "", 1), line.replace("{", "", 1)],
        }
        for written in slips[slip]:
            text = "\n".join([*lines[: number - 1], written, *lines[number:]]) + "\n"
            if (error := stopped(text)) is not None:
                (found,) = [item for item in read_bank(text, "x.yaml")[1] if item.code == "DQ105"]
                assert (found.line, found.column, found.message, found.fix) == advice(error, text), text
                told += 1
    assert told > 2


def test_no_more_tokens_are_looked_at_than_those_of_two_questions(monkeypatch: pytest.MonkeyPatch) -> None:
    scanned, scan = [], yaml.scan

    def counted(*args: object, **options: object) -> Iterator[object]:
        for token in scan(*args, **options):
            scanned.append(token)
            yield token

    monkeypatch.setattr(yaml, "scan", counted)
    lines = many(300)
    found = first(moved(lines, len(lines) - 2, 5))
    assert "fits nothing above it" in found.message
    assert 50 < len(scanned) < 250
