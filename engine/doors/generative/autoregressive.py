"""``autoregressive.*``: what masked convolutions see, what sampling costs, and likelihoods as products."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run, Text
from engine.generative.autoregressive.chain_rule import dependency_map, log_likelihood, sample
from engine.generative.autoregressive.masked_conv import MaskedConv2d, MaskType, spatial_mask
from engine.models.pixelcnn import PixelCNN, PixelRNN
from engine.registry import Kind, function

Network = Literal["pixelcnn", "row_lstm"]
Side = Annotated[int, Between(1, 16)]
Place = Annotated[int, Between(0, 15)]
BlockCount = Annotated[int, Between(0, 8)]
OddKernel = Literal[1, 3, 5, 7, 9, 11]
Image = Annotated[Tensor, Elements(256, dims=2), Between(0, 1)]
Logits = Annotated[Tensor, Elements(256, dims=2), Between(-100, 100)]
_IMAGE = {"image": [[1, 0], [0, 1]], "logits": [[0.5, -1], [0.2, 2]]}


@function(
    "autoregressive.visible_weights",
    Kind.MODULE,
    example={"mask_type": "A", "kernel_size": 7},
    shows=(MaskedConv2d, spatial_mask),
)
def visible_weights(mask_type: MaskType, kernel_size: OddKernel) -> Run:
    """Return how many weights of a masked kernel, from one channel to one, are not hidden.

    >>> visible_weights("A", 3).value, visible_weights("B", 3).value
    (4, 5)
    """
    with torch.random.fork_rng(devices=[]):
        layer = MaskedConv2d(mask_type, 1, 1, kernel_size)
    heatmap = Heatmap(f"Mask {mask_type}", layer.mask[0, 0].tolist())
    return Run(int(layer.mask.sum()), lambda: [heatmap], "cpu")


@function(
    "autoregressive.pixels_seen",
    Kind.MEASURED,
    example={"size": 9, "row": 4, "column": 4, "num_blocks": 1},
    shows=(PixelCNN, PixelRNN, dependency_map),
)
def pixels_seen(
    size: Side,
    row: Place,
    column: Place,
    network: Network = "pixelcnn",
    kernel_size: OddKernel = 3,
    num_blocks: BlockCount = 0,
) -> Run:
    """Return on how many pixels of a size × size image a PixelCNN's, or a Row LSTM's, output at one pixel depends.

    ``kernel_size`` is that of the first convolution; each of ``num_blocks`` adds a 3×3. Rows and columns count from 0.

    >>> pixels_seen(5, 2, 2).value  # three above and one to the left
    4
    """
    if max(row, column) >= size:
        raise Refused(f"rows and columns of a {size}×{size} image go from 0 to {size - 1}, not to {max(row, column)}")
    seen = dependency_map(_open(network, kernel_size, num_blocks), _noise(size, size), row, column)
    said = f"{row * size + column} pixels come before this one, and {int(seen.sum())} of them are seen."
    return Run(int(seen.sum()), lambda: [Text(said), Heatmap("Pixels seen", seen.tolist(), "column", "row")], "cpu")


@function("autoregressive.sampling_passes", Kind.MEASURED, example={"height": 4, "width": 3}, shows=(sample, PixelCNN))
def sampling_passes(height: Side, width: Side) -> Run:
    """Return how often a PixelCNN runs while it draws one binary image of one channel, counted by a hook.

    >>> sampling_passes(4, 3).value
    12
    """
    network, passes = _open("pixelcnn", 3, 0), []
    handle = network.register_forward_hook(lambda *_: passes.append(1))
    drawn = sample(network, _noise(height, width).sigmoid())
    handle.remove()
    heatmap = Heatmap("The image that was drawn", drawn[0, 0].tolist())
    return Run(len(passes), lambda: [Text("Training takes one pass for all pixels."), heatmap], "cpu")


@function("autoregressive.log_likelihood", Kind.MODULE, example=_IMAGE)
def log_likelihood_of(image: Image, logits: Logits) -> Run:
    """Return log p of a binary image in nats, by ``nn.BCEWithLogitsLoss`` over the logits of its pixels being 1.

    >>> round(log_likelihood_of(torch.ones(2, 2).double(), torch.zeros(2, 2).double()).value, 6)  # -4·log 2
    -2.772589
    """
    pixels, scores = _same_shape(image, logits)
    loss: Tensor = nn.BCEWithLogitsLoss(reduction="sum")(scores, pixels)
    return Run(-loss.item(), lambda: _factors(pixels, scores), str(loss.device))


@function("autoregressive.log_likelihood_formula", Kind.CLOSED_FORM, example=_IMAGE, shows=(log_likelihood,))
def log_likelihood_formula(image: Image, logits: Logits) -> Run:
    """Return the same as the sum over pixels of the log of each conditional probability."""
    pixels, scores = _same_shape(image, logits)
    found = log_likelihood(lambda _: scores[None, None], pixels[None, None])
    return Run(found.item(), lambda: _factors(pixels, scores), str(found.device))


def _open(network: Network, kernel_size: int, num_blocks: int) -> nn.Module:
    """Return a network of positive weights, so that no two paths cancel and no ReLU stops one."""
    with torch.random.fork_rng(devices=[]):
        module = PixelCNN(4, num_blocks, kernel_size=kernel_size) if network == "pixelcnn" else PixelRNN(4, kernel_size)
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.fill_(0.05)
    return module.double()


def _noise(height: int, width: int) -> Tensor:
    return torch.rand(1, 1, height, width, generator=torch.Generator().manual_seed(0), dtype=torch.float64)


def _same_shape(image: Tensor, logits: Tensor) -> tuple[Tensor, Tensor]:
    if image.shape != logits.shape:
        raise Refused(f"image and logits need one shape, not {list(image.shape)} and {list(logits.shape)}")
    if bool(((image != 0) & (image != 1)).any()):
        raise Refused("a binary image holds nothing but 0 and 1")
    return image.to(for_float64()), logits.to(for_float64())


def _factors(image: Tensor, logits: Tensor) -> Blocks:
    chances = ((2 * image - 1) * logits).sigmoid()
    return [Heatmap("Probability of each pixel, given those before it", chances.tolist(), "column", "row")]
