"""Two reasons to look somewhere: because one searches for something there, or because it stands out.

*Focus* is top-down: a task, the query, says what is searched. *Saliency* is bottom-up: what is strongest wins, whatever
the task. Max pooling is hard saliency. These are smallest forms, on a list of feature vectors.
"""

from torch import Tensor

from engine.layers.attention import masked_softmax


def focus(query: Tensor, features: Tensor) -> Tensor:
    """Return the weight of each place for a task: softmax of q·f. ``(E,)`` and ``(S, E)`` to ``(S,)``.

    >>> import torch
    >>> features = torch.tensor([[9.0, 0.0], [0.0, 3.0]])  # the first place is the louder one
    >>> focus(torch.tensor([0.0, 1.0]), features).argmax(), saliency(features).argmax()
    (tensor(1), tensor(0))
    """
    return masked_softmax(features @ query)


def saliency(features: Tensor) -> Tensor:
    """Return 1 for the place whose strongest feature is the strongest of all, else 0: what max pooling lets through."""
    strength = features.abs().amax(-1)
    return (strength == strength.max()).to(features)
