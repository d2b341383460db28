"""Planted errors: which are planted, which are the same question after all, and that an error nobody sees survives."""

import re
from collections import Counter
from fractions import Fraction
from pathlib import Path
from unittest.mock import Mock

import pytest
from engine_oracle import EngineOracle
from fakes import FUNCTIONS, FakeOracle

from dlquiz.banks import arithmetic
from dlquiz.banks.library import Library
from dlquiz.banks.mutation.alike import Comparison
from dlquiz.banks.mutation.campaign import Campaign, judge, mutants
from dlquiz.banks.mutation.judging import Fate
from dlquiz.banks.mutation.planting import Mutant, plant
from dlquiz.banks.mutation.spans import MapSpan, spans
from dlquiz.banks.proving.runs import Runs
from dlquiz.banks.signatures import Argument, Signature, Signatures
from dlquiz.core.kinds.claims import Claims
from dlquiz.core.kinds.computed import Tolerance
from dlquiz.core.oracle import Call
from dlquiz.core.texts import Text, parse_template
from dlquiz.errors import DlquizError

WHOLE = Argument("a whole number from 0 to 4096", False)
TAKES = {
    "conv.output_size": dict.fromkeys(("size", "kernel_size", "stride", "padding"), WHOLE),
    "conv.derived_output_size": dict.fromkeys(("size", "kernel_size", "stride", "padding"), WHOLE),
    "norm.depends_on_rest_of_batch": {"layer": Argument("one of 'batch', 'layer'", True), "training": WHOLE},
    "norm.name": {"layer": Argument("one of 'batch', 'layer'", True)},
    "activation.value": {"x": Argument("a number", True)},
}
SIGNATURES = Signatures({name: Signature("", takes) for name, takes in TAKES.items()})
HEAD = "dlquiz: 1\nbank: mutated\ntopic: cnn\ntitle: Mutated\nquestions:\n"
SIZE = """  - id: size
    kind: number
    prompt: {en: "A filter of 3 on {{n}} and {{p}} more. Size?", zh: "滤波器 3，输入 {{n}}，另有 {{p}}。尺寸？"}
    params: {n: {int: [16, 64]}, p: {choice: [2, 3]}}
    answer:
      formula: "n + 2*p - 2"
      engine: {call: conv.output_size, with: {size: n, kernel_size: 3, padding: p}}
    golden: {given: {n: 8, p: 1}, is: 8, source: "an example"}
    misconceptions:
      - {id: padding-once, formula: "n + p - 2", says: "Both sides are padded."}
      - {id: nothing-padded, formula: "n - 2", says: "There is padding."}
"""
HALVED = """  - id: halved
    kind: number
    prompt: "A stride of 2 and a kernel of 2 on {{n}} inputs. How many outputs?"
    params: {n: {int: [16, 64, 2]}}
    answer:
      formula: "floor(n/2)"
      engine: {call: conv.output_size, with: {size: n, kernel_size: 2, stride: 2}}
"""


class Counting(FakeOracle):
    """Counts how often each call is run."""

    def __init__(self) -> None:
        super().__init__(FUNCTIONS)
        self.ran: Counter[str] = Counter()

    def run(self, call: Call):
        self.ran[str(call)] += 1
        return super().run(call)


def bank(folder: Path, text: str) -> Library:
    file = folder / "mutated.yaml"
    file.write_text(HEAD + text, encoding="utf-8")
    library = Library.load([file])
    assert library.complaints == ()
    return library


def campaign(library: Library, *, oracle: FakeOracle | None = None, jobs: int = 1) -> Campaign:
    planted = mutants(library.banks, SIGNATURES, each=1000)
    return judge(planted, oracle or FakeOracle(), signatures=Signatures(), jobs=jobs)


def told(mutant: Mutant) -> tuple[str, str, str]:
    return mutant.kind, mutant.before, mutant.slip.after


def test_every_span_is_where_it_is_said_to_be(tmp_path: Path) -> None:
    text = HEAD + SIZE
    lines = text.split("\n")
    for mutant in plant(text, "mutated.yaml", SIGNATURES):
        first = mutant.before.split("\n")[0]
        assert lines[mutant.at.line - 1][mutant.at.column - 1 :].startswith(first), mutant
        changed = mutant.slip.applied(text)
        assert changed != text
        assert len(changed) == len(text) - len(mutant.before) + len(mutant.slip.after)


def test_what_is_planted() -> None:
    planted = {told(mutant) for mutant in plant(HEAD + SIZE, "mutated.yaml", SIGNATURES)}
    assert {
        ("number off by one", "2", "3"),
        ("factor dropped", "2*", ""),
        ("term dropped", " - 2", ""),
        ("plus for minus", "+", "-"),
        ("name swapped", "n", "p"),
        ("engine call swapped", "conv.output_size", "conv.derived_output_size"),
        ("arguments swapped", "n, kernel_size: 3", "3, kernel_size: n"),
        ("argument forgotten", ", padding: p", ""),
        ("figure off by one", "8", "9"),
        ("figure for another setting", "1", "2"),
        ("answer becomes a wrong idea", '"n + 2*p - 2"', '"n - 2"'),
        ("wrong idea becomes right", '"n - 2"', '"n + 2*p - 2"'),
        ("wrong idea repeats another", '"n - 2"', '"n + p - 2"'),
        ("placeholder changed in one language", "n", "p"),
        ("number in a text", "3", "4"),
    } <= planted
    assert not any("says" in before for _, before, _ in planted), "what is said of a wrong idea is nobody's to check"


def test_sentences_change_places_among_claims_of_one_truth() -> None:
    truths = {"A": "true", "B": "false", "C": "true", "D": "true"}
    claims = [f"      - {{say: {say}., holds: {holds}, proof: {{call: x.y}}}}\n" for say, holds in truths.items()]
    text = HEAD + "  - id: some\n    kind: claims\n    prompt: Which?\n    claims:\n" + "".join(claims)
    planted = [mutant for mutant in plant(text, "mutated.yaml", SIGNATURES) if mutant.kind.startswith("sentences")]
    assert [(mutant.before[0], mutant.slip.after[0]) for mutant in planted] == [("A", "C"), ("C", "D")]
    told = re.findall(r"say: (\w)", planted[0].slip.applied(text))
    assert told == ["C", "B", "A", "D"]


def test_errors_are_caught_and_nothing_else_is_said(tmp_path: Path) -> None:
    found = campaign(bank(tmp_path, SIZE))
    assert found.survivors == []
    codes = {told(one.mutant): one.codes[0] for one in found.of(Fate.CAUGHT)}
    assert codes["factor dropped", "2*", ""] == "DQ401"
    assert codes["figure off by one", "8", "9"] == "DQ404"
    assert codes["wrong idea becomes right", '"n - 2"', '"n + 2*p - 2"'] == "DQ411"
    assert codes["wrong idea repeats another", '"n - 2"', '"n + p - 2"'] == "DQ412"
    assert codes["number in a text", "3", "4"] == "DQ425"
    assert codes["placeholder changed in one language", "n", "p"] == "DQ304"
    assert codes["engine call swapped", "conv.output_size", "conv.derived_output_size"] == "DQ405"


def test_a_rounding_that_never_rounds_is_equivalent(tmp_path: Path) -> None:
    found = campaign(bank(tmp_path, HALVED))
    reasons = {told(one.mutant): one.reason for one in found.of(Fate.EQUIVALENT)}
    same = "on every one of its 25 instances the formula has the same value"
    assert reasons["function swapped", "floor", "ceil"] == reasons["function swapped", "floor", ""] == same
    assert all(told(one.mutant)[:2] != ("function swapped", "floor") for one in found.of(Fate.CAUGHT))


def test_where_it_does_round_it_is_an_error(tmp_path: Path) -> None:
    found = campaign(bank(tmp_path, HALVED.replace("[16, 64, 2]", "[16, 64]")))
    fates = {told(one.mutant): one.fate for one in found.judged}
    assert fates["function swapped", "floor", "ceil"] is Fate.CAUGHT
    assert fates["function swapped", "floor", ""] is Fate.CAUGHT


def test_one_odd_instance_among_many_is_enough(tmp_path: Path) -> None:
    """The few instances that are tried first do not have it."""
    one = HALVED.replace(
        "{int: [16, 64, 2]}}", '{int: [16, 320, 2]}, x: {choice: [0, 1]}}\n    where: "x == 0 or n == 302"'
    )
    one = (
        one.replace("floor(n/2)", "floor((n + x)/2)")
        .replace("size: n,", "size: n + x,")
        .replace("{{n}}", "{{n}} + {{x}}")
    )
    found = campaign(bank(tmp_path, one))
    fates = {told(one.mutant): one.fate for one in found.judged}
    assert fates["function swapped", "floor", "ceil"] is Fate.CAUGHT


def test_an_error_that_nobody_looks_for_survives(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the check of numbers in texts, these errors are told as survivors, at their places."""
    monkeypatch.setattr("dlquiz.banks.proving.texts.differing", lambda text: None)
    found = campaign(bank(tmp_path, SIZE))
    assert {one.mutant.kind for one in found.survivors} == {"number in a text"}
    (first, *_) = found.survivors
    assert (first.mutant.question, first.mutant.at.line) == ("size", 8)
    assert found.to_json()["survivors"][0]["before"] == "3"


def test_without_a_second_leg_most_errors_survive(tmp_path: Path) -> None:
    """An oracle that agrees with whatever is asked of it proves nothing, and the campaign shows it."""

    class Yes(FakeOracle):
        def run(self, call: Call):
            return super().run(Call("conv.output_size", {"size": 20, "kernel_size": 3, "padding": 2}))

    flat = SIZE.replace("{int: [16, 64]}", "{choice: [20]}").replace("{choice: [2, 3]}", "{choice: [2]}")
    flat = flat.replace('    golden: {given: {n: 8, p: 1}, is: 8, source: "an example"}\n', "")
    kinds = {one.mutant.kind for one in campaign(bank(tmp_path, flat), oracle=Yes()).of(Fate.EQUIVALENT)}
    assert "arguments swapped" in kinds
    assert "engine call swapped" in kinds


def test_each_call_is_run_once_for_all_mutants(tmp_path: Path) -> None:
    oracle = Counting()
    campaign(bank(tmp_path, SIZE + HALVED), oracle=oracle)
    assert set(oracle.ran.values()) == {1}


def test_several_jobs_find_the_same_in_the_same_order(tmp_path: Path) -> None:
    library = bank(tmp_path, SIZE + HALVED)
    one, two = (campaign(library, jobs=jobs).to_json() for jobs in (1, 2))
    assert one == two


def test_the_record_catches_nothing_and_is_told_apart(tmp_path: Path) -> None:
    cited = """  - id: fact
    kind: number
    prompt: "How many layers?"
    cited: "A paper, table 1"
    answer: {formula: "8"}
"""
    library = bank(tmp_path, cited)
    planted = mutants(library.banks, SIGNATURES)
    record = {"mutated/fact": {"rev": 1, "kind": "number", "answers": [[{}, 8]]}}
    with_it = judge(planted, FakeOracle(), signatures=Signatures(), record=record)
    without = judge(planted, FakeOracle(), signatures=Signatures())
    assert [one.fate for one in with_it.judged] == [one.fate for one in without.judged]
    assert [one.recorded for one in with_it.survivors] == [True, True]
    assert not any(one.recorded for one in without.survivors)


def test_a_bank_without_questions_that_can_be_wrong(tmp_path: Path) -> None:
    assert campaign(bank(tmp_path, SIZE)).kinds().keys() >= {"term dropped"}
    assert judge([], FakeOracle(), signatures=Signatures()).to_json()["planted"] == 0


def test_at_most_so_many_of_a_kind_from_all_over_the_question(tmp_path: Path) -> None:
    library = bank(tmp_path, SIZE)
    few = Counter(mutant.kind for _, mutant in mutants(library.banks, SIGNATURES, each=2))
    every = Counter(mutant.kind for _, mutant in mutants(library.banks, SIGNATURES, each=1000))
    assert few == {kind: min(count, 2) for kind, count in every.items()}


@pytest.mark.parametrize(
    ("text", "kind", "after"),
    [
        ("n*s.ones", "name swapped", ["s*s.ones", "n*n.ones"]),
        ("-g*x", "plus for minus", ["g*x"]),
        ("a - b*(c + 1)", "term dropped", ["a", "a - b*(1)", "a - b*(c)"]),
        ("2*n/k", "factor dropped", ["n/k", "2/k"]),
        ("not a formula {", "name swapped", []),
    ],
)
def test_slips_of_an_expression(text: str, kind: str, after: list[str]) -> None:
    found = arithmetic.slips(text, ["n", "s", "g", "x", "a", "b", "c", "k"])
    made = [slip.applied(text) for slip in found if slip.kind == kind]
    assert set(after) <= set(made)
    assert bool(after) == bool(made)


def test_a_list_without_brackets_ends_with_its_last_part() -> None:
    text = "a:\n  - 1\n  - 2\n\n# a remark\nb: 3\n"
    root = spans(text)
    assert isinstance(root, MapSpan)
    found = root.values["a"]
    assert text[found.start : found.stop] == "- 1\n  - 2"


LOGISTIC = """  - id: logistic
    kind: number
    prompt: "The logistic function at {{x}}?"
    params: {x: {int: [1, 4]}}
    answer:
      formula: "1/(1 + exp(-x))"
      engine: {call: activation.value, with: {x: x}}
      tolerance: {rel: 0.001}
    misconceptions: {id: upside-down, formula: "1/(1 + exp(x))", says: "The sign."}
"""


def test_a_tolerance_is_the_same_while_it_accepts_the_same(tmp_path: Path) -> None:
    """Ten times as wide it accepts no slip of the formula; a hundred times as wide it does, and is complained of."""
    found = campaign(bank(tmp_path, LOGISTIC))
    judged = {told(one.mutant): one for one in found.judged}
    assert judged["tolerance widened", "0.001", "0.010"].fate is Fate.EQUIVALENT
    assert "tried" in judged["tolerance widened", "0.001", "0.010"].reason
    assert judged["tolerance widened", "0.001", "0.100"].codes[0] == "DQ432"


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ({"rel": "1/1000"}, {"rel": "1/100"}, True),
        ({"rel": "1/1000"}, {"rel": "1/40"}, False),  # 1 is taken for 0.982
        ({"rel": "1/20"}, {"rel": "1/100"}, True),
        ({"rel": "1/100"}, {"rel": "1/100000"}, False),  # 0.982 is refused for 0.98201
        ({"rel": "1/100"}, {"abs": "1/100"}, True),
    ],
)
def test_what_a_tolerance_takes_and_refuses(
    one: dict[str, str], other: dict[str, str], is_same: bool, tmp_path: Path
) -> None:
    (question,) = bank(tmp_path, LOGISTIC).questions
    settings, _ = question.sample(100)
    compared = Comparison(question, question, settings, Runs(FakeOracle()), Signatures())
    tolerances = [Tolerance(**{key: Fraction(size) for key, size in each.items()}) for each in (one, other)]
    assert (compared.tolerances(*tolerances) is not None) is is_same


def test_a_figure_that_holds_for_another_setting_is_equivalent(tmp_path: Path) -> None:
    halved = HALVED.replace("[16, 64, 2]", "[16, 64]") + '    golden: {given: {n: 8}, is: 4, source: "an example"}\n'
    judged = {told(one.mutant): one for one in campaign(bank(tmp_path, halved)).judged}
    assert "the figure holds for the other setting" in judged["figure for another setting", "8", "9"].reason
    assert judged["figure for another setting", "8", "7"].codes == ("DQ404",)


@pytest.mark.slow
def test_a_shipped_bank_has_hardly_a_survivor() -> None:
    """One small bank with the real engine; all of them are in docs/decisions/prover.md."""

    from engine.registry import load

    library = Library.load([Path(__file__).parents[3] / "questions" / "metrics" / "decoding.yaml"])
    takes = {
        name: {
            one: Argument("", parameter.default is parameter.empty)
            for one, parameter in each.signature.parameters.items()
        }
        for name, each in load().items()
        if name.startswith("decoding.")
    }
    signatures = Signatures({name: Signature("", arguments) for name, arguments in takes.items()})
    planted = mutants(library.banks, signatures, each=1)
    found = judge(planted, EngineOracle(), signatures=signatures, limit=32)
    assert len(planted) > 50
    assert len(found.survivors) <= len(planted) / 50


def test_an_experiment_of_another_size_is_equivalent_and_another_experiment_is_not() -> None:
    takes = {"layer": Argument("one of 'a', 'b'", True), "size": Argument("a whole number", False, 8)}
    signatures = Signatures({name: Signature("", takes) for name in ("x.holds", "y.holds")})
    assert signatures.defaults("x.holds") == {"size": 8}

    def same(one: Call, other: Call, says: str = "It holds.") -> bool:
        templates = [Mock(function=call.function, fill=lambda values, call=call: call) for call in (one, other)]
        claim = Mock(proof=templates[0], control=None, say=Text(parse_template(says, ())))
        question = Mock(spec=Claims, claims=(claim,))
        compared = Comparison(question, question, [{}], Runs(FakeOracle({})), signatures)
        return compared._experiments(*templates) is not None

    usual = Call("x.holds", {"layer": "a", "size": 8})
    assert same(usual, Call("x.holds", {"layer": "a", "size": 9}))
    assert same(usual, Call("x.holds", {"layer": "a"}))
    assert same(usual, Call("x.holds", {"layer": "a", "size": 9}), says="It holds for 7 or 10.")
    assert not same(usual, Call("x.holds", {"layer": "a", "size": 9}), says="It holds for a batch of 8.")
    assert not same(usual, Call("x.holds", {"layer": "a", "size": 9}), says="It holds for a batch of eight.")
    assert not same(usual, Call("x.holds", {"layer": "b", "size": 8}))
    assert not same(usual, Call("y.holds", {"layer": "a", "size": 8}))


def test_a_file_that_changes_meanwhile_is_a_sentence(tmp_path: Path) -> None:
    library = bank(tmp_path, SIZE)
    planted = mutants(library.banks, SIGNATURES)
    file = tmp_path / "mutated.yaml"
    file.write_text("# longer\n" + file.read_text(encoding="utf-8"), encoding="utf-8")
    with pytest.raises(DlquizError, match=r"mutated\.yaml was changed while errors were planted in it; begin again"):
        judge(planted, FakeOracle(), signatures=Signatures())
    file.unlink()
    with pytest.raises(DlquizError, match=r"mutated\.yaml cannot be read any more: .*there is no such file"):
        judge(planted, FakeOracle(), signatures=Signatures())
