"""Every system of the contract runs, is held to an oracle, and can be asked about, or stands in docs/left-out.md."""

import importlib
import re
from collections import Counter
from collections.abc import Sequence
from functools import cache

import pytest
from coverage_contract import ROOT, Row, rows
from engine_usage import Usage, of_test

from engine.registry import load

ROWS = rows()
RUN = [row for row in ROWS if not row.reports]
LEFT_OUT = ROOT / "docs" / "left-out.md"
GROUPS = {
    "activations": 17,
    "normalisation": 14,
    "regularisation": 17,
    "initialisation": 9,
    "losses": 12,
    "optimizers": 22,
    "convolution": 28,
    "architectures": 23,
    "light": 14,
    "detection": 13,
    "recurrent": 14,
    "text": 13,
    "seq2seq": 11,
    "attention": 20,
    "transformer": 17,
    "generative": 23,
    "classic": 26,
    "tensors": 14,
    "training": 19,
}
INSTRUMENTS = ("engine.errors", "engine.evidence", "engine.registry", "engine.arguments", "engine.device")
"""What a test may use beside the code that it tests: none of it computes what is tested."""


def test_the_contract_is_whole() -> None:
    assert [row.id for row in ROWS] == [f"S-{number:03}" for number in range(1, 327)]
    assert Counter(row.group for row in ROWS) == GROUPS
    assert Counter(row.priority for row in ROWS) == {"core": 171, "important": 105, "long tail": 50}


@pytest.mark.parametrize("row", RUN, ids=lambda row: row.id)
def test_a_system_is_implemented_and_can_be_asked_about(row: Row) -> None:
    assert row.implemented
    assert row.registry
    for name in row.implemented:
        assert callable(_resolve(name)), name
    assert set(row.registry) <= set(load())


@pytest.mark.parametrize("row", RUN, ids=lambda row: row.id)
def test_a_system_is_held_to_an_oracle_that_shares_no_code_with_it(row: Row) -> None:
    assert row.oracle
    for test in row.oracle:
        used = _usage(test)
        assert used, f"there is no {test}"
        names = {_defined_as(name) for name in used.engine if callable(_resolve(name))}
        subjects = [name for other in RUN if test in other.oracle for name in other.implemented]
        foreign = {name for name in names if not name.startswith(INSTRUMENTS) and not _is_one_of(name, subjects)}
        assert not foreign, f"{test} also rests on {sorted(foreign)}"


def test_what_only_reports_is_listed_with_its_reason() -> None:
    listed = re.findall(r"^\| (S-\d{3}) \| [^|]+ \| [^|]+ \|$", LEFT_OUT.read_text(encoding="utf-8"), re.MULTILINE)
    assert listed == [row.id for row in ROWS if row.reports]


def _resolve(dotted: str) -> object:
    """Return what a dotted name stands for: the longest part of it that is a module, then attributes."""
    parts = dotted.split(".")
    for cut in range(len(parts), 0, -1):
        try:
            found: object = importlib.import_module(".".join(parts[:cut]))
        except ModuleNotFoundError:
            continue
        for attribute in parts[cut:]:
            found = getattr(found, attribute)
        return found
    raise AssertionError(f"there is no {dotted}")


def _defined_as(dotted: str) -> str:
    """Return the name under which something is defined, whatever package hands it on."""
    found = _resolve(dotted)
    return f"{found.__module__}.{found.__qualname__}" if hasattr(found, "__qualname__") else dotted


def _is_one_of(name: str, implemented: Sequence[str]) -> bool:
    return any(name == one or name.startswith(one + ".") for one in implemented)


@cache
def _usage(test: str) -> Usage | None:
    path, _, name = test.partition("::")
    return of_test((ROOT / path).read_text(encoding="utf-8"), name)
