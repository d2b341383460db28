"""One-hot vectors and embeddings beside torch's."""

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.layers.embedding import Embedding, one_hot

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@settings(max_examples=20)
@given(ids=st.lists(st.integers(0, 6), min_size=1, max_size=8), classes=st.integers(7, 9))
def test_one_hot_vectors_equal_torchs(ids, classes):
    expected = functional.one_hot(torch.tensor(ids), classes)
    assert one_hot(torch.tensor(ids), classes).tolist() == expected.double().tolist()
    assert run("one_hot.vector", ids=ids, num_classes=classes).value == expected.tolist()


@pytest.mark.parametrize(("batch", "steps", "words"), [(2, 5, 1027), (3, 4, 7)])
def test_a_stack_of_one_hot_vectors_has_its_steps_first(batch, steps, words):
    sizes = {"batch_size": batch, "num_steps": steps, "vocab_size": words}
    assert run("one_hot.shape", **sizes).value == [steps, batch, words]
    assert run("one_hot.shape", **sizes, transpose=False).value == [batch, steps, words]
    stack = one_hot(torch.zeros(batch, steps, dtype=torch.long).T, words)
    assert list(stack.shape) == [steps, batch, words]
    assert stack.sum() == batch * steps


def test_a_one_hot_vector_picks_a_row():
    matrix, ids = randn(0, 5, 3), torch.tensor([4, 0, 0])
    assert torch.equal(one_hot(ids, 5) @ matrix, matrix[[4, 0, 0]])


def test_looking_up_equals_torch_and_a_product_in_value_and_gradient():
    ours, ids = Embedding(7, 4).double(), torch.tensor([[1, 3, 3], [6, 1, 1]])
    ours.weight.data = randn(1, 7, 4)
    upstream = randn(2, 2, 3, 4)
    weight = ours.weight.detach().clone().requires_grad_()
    expected = functional.embedding(ids, weight)
    (their,) = torch.autograd.grad(expected, weight, upstream)
    for found in (ours(ids), ours.by_product(ids)):
        assert_close(found, expected, **EXACT)
        assert_close(torch.autograd.grad(found, ours.weight, upstream)[0], their, **EXACT)
    assert their.ne(0).any(1).tolist() == [False, True, False, True, False, False, True]


def test_embeddings_start_with_variance_one_as_torchs_do():
    for make in (Embedding, nn.Embedding):
        with torch.random.fork_rng():
            torch.manual_seed(0)
            assert make(1000, 64).weight.std().item() == pytest.approx(1, abs=0.01)
    with torch.device("meta"):
        assert Embedding(30_522, 768).weight.numel() == 23_440_896


@settings(max_examples=15)
@given(ids=st.lists(st.integers(0, 6), min_size=1, max_size=8), width=st.integers(1, 30))
def test_parameters_products_and_rows_that_learn(ids, width):
    assert run("embedding.rows_with_gradient", ids=ids, num_embeddings=7).value == len(set(ids))
    assert run("embedding.num_params", num_embeddings=7, embedding_dim=width).value == 7 * width
    sizes = {"num_embeddings": 7, "embedding_dim": width, "length": len(ids)}
    assert run("embedding.macs", **sizes, by="product").value == 7 * width * len(ids)
    assert run("embedding.macs", **sizes).value == 0


@pytest.mark.parametrize("number", [7, -1])
def test_a_token_beyond_the_matrix_is_refused(number):
    with pytest.raises(Refused, match=rf"^there is no token {number}: 7 tokens are numbered 0 to 6$"):
        Embedding(7, 4)(torch.tensor([0, number]))
    with pytest.raises(Refused, match=rf"^there is no token {number}: 7 tokens are numbered 0 to 6$"):
        one_hot(torch.tensor([number]), 7)


def test_too_many_one_hot_numbers_are_refused():
    with pytest.raises(Refused, match="at most 1,000,000 numbers are made"):
        run("one_hot.shape", batch_size=64, num_steps=64, vocab_size=1000)
