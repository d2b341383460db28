"""Normalisation inside a recurrent network: at every step, over a sample's units or over the batch.

Source: Ba, Kiros & Hinton 2016, "Layer Normalization", section 3.1, equation 4; for batch normalisation with
statistics for each time step Cooijmans et al. 2017, "Recurrent Batch Normalization" (its simplest form, on an RNN).
"""

from typing import Literal

import torch
from torch import Tensor, nn

from engine.errors import Refused
from engine.layers.batch_norm import BatchNorm
from engine.layers.layer_norm import LayerNorm

Normalisation = Literal["layer", "batch", "none"]


class NormalisedRNN(nn.Module):
    """An Elman network that normalises its summed inputs: h_t = tanh(Norm(W_ih·x_t + W_hh·h_{t-1})).

    Shapes: input ``(L, N, input_size)``, output ``(L, N, hidden_size)``: every state. h_0 is 0. The bias of the
    network is the β of its normalisation; without one ("none") it has ``bias`` of its own.

    - "layer": one LayerNorm serves all steps, since its statistics are those of the sample at hand. Any length and a
      batch of 1 are fine.
    - "batch": the summed inputs are distributed differently at each step, so each step has a BatchNorm with running
      statistics of its own (γ and β are shared, as in Cooijmans et al.). It has ``max_len`` of them: at later steps
      there is nothing to normalise with, and in training a batch of 1 has no variance.
    """

    weight: nn.Parameter | None
    bias: nn.Parameter | None

    def __init__(
        self, input_size: int, hidden_size: int, normalisation: Normalisation = "layer", max_len: int = 0
    ) -> None:
        super().__init__()
        self.normalisation, self.max_len = normalisation, max_len
        self.weight_ih = nn.Parameter(torch.zeros(hidden_size, input_size))
        self.weight_hh = nn.Parameter(torch.zeros(hidden_size, hidden_size))
        self.norm = LayerNorm(hidden_size) if normalisation == "layer" else None
        steps = max_len if normalisation == "batch" else 0
        self.steps = nn.ModuleList(BatchNorm(hidden_size, affine=False) for _ in range(steps))
        affine = normalisation == "batch"
        self.register_parameter("weight", nn.Parameter(torch.ones(hidden_size)) if affine else None)
        self.register_parameter("bias", nn.Parameter(torch.zeros(hidden_size)) if self.norm is None else None)

    def forward(self, x: Tensor) -> Tensor:
        """Return the state after each step.

        Raises:
            Refused: the sequence has more steps than there are statistics, or a batch has no variance.
        """
        if self.normalisation == "batch" and len(x) > self.max_len:
            raise Refused(f"there are batch statistics for {self.max_len} steps, and the sequence has {len(x)}")
        state = x.new_zeros(x.shape[1], self.weight_hh.shape[0])
        states = []
        for step, inputs in enumerate(x):
            state = torch.tanh(self._normalised(inputs @ self.weight_ih.T + state @ self.weight_hh.T, step))
            states.append(state)
        return torch.stack(states)

    def num_statistics(self) -> int:
        """Return how many means and variances are kept between calls: 2·max_len·hidden_size for "batch", else none."""
        return sum(buffer.numel() for name, buffer in self.named_buffers() if not name.endswith("num_batches_tracked"))

    def _normalised(self, summed: Tensor, step: int) -> Tensor:
        if self.norm is not None:
            return self.norm.forward(summed)
        if self.bias is None:
            return summed
        if self.weight is None:
            return summed + self.bias
        return torch.addcmul(self.bias, self.weight, self.steps[step](summed))
