"""The loss of semantic segmentation: a cross-entropy for every pixel.

Source: Long, Shelhamer & Darrell 2015, "Fully Convolutional Networks for Semantic Segmentation", section 4.3; void
pixels at the outlines of PASCAL VOC carry the label 255 and take no part.
"""

from torch import Tensor


def pixel_cross_entropy(logits: Tensor, labels: Tensor, ignore_index: int = 255) -> Tensor:
    """Return the mean of -ln p(true class) over the pixels that count. Shapes: ``(K, H, W)``, ``(H, W)`` to ().

    >>> import torch
    >>> pixel_cross_entropy(torch.zeros(2, 1, 1), torch.tensor([[1]])).exp().item()
    2.0
    """
    counted = labels != ignore_index
    log_probability = logits - logits.logsumexp(dim=0)
    true = log_probability.gather(0, labels.where(counted, 0)[None])[0]
    return -true[counted].mean()
