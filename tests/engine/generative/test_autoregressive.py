"""Masked convolutions, the Row LSTM and the chain rule: by hand-written masks, torch's LSTM, and enumeration."""

import itertools
import math

import pytest
import torch
from door_runs import run
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.generative.autoregressive.chain_rule import (
    all_binary_images,
    dependency_map,
    log_likelihood,
    rebuilt,
    sample,
)
from engine.generative.autoregressive.masked_conv import MaskedConv2d, spatial_mask
from engine.generative.autoregressive.row_lstm import RowLSTM
from engine.models.pixelcnn import PixelCNN, PixelCNNBlock, PixelRNN

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def drawn(network):
    network.double()
    for seed, parameter in enumerate(network.parameters()):
        parameter.data = noise(*parameter.shape, seed=seed)
    return network


def zeroed(weight, mask_type, colours=1):
    """The weight with a zero wherever a loop over places and colours finds that it looks ahead."""
    kept = weight.clone()
    given, fed, size, _ = weight.shape
    middle = size // 2
    for out, inside, row, column in itertools.product(range(given), range(fed), range(size), range(size)):
        ahead = (row, column) > (middle, middle)
        if (row, column) == (middle, middle):
            mine, seen = out // (given // colours), inside // (fed // colours)
            ahead = seen >= mine if mask_type == "A" else seen > mine
        if ahead:
            kept[out, inside, row, column] = 0
    return kept


@pytest.mark.parametrize("mask_type", ["A", "B"])
@pytest.mark.parametrize(("kernel_size", "colours"), [(1, 1), (3, 1), (5, 1), (3, 3), (1, 3)])
def test_a_masked_convolution_is_one_with_zeros_written_by_hand(mask_type, kernel_size, colours):
    layer = drawn(MaskedConv2d(mask_type, 3, 6, kernel_size, colours))
    x = noise(2, 3, 6, 5, seed=9)
    weight = zeroed(layer.weight.detach(), mask_type, colours)
    expected = functional.conv2d(x, weight, layer.bias, padding=kernel_size // 2)
    assert_close(layer(x), expected, rtol=1e-9, atol=1e-12)
    assert sum(parameter.numel() for parameter in layer.parameters()) == 6 * (3 * kernel_size**2 + 1)


@pytest.mark.parametrize(("kernel_size", "ones"), [(3, 4), (5, 12), (7, 24)])
def test_how_many_places_a_mask_leaves(kernel_size, ones):
    assert ones == (kernel_size**2 - 1) // 2
    for mask_type, added in (("A", 0), ("B", 1)):
        assert spatial_mask(mask_type, kernel_size).sum().item() == pytest.approx(ones + added)
        found = run("autoregressive.visible_weights", mask_type=mask_type, kernel_size=kernel_size).value
        assert found == ones + added


@pytest.mark.parametrize("network", [PixelCNN(2, 2, kernel_size=5), PixelRNN(3, kernel_size=3)])
def test_later_pixels_change_nothing(network):
    drawn(network)
    image = noise(1, 1, 4, 5)
    before = network(image)
    for place in range(20):
        other = image.clone()
        other.flatten()[place] += 1
        change = (network(other) - before).flatten().abs()
        assert change[: place + 1].max() == 0
        assert place == 19 or change[place + 1 :].max() > 0
    assert_close(network(image), before, rtol=0, atol=0)


def test_a_pixelcnn_equals_plain_code():
    network = drawn(PixelCNN(channels=2, num_blocks=1, kernel_size=3))
    state = network.state_dict()

    def conv(x, name, mask_type="B"):
        weight = zeroed(state[f"{name}.weight"], mask_type)
        return functional.conv2d(x, weight, state[f"{name}.bias"], padding=weight.shape[-1] // 2)

    image = noise(2, 1, 4, 4)
    x = conv(image, "conv1", "A")
    out = x
    for index in (1, 3, 5):
        out = conv(functional.relu(out), f"blocks.0.layers.{index}")
    x = x + out
    for index in (1, 3):
        x = conv(functional.relu(x), f"head.{index}")
    assert_close(network(image), x, rtol=1e-9, atol=1e-9)


def test_a_block_has_the_bottleneck_of_the_paper():
    h = 8
    expected = (2 * h * h + h) + (9 * h * h + h) + (2 * h * h + 2 * h)
    assert sum(parameter.numel() for parameter in PixelCNNBlock(h).parameters()) == expected


def test_colours_are_seen_in_the_order_red_green_blue():
    network = drawn(PixelCNN(channels=3, num_blocks=1, colours=3, levels=2, kernel_size=3))
    for parameter in network.parameters():
        parameter.data.abs_()  # so that no ReLU stops a path
    image = noise(1, 3, 3, 3).abs()
    before = network(image)
    assert before.shape == (1, 6, 3, 3)
    for colour in range(3):
        other = image.clone()
        other[0, colour, 1, 1] += 1
        change = (network(other) - before)[0, :, 1, 1].abs().reshape(3, 2).amax(1)
        assert (change > 0).tolist() == [later > colour for later in range(3)]


def test_a_row_lstm_of_kernel_one_is_torchs_lstm_down_each_column():
    layer = drawn(RowLSTM(in_channels=3, hidden_channels=4, kernel_size=1))
    x = noise(2, 3, 5, 6)
    lstm = nn.LSTM(3, 4).double()
    order = [2, 1, 3, 0]  # of o, f, i, g, for torch's i, f, g, o
    with torch.no_grad():
        fed, kept = layer.input_to_state, layer.state_to_state
        lstm.weight_ih_l0.copy_(torch.cat([fed.weight[:, :, 0].chunk(4)[gate] for gate in order]))
        lstm.bias_ih_l0.copy_(torch.cat([fed.bias.chunk(4)[gate] for gate in order]))
        lstm.weight_hh_l0.copy_(torch.cat([kept.weight[:, :, 0].chunk(4)[gate] for gate in order]))
        lstm.bias_hh_l0.zero_()
    columns = x.permute(2, 0, 3, 1).reshape(5, 12, 3)
    expected = lstm(columns)[0].reshape(5, 2, 6, 4).permute(1, 3, 0, 2)
    assert_close(layer(x), expected, rtol=1e-9, atol=1e-12)


def test_a_wider_row_lstm_by_a_loop_over_pixels():
    layer = drawn(RowLSTM(in_channels=2, hidden_channels=3))
    x = noise(1, 2, 3, 4)
    weight_x, weight_h, bias = layer.input_to_state.weight, layer.state_to_state.weight, layer.input_to_state.bias
    hidden, cell = torch.zeros(3, 6).double(), torch.zeros(3, 4).double()  # a column of zeros on either side
    for row in range(3):
        made = []
        for column in range(4):
            gates = bias + weight_x[:, :, 1] @ x[0, :, row, column]
            gates = gates + (weight_x[:, :, 0] @ x[0, :, row, column - 1] if column else 0)
            gates = gates + sum(weight_h[:, :, tap] @ hidden[:, column + tap] for tap in range(3))
            o, f, i, g = gates.chunk(4)
            new = f.sigmoid() * cell[:, column] + i.sigmoid() * g.tanh()
            made.append((o.sigmoid() * new.tanh(), new))
        hidden = functional.pad(torch.stack([h for h, _ in made], 1), (1, 1))
        cell = torch.stack([c for _, c in made], 1)
        assert_close(layer(x)[0, :, row], hidden[:, 1:-1], rtol=1e-9, atol=1e-12)


def test_an_even_kernel_has_no_middle():
    with pytest.raises(Refused, match="an odd size, not 4"):
        MaskedConv2d("A", 1, 1, 4)
    with pytest.raises(Refused, match="an odd size, not 2"):
        RowLSTM(1, 1, 2)
    with pytest.raises(Refused, match="cannot be split into 3 colours"):
        MaskedConv2d("A", 3, 4, 3, colours=3)


def test_likelihoods_sum_to_one_over_all_2x2_images():
    every = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)), dtype=torch.float64).reshape(-1, 1, 2, 2)
    assert_close(all_binary_images(2, 2), every, rtol=0, atol=0)
    for network in (drawn(PixelCNN(2, 1, kernel_size=3)), drawn(PixelRNN(2, kernel_size=3))):
        assert log_likelihood(network, every).exp().sum().item() == pytest.approx(1, rel=1e-9)


def test_a_likelihood_is_the_product_of_conditionals_asked_one_by_one():
    network = drawn(PixelCNN(2, 1, kernel_size=3))
    image = torch.tensor([[1.0, 0.0], [1.0, 1.0]], dtype=torch.float64)[None, None]
    total = 0.0
    for place in range(4):
        known = torch.zeros(4, dtype=torch.float64)
        known[:place] = image.flatten()[:place]  # nothing that comes later is told
        chance = network(known.reshape(1, 1, 2, 2)).flatten()[place].sigmoid().item()
        total += math.log(chance if image.flatten()[place] else 1 - chance)
    assert log_likelihood(network, image).item() == pytest.approx(total, rel=1e-9)


def test_samples_follow_the_likelihood():
    network = drawn(PixelCNN(2, 0, kernel_size=3))
    every = torch.tensor(list(itertools.product([0.0, 1.0], repeat=4)), dtype=torch.float64).reshape(-1, 1, 2, 2)
    uniform = torch.rand(4000, 1, 2, 2, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    with torch.no_grad():
        images = sample(network, uniform).flatten(1)
    shares = [(images == one.flatten()).all(1).double().mean().item() for one in every]
    assert shares == pytest.approx(log_likelihood(network, every).exp().tolist(), abs=0.04)


def test_one_sample_by_its_own_conditionals():
    network = drawn(PixelCNN(2, 0, kernel_size=3))
    uniform = torch.tensor([[0.3, 0.6], [0.1, 0.8]], dtype=torch.float64)[None, None]
    image = torch.zeros(1, 1, 2, 2, dtype=torch.float64)
    for row, column in itertools.product(range(2), range(2)):
        chance = 1 / (1 + math.exp(-network(image)[0, 0, row, column].item()))
        image[0, 0, row, column] = float(uniform[0, 0, row, column].item() < chance)
    assert_close(sample(network, uniform), image, rtol=0, atol=0)


@pytest.mark.parametrize("given", ["all previous", "previous one", "nothing"])
def test_factors_by_enumeration(given):
    joint = noise(8).softmax(0).reshape(2, 2, 2)
    found = rebuilt(joint, given)
    for bits in itertools.product(range(2), repeat=3):
        product = 1.0
        for place in range(3):
            first = {"all previous": 0, "previous one": max(0, place - 1), "nothing": place}[given]
            agreeing = [b for b in itertools.product(range(2), repeat=3) if b[first:place] == bits[first:place]]
            condition = sum(joint[b].item() for b in agreeing)
            product *= sum(joint[b].item() for b in agreeing if b[place] == bits[place]) / condition
        assert found[bits].item() == pytest.approx(product, rel=1e-9)
    if given == "all previous":
        assert_close(found, joint, rtol=1e-9, atol=0)


def reached(size, row, column, offsets, times):
    """Pixels from which ``times`` moves by one of the offsets, or none, lead to (row, column)."""
    places = {(row, column)}
    for _ in range(times):
        places |= {(r + dr, c + dc) for r, c in places for dr, dc in offsets}
    return {(r, c) for r, c in places if 0 <= r < size and 0 <= c < size}


@pytest.mark.parametrize("num_blocks", [0, 1, 3])
def test_pixels_seen_by_a_walk_over_the_masks(num_blocks):
    offsets = [(-1, -1), (-1, 0), (-1, 1), (0, -1)]
    first = {(4 + dr, 4 + dc) for dr, dc in offsets}
    expected = set()
    for row, column in first:
        expected |= reached(9, row, column, offsets, num_blocks)
    found = run("autoregressive.pixels_seen", size=9, row=4, column=4, num_blocks=num_blocks).value
    assert found == len(expected)


def test_a_dependency_map_by_changing_each_pixel():
    network = drawn(nn.Conv2d(1, 1, 3, padding=1))
    image = noise(1, 1, 4, 4)
    before = network(image)[0, 0, 1, 2]
    expected = torch.zeros(4, 4, dtype=torch.float64)
    for row, column in itertools.product(range(4), range(4)):
        other = image.clone()
        other[0, 0, row, column] += 1
        expected[row, column] = float(network(other)[0, 0, 1, 2] != before)
    assert_close(dependency_map(network, image, 1, 2), expected, rtol=0, atol=0)
    assert expected.sum() == 9


def test_sampling_takes_a_pass_for_each_pixel():
    assert run("autoregressive.sampling_passes", height=5, width=3).value == 15


@pytest.mark.parametrize("name", ["autoregressive.log_likelihood", "autoregressive.log_likelihood_formula"])
def test_likelihood_of_the_doors_by_plain_arithmetic(name):
    image, logits = [[1, 0], [0, 1]], [[0.5, -1.0], [0.2, 2.0]]
    signed = [0.5, 1.0, -0.2, 2.0]
    expected = -sum(math.log(1 + math.exp(-score)) for score in signed)
    assert run(name, image=image, logits=logits).value == pytest.approx(expected, rel=1e-9)


def test_refusals_are_sentences():
    with pytest.raises(Refused, match="go from 0 to 4, not to 5"):
        run("autoregressive.pixels_seen", size=5, row=5, column=0)
    with pytest.raises(Refused, match="nothing but 0 and 1"):
        run("autoregressive.log_likelihood", image=[[0.5]], logits=[[0.0]])
    with pytest.raises(Refused, match=r"one shape, not \[1, 1\] and \[1, 2\]"):
        run("autoregressive.log_likelihood", image=[[1]], logits=[[0.0, 1.0]])
