"""``training.*``: what devices side by side send each other."""

from typing import Annotated, Any, Literal

import torch

from engine.analysis.macs import Hook
from engine.analysis.params import num_params
from engine.arguments import Between, Length
from engine.errors import Refused, nearest
from engine.evidence import Run, Table
from engine.models.alexnet import alexnet_original_grouped
from engine.models.zoo import find
from engine.registry import Kind, function
from engine.training.communication import volume
from engine.training.fine_tuning import freeze, replace_head
from engine.training.model_parallel import crossings

Lane = Literal["conv1", "conv2", "conv3", "conv4", "conv5", "fc6", "fc7", "fc8"]
Numbers = Annotated[int, Between(1, 10**12)]


@function("training.lane_sends", Kind.MODULE, example={"layer": "conv3"}, shows=(crossings,))
def lane_sends(layer: Lane) -> Run:
    """Return how many numbers a lane of AlexNet (2012, two GPUs) sends the other before a layer, for one image.

    The grouped network is run, and half of what a layer reads is counted where the layer is not grouped. The image
    itself is on both devices.
    """
    with torch.device("meta"):
        network = alexnet_original_grouped().eval()
    sent: dict[str, int] = {}
    for name, module in network.named_children():
        if isinstance(module, torch.nn.Conv2d | torch.nn.Linear):
            module.register_forward_hook(_count(name, sent))
    network(torch.empty(1, 3, 227, 227, device="meta"))
    table = Table("Sent by each lane", ["layer", "numbers"], list(sent.items()))
    return Run(sent[layer], lambda: [table], device="meta")


def _count(name: str, sent: dict[str, int]) -> Hook:
    def hook(module: torch.nn.Module, inputs: tuple[Any, ...], output: Any) -> None:
        alone = name == "conv1" or getattr(module, "groups", 1) == 2
        sent[name] = 0 if alone else inputs[0].numel() // 2

    return hook


@function(
    "training.numbers_sent",
    Kind.CLOSED_FORM,
    example={"num_params": 1000, "activations": 10, "batch_size": 8},
    shows=(volume,),
)
def numbers_sent(
    num_params: Numbers,
    activations: Annotated[int, Between(1, 10**9)],
    batch_size: Annotated[int, Between(1, 10**6)],
    parallelism: Literal["data", "model"] = "data",
) -> Run:
    """Return how many numbers a layer makes a device send in one step: its gradients, or its activations both ways."""
    sent = volume(num_params, activations, batch_size)
    rows = [("data", sent.data_parallel), ("model", sent.model_parallel)]
    table = Table("Numbers sent in one step", ["parallelism", "numbers"], rows)
    return Run(sent.data_parallel if parallelism == "data" else sent.model_parallel, lambda: [table])


@function(
    "training.trainable_params",
    Kind.MODULE,
    example={"name": "resnet18", "head": "fc", "num_classes": 10},
    shows=(replace_head, freeze),
)
def trainable_params(
    name: Annotated[str, Length(1, 64)],
    head: Annotated[str, Length(1, 64)],
    num_classes: Annotated[int, Between(1, 100_000)],
    unfrozen: Annotated[list[Annotated[str, Length(1, 64)]], Length(0, 16)] | None = None,
) -> Run:
    """Return how many parameters are trained of a network with a new head, all but it and ``unfrozen`` being frozen."""
    model = find(name)
    network = model.build()
    with torch.device("meta"):
        replace_head(network, head, num_classes)
    trained = [head, *(unfrozen or [])]
    known = [layer for layer, _ in network.named_modules() if layer]
    for layer in trained:
        if layer not in known:
            raise Refused(f"{name} has no layer '{layer}'{nearest(layer, known)}")
    freeze(network, trained)
    rows = [
        (child, num_params(module), sum(p.numel() for p in module.parameters()))
        for child, module in network.named_children()
    ]
    table = Table("Parameters by part", ["part", "trained", "all"], rows)
    return Run(num_params(network), lambda: [table], device="meta")
