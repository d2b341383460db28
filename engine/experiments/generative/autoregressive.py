"""Masked convolutions and the chain rule: what a pixel may depend on, and what holds only if it does not."""

from typing import Literal

import torch
from torch import Tensor, nn

from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.generative.autoregressive import chain_rule
from engine.generative.autoregressive.chain_rule import Given
from engine.generative.autoregressive.masked_conv import MaskedConv2d, MaskType
from engine.models.pixelcnn import PixelCNN, PixelRNN
from engine.registry import Kind, function

Network = Literal["pixelcnn", "row_lstm", "unmasked"]
_ROW, _COLUMN = 2, 2


@function(
    "autoregressive.ignores_later_pixels",
    Kind.MEASURED,
    example={"network": "pixelcnn"},
    shows=(MaskedConv2d, PixelCNN, PixelRNN),
)
def ignores_later_pixels(network: Network = "pixelcnn") -> Run:
    """Say whether a network's output at one pixel stays when all pixels after it change, rows first.

    ``unmasked`` is a pair of plain convolutions.
    """
    return settle(
        "Change of the output at the pixel in the middle of 5×5",
        Holds.IF_EQUAL,
        _moved_by,
        {"network": network, "changed": "later"},
        [{"network": other, "changed": "later"} for other in ("pixelcnn", "row_lstm", "unmasked")],
    )


@function("autoregressive.ignores_own_pixel", Kind.MEASURED, example={"first_mask": "A"}, shows=(MaskedConv2d,))
def ignores_own_pixel(first_mask: MaskType = "A") -> Run:
    """Say whether a PixelCNN's output at a pixel stays when that pixel changes; later layers have mask B."""
    return settle(
        "Change of the output at the changed pixel",
        Holds.IF_EQUAL,
        _moved_by,
        {"network": "pixelcnn", "changed": "own", "first_mask": first_mask},
        [{"network": "pixelcnn", "changed": "own", "first_mask": mask} for mask in ("A", "B")],
    )


def _moved_by(generator: torch.Generator, network: Network, changed: str, first_mask: MaskType = "A") -> Tensor:
    module, image = _network(generator, network, first_mask), randn(generator, 1, 1, 5, 5)
    order = torch.arange(25, device=image.device).reshape(5, 5)
    own = _ROW * 5 + _COLUMN
    places = order > own if changed == "later" else order == own
    other = torch.where(places, image + 1, image)
    return torch.sub(module(image), module(other))[:, :, _ROW, _COLUMN]


@function(
    "autoregressive.likelihoods_sum_to_one",
    Kind.MEASURED,
    example={"network": "pixelcnn", "first_mask": "A"},
    shows=(chain_rule.log_likelihood, PixelCNN),
)
def likelihoods_sum_to_one(network: Network = "pixelcnn", first_mask: MaskType = "A") -> Run:
    """Say whether the probabilities that a network gives to all 16 binary images of 2×2 pixels sum to 1.

    ``first_mask`` is that of a PixelCNN's first convolution.
    """
    return settle(
        "Sum of the 16 probabilities, less 1",
        Holds.IF_EQUAL,
        _mass_error,
        {"network": network, "first_mask": first_mask},
        [
            {"network": "pixelcnn", "first_mask": "A"},
            {"network": "row_lstm", "first_mask": "A"},
            {"network": "pixelcnn", "first_mask": "B"},
            {"network": "unmasked", "first_mask": "A"},
        ],
        Thresholds(none=1e-9, some=1e-4),
    )


def _mass_error(generator: torch.Generator, network: Network, first_mask: MaskType) -> Tensor:
    images = chain_rule.all_binary_images(2, 2).to(current())
    module = _network(generator, network, first_mask)
    return torch.sub(chain_rule.log_likelihood(module, images).exp().sum(), 1)


def _network(generator: torch.Generator, network: Network, first_mask: MaskType = "A") -> nn.Module:
    """Return a small network whose weights all come from the generator."""
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        module = _untrained(network)
        if isinstance(module, PixelCNN) and first_mask == "B":
            module.conv1 = MaskedConv2d("B", 1, 4, 3)
    module.to(current(), torch.float64)
    for parameter in module.parameters():
        parameter.data = randn(generator, *parameter.shape)
    return module


def _untrained(network: Network) -> nn.Module:
    if network == "pixelcnn":
        return PixelCNN(2, num_blocks=1, kernel_size=3)
    if network == "row_lstm":
        return PixelRNN(2, kernel_size=3)
    return nn.Sequential(nn.Conv2d(1, 2, 3, padding=1), nn.ReLU(), nn.Conv2d(2, 1, 3, padding=1))


@function(
    "autoregressive.product_is_joint", Kind.MEASURED, example={"given": "all previous"}, shows=(chain_rule.rebuilt,)
)
def product_is_joint(given: Given = "all previous") -> Run:
    """Say whether a joint distribution of four binary variables is the product of p(x_i given …).

    Each factor is given all variables before it, only the one before, or nothing.
    """
    return settle(
        "Product of the factors less the joint distribution",
        Holds.IF_EQUAL,
        _product_error,
        {"given": given},
        [{"given": other} for other in ("all previous", "previous one", "nothing")],
        Thresholds(none=1e-9, some=1e-3),
    )


def _product_error(generator: torch.Generator, given: Given) -> Tensor:
    joint = randn(generator, 16).softmax(0).reshape(2, 2, 2, 2)
    return (chain_rule.rebuilt(joint, given) - joint).reshape(4, 4)


@function(
    "autoregressive.sees_every_earlier_pixel",
    Kind.MEASURED,
    example={"kernel_size": 9, "num_blocks": 0},
    shows=(PixelCNN, chain_rule.dependency_map),
)
def sees_every_earlier_pixel(kernel_size: Literal[3, 5, 7, 9] = 9, num_blocks: Literal[0, 1, 2, 3, 4] = 0) -> Run:
    """Say whether a PixelCNN's output in the middle of 5×5 pixels depends on all pixels before it.

    The first convolution has this ``kernel_size``; each of ``num_blocks`` adds a masked 3×3.
    """
    return settle(
        "Earlier pixels that do not matter",
        Holds.IF_EQUAL,
        _blind_spot,
        {"kernel_size": kernel_size, "num_blocks": num_blocks},
        [{"kernel_size": 9, "num_blocks": 0}, {"kernel_size": 3, "num_blocks": 0}, {"kernel_size": 3, "num_blocks": 4}],
        Thresholds(none=0, some=1),
    )


def _blind_spot(generator: torch.Generator, kernel_size: int, num_blocks: int) -> Tensor:
    with torch.random.fork_rng(devices=[]):
        module = PixelCNN(2, num_blocks, kernel_size=kernel_size).to(current(), torch.float64)
    for parameter in module.parameters():
        parameter.data = randn(generator, *parameter.shape).abs()  # positive, so that no ReLU stops a path
    image = randn(generator, 1, 1, 5, 5).abs()
    seen = chain_rule.dependency_map(module, image, _ROW, _COLUMN)
    earlier = torch.arange(25, device=seen.device).reshape(5, 5) < _ROW * 5 + _COLUMN
    return (earlier & (seen == 0)).double().sum()
