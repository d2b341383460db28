"""What a decoder reads: the true tokens while it is taught (teacher forcing), its own when it runs free.

Source: Williams & Zipser 1989, "A Learning Algorithm for Continually Running Fully Recurrent Neural Networks".
"""

import torch
from torch import Tensor, nn

from engine.models.seq2seq import Encoded


def decoder_inputs(targets: Tensor, bos: int) -> Tensor:
    """Return the targets ``(T, N)`` one step later, behind the token that begins a sequence.

    At step t the decoder reads the true token t - 1 and is to predict token t.

    >>> decoder_inputs(torch.tensor([[5], [6], [7]]), bos=1).flatten().tolist()
    [1, 5, 6]
    """
    return torch.cat([torch.full_like(targets[:1], bos), targets[:-1]])


def free_running(decoder: nn.Module, encoded: Encoded, bos: int, length: int) -> Tensor:
    """Return the logits ``(length, N, vocab_size)`` of a decoder that reads its own likeliest token of the step before.

    Nothing is stopped at an end token; what comes after it is for the caller to cut.
    """
    tokens = torch.full_like(encoded.context[None, :, 0], bos, dtype=torch.long)
    logits, state = [], encoded.state
    for _ in range(length):
        decoded = decoder(tokens, encoded, state=state)
        tokens, state = decoded.logits.argmax(-1), decoded.state
        logits.append(decoded.logits)
    return torch.cat(logits)
