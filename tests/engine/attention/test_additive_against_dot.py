"""Additive and dot-product attention give the same only where every score is the same."""

import pytest
import torch
from claim_runs import assert_settles
from torch.testing import assert_close

from engine.layers.attention import scaled_dot_product_attention
from engine.layers.attention_additive import AdditiveAttention

torch.set_num_threads(1)


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("seed", range(3))
def test_both_attentions_agree_only_when_all_keys_are_one(seed):
    with torch.random.fork_rng():
        additive = AdditiveAttention(4, 4, num_hiddens=6).double()
    for number, parameter in enumerate(additive.parameters()):
        parameter.data = randn(seed + number, *parameter.shape)
    query, key, value = randn(seed + 7, 1, 2, 4), randn(seed + 8, 1, 5, 4), randn(seed + 9, 1, 5, 3)
    valid = torch.tensor([True, True, True, False, False])
    one_key = key[:, :1].expand_as(key)
    plain_mean = value[:, :3].mean(1, keepdim=True).expand(1, 2, 3)
    assert_close(additive(query, one_key, value, valid).output, plain_mean, rtol=1e-12, atol=1e-12)
    assert_close(scaled_dot_product_attention(query, one_key, value, valid).output, plain_mean, rtol=1e-12, atol=1e-12)
    different = (
        additive(query, key, value, valid).output - scaled_dot_product_attention(query, key, value, valid).output
    )
    assert float(different.detach().abs().max()) > 1e-2


def test_the_claim_and_its_control():
    assert_settles("attention.additive_equals_dot", {"keys": "identical"}, [{"keys": "different"}])
