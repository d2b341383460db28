"""``glimpse.*``: an agent that looks once, and learns from the reward where to look."""

from typing import Annotated

import torch
from torch import Tensor

from engine.arguments import Between, Elements
from engine.evidence import Curve, Heatmap, Path, Run, Series
from engine.registry import Kind, function
from engine.reinforcement.location_bandit import learn, places, rewards
from engine.reinforcement.score_function import exact_gradient, expected_reward

Image = Annotated[Tensor, Elements(1024, 2), Between(0, 1)]
PerSide = Annotated[int, Between(1, 5)]
Side = Annotated[int, Between(1, 32)]
_IMAGE = {"image": [[0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 1], [0, 0, 0, 0]], "per_side": 2, "side": 2}


@function("glimpse.rewards", Kind.MODULE, example=_IMAGE, shows=(rewards, places))
def place_rewards(image: Image, per_side: PerSide, side: Side) -> Run:
    """Return what a look at each place of a grid is worth: the brightest pixel in a square of ``side`` pixels there.

    Places are numbered row by row from the upper left.

    >>> dot = torch.zeros(4, 4, dtype=torch.float64)
    >>> dot[2, 3] = 1
    >>> place_rewards(dot, per_side=2, side=2).value
    [0.0, 0.0, 0.0, 1.0]
    """
    found = rewards(image[None], per_side, side)
    grid = found.reshape(per_side, per_side).tolist()
    return Run(found.tolist(), lambda: [Heatmap("image", image.tolist(), "x", "y"), Heatmap("rewards", grid)], "cpu")


@function(
    "glimpse.expected_reward_learned",
    Kind.MEASURED,
    example={**_IMAGE, "steps": 50, "seed": 0},
    shows=(learn, exact_gradient),
)
def expected_reward_learned(
    image: Image,
    per_side: PerSide,
    side: Side,
    steps: Annotated[int, Between(1, 300)] = 50,
    lr: Annotated[float, Between(0.01, 10)] = 1.0,
    seed: Annotated[int, Between(0, 10**6)] = 0,
) -> Run:
    """Return the expected reward of one look after learning by REINFORCE, from a policy that knew nothing.

    >>> bright = torch.ones(2, 2, dtype=torch.float64)
    >>> round(expected_reward_learned(bright, per_side=2, side=2, steps=1).value, 9)
    1.0
    """
    reward = rewards(image[None], per_side, side)
    start = torch.zeros(per_side**2, dtype=torch.float64)
    logits, looks = learn(start, reward, steps, lr, torch.Generator().manual_seed(seed))

    def evidence() -> list[Path | Heatmap | Curve]:
        where = places(per_side)[[look.place for look in looks]]
        walk = Series("looks", where[:, 0].tolist(), where[:, 1].tolist())
        exact, curve = start, []
        for _ in range(steps):
            curve.append(float(expected_reward(exact, reward)))
            exact = exact + lr * exact_gradient(exact, reward)
        numbers = list(range(steps))
        series = [
            Series("REINFORCE", numbers, [look.expected for look in looks]),
            Series("exact gradient", numbers, curve),
        ]
        policy = logits.softmax(-1).reshape(per_side, per_side).tolist()
        return [
            Path("Where it looked, y down", [walk], extent=(-1, 1, -1, 1)),
            Curve("Expected reward", series, "step", "reward"),
            Heatmap("policy at the end", policy),
        ]

    return Run(float(expected_reward(logits, reward)), evidence, "cpu")
