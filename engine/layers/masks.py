"""Attention masks: which query may look at which key.

Convention: masks are boolean, a row for each query, a column for each key, and **True means "may look"**, as in
``torch.nn.functional.scaled_dot_product_attention``. The masks of ``torch.nn.MultiheadAttention`` say the opposite.
"""

import torch
from torch import Tensor

from engine.errors import Refused


def causal_mask(length: int, device: torch.device | None = None) -> Tensor:
    """Return ``(length, length)``: position t sees the positions 0 to t, itself included.

    >>> causal_mask(3).int().tolist()
    [[1, 0, 0], [1, 1, 0], [1, 1, 1]]
    """
    positions = torch.arange(length, device=device)
    return positions[:, None] >= positions


def padding_mask(valid_lens: Tensor, key_length: int) -> Tensor:
    """Return the mask that hides everything from each valid length on.

    ``valid_lens`` of shape ``(N,)`` gives ``(N, 1, key_length)``, the same for all queries of a sequence; of shape
    ``(N, L)``, one for each query, it gives ``(N, L, key_length)``.

    Raises:
        Refused: a valid length is negative or exceeds key_length.

    >>> padding_mask(torch.tensor([1, 3]), 3).int().tolist()
    [[[1, 0, 0]], [[1, 1, 1]]]
    """
    if bool((valid_lens < 0).any() | (valid_lens > key_length).any()):
        raise Refused(f"valid lengths lie between 0 and the {key_length} keys, unlike {valid_lens.tolist()}")
    per_query = valid_lens[:, None] if valid_lens.dim() == 1 else valid_lens
    return torch.arange(key_length, device=valid_lens.device) < per_query[..., None]
