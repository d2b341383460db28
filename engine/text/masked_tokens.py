"""The inputs of a masked language model: some tokens are chosen, most of these hidden, and all of them to be guessed.

Of all tokens 15 % are chosen. Of the chosen, 80 % are replaced by [MASK], 10 % by a random token, and 10 % stay: of all
tokens 12 %, 1.5 % and 1.5 %. The model cannot tell which tokens will be asked, so it must keep a good picture of each
one; and [MASK], which never occurs in fine-tuning, is not the only sign of a question.

Source: Devlin, Chang, Lee & Toutanova 2019, "BERT: Pre-training of Deep Bidirectional Transformers for Language
Understanding", section 3.1, task 1.
"""

from typing import Final, NamedTuple

import torch
from torch import Tensor

from engine.errors import Refused

CHOSEN: Final = 0.15
MASKED, RANDOM, KEPT = 0.8, 0.1, 0.1
"""Shares of the chosen tokens."""


class MaskedTokens(NamedTuple):
    """A sequence as the model sees it; all of shape ``(L,)``."""

    ids: Tensor
    chosen: Tensor
    """True where the original token is to be guessed; the loss covers these positions alone."""
    action: Tensor
    """0 not chosen, 1 hidden by [MASK], 2 replaced by a random token, 3 kept as it is."""


def mask_tokens(
    ids: Tensor, generator: torch.Generator, mask_id: int, vocab_size: int, special: Tensor | None = None
) -> MaskedTokens:
    """Return what the model is shown of ``ids`` ``(L,)``.

    Exactly round(0.15·m) positions are chosen, at least one, among the m that are not ``special`` ([CLS], [SEP] and
    padding are never asked), as in the published code; others choose each token independently with probability 0.15.
    What happens to each chosen token is drawn for it alone. A random token is any of the vocabulary, and with
    probability 1/vocab_size it is the original one.

    Raises:
        Refused: all tokens are special.
    """
    allowed = torch.arange(len(ids)) if special is None else (~special).nonzero()[:, 0]
    if not len(allowed):
        raise Refused("every token is special, so none can be asked")
    count = max(1, round(CHOSEN * len(allowed)))
    picked = allowed[torch.randperm(len(allowed), generator=generator)[:count]]
    draw = torch.rand(count, generator=generator, dtype=torch.float64)
    action = torch.zeros_like(ids)
    action[picked] = 1 + (draw >= MASKED).long() + (draw >= MASKED + RANDOM).long()
    strangers = torch.randint(vocab_size, ids.shape, generator=generator)
    shown = torch.where(action == 1, torch.full_like(ids, mask_id), torch.where(action == 2, strangers, ids))
    return MaskedTokens(shown, action > 0, action)
