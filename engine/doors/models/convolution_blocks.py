"""``vgg.*`` and ``nin.*``: the blocks of VGG and of Network in Network, as the D2L book builds them."""

from functools import partial
from typing import Annotated

from torch import nn

from engine.arguments import Between
from engine.doors.models._blocks import BlockChannels, BlockSize, Build, macs_of, params_of, shape_of
from engine.errors import Refused
from engine.evidence import Run
from engine.models.nin import NiNBlock
from engine.models.vgg import vgg_block
from engine.registry import Kind, function

NumConvs = Annotated[int, Between(1, 32)]
HalvedSize = Annotated[int, Between(2, 4096)]
Kernel = Annotated[int, Between(1, 31)]
_VGG = {"num_convs": 2, "in_channels": 64, "out_channels": 128}
_NIN = {"in_channels": 384, "out_channels": 10, "kernel_size": 3}


@function("vgg.block_num_params", Kind.MODULE, example=_VGG, shows=(vgg_block,))
def vgg_num_params(num_convs: NumConvs, in_channels: BlockChannels, out_channels: BlockChannels) -> Run:
    """Return the parameters of a VGG block of ``num_convs`` 3×3 convolutions; its pooling has none.

    >>> vgg_num_params(2, 64, 128).value
    221440
    """
    return params_of(_vgg(num_convs, in_channels, out_channels))


@function("vgg.block_macs", Kind.MEASURED, example={**_VGG, "size": 112}, shows=(vgg_block,))
def vgg_macs(num_convs: NumConvs, in_channels: BlockChannels, out_channels: BlockChannels, size: HalvedSize) -> Run:
    """Return the multiply-adds of a VGG block on one size × size image."""
    return macs_of(_vgg(num_convs, in_channels, out_channels), (in_channels, size, size))


@function("vgg.block_output_shape", Kind.MODULE, example={**_VGG, "size": 112}, shows=(vgg_block,))
def vgg_output_shape(
    num_convs: NumConvs, in_channels: BlockChannels, out_channels: BlockChannels, size: HalvedSize
) -> Run:
    """Return the output shape [C, H, W] of a VGG block: the convolutions keep the size, the pooling halves it.

    >>> vgg_output_shape(2, 64, 128, size=112).value
    [128, 56, 56]
    """
    return shape_of(_vgg(num_convs, in_channels, out_channels), (in_channels, size, size))


@function("nin.block_num_params", Kind.MODULE, example=_NIN, shows=(NiNBlock,))
def nin_num_params(in_channels: BlockChannels, out_channels: BlockChannels, kernel_size: Kernel) -> Run:
    """Return the parameters of a NiN block: a convolution and two 1×1 convolutions, all of ``out_channels``.

    >>> nin_num_params(384, 10, kernel_size=3).value
    34790
    """
    return params_of(partial(NiNBlock, in_channels, (out_channels,) * 3, kernel_size))


@function("nin.block_macs", Kind.MEASURED, example={**_NIN, "size": 5, "padding": 1}, shows=(NiNBlock,))
def nin_macs(
    in_channels: BlockChannels,
    out_channels: BlockChannels,
    kernel_size: Kernel,
    size: BlockSize,
    stride: Annotated[int, Between(1, 31)] = 1,
    padding: Annotated[int, Between(0, 31)] = 0,
) -> Run:
    """Return the multiply-adds of a NiN block on one size × size image; stride and padding are the convolution's."""
    if size + 2 * padding < kernel_size:
        raise Refused(f"a kernel of {kernel_size} does not fit a size of {size} with padding {padding}")
    block = partial(NiNBlock, in_channels, (out_channels,) * 3, kernel_size, stride, padding)
    return macs_of(block, (in_channels, size, size))


def _vgg(num_convs: int, in_channels: int, out_channels: int) -> Build:
    return lambda: nn.Sequential(*vgg_block(in_channels, out_channels, [3] * num_convs))
