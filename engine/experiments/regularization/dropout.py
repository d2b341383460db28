"""Dropout: what is kept on average and what is not, what switches it off, what torch's p means."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.layers.dropout import Dropout, drop
from engine.layers.dropout_classic import ClassicDropout
from engine.layers.dropout_masks import all_masks, mask_probabilities
from engine.registry import Kind, function

Form = Literal["inverted", "classic", "unscaled"]
Switch = Literal["eval", "no_grad", "requires_grad_(False)", "nothing"]
_UNITS = 6


@function("dropout.keeps_mean", Kind.MEASURED, example={"form": "inverted"}, shows=(Dropout, ClassicDropout))
def keeps_mean(form: Form = "inverted", p: Annotated[float, Between(0, 0.9)] = 0.3) -> Run:
    """Say whether the mean training output over all masks is the evaluation output, for a linear layer behind dropout.

    "inverted" divides by 1 - p in training, "classic" multiplies by it in evaluation, "unscaled" does neither.
    """
    return settle(
        f"Mean output over all {2**_UNITS} masks less the output in evaluation",
        Holds.IF_EQUAL,
        _mean_less_evaluation,
        {"form": form, "p": p},
        [{"form": "inverted", "p": p}, {"form": "unscaled", "p": p}],
    )


def _mean_less_evaluation(generator: torch.Generator, form: Form, p: float) -> Tensor:
    x, weights = randn(generator, _UNITS), randn(generator, 4, _UNITS)
    masks = all_masks(_UNITS).to(x.device)
    trained = drop(x, masks, p) if form == "inverted" else x * masks
    layers: dict[str, nn.Module] = {"inverted": Dropout(p), "classic": ClassicDropout(1 - p), "unscaled": nn.Identity()}
    mean = mask_probabilities(masks, p) @ (trained @ weights.T)
    return torch.sub(mean, weights @ layers[form].eval()(x))


@function("dropout.keeps_variance", Kind.MEASURED, example={"p": 0}, shows=(drop,))
def keeps_variance(p: Annotated[float, Between(0, 0.9)] = 0.5) -> Run:
    """Say whether each unit's output has the same variance over inputs in training as in evaluation (inverted form).

    It grows by p/(1 - p) times the mean square, as one finds by running every mask.
    """
    return settle(
        "Variance of each unit's output over 16 inputs and both fates, in training less in evaluation",
        Holds.IF_EQUAL,
        _added_variance,
        {"p": p},
        [{"p": 0.0}, {"p": 0.5}],
    )


def _added_variance(generator: torch.Generator, p: float) -> Tensor:
    x = randn(generator, 16, _UNITS)
    kept, dropped = (drop(x, torch.full_like(x, fate).bool(), p) for fate in (1.0, 0.0))
    mean = ((1 - p) * kept + p * dropped).mean(0)
    variance = ((1 - p) * (kept - mean).square() + p * (dropped - mean).square()).mean(0)
    return variance - x.var(0, correction=0)


@function("dropout.switched_off_by", Kind.MEASURED, example={"call": "eval"}, shows=(Dropout,))
def switched_off_by(call: Switch = "eval") -> Run:
    """Say whether dropout changes nothing any more after this call; to stop recording gradients does not stop it."""
    return settle(
        "Output of Dropout(0.5) less its input",
        Holds.IF_EQUAL,
        _change_after,
        {"call": call},
        [{"call": "eval"}, {"call": "no_grad"}],
    )


def _change_after(generator: torch.Generator, call: Switch) -> Tensor:
    layer, x = Dropout(0.5, generator), randn(generator, 64)
    if call == "eval":
        layer.eval()
    if call == "requires_grad_(False)":
        layer.requires_grad_(False)
    with torch.set_grad_enabled(call != "no_grad"):
        return torch.sub(layer(x), x)


@function("dropout.torch_p_means", Kind.MEASURED, example={"meaning": "drop"}, shows=(nn.Dropout,))
def torch_p_means(meaning: Literal["drop", "keep"] = "drop") -> Run:
    """Say whether p of ``torch.nn.Dropout`` is the probability of dropping, or of keeping: what kept ones turn into."""
    return settle(
        "Outputs of torch.nn.Dropout(0.2) for ones, where not 0, less 1 over the probability of keeping",
        Holds.IF_EQUAL,
        _kept_ones,
        {"meaning": meaning},
        [{"meaning": "drop"}, {"meaning": "keep"}],
    )


def _kept_ones(generator: torch.Generator, meaning: str) -> Tensor:
    with torch.random.fork_rng(devices=[]):
        torch.set_rng_state(generator.get_state())
        outputs: Tensor = nn.Dropout(0.2)(torch.ones(64, dtype=torch.float64))
    return outputs[outputs != 0] - 1 / (0.8 if meaning == "drop" else 0.2)
