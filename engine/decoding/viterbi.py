"""Viterbi's dynamic programme: the best way to each last token, extended step by step."""

import torch

from engine.decoding.model import Decoded, SequenceModel
from engine.errors import Refused


def viterbi_search(model: SequenceModel) -> Decoded:
    """Return the likeliest sequence of T tokens of a Markov chain, at V² candidates a step instead of V^T in all.

    best(t, j) = max over i of best(t - 1, i) + log P(j | the best way to i).

    Exact only where the next token depends on the last one alone; otherwise a way that was dropped, because another
    one to the same token was likelier, might have had the better future.

    Raises:
        Refused: the model has an end token, so its sequences differ in length.

    Source: Viterbi 1967, "Error bounds for convolutional codes and an asymptotically optimum decoding algorithm".
    """
    if model.end is not None:
        raise Refused("Viterbi's search is for sequences of one length; leave 'end' out")
    best = model.next_log_probs(())
    ways: list[tuple[int, ...]] = [(token,) for token in range(model.vocabulary)]
    scored = len(best)
    for _ in range(1, model.length):
        candidates = torch.stack([model.next_log_probs(way) for way in ways]) + best[:, None]
        scored += candidates.numel()
        best, before = candidates.max(0)
        ways = [(*ways[last], token) for token, last in enumerate(before.tolist())]
    token = int(best.argmax())
    return Decoded(ways[token], float(best[token]), scored)
