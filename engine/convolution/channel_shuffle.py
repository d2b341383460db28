"""Channel shuffle: hand channels from every group to every group between two grouped convolutions.

Source: Zhang, Zhou, Lin & Sun 2018, "ShuffleNet", section 3.1 and figure 1.
"""

from torch import Tensor, nn

from engine.errors import Refused


def channel_shuffle(x: Tensor, groups: int) -> Tensor:
    """Return ``x`` with its channels dealt out like cards: reshape to (groups, C/groups), transpose, flatten.

    Channel i of group g moves from place g·(C/groups) + i to place i·groups + g, so that each run of ``groups``
    neighbours holds one channel of every group.

    Shapes: ``(N, C, *)`` to the same shape. It has no parameters and no MACs. A shuffle with C/groups groups undoes it.

    Raises:
        Refused: ``groups`` does not divide the channels, or there is no channel axis.

    >>> import torch
    >>> channel_shuffle(torch.arange(6).reshape(1, 6, 1, 1), groups=2).flatten().tolist()
    [0, 3, 1, 4, 2, 5]
    """
    if x.dim() < 2:
        raise Refused(f"a channel shuffle needs (N, C, ...), not {tuple(x.shape)}")
    batch, channels, *places = x.shape
    if groups < 1 or channels % groups:
        raise Refused(f"groups {groups} must divide the {channels} channels that are to be shuffled")
    dealt = x.reshape(batch, groups, channels // groups, *places).transpose(1, 2)
    return dealt.reshape(batch, channels, *places)


class ChannelShuffle(nn.Module):
    """The same as a layer; see :func:`channel_shuffle`.

    >>> import torch
    >>> ChannelShuffle(groups=3)(torch.arange(6).reshape(1, 6, 1, 1)).flatten().tolist()
    [0, 2, 4, 1, 3, 5]
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups = groups

    def forward(self, x: Tensor) -> Tensor:
        """Return ``x`` with its channels shuffled."""
        return channel_shuffle(x, self.groups)

    def extra_repr(self) -> str:
        """Return what torch prints inside the brackets."""
        return f"groups={self.groups}"
