"""Greedy search: the likeliest token at every step."""

from engine.decoding.model import Decoded, SequenceModel


def greedy_search(model: SequenceModel) -> Decoded:
    """Take the argmax of each step until the end token or the greatest length; V candidates are scored a step.

    Of tokens that are equally likely the one with the smallest index is taken. The sequence need not be the likeliest:
    a small loss at one step may open a gain at the next.
    """
    tokens: tuple[int, ...] = ()
    log_prob, scored = 0.0, 0
    while not model.finished(tokens):
        candidates = model.next_log_probs(tokens)
        best = int(candidates.argmax())
        tokens, log_prob, scored = (*tokens, best), log_prob + float(candidates[best]), scored + len(candidates)
    return Decoded(tokens, log_prob, scored)
