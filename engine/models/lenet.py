"""LeNet, twice: the version of the book "Dive into Deep Learning", and LeNet-5 as its paper of 1998 describes it.

Sources: Zhang, Lipton, Li & Smola, "Dive into Deep Learning", section "LeNet"; LeCun, Bottou, Bengio & Haffner 1998,
"Gradient-Based Learning Applied to Document Recognition", section II.B and table I.
"""

from collections.abc import Mapping
from typing import ClassVar

import torch
from torch import Tensor, nn

from engine.errors import Refused
from engine.models.lenet_layers import C3_INPUTS, PartialConv2d, RbfOutput, ScaledTanh, TrainablePool
from engine.models.zoo import model

_STAGES = ("C1", "S2", "C3", "S4", "C5", "F6", "output")


class LeNet(nn.Module):
    """The D2L book's version: convolutions of 6 and 16 channels, average pooling, sigmoid, linear layers 120-84-10.

    Shapes: ``(N, 1, 28, 28)`` to ``(N, num_classes)``; sizes 28 (padding 2), 14, 10 and 5.

    Convention: it keeps the paper's widths and drops what was peculiar to it. Pooling is always the *average*.

    Args:
        padding: of conv1: 2 for inputs of 28, 0 for 32.
    """

    stages: ClassVar[Mapping[str, str]] = {
        name: name for name in ("conv1", "pool1", "conv2", "pool2", "fc1", "fc2", "fc3")
    }

    def __init__(self, num_classes: int = 10, padding: int = 2) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(1, 6, kernel_size=5, padding=padding)
        self.pool1 = nn.AvgPool2d(kernel_size=2, stride=2)
        self.conv2 = nn.Conv2d(6, 16, kernel_size=5)
        self.pool2 = nn.AvgPool2d(kernel_size=2, stride=2)
        self.fc1 = nn.Linear(16 * 5 * 5, 120)
        self.fc2 = nn.Linear(120, 84)
        self.fc3 = nn.Linear(84, num_classes)
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits.

        Raises:
            Refused: the input's size does not lead to the 5x5 that fc1 was made for.
        """
        size = tuple(x.shape[-2:])
        x = self.pool1(self.sigmoid(self.conv1(x)))
        x = self.pool2(self.sigmoid(self.conv2(x)))
        if tuple(x.shape[-2:]) != (5, 5):
            raise Refused(
                f"LeNet needs 5×5 after pool2, and {size[0]}×{size[1]} inputs give {x.shape[-2]}×{x.shape[-1]}: use "
                "28×28, or 32×32 with padding=0"
            )
        x = self.sigmoid(self.fc1(torch.flatten(x, start_dim=1)))
        logits: Tensor = self.fc3(self.sigmoid(self.fc2(x)))
        return logits


class LeNet5(nn.Module):
    """LeNet-5 of 1998: trainable pooling, a third layer that is not fully connected, radial basis outputs.

    ======  ==============================  =========  ==========
    layer   what it is                      output     parameters
    ======  ==============================  =========  ==========
    C1      convolution 5x5                 6×28×28    156
    S2      trainable pooling 2x2           6×14×14    12
    C3      convolution 5x5, 60 of 96 pairs 16×10×10   1,516
    S4      trainable pooling 2x2           16×5×5     32
    C5      convolution 5x5                 120×1×1    48,120
    F6      linear layer                    84         10,164
    output  distances to ten fixed codes    10         none
    ======  ==============================  =========  ==========

    After each layer but the last stands the scaled tanh. Shapes: ``(N, 1, 32, 32)`` to ``(N, 10)``.

    Convention: the outputs are squared distances, so the *smallest* one names the digit; the codes are fixed, as the
    paper has them at first, and are not among the 60,000 trainable parameters.
    """

    stages: ClassVar[Mapping[str, str]] = {name: name for name in _STAGES}

    def __init__(self) -> None:
        super().__init__()
        self.C1 = nn.Conv2d(1, 6, kernel_size=5)
        self.S2 = TrainablePool(6)
        self.C3 = PartialConv2d(C3_INPUTS, kernel_size=5)
        self.S4 = TrainablePool(16)
        self.C5 = nn.Conv2d(16, 120, kernel_size=5)
        self.F6 = nn.Linear(120, 84)
        self.output = RbfOutput()
        self.squash = ScaledTanh()

    def forward(self, x: Tensor) -> Tensor:
        """Return the squared distances to the ten codes.

        Raises:
            Refused: the input's size does not lead to the 1x1 that F6 was made for.
        """
        size = tuple(x.shape[-2:])
        if size != (32, 32):
            raise Refused(f"LeNet-5 takes 32×32 inputs, not {size[0]}×{size[1]}; pad 28×28 digits by 2 on each side")
        for layer in (self.C1, self.S2, self.C3, self.S4, self.C5):
            x = self.squash(layer(x))
        distances: Tensor = self.output(self.squash(self.F6(torch.flatten(x, start_dim=1))))
        return distances


@model(size=28, channels=1)
def lenet_d2l() -> LeNet:
    """Return the D2L book's LeNet: 61,706 parameters."""
    return LeNet()


@model(size=32, channels=1)
def lenet5_1998() -> LeNet5:
    """Return LeNet-5 of 1998: 60,000 trainable parameters."""
    return LeNet5()
