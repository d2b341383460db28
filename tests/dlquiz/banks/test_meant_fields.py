"""What is said of a value or a field that was meant as another one, and how much is told in one run."""

import pytest
from fakes import FUNCTIONS, FakeOracle

from dlquiz.banks.belonging import meant
from dlquiz.banks.check import check
from dlquiz.banks.codes.pages import pages
from dlquiz.banks.complaints import Complaint
from dlquiz.banks.proving.examining import CHUNK, PROBED
from dlquiz.banks.reading import read_bank
from dlquiz.banks.records import layout
from dlquiz.core.kinds.registry import KINDS

HEAD = "dlquiz: 1\nbank: b\ntopic: t\ntitle: T\nquestions:\n"
ITEMS = "{say: B, by: {call: x, with: {a: 2}}}, {say: C, by: {call: x, with: {a: 3}}}"


def complaints(question: str) -> list[Complaint]:
    return read_bank(f"{HEAD}  - {question}\n", "x.yaml")[1]


@pytest.mark.parametrize(
    ("question", "code", "said"),
    [
        ("{id: q, kind: number, prompt: P, answer: 3}", "DQ204", 'write {formula: "3", engine: {call: …, with: {…}}}'),
        ('{id: q, kind: number, prompt: P, answer: "2*n"}', "DQ204", 'write {formula: "2*n", engine: {call: …'),
        ("{id: q, kind: number, prompt: P, answer: [3]}", "DQ204", "write a mapping with the fields formula, engine,"),
        (
            "{id: q, kind: choice, prompt: P, answer: {formula: 1}, options: [{formula: 1}, {value: 2}, {value: 3}]}",
            "DQ202",
            "'formula' is not a field here; did you mean 'value'?",
        ),
        (
            "{id: q, kind: choice, prompt: P, answer: {formula: 1}, options: [{value: 1, says: A}, {value: 2}]}",
            "DQ202",
            "'says' is not a field here; did you mean 'say' or 'why'?",
        ),
        (
            f"{{id: q, kind: order, prompt: P, items: [{{say: A, by: {{call: x}}, golden: {{is: 3}}}}, {ITEMS}]}}",
            "DQ202",
            "'golden' is not a field here; did you mean 'is' and 'source'?",
        ),
        (
            "{id: q, kind: number, prompt: P, answer: {engine: {call: x, with: {layers: built}}}}",
            "DQ302",
            "'built' is known in a construct only",
        ),
    ],
)
def test_the_field_that_was_meant_is_named(question: str, code: str, said: str) -> None:
    (found,) = complaints(question)
    assert found.code == code
    assert said in f"{found.message}; {found.fix}"


def test_built_in_quotes_is_a_text_and_may_be_a_parameter() -> None:
    assert complaints("{id: q, kind: number, prompt: P, answer: {engine: {call: x, with: {a: 'built'}}}}") == []
    asked = "{id: q, kind: number, prompt: '{{built}}', params: {built: {int: [1, 9]}}, answer: {engine: CALL}}"
    assert complaints(asked.replace("CALL", "{call: x, with: {a: built}}")) == []


def test_a_field_is_meant_where_it_is_known_and_several_where_all_are() -> None:
    assert meant("golden", ["is", "source"]) == "; did you mean 'is' and 'source'?"
    assert meant("golden", ["call", "is"]) == meant("says", ["prompt"]) == meant("prompt", ["prompt"]) == ""


def test_golden_still_belongs_to_a_question_where_it_does() -> None:
    (found,) = complaints("{id: q, kind: number, prompt: P, answer: {formula: 3, golden: {is: 3, source: S}}}")
    assert "it belongs to a question" in found.message


def test_a_slip_in_the_kind_hides_nothing_else() -> None:
    found = complaints("{id: q, kind: nummer, promt: P, answer: {formula: 9 +}}")
    assert [one.code for one in found] == ["DQ208", "DQ202", "DQ203", "DQ301"]
    assert "did you mean 'prompt'?" in found[1].message
    assert complaints("{id: q, kind: nummer, prompt: P, answer: {formula: 9}}")[0].code == "DQ208"


@pytest.mark.parametrize("kind", ["kind: zzz, ", ""])
def test_without_a_kind_fields_that_none_has_are_told(kind: str) -> None:
    every = {key for one in KINDS.values() for key in layout(one)}
    known = ", ".join(f"{key}: 1" for key in sorted(every))
    found = complaints(f"{{{kind}promt: P, {known}, params: {{}}, where: x}}")
    assert [one.code for one in found] == ["DQ208" if kind else "DQ203", "DQ202"]
    assert found[1].message == "'promt' is not a field of any question; did you mean 'prompt'?"


def conflicting(formula: str) -> tuple[int, int, list[str]]:
    """Return how many of 5,000 instances were run, how many were gone through, and what was found."""
    text = (
        '  - {id: q, kind: number, prompt: "{{n}}?", params: {n: {int: [1, 5000]}}, '
        f'answer: {{formula: "{formula}", engine: {{call: same, with: {{x: n}}}}}}}}\n'
    )
    bank, unread = read_bank(HEAD + text, "x.yaml")
    assert bank is not None, unread
    oracle = FakeOracle({**FUNCTIONS, "same": ("measured", lambda x: x)})
    report = check(bank.questions, oracle)
    return report.calls, report.questions[0].instances, [one.message for one in report.complaints]


def test_a_question_that_is_wrong_everywhere_is_not_run_to_the_end() -> None:
    calls, instances, (message,) = conflicting("n + 1")
    assert calls == instances == PROBED + CHUNK
    assert message.endswith(f"(so on all of {PROBED + CHUNK} instances that were tried)")


@pytest.mark.parametrize(
    ("formula", "wrong"),
    [("n + floor(n/5000)", "with n=5000"), ("n + max(0, 1 - floor(n/500))", "(so on 499 of 5,000 instances)")],
)
def test_a_question_that_is_wrong_in_places_is_run_to_the_end(formula: str, wrong: str) -> None:
    calls, instances, messages = conflicting(formula)
    assert (calls, instances) == (5000, 5000)
    (message,) = [one for one in messages if "gives" in one]
    assert message.endswith(wrong)


def test_the_page_of_the_code_tells_after_how_many() -> None:
    assert f"on each of the first {PROBED + CHUNK} instances" in pages()["DQ401"].means
