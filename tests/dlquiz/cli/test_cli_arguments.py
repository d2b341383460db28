"""name=value: JSON where it parses, lists and mappings as banks write them, texts otherwise."""

import pytest

from dlquiz.cli import options
from dlquiz.cli.arguments import read_arguments, read_value
from dlquiz.errors import DlquizError

VALUES = {
    "7": 7,
    "-7": -7,
    "1e3": 1000.0,
    "0.1": 0.1,
    "true": True,
    "True": True,
    "null": None,
    "": "",
    "resnet50": "resnet50",
    '"7"': "7",
    "'7'": "7",
    "'it''s'": "it's",
    "'a' or 'b'": "'a' or 'b'",
    "'": "'",
    """['2', "2", 2]""": ["2", "2", 2],
    "[1, 2]": [1, 2],
    '{"a": {"b": [1.5]}}': {"a": {"b": [1.5]}},
    "[{kernel_size: 3, stride: 2}, {kernel_size: 3}]": [{"kernel_size": 3, "stride": 2}, {"kernel_size": 3}],
    "{a: 0.1, b: yes}": {"a": 0.1, "b": "yes"},
    "a=b": "a=b",
    "NaN": "nan",
    "-Infinity": "-infinity",
    "9" * 5000: "9" * 5000,
    "the cat: sat": "the cat: sat",
}


@pytest.mark.parametrize("text", VALUES)
def test_values(text: str) -> None:
    found = read_value("x", text)
    assert found == VALUES[text]
    assert type(found) is type(VALUES[text])


@pytest.mark.parametrize(
    "text", ["[1", "{a: 1, a: 2}", "[!!python/object:os.system 1]", "[" * 100_000, "[*a]", "{a: 1}}"]
)
def test_what_cannot_be_read_is_a_sentence(text: str) -> None:
    with pytest.raises(DlquizError, match="the value of x cannot be read"):
        read_value("x", text)


def test_a_space_that_is_missing_is_named() -> None:
    with pytest.raises(
        DlquizError, match=r"a space is missing behind .* 'momentum:0.9', at character 2; write 'momentum: 0.9'"
    ):
        read_value("settings", "{momentum:0.9}")


def test_names_are_split_at_the_first_equals_sign() -> None:
    assert read_arguments(["text=a=b", "n = 3"]) == {"text": "a=b", "n": 3}


@pytest.mark.parametrize("named", ["banana", "cuda:x", "CPU", "cuda:1234"])
def test_a_device_that_is_none_is_refused_by_name(named: str) -> None:
    with pytest.raises(DlquizError, match="there is no device"):
        options.device(named)


@pytest.mark.parametrize("named", ["auto", "cpu", "mps", "cuda", "cuda:12"])
def test_a_device_is_taken_as_named(named: str) -> None:
    assert options.device(named) == named
