"""``srgan.*``: sizes of SRGAN's two networks, what its VGG-19 features are like, and its generator's loss."""

from typing import Annotated, Literal

import torch
from torch import nn

from engine.analysis.params import num_params as count_params
from engine.arguments import Between, Length
from engine.convolution.pixel_shuffle import PixelShuffle
from engine.doors.generative._generative import Answers, Number, Weight, numbers, same_length, terms
from engine.errors import Refused
from engine.evidence import Blocks, Run, Table
from engine.generative.super_resolution import content_loss
from engine.models.srgan import SRResNet
from engine.models.srgan_discriminator import SRDiscriminator
from engine.models.vgg import CONFIGURATIONS, VGG
from engine.registry import Kind, function

Scale = Literal[2, 4, 8, 16]
BlockCount = Annotated[int, Between(0, 64)]
Width = Annotated[int, Between(1, 1024)]
Side = Annotated[int, Between(1, 1024)]
Features = Annotated[tuple[Number, ...], Length(1, 256)]
_LOSS = {"features": [1, 2, 3], "target": [1, 1, 1], "answers": [0.1, 0.4]}


@function("srgan.num_params", Kind.MODULE, example={"scale": 4}, shows=(SRResNet,))
def num_params(scale: Scale = 4, num_blocks: BlockCount = 16, channels: Width = 64) -> Run:
    """Return the trainable parameters of SRGAN's generator, SRResNet, with one slope in each PReLU.

    >>> num_params().value
    1549462
    """
    network = _generator(scale, num_blocks, channels)
    return Run(count_params(network), lambda: _parts(network), device="meta")


@function("srgan.output_shape", Kind.MODULE, example={"height": 24, "width": 24}, shows=(SRResNet,))
def output_shape(height: Side, width: Side, scale: Scale = 4) -> Run:
    """Return the shape [C, H, W] of what SRResNet makes of one small colour image.

    >>> output_shape(24, 32).value
    [3, 96, 128]
    """
    network = _generator(scale, 1, 8).eval()
    image = network(torch.empty(1, 3, height, width, device="meta"))
    return Run(list(image.shape[1:]), lambda: _parts(network), device="meta")


@function("srgan.shuffle_stages", Kind.MODULE, example={"scale": 4}, shows=(SRResNet, PixelShuffle))
def shuffle_stages(scale: Scale) -> Run:
    """Return how many pixel shuffles SRResNet needs to enlarge an image by ``scale``.

    >>> shuffle_stages(8).value
    3
    """
    network = _generator(scale, 1, 8)
    stages = sum(isinstance(layer, PixelShuffle) for layer in network.modules())
    return Run(stages, lambda: _parts(network), device="meta")


@function("srgan.discriminator_num_params", Kind.MODULE, example={"size": 96}, shows=(SRDiscriminator,))
def discriminator_num_params(size: Annotated[int, Between(16, 512)] = 96) -> Run:
    """Return the trainable parameters of SRGAN's discriminator for images of size × size, a multiple of 16.

    >>> discriminator_num_params(96).value
    23565505
    """
    with torch.device("meta"):
        network = SRDiscriminator(size)
    return Run(count_params(network), lambda: _parts(network), device="meta")


@function(
    "srgan.feature_shape", Kind.MODULE, example={"block": 5, "convolution": 4}, shows=(content_loss.vgg_features,)
)
def feature_shape(
    block: Annotated[int, Between(1, 5)],
    convolution: Annotated[int, Between(1, 4)],
    size: Annotated[int, Between(16, 1024)] = 96,
) -> Run:
    """Return the shape [C, H, W] of the VGG-19 features in which SRGAN compares contents.

    They are what a ``convolution`` of a ``block`` gives, after ReLU, both counted from 1.

    >>> feature_shape(2, 2).value, feature_shape(5, 4).value
    ([128, 48, 48], [512, 6, 6])
    """
    with torch.device("meta"):
        layers = content_loss.vgg_features(VGG(CONFIGURATIONS["E"]), block, convolution)
    features = layers(torch.empty(1, 3, size, size, device="meta"))
    rows = [(index, str(layer)) for index, layer in enumerate(layers)]
    return Run(list(features.shape[1:]), lambda: [Table("Layers of VGG-19", ["index", "layer"], rows)], device="meta")


@function("srgan.loss", Kind.MODULE, example=_LOSS)
def loss(features: Features, target: Features, answers: Answers, adversarial_weight: Weight = 1e-3) -> Run:
    """Return the generator's loss by ``nn.MSELoss`` of features and ``adversarial_weight`` times ``nn.BCELoss``.

    ``answers`` are D's for the enlarged images; the generator wants them to be 1.

    >>> round(loss((1.0, 2.0), (0.0, 0.0), (0.5,)).value, 6)  # 2.5 + 0.001·log 2
    2.500693
    """
    same_length("features", features, "target", target)
    content = nn.MSELoss()(numbers(features), numbers(target))
    judged = numbers(answers)
    adversarial = nn.BCELoss()(judged, torch.ones_like(judged))
    rows = [
        ("content", content.item()),
        (f"adversarial, to be weighed with {adversarial_weight:g}", adversarial.item()),
    ]
    return Run((content + adversarial_weight * adversarial).item(), lambda: [terms("Terms", rows)], str(judged.device))


@function("srgan.loss_formula", Kind.CLOSED_FORM, example=_LOSS, shows=(content_loss.generator_objective,))
def loss_formula(features: Features, target: Features, answers: Answers, adversarial_weight: Weight = 1e-3) -> Run:
    """Return the same by the formulas: mean squared difference, and weight times mean -log D."""
    same_length("features", features, "target", target)
    logits = numbers(answers).logit()
    found = content_loss.generator_objective(numbers(features), numbers(target), logits, adversarial_weight)
    rows = [("content", found.content.item()), ("adversarial, unweighed", found.adversarial.item())]
    return Run(found.total.item(), lambda: [terms("Terms", rows)], str(logits.device))


def _generator(scale: Scale, num_blocks: int, channels: int) -> SRResNet:
    if num_blocks * channels**2 > 10**8:
        raise Refused(f"{num_blocks} blocks of {channels} channels are more than are counted here")
    with torch.device("meta"):
        return SRResNet(num_blocks, channels, scale)


def _parts(network: nn.Module) -> Blocks:
    rows = [(name, count_params(part)) for name, part in network.named_children()]
    return [Table("Parameters", ["part", "numbers"], rows)]
