"""Instances of a question to be looked at: the first few different ones from a seed on."""

from collections.abc import Mapping
from typing import NamedTuple

from dlquiz.app import stumbling
from dlquiz.app.watching.locks import locked
from dlquiz.core.domains import EmptyDomain
from dlquiz.core.expressions import Value
from dlquiz.core.parameters import identity
from dlquiz.core.questions import Instance, Question
from dlquiz.errors import DlquizError

SHOWN = 3
_TRIES = 30
"""Seeds that are tried until so many are different."""


class Drawn(NamedTuple):
    """Instances, the seed to go on from, and why there is none."""

    instances: tuple[Instance, ...]
    following: int
    trouble: str = ""


def drawn(question: Question, locks: Mapping[str, Value], first: int) -> Drawn:
    """Return different instances from the seed ``first`` on, with some parameters kept; fewer where there are no more.

    Those with other parameters are preferred to those whose options stand in another order. It may take a while where
    hardly any setting satisfies the conditions.
    """
    kept = locked(question, locks)
    settings: dict[object, Instance] = {}
    found: dict[object, Instance] = {}
    try:
        with stumbling.marking("en"):
            for seed in range(first, first + _TRIES):
                values = kept.draw(seed)
                one = found.setdefault(identity(values), Instance(question, seed, values))
                settings.setdefault(identity([values[name] for name in question.domain.parameters]), one)
                if len(settings) == SHOWN:
                    break
    except (EmptyDomain, DlquizError) as error:
        return Drawn((), first, str(error))
    preferred = {one.seed: one for one in (*settings.values(), *found.values())}
    instances = sorted(list(preferred.values())[:SHOWN], key=lambda one: one.seed)
    return Drawn(tuple(instances), instances[-1].seed + 1)
