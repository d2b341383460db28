"""Does a sample's output depend on its batch, and on the mode? BatchNorm against LayerNorm."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.device import current
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.layers.batch_norm import BatchNorm
from engine.layers.layer_norm import LayerNorm
from engine.registry import Kind, function

Layer = Literal["batch", "layer"]
_SAMPLES, _FEATURES = 8, 6
_SHOWS = (BatchNorm, LayerNorm)


@function("norm.depends_on_rest_of_batch", Kind.MEASURED, example={"layer": "batch"}, shows=_SHOWS)
def depends_on_rest_of_batch(layer: Layer = "batch", training: bool = True) -> Run:
    """Say whether the output for one sample changes when the other samples of its batch are replaced."""
    return settle(
        f"Output for sample 0 of {_SAMPLES} beside two different rests of the batch",
        Holds.IF_DIFFERENT,
        _change_of_first_sample,
        {"layer": layer, "training": training},
        [{"layer": "layer", "training": True}, {"layer": "batch", "training": False}],
    )


def _change_of_first_sample(generator: torch.Generator, layer: Layer, training: bool) -> Tensor:
    module = _trained(layer, generator).train(training)
    x, others = randn(generator, _SAMPLES, _FEATURES), randn(generator, _SAMPLES, _FEATURES)
    others[0] = x[0]
    return torch.sub(module(x), module(others))[:1]


@function("norm.differs_between_train_and_eval", Kind.MEASURED, example={"layer": "batch"}, shows=_SHOWS)
def differs_between_train_and_eval(layer: Layer = "batch", track_running_stats: bool = True) -> Run:
    """Say whether one batch gets another output in evaluation mode than in training mode."""
    return settle(
        "Output for one batch in training and in evaluation mode, after three batches of training",
        Holds.IF_DIFFERENT,
        _train_minus_eval,
        {"layer": layer, "track_running_stats": track_running_stats},
        [{"layer": "layer", "track_running_stats": True}, {"layer": "batch", "track_running_stats": False}],
    )


def _train_minus_eval(generator: torch.Generator, layer: Layer, track_running_stats: bool) -> Tensor:
    module = _trained(layer, generator, track_running_stats)
    x = randn(generator, _SAMPLES, _FEATURES)
    return torch.sub(module.train()(x), module.eval()(x))


@function("norm.keeps_running_statistics", Kind.MEASURED, example={"layer": "batch"}, shows=_SHOWS)
def keeps_running_statistics(layer: Layer = "batch", track_running_stats: bool = True) -> Run:
    """Say whether a call in training mode changes what the layer holds, without any optimizer."""
    return settle(
        "Everything that the layer holds, before and after one call in training mode",
        Holds.IF_DIFFERENT,
        _change_of_state,
        {"layer": layer, "track_running_stats": track_running_stats},
        [{"layer": "layer", "track_running_stats": True}, {"layer": "batch", "track_running_stats": False}],
    )


def _change_of_state(generator: torch.Generator, layer: Layer, track_running_stats: bool) -> Tensor:
    module = _trained(layer, generator, track_running_stats)
    before = [value.clone() for value in module.state_dict().values()]
    module(randn(generator, _SAMPLES, _FEATURES))
    after = module.state_dict().values()
    return torch.stack([(new - old).abs().max() for new, old in zip(after, before, strict=True)])


@function("norm.noise_falls_with_batch_size", Kind.MEASURED, example={"layer": "batch"}, shows=_SHOWS)
def noise_falls_with_batch_size(layer: Layer = "batch", training: bool = True) -> Run:
    """Say whether one sample's output scatters less over random batches of 64 than over random batches of 4."""
    return settle(
        "Standard deviation of sample 0's outputs over 16 random batches of 4, less that over 16 batches of 64",
        Holds.IF_DIFFERENT,
        _fall_of_noise,
        {"layer": layer, "training": training},
        [{"layer": "layer", "training": True}, {"layer": "batch", "training": False}],
    )


def _fall_of_noise(generator: torch.Generator, layer: Layer, training: bool) -> Tensor:
    module = _trained(layer, generator).train(training)
    sample = randn(generator, 1, _FEATURES)

    def scatter(batch_size: int) -> Tensor:
        batches = (torch.cat([sample, randn(generator, batch_size - 1, _FEATURES)]) for _ in range(16))
        return torch.stack([module(batch)[0] for batch in batches]).std(0).mean()

    return (scatter(4) - scatter(64)).clamp(min=0)


@function("norm.accepts_batch_of_one", Kind.MEASURED, example={"layer": "layer"}, shows=_SHOWS)
def accepts_batch_of_one(
    layer: Layer = "batch", training: bool = True, places: Annotated[int, Between(1, 4096)] = 1
) -> Run:
    """Say whether torch runs the layer on one sample, ``(1, C, places)``, forward and backward.

    ``places`` is L or H·W. Where torch refuses, the evidence quotes the first line of torch's own error.
    """
    tried = dict.fromkeys([(layer, training, places), ("layer", True, 1), ("batch", False, 1), ("batch", True, 4)])
    rows = [(*arguments, _complaint(*arguments) or "accepted") for arguments in tried]
    table = Table("One sample", ["layer", "training", "places", "what happened"], rows)
    return Run(rows[0][3] == "accepted", lambda: [table])


def _complaint(layer: str, training: bool, places: int) -> str | None:
    generator = torch.Generator().manual_seed(0)
    x, upstream = (randn(generator, 1, _FEATURES, places) for _ in range(2))
    module = nn.BatchNorm1d(_FEATURES) if layer == "batch" else nn.LayerNorm([_FEATURES, places])
    try:
        y: Tensor = module.to(x).train(training)(x.requires_grad_())
        torch.autograd.backward(y, upstream)
    except (ValueError, RuntimeError) as failure:
        return str(failure).splitlines()[0]
    return None


def _trained(layer: str, generator: torch.Generator, track_running_stats: bool = True) -> BatchNorm | LayerNorm:
    """Return the layer after three batches of training, with random γ and β."""
    if layer == "batch":
        module: BatchNorm | LayerNorm = BatchNorm(_FEATURES, track_running_stats=track_running_stats)
    else:
        module = LayerNorm(_FEATURES)
    module.to(current(), torch.float64)
    for parameter in module.parameters():
        parameter.data = randn(generator, _FEATURES)
    for _ in range(3):
        module(3 + 2 * randn(generator, _SAMPLES, _FEATURES))
    return module
