"""Gradient play on V = x·y by complex arithmetic; mode collapse by autograd and by enumeration."""

import cmath
import math

import numpy as np
import pytest
import torch
from door_runs import run
from torch.testing import assert_close

from engine.errors import Refused
from engine.generative.adversarial.bilinear_game import field, growth, growth_formula, play, step, value
from engine.generative.adversarial.mode_collapse import best_response, modes_covered, train

torch.set_num_threads(1)
UPDATES = ("simultaneous", "alternating", "extragradient")


def matrix_of(update, lr):
    turn = np.array([[0.0, -1.0], [1.0, 0.0]])
    if update == "simultaneous":
        return np.eye(2) + lr * turn
    if update == "extragradient":
        return np.eye(2) + lr * turn @ (np.eye(2) + lr * turn)
    return np.array([[1, 0], [lr, 1]]) @ np.array([[1, -lr], [0, 1]])


@pytest.mark.parametrize("update", UPDATES)
@pytest.mark.parametrize("lr", [0.05, 0.3, 0.9])
def test_every_point_is_a_power_of_the_steps_matrix(update, lr):
    start = np.array([0.7, -1.2])
    points = play(torch.tensor(start), lr, 8, update)
    for steps in range(9):
        expected = np.linalg.matrix_power(matrix_of(update, lr), steps) @ start
        assert points[steps].tolist() == pytest.approx(expected.tolist(), rel=1e-9)
    sizes = np.abs(np.linalg.eigvals(matrix_of(update, lr)))
    assert growth(lr, update) == pytest.approx(sizes.max(), rel=1e-9)
    assert growth_formula(lr, update) == pytest.approx(sizes.max(), rel=1e-9)


def test_simultaneous_play_multiplies_a_complex_number_by_one_plus_i_lr():
    z = complex(1, 1) * cmath.exp(200 * cmath.log(1 + 0.1j))
    end = play(torch.ones(2, dtype=torch.float64), 0.1, 200)[-1]
    assert end.tolist() == pytest.approx([z.real, z.imag], rel=1e-9)
    assert end.norm().item() == pytest.approx(math.sqrt(2) * 1.01**100, rel=1e-9)


def test_alternating_play_beyond_a_rate_of_two_leaves_its_orbit():
    assert growth_formula(2.5, "alternating") == pytest.approx(
        np.abs(np.linalg.eigvals(matrix_of("alternating", 2.5))).max()
    )
    assert growth_formula(1.9, "alternating") == 1.0


def test_the_field_is_what_autograd_gives_to_a_player_that_lowers_and_one_that_raises():
    point = torch.tensor([0.4, -1.7], dtype=torch.float64, requires_grad=True)
    (gradient,) = torch.autograd.grad(point[0] * point[1], point)
    assert_close(field(point.detach()), gradient * torch.tensor([-1.0, 1.0]), rtol=1e-12, atol=0)
    assert value(point.detach()).item() == pytest.approx(0.4 * -1.7, rel=1e-12)


def test_alternating_play_answers_the_new_place():
    x, y = step(torch.tensor([1.0, 1.0]), 0.25, "alternating").tolist()
    assert (x, y) == (0.75, 1.1875)


@pytest.mark.parametrize("name", ["gan.play_distance", "gan.play_distance_formula"])
def test_distances_of_the_doors(name):
    assert run(name, lr=0.1, steps=200).value == pytest.approx(3.8251842, rel=1e-7)
    inward = run(name, lr=0.3, steps=50, update="extragradient", x=3, y=4).value
    assert inward == pytest.approx(5 * (1 - 0.09 + 0.0081) ** 25, rel=1e-9)


@pytest.mark.parametrize("name", ["gan.play_growth", "gan.play_growth_formula"])
def test_growths_of_the_doors(name):
    assert run(name, lr=0.1).value == pytest.approx(1.004987562112089, rel=1e-9)
    assert run(name, lr=0.1, update="alternating").value == pytest.approx(1.0, rel=1e-9)
    assert run(name, lr=0.5, update="extragradient").value == pytest.approx(math.sqrt(0.8125), rel=1e-9)


def test_the_distance_under_alternating_play_has_no_formula():
    with pytest.raises(Refused, match=r"ask gan\.play_distance"):
        run("gan.play_distance_formula", lr=0.1, steps=3, update="alternating")


@pytest.mark.parametrize("form", ["saturating", "non_saturating"])
def test_a_response_follows_autograd_through_the_softmax(form):
    scores = torch.randn(5, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    answers = torch.tensor([0.2, 0.4, 0.5, 0.6, 0.3], dtype=torch.float64)
    cost = torch.log(1 - answers) if form == "saturating" else -torch.log(answers)
    expected = scores.clone()
    for _ in range(4):
        asked = expected.clone().requires_grad_()
        (gradient,) = torch.autograd.grad((asked.softmax(-1) * cost).sum(), asked)
        expected = expected - 0.7 * gradient
    assert_close(best_response(scores, answers, 4, 0.7, form), expected, rtol=1e-9, atol=1e-12)


def test_training_alternates_the_best_reply_with_responses():
    """Against D = p/(p + q) one small step goes along the gradient of the Jensen-Shannon divergence."""
    p = torch.tensor([0.5, 0.3, 0.2], dtype=torch.float64)
    start = torch.tensor([0.1, 0.0, 0.4], dtype=torch.float64)
    course = train(p, start, rounds=2, generator_steps=1, lr=0.5)
    scores = start
    for turn in range(2):
        asked = scores.clone().requires_grad_()
        q = asked.softmax(-1)
        assert_close(course.masses[turn], q.detach(), rtol=1e-9, atol=0)
        assert_close(course.answers[turn], p / (p + q.detach()), rtol=1e-9, atol=0)
        divergence = (p * (2 * p / (p + q)).log()).sum() + (q * (2 * q / (p + q)).log()).sum()
        (gradient,) = torch.autograd.grad(divergence, asked)
        scores = scores - 0.5 * gradient
    assert_close(course.masses[2], scores.softmax(-1), rtol=1e-9, atol=0)


def test_long_training_against_one_discriminator_ends_on_its_favourite():
    p = torch.full((4,), 0.25, dtype=torch.float64)
    start = torch.tensor([0.3, 0.0, -0.1, -0.4], dtype=torch.float64)  # the last mode has the least mass
    course = train(p, start, rounds=1, generator_steps=2000, lr=2.0)
    assert int(course.answers[0].argmax()) == 3
    assert course.masses[-1][3].item() > 0.99
    assert modes_covered(course.masses[-1]) == 1
    short = train(p, start, rounds=10, generator_steps=1, lr=2.0)
    assert modes_covered(short.masses[-1]) == 4


@pytest.mark.parametrize(
    ("masses", "count"),
    [([0.25, 0.25, 0.25, 0.25], 4), ([0.9, 0.05, 0.03, 0.02], 3), ([0.97, 0.02, 0.005, 0.005], 1)],
)
def test_a_mode_counts_from_a_tenth_of_its_share_on(masses, count):
    assert modes_covered(torch.tensor(masses)) == count


def test_modes_of_the_door():
    assert run("gan.modes_covered", p=[0.25] * 4, generator_steps=1).value == 4
    assert run("gan.modes_covered", p=[0.25] * 4, generator_steps=300, rounds=2).value == 1
