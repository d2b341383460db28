"""Residual attention beside torch, beside the axes that its activations reduce, and beside its authors' network."""

import pytest
import torch
from claim_runs import run as ask
from door_runs import run
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from engine.attention.mask_activations import f1, f2, f3, mean_of_channels, pooled_channels
from engine.attention.residual_attention import combine
from engine.errors import Refused
from engine.models.preact_resnet import PreActBottleneck
from engine.models.residual_attention import (
    AttentionModule,
    MaskBranch,
    ResidualAttentionNetwork,
    attention56,
    attention92,
)

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def with_random_weights(module):
    for seed, (name, tensor) in enumerate(module.state_dict().items()):
        if tensor.is_floating_point():
            drawn = torch.rand(tensor.shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)
            tensor.copy_(drawn + 0.5 if "var" in name else drawn / 2 - 0.2)
    return module


def fresh(build):
    with torch.random.fork_rng():
        return with_random_weights(build().double()).eval()


def test_one_plus_the_mask_times_the_trunk():
    trunk, mask = randn(0, 2, 3, 4, 4), randn(1, 2, 3, 4, 4).sigmoid()
    assert_close(combine(trunk, mask), trunk + mask * trunk, **EXACT)
    assert_close(combine(trunk, mask, residual=False), mask * trunk, **EXACT)
    assert_close(combine(trunk, torch.zeros_like(mask)), trunk, **EXACT)
    assert run("residual_attention.output", trunk=[2, -1, 4], mask=[0, 0.5, 1]).value == [2, -1.5, 8]
    assert run("residual_attention.output", trunk=[2, -1, 4], mask=[0, 0.5, 1], residual=False).value == [0, -0.5, 4]


@pytest.mark.parametrize(("mask", "count"), [(0.5, 10), (0.25, 3), (1.0, 5), (0.0, 4)])
def test_a_chain_of_modules_multiplies_by_powers(mask, count):
    asked = {"mask": mask, "num_modules": count}
    assert run("residual_attention.depth_factor", **asked).value == pytest.approx((1 + mask) ** count, rel=1e-12)
    naive = run("residual_attention.depth_factor", **asked, residual=False).value
    assert naive == pytest.approx(mask**count, rel=1e-12)


def test_activations_reduce_over_the_axes_of_the_paper():
    x = randn(0, 2, 3, 4, 5)
    assert_close(f1(x), torch.sigmoid(x), **EXACT)
    assert_close(f2(x), functional.normalize(x, p=2, dim=1), **EXACT)
    standard = functional.instance_norm(x, eps=0.0)  # over H and W of each map, biased
    assert_close(f3(x), torch.sigmoid(standard), **EXACT)


def test_what_some_retell_the_activations_as():
    x = randn(0, 2, 3, 4, 5)
    assert_close(pooled_channels(x), torch.sigmoid(nn.AdaptiveAvgPool2d(1)(x)), **EXACT)
    assert_close(mean_of_channels(x), torch.sigmoid(x.sum(1, keepdim=True) / 3), **EXACT)


@pytest.mark.parametrize("activation", ["f1", "f2", "f3"])
def test_the_door_gives_the_same_masks(activation):
    x = randn(3, 2, 3, 3)
    expected = {
        "f1": x.sigmoid(),
        "f2": x / torch.linalg.vector_norm(x, dim=0),
        "f3": ((x - x.mean((1, 2), keepdim=True)) / x.std((1, 2), correction=0, keepdim=True)).sigmoid(),
    }[activation]
    found = run("residual_attention.mask", features=x.tolist(), activation=activation).value
    assert_close(torch.tensor(found, dtype=torch.float64), expected, **EXACT)


@pytest.mark.parametrize(("inplanes", "planes", "stride"), [(8, 2, 1), (4, 2, 1), (8, 3, 2)])
def test_a_unit_normalises_and_cuts_before_each_convolution(inplanes, planes, stride):
    unit, x = fresh(lambda: PreActBottleneck(inplanes, planes, stride)), randn(0, 2, inplanes, 6, 6)

    def active(layer, given):
        scale = layer.weight / (layer.running_var + layer.eps).sqrt()
        shift = layer.bias - layer.running_mean * scale
        return (given * scale[:, None, None] + shift[:, None, None]).clamp(min=0)

    a = active(unit.bn1, x)
    f = torch.einsum("nchw,kc->nkhw", a, unit.conv1.weight[:, :, 0, 0])
    f = functional.conv2d(active(unit.bn2, f), unit.conv2.weight, stride=stride, padding=1)
    f = torch.einsum("nchw,kc->nkhw", active(unit.bn3, f), unit.conv3.weight[:, :, 0, 0])
    same = stride == 1 and inplanes == 4 * planes
    shortcut = x if same else functional.conv2d(a, unit.downsample.weight, stride=stride)
    assert_close(unit(x), f + shortcut, **EXACT)


def test_the_mask_branch_goes_down_and_comes_back_up_with_skips():
    branch, x = fresh(lambda: MaskBranch(4, depth=2)), randn(0, 1, 4, 7, 9)  # odd sizes come back exactly too
    first = branch.down[0](functional.max_pool2d(x, 3, 2, 1))
    second = branch.down[1](functional.max_pool2d(first, 3, 2, 1))
    up = functional.interpolate(branch.up[0](second), size=first.shape[-2:], mode="bilinear") + branch.skips[0](first)
    up = functional.interpolate(branch.up[1](up), size=(7, 9), mode="bilinear")
    for index in (0, 3):
        up = branch.head[index + 2](branch.head[index](up).relu())
    assert_close(branch(x), up, **EXACT)


@pytest.mark.parametrize("residual", [True, False])
def test_the_module_weighs_the_trunk_by_the_mask_of_the_same_input(residual):
    module, x = fresh(lambda: AttentionModule(8, depth=1, residual=residual)), randn(0, 2, 8, 6, 6)
    before = module.before(x)
    mask, trunk = module.mask(before).sigmoid(), module.trunk[1](module.trunk[0](before))
    assert_close(module(x), module.after(mask * trunk + (trunk if residual else 0)), **EXACT)


@pytest.mark.parametrize(
    ("build", "name", "convolutions", "batch_norms", "in_all"),
    [
        (attention56, "attention56", 31_738_024, 107, 31_810_728),
        (attention92, "attention92", 52_332_712, 176, 52_466_344),
    ],
)
def test_the_networks_are_their_authors(build, name, convolutions, batch_norms, in_all):
    """Numbers counted from the network definitions that the authors published (conv and fc weights; BN layers).

    The paper's table prints 31.9 M and 51.3 M, rounded.
    """
    with torch.device("meta"):
        network = build()
    norms = [layer for layer in network.modules() if isinstance(layer, nn.BatchNorm2d)]
    total = sum(p.numel() for p in network.parameters())
    assert len(norms) == batch_norms
    assert total - sum(2 * layer.num_features for layer in norms) == convolutions
    assert ask("model.num_params", {"name": name}).value == total == in_all


def test_a_narrow_network_runs_through_its_stages():
    network = fresh(lambda: ResidualAttentionNetwork([1, 1, 1], num_classes=5, width=4))
    x = randn(0, 1, 3, 64, 64)
    y = functional.max_pool2d(network.bn1(network.conv1(x)).relu(), 3, 2, 1)
    shapes = []
    for stage in (network.stage1, network.stage2, network.stage3, network.stage4):
        y = stage(y)
        shapes.append(tuple(y.shape[1:]))
    assert shapes == [(16, 16, 16), (32, 8, 8), (64, 4, 4), (128, 2, 2)]
    assert_close(network(x), y.mean((2, 3)) @ network.fc.weight.mT + network.fc.bias, **EXACT)


def test_sizes_in_the_mask_branch():
    assert run("residual_attention.mask_sizes", size=56, depth=3).value == [56, 28, 14, 7, 14, 28, 56]
    assert run("residual_attention.mask_sizes", size=15, depth=2).value == [15, 8, 4, 8, 15]


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        (
            "residual_attention.mask",
            {"features": [[[0]], [[0]]], "activation": "f2"},
            "f2 cannot divide by 0: a place whose",
        ),
        (
            "residual_attention.mask",
            {"features": [[[1, 1]]], "activation": "f3"},
            "f3 cannot divide by 0: a flat map has no",
        ),
        (
            "residual_attention.output",
            {"trunk": [1, 2], "mask": [1]},
            "the mask needs an entry for each of the trunk's 2",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused, match=f"^{sentence}"):
        run(name, **arguments)
