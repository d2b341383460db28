"""PSNR, the measure that a mean squared error optimises: how far the peak stands above the error, in decibels.

    PSNR = 10·log10(peak²/MSE)

The estimate with the least expected squared error is the *mean* of all images that fit, a blur that may resemble none
of them. A sharp guess at one of them loses on PSNR and looks better: SRResNet has the higher PSNR, SRGAN the detail.
"""

import torch
from torch import Tensor


def psnr(image: Tensor, target: Tensor, peak: float = 1.0) -> Tensor:
    """Return the ratio in decibels; infinity for equal images. Halving the error adds 6.02.

    >>> round(psnr(torch.tensor([0.1, 0.9]), torch.tensor([0.0, 1.0])).item(), 3)
    20.0
    """
    return 10 * torch.log10(peak**2 / (image - target).square().mean())
