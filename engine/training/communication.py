"""How much a step of training sends between devices: gradients of parameters, or activations.

Data parallelism sends the gradient of every parameter once a step, whatever the batch. Model parallelism sends the
activations that cross the cut, forward, and their gradients, backward, once for every sample. So layers with many
weights and few activations (linear layers) are cut by the model, those with few weights and many activations
(convolutions) by the data.

Source: Krizhevsky 2014, "One weird trick for parallelizing convolutional neural networks", section 2.
"""

from typing import Literal, NamedTuple

Cheaper = Literal["data", "model", "equal"]


class Volume(NamedTuple):
    """Numbers that one device sends in one step."""

    data_parallel: int
    model_parallel: int

    @property
    def cheaper(self) -> Cheaper:
        """Which of the two sends less."""
        if self.data_parallel == self.model_parallel:
            return "equal"
        return "data" if self.data_parallel < self.model_parallel else "model"


def volume(num_params: int, activations: int, batch_size: int) -> Volume:
    """Return what a layer makes a device send; ``activations`` are its outputs for one sample.

    >>> volume(num_params=4096 * 4096, activations=4096, batch_size=128).cheaper  # a linear layer
    'model'
    >>> volume(num_params=64 * 64 * 9, activations=64 * 56 * 56, batch_size=128).cheaper  # a convolution
    'data'
    """
    return Volume(num_params, 2 * activations * batch_size)
