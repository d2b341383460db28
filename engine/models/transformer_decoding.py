"""Writing with a Transformer: one token a pass, with or without remembered keys and values.

In training all positions are predicted in one pass. In prediction each token waits for the one before it, so T tokens,
the end token included, take T passes of the decoder; the encoder runs once.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused
from engine.layers import transformer_cache as cache
from engine.models.transformer import Transformer


class Written(NamedTuple):
    """A target that was written."""

    tokens: Tensor
    """``(T,)``: without the first token, up to and with the end token where it came."""
    logits: Tensor
    """``(T, tgt_vocab_size)``: those that each token was chosen by."""

    @property
    def passes(self) -> int:
        """How often the decoder ran: once for each token."""
        return len(self.tokens)


def write(model: Transformer, source: Tensor, bos: int, eos: int | None, max_len: int, cached: bool = True) -> Written:
    """Return the target that ``model`` writes for one source ``(1, S)`` by taking the likeliest token at every step.

    Without the cache every pass runs the whole prefix again, under the causal mask; both ways choose by the same
    logits, up to rounding. It stops behind ``eos``, or after ``max_len`` tokens.

    Raises:
        Refused: ``max_len`` is below 1.
    """
    if max_len < 1:
        raise Refused(f"max_len is {max_len}, and at least one token is written; use a max_len from 1")
    memory = model.encode(source).output
    target = torch.full_like(source[:, :1], bos)
    remembered = cache.start(model.stacks.decoder, memory)
    logits: list[Tensor] = []
    while len(logits) < max_len and (not logits or target[0, -1] != eos):
        if cached:
            newest = model.target(target)[:, -1:]
            output, remembered = cache.step(model.stacks.decoder, newest, remembered)
            logits.append(model.output(output)[0, -1])
        else:
            logits.append(model.decode(target, memory).logits[0, -1])
        target = torch.cat([target, logits[-1].argmax()[None, None]], dim=1)
    return Written(target[0, 1:], torch.stack(logits))
