"""Glimpses beside slices and pooling, the agent beside plain sums, and the bandit beside all of its places."""

import math

import pytest
import torch
from door_runs import run
from torch import nn
from torch.nn import functional
from torch.testing import assert_close

from engine.attention.glimpse_sensor import box, crop, glimpse
from engine.errors import Refused
from engine.models.recurrent_attention import RecurrentAttention
from engine.reinforcement.location_bandit import learn, places, rewards

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


@pytest.mark.parametrize("location", [(0.0, 0.0), (0.5, -0.25), (-1.0, 1.0), (0.9, 0.9)])
@pytest.mark.parametrize(("size", "num_scales"), [(4, 1), (4, 3), (2, 2)])
def test_patches_are_slices_of_a_padded_image_shrunk_by_averaging(location, size, num_scales):
    image = randn(0, 2, 3, 16, 20)
    where = torch.tensor([location, location], dtype=torch.float64)
    found = glimpse(image, where, size, num_scales)
    asked = {"location": list(location), "size": size, "num_scales": num_scales}
    door = run("glimpse.patches", image=image[0, 0].tolist(), **asked).value
    padded = functional.pad(image, (40, 40, 40, 40))
    for k in range(num_scales):
        side = size * 2**k
        left = round((location[0] + 1) / 2 * 20 - side / 2) + 40
        top = round((location[1] + 1) / 2 * 16 - side / 2) + 40
        expected = functional.interpolate(padded[..., top : top + side, left : left + side], size, mode="area")
        assert_close(found[:, k], expected, **EXACT)
        assert_close(torch.tensor(door[k], dtype=torch.float64), expected[0, 0], **EXACT)


def test_corners_of_squares():
    middle = torch.zeros(2, dtype=torch.float64)
    assert box((64, 64), middle, 8) == (28, 28)
    assert run("glimpse.corner", height=10, width=20, location=[1, -1], side=4).value == [-2, 18]
    image = torch.arange(64.0).reshape(1, 8, 8)
    assert crop(image, middle, 2).tolist() == [[[27, 28], [35, 36]]]


def test_how_little_a_glimpse_sees_of_how_much():
    for size, scales in [(8, 3), (4, 1), (12, 2)]:
        assert run("glimpse.num_numbers", size=size, num_scales=scales, channels=2).value == 2 * scales * size**2
        assert run("glimpse.extent", size=size, num_scales=scales).value == size * 2 ** (scales - 1)


def agent_with_random_weights():
    with torch.random.fork_rng():
        agent = RecurrentAttention(size=2, num_scales=2, glimpse_size=5, hidden_size=6, num_classes=3).double()
    for seed, parameter in enumerate(agent.parameters()):
        parameter.data = randn(seed, *parameter.shape) / 3
    return agent


def affine(layer, x):
    return x @ layer.weight.mT + layer.bias


def test_the_agent_step_by_step():
    agent, image = agent_with_random_weights(), randn(0, 2, 1, 8, 8)
    start = torch.tensor([[0.0, 0.0], [0.25, -0.25]], dtype=torch.float64)
    seen = agent(image, start, 3, torch.Generator().manual_seed(1))
    draws = torch.Generator().manual_seed(1)
    net, state, where = agent.glimpse_network, torch.zeros(2, 6, dtype=torch.float64), start
    for step in range(3):
        assert_close(seen.locations[step], where, **EXACT)
        outer = torch.stack([padded_square(image[n, 0], where[n], 4) for n in range(2)])
        inner = torch.stack([padded_square(image[n, 0], where[n], 2) for n in range(2)])
        what = torch.cat([inner.flatten(1), nn.AvgPool2d(2)(outer[:, None]).flatten(1)], dim=1)
        both = affine(net.from_what, affine(net.what, what).relu()) + affine(
            net.from_where, affine(net.where, where).relu()
        )
        state = (affine(agent.from_state, state) + affine(agent.from_glimpse, both.relu())).relu()
        if step < 2:
            mean = affine(agent.locator, state).tanh()
            where = (mean + 0.1 * torch.randn(2, 2, generator=draws, dtype=torch.float64)).clamp(-1, 1).detach()
            density = -((where - mean) ** 2) / (2 * 0.1**2) - math.log(0.1 * math.sqrt(2 * math.pi))
            assert_close(seen.location_log_probabilities[step], density.sum(1), **EXACT)
    assert_close(seen.log_probabilities, affine(agent.classifier, state).log_softmax(-1), **EXACT)


def padded_square(image, location, side):
    left, top = (round(float((place + 1) / 2 * 8) - side / 2) + 20 for place in location)
    return functional.pad(image, (20, 20, 20, 20))[top : top + side, left : left + side]


def test_only_the_locator_learns_from_the_draws_and_only_the_rest_from_the_loss():
    agent, image = agent_with_random_weights(), randn(0, 2, 1, 8, 8)
    seen = agent(image, torch.zeros(2, 2, dtype=torch.float64), 3, torch.Generator().manual_seed(1))
    for total, learns in [
        (seen.location_log_probabilities.sum(), {"locator"}),
        (seen.log_probabilities[:, 0].sum(), None),
    ]:
        names = [name for name, _ in agent.named_parameters()]
        found = torch.autograd.grad(total, list(agent.parameters()), allow_unused=True, retain_graph=True)
        moved = {
            name.partition(".")[0] for name, g in zip(names, found, strict=True) if g is not None and bool(g.any())
        }
        assert moved == (learns or {"glimpse_network", "from_state", "from_glimpse", "classifier"})


def test_parameters_of_the_agent():
    with torch.device("meta"):
        counted = sum(p.numel() for p in RecurrentAttention().parameters())
    glimpses = (64 + 1) * 128 + (2 + 1) * 128 + 2 * (128 + 1) * 256
    assert counted == glimpses + 2 * (256 + 1) * 256 + (256 + 1) * 2 + (256 + 1) * 10


def test_places_and_their_rewards():
    assert places(3)[[0, 4, 8]].flatten().tolist() == pytest.approx([-2 / 3, -2 / 3, 0, 0, 2 / 3, 2 / 3])
    image = torch.zeros(6, 6, dtype=torch.float64)
    image[1, 4] = 0.5
    image[5, 0] = 1
    expected = [0, 0, 0.5, 0, 0, 0, 1, 0, 0]
    assert rewards(image[None], per_side=3, side=2).tolist() == expected
    assert run("glimpse.rewards", image=image.tolist(), per_side=3, side=2).value == expected


def test_a_step_of_learning_is_the_reward_times_the_gradient_of_the_logarithm():
    reward, start = torch.tensor([0.0, 1.0, 0.25], dtype=torch.float64), randn(4, 3)
    logits, looks = learn(start, reward, 12, 0.5, torch.Generator().manual_seed(2))
    expected, seen = start, []
    for look in looks:
        baseline = sum(seen) / len(seen) if seen else 0.0
        theta = expected.clone().requires_grad_()
        (gradient,) = torch.autograd.grad(theta.log_softmax(-1)[look.place], theta)
        assert look.reward == reward[look.place]
        assert look.expected == pytest.approx(float(expected.softmax(-1) @ reward), rel=1e-12)
        expected = expected + 0.5 * (look.reward - baseline) * gradient
        seen.append(look.reward)
    assert_close(logits, expected, **EXACT)
    assert len({look.place for look in looks}) > 1


def test_learning_finds_the_target_and_without_rewards_nothing():
    image = torch.zeros(8, 8)
    image[5, 2] = 1
    asked = {"per_side": 2, "side": 4, "steps": 60, "lr": 3.0}
    assert run("glimpse.expected_reward_learned", image=image.tolist(), **asked, seed=3).value > 0.9
    dark = torch.zeros(8, 8).tolist()
    assert run("glimpse.expected_reward_learned", image=dark, **asked, seed=3).value == 0


def test_a_location_outside_is_refused():
    with pytest.raises(Refused, match=r"^a location lies between -1 and 1, unlike \[0.0, 1.5\]$"):
        box((8, 8), torch.tensor([0.0, 1.5]), 2)


def test_evidence_shows_nested_squares_and_what_each_gives():
    blocks = run("glimpse.patches", image=[[1, 2], [3, 4]], location=[0, 0], size=1, num_scales=2).evidence()
    assert [block.block for block in blocks] == ["path", "heatmap", "heatmap", "heatmap"]
    assert [series.name for series in blocks[0].series] == ["image", "scale 0", "scale 1"]
