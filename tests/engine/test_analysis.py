import copy

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis.macs import macs
from engine.analysis.params import num_params
from engine.analysis.shapes import LayerRow, layer_table
from engine.errors import Refused

torch.set_num_threads(1)


class Branches(nn.Module):
    """Two branches, one layer used twice, a tensor of its own, normalisation, dropout and a part that never runs."""

    def __init__(self) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.ones(5))
        self.stem = nn.Conv2d(3, 6, kernel_size=3, stride=2, padding=1)
        self.norm = nn.BatchNorm2d(6)
        self.twice = nn.Conv2d(6, 6, kernel_size=3, padding=1, groups=3)
        self.up = nn.ConvTranspose2d(6, 4, kernel_size=(2, 3), stride=2, padding=1)
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(4, 5)
        self.never = nn.Linear(100, 100)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        x = self.norm(self.stem(x))
        x = self.twice(x) + self.twice(x.relu())
        return self.head(self.drop(self.up(x).mean((2, 3)))) * self.scale


def counted_by_torch(module: nn.Module, x: torch.Tensor) -> int:
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        copy.deepcopy(module).eval()(x)
    flops = counter.get_total_flops()
    assert flops % 2 == 0
    return flops // 2


def test_macs_agree_with_torchs_flop_counter_on_a_branched_network() -> None:
    net, x = Branches(), torch.zeros(2, 3, 14, 10)
    assert macs(net, x) == counted_by_torch(net, x) > 0


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_macs_of_random_layers_agree_with_torchs_flop_counter(data: st.DataObject) -> None:
    def draw(low: int, high: int) -> int:
        return data.draw(st.integers(low, high))

    dims, groups = draw(1, 3), draw(1, 3)
    channels, features = groups * draw(1, 3), groups * draw(1, 3)
    kernel = tuple(draw(1, 3) for _ in range(dims))
    transposed = data.draw(st.booleans())
    kinds = (
        [nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d]
        if transposed
        else [nn.Conv1d, nn.Conv2d, nn.Conv3d]
    )
    layer = kinds[dims - 1](channels, features, kernel, stride=draw(1, 2), groups=groups, device="meta")
    x = torch.zeros(draw(1, 2), channels, *(draw(3, 7) for _ in range(dims)), device="meta")
    assert macs(layer, x) == counted_by_torch(layer, x)


def test_a_linear_layer_counts_every_row() -> None:
    assert macs(nn.Linear(4, 3), torch.zeros(2, 5, 4)) == 2 * 5 * 3 * 4


def test_a_pass_leaves_no_trace() -> None:
    net = Branches().train()
    net.norm.eval()
    before = copy.deepcopy(net.state_dict())
    flags = [layer.training for layer in net.modules()]
    torch.manual_seed(0)
    randomness = torch.get_rng_state()
    macs(net, torch.randn(2, 3, 8, 8, generator=torch.Generator().manual_seed(1)))
    layer_table(net, torch.ones(2, 3, 8, 8))
    assert [layer.training for layer in net.modules()] == flags
    assert all(torch.equal(tensor, before[name]) for name, tensor in net.state_dict().items())
    assert torch.equal(randomness, torch.get_rng_state())
    assert not any(layer._forward_hooks for layer in net.modules())


def test_hooks_and_flags_are_put_back_after_an_error() -> None:
    net = Branches().train()
    with pytest.raises(RuntimeError):
        macs(net, torch.zeros(1, 4, 8, 8))
    assert all(layer.training for layer in net.modules())
    assert not any(layer._forward_hooks for layer in net.modules())


@pytest.mark.parametrize(
    ("layer", "inputs"),
    [
        (nn.LSTM(3, 4), (torch.zeros(2, 1, 3),)),
        (nn.GRUCell(3, 4), (torch.zeros(1, 3),)),
        (nn.MultiheadAttention(4, 2), (torch.zeros(2, 1, 4),) * 3),
        (nn.Bilinear(2, 3, 4), (torch.zeros(1, 2), torch.zeros(1, 3))),
    ],
    ids=["LSTM", "GRUCell", "MultiheadAttention", "Bilinear"],
)
def test_layers_whose_products_are_hidden_are_refused(layer: nn.Module, inputs: tuple[torch.Tensor, ...]) -> None:
    with pytest.raises(Refused, match=f"^the MACs of {type(layer).__name__} cannot be counted"):
        macs(layer, *inputs)


def test_num_params_counts_trainable_tensors_once() -> None:
    assert num_params(nn.BatchNorm2d(7)) == 14  # the running mean and variance are buffers
    tied = nn.Sequential(nn.Linear(4, 4), nn.Linear(4, 4))
    tied[1].weight = tied[0].weight
    assert num_params(tied) == 16 + 4 + 4
    frozen = nn.Linear(4, 3)
    frozen.weight.requires_grad_(False)
    assert num_params(frozen) == 3
    assert num_params(nn.ReLU()) == 0


def test_layer_table_has_the_layers_in_the_order_in_which_they_run() -> None:
    rows = layer_table(Branches(), torch.zeros(2, 3, 14, 10))
    assert rows == [
        LayerRow("stem", "Conv2d", (2, 6, 7, 5), 6 * 27 + 6, 2 * 6 * 35 * 27),
        LayerRow("norm", "BatchNorm2d", (2, 6, 7, 5), 12, 0),
        LayerRow("twice", "Conv2d", (2, 6, 7, 5), 6 * 18 + 6, 2 * 6 * 35 * 18),
        LayerRow("twice", "Conv2d", (2, 6, 7, 5), 0, 2 * 6 * 35 * 18),
        LayerRow("up", "ConvTranspose2d", (2, 4, 12, 9), 6 * 4 * 6 + 4, 2 * 6 * 35 * 4 * 6),
        LayerRow("drop", "Dropout", (2, 4), 0, 0),
        LayerRow("head", "Linear", (2, 5), 25, 2 * 20),
        LayerRow("", "Branches", (2, 5), 5, 0),
    ]


def test_layer_table_adds_up_to_the_whole() -> None:
    net, x = Branches(), torch.zeros(2, 3, 14, 10)
    rows = layer_table(net, x)
    assert sum(row.macs for row in rows) == macs(net, x)
    assert sum(row.params for row in rows) == num_params(net) - num_params(net.never)
