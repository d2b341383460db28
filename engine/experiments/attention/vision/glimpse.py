"""Glimpses: which part of an agent learns from a gradient, and what a glimpse is blind to."""

from typing import Literal

import torch
from torch import Tensor

from engine.attention.glimpse_sensor import glimpse
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.models.recurrent_attention import RecurrentAttention
from engine.registry import Kind, function

Part = Literal["locator", "classifier", "glimpse_network"]
_SHOWS = (RecurrentAttention,)


@function("glimpse.learns_from", Kind.MEASURED, example={"part": "locator", "signal": "log_probability"}, shows=_SHOWS)
def learns_from(
    part: Part = "locator", signal: Literal["classification_loss", "log_probability"] = "log_probability"
) -> Run:
    """Say whether a part of the recurrent attention model has a gradient from this: its loss, or its draws' log π.

    The draw of a location passes no gradient, so the locator has none from the classification loss.
    """
    return settle(
        "Gradient at the part's parameters",
        Holds.IF_DIFFERENT,
        _gradient_of_part,
        {"part": part, "signal": signal},
        [
            {"part": "locator", "signal": "classification_loss"},
            {"part": "locator", "signal": "log_probability"},
            {"part": "classifier", "signal": "classification_loss"},
            {"part": "classifier", "signal": "log_probability"},
        ],
    )


def _gradient_of_part(generator: torch.Generator, part: Part, signal: str) -> Tensor:
    with torch.random.fork_rng(devices=[]):  # torch draws first weights, which are replaced below
        agent = RecurrentAttention(size=2, num_scales=2, glimpse_size=5, hidden_size=6, num_classes=3)
    for parameter in agent.parameters():
        parameter.data = randn(generator, *parameter.shape) / 3  # small enough for no tanh to saturate
    image, start = randn(generator, 2, 1, 8, 8), torch.zeros(2, 2, dtype=torch.float64)
    seen = agent(image, start.to(image), 3, generator)
    total = (
        seen.location_log_probabilities.sum() if signal == "log_probability" else -seen.log_probabilities[:, 0].sum()
    )
    parameters = list(agent.get_submodule(part).parameters())
    gradients = torch.autograd.grad(total, parameters, materialize_grads=True)
    return torch.cat([gradient.flatten() for gradient in gradients])


@function("glimpse.notices", Kind.MEASURED, example={"what": "pixel_in_the_middle"}, shows=(glimpse,))
def notices(
    what: Literal["pixel_in_the_middle", "swap_in_the_middle", "swap_far_away", "far_away"] = "pixel_in_the_middle",
) -> Run:
    """Say whether a glimpse in the middle of 16×16 (4 wide, 2 scales) changes when this does.

    Swaps exchange two neighbouring pixels: the inner square is sharp and sees it, in the outer one both fall into one
    average. ``far_away`` changes a pixel beyond the outer square.
    """
    return settle(
        "Glimpse after the change less glimpse before",
        Holds.IF_DIFFERENT,
        _change_of_glimpse,
        {"what": what},
        [{"what": "far_away"}, {"what": "swap_far_away"}, {"what": "swap_in_the_middle"}],
    )


def _change_of_glimpse(generator: torch.Generator, what: str) -> Tensor:
    image = randn(generator, 1, 1, 16, 16)
    changed = image.clone()
    row, column = {
        "pixel_in_the_middle": (7, 8),
        "swap_in_the_middle": (7, 8),
        "swap_far_away": (4, 4),
        "far_away": (1, 1),
    }[what]
    if what.startswith("swap"):
        changed[..., row, column : column + 2] = image[..., row, column : column + 2].flip(-1)
    else:
        changed[..., row, column] += 1
    middle = torch.zeros(1, 2, dtype=torch.float64)
    return glimpse(changed, middle, 4, 2) - glimpse(image, middle, 4, 2)
