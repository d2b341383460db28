"""Wrong banks, each of which must be refused with the code, at the line and column that its first line names.

Those in ``good`` look like some that are wrong, and are not.
"""

import re
import time
from pathlib import Path

import pytest
from fakes import FUNCTIONS, FakeOracle

from dlquiz.banks.check import Report, check
from dlquiz.banks.complaints import CODES
from dlquiz.banks.library import Library
from dlquiz.banks.proving.revisions import Record
from dlquiz.banks.signatures import Argument, Signature, Signatures

GALLERY = sorted((Path(__file__).parent / "gallery").glob("*.yaml"))
GOOD = sorted((Path(__file__).parent / "gallery" / "good").glob("*.yaml"))
EXPECT = re.compile(r"# expect: (DQ\d{3}) at (\d+):(\d+)")
ELSEWHERE = {"DQ101", "DQ102", "DQ103", "DQ104", "DQ112", "DQ113", "DQ115", "DQ116", "DQ207", "DQ209"}
"""Codes that take more than one file, bytes that are no text, or only warn: other tests have them."""


def text_length(texts: list[str], more: int) -> int:
    """Count characters; a number has none."""
    assert isinstance(more, int)
    return sum(len(text) for text in texts) + more


def scales_each_channel(layer: str, training: bool = True) -> bool:
    return layer != "none"


def num_biases(hidden_size: int, gates: int, bias: str = "two") -> int:
    return hidden_size * gates * ("none", "one", "two").index(bias)


OTHERS = {
    "rnn.num_biases": ("module", num_biases),
    "activation.zero": ("module", lambda x: 0),
    "text.length": ("module", text_length),
    "norm.scales_each_channel": ("measured", scales_each_channel),
}
LAYERS = Argument("one of 'batch', 'layer', 'group', 'instance', 'none'", required=True)
OF_A_LAYER = {"layer": LAYERS, "training": Argument("true or false", required=False, default=True)}
SIZE = Argument("a whole number from 1 to 1024", required=True)
SIGNATURES = Signatures(
    {
        "conv.output_size": Signature(
            "Return the size of the output along one axis.",
            {
                "size": SIZE,
                "kernel_size": SIZE,
                "stride": SIZE._replace(required=False, default=1),
                "padding": SIZE._replace(required=False, default=0),
                "dilation": SIZE._replace(required=False, default=1),
            },
        ),
        "conv.num_params": Signature(
            "Return the number of weights and biases.",
            {
                **dict.fromkeys(("in_channels", "out_channels", "kernel_size"), SIZE),
                "bias": Argument("true or false", required=False, default=True),
            },
        ),
        "rnn.num_biases": Signature(
            "Return the number of biases.",
            {
                **dict.fromkeys(("hidden_size", "gates"), SIZE),
                "bias": Argument("one of 'two', 'one', 'none'", required=False, default="two", convention=True),
            },
        ),
        "norm.depends_on_rest_of_batch": Signature(
            "Say whether the output for one sample changes when the other samples of its batch are replaced.",
            OF_A_LAYER,
        ),
        "norm.scales_each_channel": Signature("Say whether each channel has a scale of its own.", OF_A_LAYER),
    }
)


def expected(path: Path) -> tuple[str, int, int]:
    found = EXPECT.match(path.read_text(encoding="utf-8"))
    assert found, path.name
    return found[1], int(found[2]), int(found[3])


def checked(path: Path) -> Report:
    library = Library.load([path])
    oracle = FakeOracle({**FUNCTIONS, **OTHERS})
    record = Record.beside(path).entries
    return check(library.questions, oracle, complaints=library.complaints, record=record, signatures=SIGNATURES)


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_a_wrong_bank_is_refused_at_its_place(path: Path) -> None:
    begun = time.process_time()
    report = checked(path)
    assert time.process_time() - begun < 1
    found = [(item.code, item.line, item.column) for item in report.complaints]
    assert expected(path) in found, "\n".join(map(str, report.complaints))
    only_warned = all(item.severity == "warning" for item in report.complaints)
    assert only_warned or report.proved < max(1, path.read_text().count("  - id:"))


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_a_wrong_bank_has_one_thing_wrong(path: Path) -> None:
    assert {item.code for item in checked(path).complaints} == {expected(path)[0]}


@pytest.mark.parametrize("path", GALLERY, ids=lambda path: path.stem)
def test_a_complaint_is_a_sentence_with_a_fix(path: Path) -> None:
    for item in checked(path).complaints:
        assert str(item).startswith(f"{item.file}:{item.line}:{item.column}  {item.severity} {item.code}  ")
        assert item.fix
        assert not item.fix.endswith(".")
        assert not item.message.endswith((".", ";", ":"))
        assert "\n" not in item.message


@pytest.mark.parametrize("path", GOOD, ids=lambda path: path.stem)
def test_a_good_bank_is_proved(path: Path) -> None:
    report = checked(path)
    assert [str(item) for item in report.complaints] == []
    assert report.proved == len(report.questions) > 0


def test_the_gallery_has_every_code() -> None:
    assert {expected(path)[0] for path in GALLERY} == set(CODES) - ELSEWHERE
