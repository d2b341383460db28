"""PixelCNN and the smallest PixelRNN: networks that give each pixel a distribution, given the pixels before it.

Training needs one pass for all pixels, drawing an image one pass for each of them.

Source: van den Oord, Kalchbrenner & Kavukcuoglu 2016, "Pixel Recurrent Neural Networks", table 1 and figure 5.
"""

from torch import Tensor, nn

from engine.generative.autoregressive.masked_conv import MaskedConv2d
from engine.generative.autoregressive.row_lstm import RowLSTM


class PixelCNNBlock(nn.Module):
    """x + a bottleneck of masked convolutions: ReLU, 1×1 to h, ReLU, 3×3, ReLU, 1×1 back to 2h; all of type B.

    Shapes: ``(N, 2h, H, W)`` to the same.
    """

    def __init__(self, channels: int, colours: int = 1) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.ReLU(),
            MaskedConv2d("B", 2 * channels, channels, 1, colours),
            nn.ReLU(),
            MaskedConv2d("B", channels, channels, 3, colours),
            nn.ReLU(),
            MaskedConv2d("B", channels, 2 * channels, 1, colours),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return x plus its residual."""
        y: Tensor = x + self.layers(x)
        return y


class PixelCNN(nn.Module):
    """A 7×7 convolution with mask A, residual blocks with mask B, and two 1×1 convolutions with mask B.

    Shapes: ``(N, colours, H, W)`` to logits ``(N, colours·levels, H, W)``, a colour's levels side by side. One level is
    the logit of a binary pixel; 256 are those of a softmax over a byte.

    Its field has a blind spot: stacked 3×3 masks reach up along diagonals at most, so pixels to the right above, far
    away but earlier, are never seen (van den Oord et al. 2016, "Conditional Image Generation with PixelCNN Decoders").

    Args:
        channels: h, the width inside a block; 2h outside. A multiple of ``colours``.
        kernel_size: of the first convolution, 7 in the paper.
    """

    def __init__(
        self, channels: int = 16, num_blocks: int = 5, colours: int = 1, levels: int = 1, kernel_size: int = 7
    ) -> None:
        super().__init__()
        self.conv1 = MaskedConv2d("A", colours, 2 * channels, kernel_size, colours)
        self.blocks = nn.Sequential(*(PixelCNNBlock(channels, colours) for _ in range(num_blocks)))
        self.head = nn.Sequential(
            nn.ReLU(),
            MaskedConv2d("B", 2 * channels, 2 * channels, 1, colours),
            nn.ReLU(),
            MaskedConv2d("B", 2 * channels, colours * levels, 1, colours),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = self.head(self.blocks(self.conv1(x)))
        return logits


class PixelRNN(nn.Module):
    """The smallest PixelRNN: a convolution with mask A, one Row LSTM, and a 1×1 convolution to the logits.

    Shapes: ``(N, 1, H, W)``, binary, to logits ``(N, 1, H, W)``. The paper stacks 7 or more LSTM layers with residual
    connections; its Diagonal BiLSTM, which sees every earlier pixel, is left out.
    """

    def __init__(self, channels: int = 16, kernel_size: int = 7) -> None:
        super().__init__()
        self.conv1 = MaskedConv2d("A", 1, channels, kernel_size)
        self.row_lstm = RowLSTM(channels, channels)
        self.head = MaskedConv2d("B", channels, 1, 1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the logits."""
        logits: Tensor = self.head(self.row_lstm(self.conv1(x)))
        return logits
