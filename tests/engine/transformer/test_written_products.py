"""Products that a ``forward`` writes out, counted for the module that writes them, beside torch's own flop counter."""

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

from engine.analysis.depth import longest_path
from engine.analysis.macs import macs
from engine.analysis.matmul_macs import MatmulMacs
from engine.analysis.shapes import LayerRow, layer_table
from engine.errors import Refused
from engine.models import layer_types, zoo

torch.set_num_threads(1)


class Inner(nn.Module):
    """Writes a linear map and a product out; holds a parameter of its own."""

    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(torch.ones(3, 4))
        self.layer = nn.Linear(3, 3)

    def forward(self, x):
        y = self.layer(functional.linear(x, self.weight))
        return y @ y.mT


class Outer(nn.Module):
    """Runs the inner module twice, and convolutions by function in between."""

    def __init__(self):
        super().__init__()
        self.inner = Inner()
        self.register_buffer("kernel", torch.ones(2, 1, 3, 3))

    def forward(self, x):
        image = self.inner(x)[:, None]
        image = functional.conv_transpose2d(functional.conv2d(image, self.kernel), self.kernel)
        return self.inner(image[:, 0, :, :4]), image


def by_torch(network, *inputs):
    with FlopCounterMode(display=False) as counter, torch.no_grad():
        network(*inputs)
    return counter.get_total_flops() // 2


def test_written_products_count_for_the_module_that_writes_them():
    x = torch.ones(2, 5, 4)
    inner = 2 * 5 * 3 * 4 + 2 * 5 * 5 * 3
    layer = 2 * 5 * 3 * 3
    convolutions = 2 * 2 * 9 * 9 + 2 * 2 * 9 * 9
    assert macs(Outer(), x) == 2 * (inner + layer) + convolutions == by_torch(Outer(), x)
    assert layer_table(Outer(), x) == [
        LayerRow("inner.layer", "Linear", (2, 5, 3), 12, layer),
        LayerRow("inner", "Inner", (2, 5, 5), 12, inner),
        LayerRow("inner.layer", "Linear", (2, 5, 3), 0, layer),
        LayerRow("inner", "Inner", (2, 5, 5), 0, inner),
        LayerRow("", "Outer", (2, 5, 5), 0, convolutions),
    ]
    with MatmulMacs() as counted:
        Outer()(x)
    assert (counted.products, counted.linear) == (2 * 2 * 5 * 5 * 3, 2 * (2 * 5 * 3 * 4 + layer))


class Hidden(nn.Module):
    """Calls a product whose sizes its arguments do not tell."""

    def forward(self, x):
        return torch.einsum("bij,bkj->bik", x, x)


def test_a_product_that_hides_its_sizes_is_refused_and_nothing_stays_behind():
    network = nn.Sequential(Hidden())
    with pytest.raises(Refused, match=r"^the MACs of torch's einsum cannot be counted; write the product with @$"):
        macs(network, torch.ones(1, 2, 3))
    assert not any(layer._forward_hooks or layer._forward_pre_hooks for layer in network.modules())


def test_the_longest_path_takes_several_inputs_and_the_first_of_several_outputs():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.first, self.second = nn.Linear(2, 2), nn.Linear(2, 2)

        def forward(self, x, y):
            return (self.second(self.first(x) + y), self.first(y))

    assert longest_path(Two(), torch.ones(1, 2), torch.ones(1, 2)) == ["first", "second"]


def test_inputs_of_networks_by_name():
    ids, segments = zoo.find("bert_base").tensors(7)
    assert ids.shape == segments.shape == (1, 7)
    assert ids.dtype is torch.long
    source, _ = zoo.find("transformer_base_stacks").tensors()
    assert source.shape == (1, 64, 512)
    assert zoo.find("transformer_base_stacks").describe() == "source of 64×512, target of 64×512"
    assert [tuple(tensor.shape) for tensor in zoo.find("vgg16").tensors(32)] == [(1, 3, 32, 32)]
    assert zoo.find("vgg16").describe() == "one image of 3×224×224"
    with pytest.raises(Refused, match=r"^bert_base takes ids of 512 tokens, segments of 512 tokens, not one image$"):
        zoo.find("bert_base").image()


def test_types_of_layers_are_torchs_and_ours_and_nobody_elses():
    class Stranger(nn.Module):
        pass

    known = layer_types.known()
    assert {"Conv2d", "BasicBlock", "MultiheadAttention", "Bert", "TransformerDecoderLayer"} <= known
    assert Stranger.__name__ not in known
    layer_types.check("LSTM")
