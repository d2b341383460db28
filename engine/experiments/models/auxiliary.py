"""What an auxiliary head does: to the layers before it, to those after it, and at test time."""

from typing import Literal

import torch
from torch import Tensor
from torch.nn import functional as F

from engine.evidence import Curve, Run, Series, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.experiments.models._together import with_block
from engine.layers.inception_auxiliary import AuxiliaryClassifier, with_auxiliary
from engine.models.googlenet import GoogLeNet
from engine.registry import Kind, function

Activation = Literal["sigmoid", "relu"]
_LAYERS, _HEAD_AFTER, _WIDTH = 12, 3, 16


@function("auxiliary.changes_gradient", Kind.MEASURED, example={"layers": "before"}, shows=(with_auxiliary,))
def changes_gradient(layers: Literal["before", "after"] = "before", detached: bool = False) -> Run:
    """Say whether an auxiliary loss changes the gradients of the layers before its head, or of those after it.

    ``detached`` cuts the head off from the layers that feed it.
    """
    return settle(
        "Largest change of a gradient by the head, as a share of that gradient",
        Holds.IF_DIFFERENT,
        _relative_change,
        {"layers": layers, "detached": detached},
        [{"layers": "after", "detached": False}, {"layers": "before", "detached": True}],
    )


def _relative_change(generator: torch.Generator, layers: str, detached: bool) -> Tensor:
    without, joined = _gradients(generator, "relu", detached)
    place = 0 if layers == "before" else -1
    return torch.div((joined[place] - without[place]).norm(), without[place].norm())


@function("auxiliary.rescues_first_layer", Kind.MEASURED, example={"activation": "sigmoid"}, shows=(with_auxiliary,))
def rescues_first_layer(activation: Activation = "sigmoid") -> Run:
    """Say whether a head multiplies the first layer's gradient by over 100, or by less than 10, in a 12-layer net.

    The head follows the third layer and its loss weighs 0.3. Sigmoid layers shrink a gradient; ReLU layers with
    N(0, 2/n) weights keep it.
    """
    run = settle(
        "First layer's gradient with the head over that without",
        Holds.IF_DIFFERENT,
        _gain_of_first,
        {"activation": activation},
        [{"activation": "relu" if activation == "sigmoid" else "sigmoid"}],
        Thresholds(none=10, some=100),
    )
    return with_block(run, lambda: _bars(activation))


def _gain_of_first(generator: torch.Generator, activation: Activation) -> Tensor:
    without, joined = _gradients(generator, activation, detached=False)
    return torch.div(joined[0].norm(), without[0].norm())


def _gradients(generator: torch.Generator, activation: str, detached: bool) -> tuple[list[Tensor], list[Tensor]]:
    """Return each layer's gradient without and with the auxiliary loss."""
    x, classes = randn(generator, 32, _WIDTH), torch.arange(32) % 4
    gain = 2 if activation == "relu" else 1
    weights = [(randn(generator, _WIDTH, _WIDTH) * (gain / _WIDTH) ** 0.5).requires_grad_() for _ in range(_LAYERS)]
    head, last = randn(generator, _WIDTH, 4) / 4, randn(generator, _WIDTH, 4) / 4
    classes = classes.to(x.device)
    auxiliary = x.new_zeros(())
    for depth, weight in enumerate(weights, start=1):
        x = (x @ weight).relu() if activation == "relu" else (x @ weight).sigmoid()
        if depth == _HEAD_AFTER:
            auxiliary = F.cross_entropy((x.detach() if detached else x) @ head, classes)
    main = F.cross_entropy(x @ last, classes)
    without = torch.autograd.grad(main, weights, retain_graph=True)
    return list(without), list(torch.autograd.grad(with_auxiliary(main, [auxiliary]), weights))


def _bars(activation: Activation) -> Curve:
    pair = _gradients(torch.Generator().manual_seed(0), activation, detached=False)
    layers = list(range(1, _LAYERS + 1))
    named = zip(("without the head", "with it"), pair, strict=True)
    series = [Series(name, layers, [float(gradient.norm()) for gradient in found]) for name, found in named]
    title = f"Gradient of each layer, head after layer {_HEAD_AFTER}, seed 0"
    return Curve(title, series, "layer", "norm", log_y=True)


@function("auxiliary.heads_run_in", Kind.MEASURED, example={"mode": "evaluation"}, shows=(GoogLeNet,))
def heads_run_in(mode: Literal["training", "evaluation"] = "training") -> Run:
    """Say whether GoogLeNet's auxiliary heads run in this mode."""
    rows = [(other, _heads_run(other == "training")) for other in ("training", "evaluation")]
    value = dict(rows)[mode] > 0
    return Run(value, lambda: [Table("Heads of a narrow GoogLeNet that ran", ("mode", "heads"), rows)], "meta")


def _heads_run(training: bool) -> int:
    """Return how many heads a pass on the meta device went through."""
    with torch.device("meta"):
        network = GoogLeNet(num_classes=4, auxiliary=True, narrow=8).train(training)
    ran: list[str] = []
    for head in (module for module in network.modules() if isinstance(module, AuxiliaryClassifier)):
        head.register_forward_hook(lambda layer, given, output: ran.append(type(layer).__name__))
    with torch.no_grad():
        network(torch.empty(1, 3, 224, 224, device="meta"))
    return len(ran)
