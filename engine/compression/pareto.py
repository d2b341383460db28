"""The Pareto front: the candidates that no other beats in both cost and score.

A candidate is beaten by one that costs no more and scores no less, and is better in at least one of the two.
"""

from collections.abc import Sequence


def pareto_front(costs: Sequence[float], scores: Sequence[float]) -> list[int]:
    """Return the places of the candidates that no other beats, cheapest first; equal ones all stay.

    Sorted by cost, a candidate is on the front when it scores more than every cheaper one.

    >>> pareto_front(costs=[1, 2, 3, 2], scores=[0.5, 0.9, 0.8, 0.7])
    [0, 1]
    """
    order = sorted(range(len(costs)), key=lambda place: (costs[place], -scores[place]))
    front: list[int] = []
    for place in order:
        last = front[-1] if front else None
        if last is None or scores[place] > scores[last] or (costs[place], scores[place]) == (costs[last], scores[last]):
            front.append(place)
    return front
