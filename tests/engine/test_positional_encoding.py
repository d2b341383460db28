"""The sinusoidal encoding beside plain arithmetic, and its doors."""

import math

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from engine.arguments import bind
from engine.errors import Refused
from engine.layers.positional_encoding import LearnedPositionalEncoding, SinusoidalPositionalEncoding, sinusoidal
from engine.registry import find

torch.set_num_threads(1)


def value(name, **given):
    function = find(name)
    return function.call(**bind(function, given)).value


def by_arithmetic(position, column, embed_dim, base):
    angle = position / base ** ((column // 2 * 2) / embed_dim)
    return math.cos(angle) if column % 2 else math.sin(angle)


@given(st.integers(0, 300), st.integers(1, 12), st.sampled_from([2.0, 100.0, 10_000.0]), st.data())
def test_entries_by_arithmetic(position, embed_dim, base, data):
    column = data.draw(st.integers(0, embed_dim - 1))
    call = {"position": position, "column": column, "embed_dim": embed_dim, "base": base}
    found = value("positional_encoding.value", **call)
    assert found == pytest.approx(by_arithmetic(position, column, embed_dim, base), abs=1e-11)


@given(st.integers(1, 16), st.data())
def test_wavelengths_by_arithmetic(half, data):
    column = data.draw(st.integers(0, 2 * half - 1))
    found = value("positional_encoding.wavelength", column=column, embed_dim=2 * half)
    assert found == pytest.approx(2 * math.pi * 10_000 ** (column // 2 * 2 / (2 * half)), rel=1e-9)


def test_the_module_adds_the_rows_and_keeps_the_dtype():
    module = SinusoidalPositionalEncoding(embed_dim=5, max_len=9)
    tokens = torch.randn(2, 4, 5, generator=torch.Generator().manual_seed(0))
    found = module(tokens)
    assert found.dtype == torch.float32
    for position in range(4):
        row = torch.tensor([by_arithmetic(position, column, 5, 10_000) for column in range(5)])
        torch.testing.assert_close(found[:, position], tokens[:, position] + row)


def test_more_tokens_than_positions_are_refused():
    with pytest.raises(Refused, match=r"^there are 4 tokens and only 3 positions; make the encoding longer$"):
        SinusoidalPositionalEncoding(embed_dim=2, max_len=3)(torch.zeros(1, 4, 2))
    with pytest.raises(Refused, match=r"^there are 4 tokens and only 3 positions; make the encoding longer$"):
        LearnedPositionalEncoding(embed_dim=2, max_len=3)(torch.zeros(1, 4, 2))


def test_a_learned_encoding_adds_its_rows():
    module = LearnedPositionalEncoding(embed_dim=2, max_len=3)
    module.encoding.data = torch.tensor([[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]])
    assert module(torch.ones(1, 2, 2)).tolist() == [[[2.0, 3.0], [4.0, 5.0]]]


def test_parameters_of_both_encodings():
    sizes = {"max_len": 512, "embed_dim": 768}
    assert value("positional_encoding.num_params", encoding="learned", **sizes) == 512 * 768
    assert value("positional_encoding.num_params", encoding="sinusoidal", **sizes) == 0


def test_columns_that_do_not_exist_or_cannot_be_measured_are_refused():
    with pytest.raises(Refused, match="'column' is 4, and an embed_dim of 4 has the columns 0 to 3"):
        value("positional_encoding.value", position=0, column=4, embed_dim=4)
    with pytest.raises(Refused, match="column 4 is the last of an odd number and has no cosine beside it"):
        value("positional_encoding.wavelength", column=4, embed_dim=5)


def test_rows_lie_on_unit_circles():
    pairs = sinusoidal(50, 8).unflatten(1, (4, 2))
    torch.testing.assert_close(pairs.square().sum(-1), torch.ones(50, 4, dtype=torch.float64))
