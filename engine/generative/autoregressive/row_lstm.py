"""The Row LSTM of a PixelRNN: an LSTM that goes down the image and computes a whole row in each step.

Source: van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", section 3.1, equation 3.
"""

import torch
from torch import Tensor, nn
from torch.nn import functional

from engine.errors import Refused


class RowLSTM(nn.Module):
    """One state for each pixel of a row; convolutions along the row take the place of the LSTM's matrices.

    ::

        [o, f, i, g] = [σ, σ, σ, tanh](K_ss * h_above + K_is * x)
        c = f·c_above + i·g
        h = o·tanh(c)

    K_is is masked (type B: it sees the pixel and those to its left), as it lies in the row itself. K_ss is not: the row
    above is complete. So a state sees a triangle of pixels above it, which widens by kernel_size // 2 per row.

    Shapes: ``(N, in_channels, H, W)`` to ``(N, hidden_channels, H, W)``. Parameters: 4·h·(in·k + h·k + 1).

    Raises:
        Refused: ``kernel_size`` is even.
    """

    mask: Tensor

    def __init__(self, in_channels: int, hidden_channels: int, kernel_size: int = 3) -> None:
        super().__init__()
        if kernel_size % 2 == 0:
            raise Refused(f"the kernel needs a pixel in its middle, so an odd size, not {kernel_size}")
        gates = 4 * hidden_channels
        self.input_to_state = nn.Conv1d(in_channels, gates, kernel_size, padding=kernel_size // 2)
        self.state_to_state = nn.Conv1d(hidden_channels, gates, kernel_size, padding=kernel_size // 2, bias=False)
        self.register_buffer("mask", (torch.arange(kernel_size) <= kernel_size // 2).to(torch.get_default_dtype()))

    def forward(self, x: Tensor) -> Tensor:
        """Return the hidden states of all rows; above the first row they are 0."""
        batch, _, height, width = x.shape
        hidden = cell = x.new_zeros(batch, self.state_to_state.in_channels, width)
        weight = self.input_to_state.weight * self.mask
        rows = []
        for row in range(height):
            fed = functional.conv1d(x[:, :, row], weight, self.input_to_state.bias, padding=self.input_to_state.padding)
            o, f, i, g = (fed + self.state_to_state(hidden)).chunk(4, dim=1)
            cell = f.sigmoid() * cell + i.sigmoid() * g.tanh()
            hidden = o.sigmoid() * cell.tanh()
            rows.append(hidden)
        return torch.stack(rows, dim=2)
