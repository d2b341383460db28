"""Layer normalisation over each choice of axes, per step of a recurrent network, and beside batch normalisation."""

from itertools import product

import pytest
import torch
from door_runs import run
from torch import nn
from torch.nn import functional

from engine.errors import Refused
from engine.layers.batch_norm import BatchNorm
from engine.layers.layer_norm import LayerNorm
from engine.layers.layer_norm_rnn import NormalisedRNN


def picture(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed)) * 2 + 1


@pytest.mark.parametrize("last_axes", [1, 2, 3])
def test_each_normalized_shape_equals_torchs(last_axes):
    x = picture(2, 3, 4, 5)
    shape = list(x.shape[-last_axes:])
    gamma, beta = picture(*shape, seed=1), picture(*shape, seed=2)
    layer = LayerNorm(shape).double()
    layer.load_state_dict({"weight": gamma, "bias": beta})
    expected = functional.layer_norm(x, shape, gamma, beta)
    torch.testing.assert_close(layer(x).detach(), expected, rtol=1e-9, atol=1e-12)
    state = {"weight": gamma.flatten().tolist(), "bias": beta.flatten().tolist()}
    door = run("norm.forward", layer="layer", x=x.tolist(), last_axes=last_axes, **state).value
    torch.testing.assert_close(torch.tensor(door, dtype=torch.float64), expected, rtol=1e-9, atol=1e-12)


def test_the_notes_axes_1_2_3_are_group_norm_with_one_group():
    x = picture(2, 3, 4, 5)
    mean, var = x.mean((1, 2, 3), keepdim=True), x.var((1, 2, 3), correction=0, keepdim=True)
    found = LayerNorm([3, 4, 5], elementwise_affine=False)(x)
    torch.testing.assert_close(found, (x - mean) / (var + 1e-5).sqrt(), rtol=1e-9, atol=1e-12)
    torch.testing.assert_close(found, functional.group_norm(x, 1), rtol=1e-9, atol=1e-12)
    counts = [run("norm.num_params", layer="layer", shape=[3, 4, 5]).value, 2 * 3 * 4 * 5]
    assert counts[0] == counts[1] == sum(p.numel() for p in nn.LayerNorm([3, 4, 5]).parameters())


@pytest.mark.parametrize("shape", [(4, 3), (2, 3, 2, 2)])
@pytest.mark.parametrize("kind", ["batch", "layer"])
def test_entries_share_a_mean_along_the_declared_axes(kind, shape):
    """Move one entry by a lot: the outputs that change are the ones under the same mean."""
    x = picture(*shape)
    module = BatchNorm(3, affine=False) if kind == "batch" else LayerNorm(shape[1:], elementwise_affine=False)
    axes = [axis for axis in range(len(shape)) if axis != 1] if kind == "batch" else list(range(1, len(shape)))
    mean, var = x.mean(axes, keepdim=True), x.var(axes, correction=0, keepdim=True)
    torch.testing.assert_close(module(x), (x - mean) / (var + 1e-5).sqrt(), rtol=1e-9, atol=1e-12)
    for place in product(*map(range, shape)):
        moved = x.clone()
        moved[place] += 5
        touched = ((module(moved) - module(x)).abs() > 1e-9).nonzero().tolist()
        expected = [other for other in product(*map(range, shape)) if _same_group(place, other, axes)]
        assert sorted(map(tuple, touched)) == sorted(expected)
    arguments = {"layer": kind, "shape": list(shape), "last_axes": 1 if kind == "batch" else len(shape) - 1}
    assert run("norm.num_statistics", **arguments).value == mean.numel()
    assert run("norm.values_per_statistic", **arguments).value == x.numel() // mean.numel()


def _same_group(place, other, axes):
    return all(a == b for axis, (a, b) in enumerate(zip(place, other, strict=True)) if axis not in axes)


def test_published_numbers_of_statistics():
    assert run("norm.num_statistics", layer="batch", shape=[32, 64, 14, 14]).value == 64
    assert run("norm.values_per_statistic", layer="batch", shape=[32, 64, 14, 14]).value == 32 * 14 * 14
    assert run("norm.num_statistics", layer="layer", shape=[8, 10, 512]).value == 8 * 10


def network(normalisation, max_len=0):
    built = NormalisedRNN(3, 4, normalisation, max_len).double()
    built.weight_ih.data, built.weight_hh.data = picture(4, 3), picture(4, 4, seed=1)
    return built


def unrolled(x, normalise):
    state, states = torch.zeros(x.shape[1], 4, dtype=torch.float64), []
    for step, inputs in enumerate(x):
        state = torch.tanh(normalise(inputs @ picture(4, 3).T + state @ picture(4, 4, seed=1).T, step))
        states.append(state)
    return torch.stack(states)


@pytest.mark.parametrize("batch", [1, 3])
@pytest.mark.parametrize("length", [2, 7])
def test_layer_norm_at_every_step_equals_a_loop(length, batch):
    built, x = network("layer"), picture(length, batch, 3, seed=2)
    gamma, beta = picture(4, seed=3), picture(4, seed=4)
    built.norm.load_state_dict({"weight": gamma, "bias": beta})
    expected = unrolled(x, lambda summed, step: functional.layer_norm(summed, [4], gamma, beta))
    torch.testing.assert_close(built(x).detach(), expected, rtol=1e-9, atol=1e-12)


def test_batch_norm_of_each_step_equals_a_loop_in_both_modes():
    built, x = network("batch", 4), picture(4, 5, 3, seed=2)
    twins = [nn.BatchNorm1d(4, affine=False).double() for _ in range(4)]
    for _ in range(3):
        expected = unrolled(x, lambda summed, step: twins[step](summed))
        torch.testing.assert_close(built(x).detach(), expected, rtol=1e-9, atol=1e-12)
    expected = unrolled(x, lambda summed, step: twins[step].eval()(summed))
    torch.testing.assert_close(built.eval()(x).detach(), expected, rtol=1e-9, atol=1e-12)


def test_without_normalisation_it_is_torchs_rnn():
    built, x = network("none"), picture(5, 2, 3, seed=2)
    twin = nn.RNN(3, 4, bias=False).double()
    twin.load_state_dict({"weight_ih_l0": picture(4, 3), "weight_hh_l0": picture(4, 4, seed=1)})
    torch.testing.assert_close(built(x).detach(), twin(x)[0].detach(), rtol=1e-9, atol=1e-12)


@pytest.mark.parametrize(("hidden_size", "max_len"), [(4, 6), (64, 20), (1, 1)])
def test_statistics_kept_for_each_step(hidden_size, max_len):
    arguments = {"hidden_size": hidden_size, "max_len": max_len}
    kept = sum(b.numel() for _ in range(max_len) for b in list(nn.BatchNorm1d(hidden_size).buffers())[:2])
    assert run("norm.rnn_num_statistics", normalisation="batch", **arguments).value == kept
    assert run("norm.rnn_num_statistics", normalisation="layer", **arguments).value == 0


def test_steps_without_statistics_are_refused():
    with pytest.raises(Refused, match="for 4 steps, and the sequence has 5"):
        network("batch", 4)(picture(5, 2, 3))
    with pytest.raises(Refused, match="at least two values per channel"):
        network("batch", 4)(picture(4, 1, 3))
