"""Reading from a test's source what engine code it rests on."""

from engine_usage import Usage, of_test

SOURCE = """
import pytest
from engine.errors import Refused
from engine.layers.lstm import LSTM
from engine.layers import gru, rnn as plain
from engine.analysis.params import num_params as count
from door_runs import run

SIZES = [gru.GRU]

def helper():
    return LSTM(1, 2), deeper()

def deeper():
    return run("rnn.num_params", kind="lstm")

@pytest.fixture
def cell():
    return plain.RNN(1, 1)

@pytest.mark.parametrize("size", SIZES)
def test_all(size, cell):
    with pytest.raises(Refused):
        helper()

def test_none():
    assert count
"""


def test_names_are_followed_through_helpers_fixtures_constants_and_aliases():
    used = of_test(SOURCE, "test_all")
    assert used
    classes = {"layers.lstm.LSTM", "layers.gru.GRU", "layers.rnn.RNN"}
    assert used.engine == {"engine.errors.Refused", *(f"engine.{name}" for name in classes)}
    assert {"rnn.num_params", "lstm"} <= used.texts
    assert of_test(SOURCE, "test_none") == Usage({"engine.analysis.params.num_params"}, set())


def test_a_test_that_is_not_there_is_told():
    assert of_test(SOURCE, "test_gone") is None
