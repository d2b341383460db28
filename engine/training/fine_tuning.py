"""Transfer learning: keep what a network has learned, give it a new last layer, and train all of it or the new part.

Source: Yosinski, Clune, Bengio & Lipson 2014, "How transferable are features in deep neural networks?"
"""

from collections.abc import Sequence

from torch import nn

from engine.errors import Refused, nearest


def replace_head(network: nn.Module, head: str, num_classes: int) -> nn.Linear:
    """Put a new linear layer of ``num_classes`` outputs where ``head`` stands, and return it.

    ``head`` is a name as in ``named_modules``, such as "fc" of a ResNet.

    Raises:
        Refused: there is no such layer, or it is not linear.
    """
    layers = dict(network.named_modules())
    if head not in layers:
        raise Refused(f"there is no layer '{head[:40]}'{nearest(head, layers)}")
    old = layers[head]
    if not isinstance(old, nn.Linear):
        raise Refused(f"'{head}' is a {type(old).__name__}; a head that can be replaced is a linear layer")
    new = nn.Linear(old.in_features, num_classes, device=old.weight.device, dtype=old.weight.dtype)
    parent, _, name = head.rpartition(".")
    setattr(network.get_submodule(parent), name, new)
    return new


def freeze(network: nn.Module, trained: Sequence[str]) -> None:
    """Let nothing be trained but the layers whose names stand in ``trained``, with all that is inside them.

    A frozen BatchNorm must also be put into evaluation mode: its running statistics are no parameters, and move.
    """
    for parameter in network.parameters():
        parameter.requires_grad = False
    for name in trained:
        for parameter in network.get_submodule(name).parameters():
            parameter.requires_grad = True


def freeze_statistics(network: nn.Module) -> None:
    """Put every BatchNorm into evaluation mode, so that its running statistics stay as they were learned."""
    for layer in network.modules():
        if isinstance(layer, nn.BatchNorm1d | nn.BatchNorm2d | nn.BatchNorm3d):
            layer.eval()
