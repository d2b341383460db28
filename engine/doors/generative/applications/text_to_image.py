"""``text_to_image.*``: a generator that is told by a caption's vector what to make."""

from typing import Annotated

import torch
from torch import nn

from engine.analysis.params import num_params as count_params
from engine.arguments import Between, Length
from engine.evidence import Blocks, Run, Table
from engine.generative.applications.text_to_image import ConditionalDiscriminator, ConditionalGenerator, join, train
from engine.registry import Kind, function

Means = Annotated[tuple[Annotated[float, Between(-3, 3)], ...], Length(2, 4)]
Width = Annotated[int, Between(1, 65_536)]


@function("text_to_image.first_layer_num_params", Kind.MODULE, example={"latent": 100, "caption": 128, "hidden": 512})
def first_layer_num_params(latent: Width, caption: Width, hidden: Width) -> Run:
    """Return the weights and biases of a linear layer that reads noise z and a caption's vector side by side.

    >>> first_layer_num_params(100, 128, 512).value
    117248
    """
    with torch.device("meta"):
        layer = nn.Linear(join(torch.empty(1, latent), torch.empty(1, caption)).shape[1], hidden)
    rows = [("of z", latent * hidden), ("of the caption", caption * hidden), ("biases", hidden)]
    return Run(count_params(layer), lambda: [Table(f"{layer}", ["part", "numbers"], rows)], device="meta")


@function(
    "text_to_image.caption_means",
    Kind.MEASURED,
    example={"means": [-1, 1], "rounds": 40},
    shows=(ConditionalGenerator, ConditionalDiscriminator, train),
)
def caption_means(
    means: Means,
    sees_caption: bool = True,
    rounds: Annotated[int, Between(1, 150)] = 60,
    seed: Annotated[int, Between(0, 1_000_000)] = 0,
) -> Run:
    """Return the mean of what a small conditional GAN makes for each caption, after training.

    Caption i stands for N(mean_i, 0.5²). Without ``sees_caption`` the discriminator sees the sample alone.
    """
    generator = train(means, sees_caption, rounds, torch.Generator().manual_seed(seed))
    learned = (generator.weight[1:] + generator.bias).tolist()
    return Run(learned, lambda: _samples(generator, means), "cpu")


def _samples(generator: ConditionalGenerator, means: Means) -> Blocks:
    noise = torch.randn(6, 1, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    rows = []
    for index, mean in enumerate(means):
        caption = torch.eye(len(means), dtype=torch.float64)[index].expand(6, -1)
        made = generator(join(noise, caption)).tolist()
        rows.append((index, mean, *(round(x, 2) for x in made)))
    return [Table("Six samples for each caption", ["caption", "its mean", *"123456"], rows)]
