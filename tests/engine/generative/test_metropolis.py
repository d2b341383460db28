"""Metropolis sampling beside NumPy's eigenvectors, plain loops, and a walk's own frequencies."""

import numpy as np
import pytest
import torch
from door_runs import run

from engine.errors import Refused
from engine.generative.markov_chain import acceptance, distributions, total_variation, transition_matrix, walk

torch.set_num_threads(1)
P = [1.0, 2.0, 3.0, 1.5, 0.5]


def matrix_by_loops(p, rejects=True):
    states = len(p)
    matrix = np.zeros((states, states))
    for i in range(states):
        for j in range(states):
            if (i - j) % states in (1, states - 1):
                matrix[i, j] = 0.5 * (min(1, p[j] / p[i]) if rejects else 1)
        matrix[i, i] = 1 - matrix[i].sum()
    return matrix


@pytest.mark.parametrize("rejects", [True, False])
def test_the_matrix_by_loops_and_its_stationary_vector_by_numpy(rejects):
    expected = matrix_by_loops(P, rejects)
    matrix = transition_matrix(torch.tensor(P, dtype=torch.float64), rejects)
    assert matrix.numpy() == pytest.approx(expected, rel=1e-9)
    values, vectors = np.linalg.eig(expected.T)
    settled = vectors[:, values.real.argmax()].real
    settled = settled / settled.sum()
    assert settled.tolist() == pytest.approx([x / 8 for x in P] if rejects else [0.2] * 5, rel=1e-9)
    for state in range(5):
        found = run("markov.stationary", p=P, state=state, rejects=rejects).value
        assert found == pytest.approx(settled[state], rel=1e-9)
    if rejects:
        assert run("markov.stationary_formula", p=P, state=2).value == pytest.approx(settled[2], rel=1e-9)


def test_distributions_are_powers_of_the_matrix():
    rows = distributions(torch.tensor(P, dtype=torch.float64), start=1, steps=7)
    for steps in range(8):
        expected = np.linalg.matrix_power(matrix_by_loops(P), steps)[1]
        assert rows[steps].tolist() == pytest.approx(expected.tolist(), rel=1e-9)
    found = run("markov.probability_after", p=P, start=1, steps=7, state=3).value
    assert found == pytest.approx(rows[7, 3].item(), rel=1e-9)


def test_acceptance_by_hand():
    p = torch.tensor(P, dtype=torch.float64)
    assert [acceptance(p, 2, state) for state in (1, 3)] == pytest.approx([2 / 3, 0.5], rel=1e-9)
    assert acceptance(p, 0, 1) == 1.0
    assert run("markov.acceptance", p=P, state=3, proposal=4).value == pytest.approx(1 / 3, rel=1e-9)


def test_a_walk_visits_states_as_often_as_the_target_says():
    p = torch.tensor(P, dtype=torch.float64)
    states = walk(torch.Generator().manual_seed(0), p, 0, 8000)
    assert states[0] == 0
    moves = (states.diff() % 5).unique().tolist()
    assert sorted(moves) == [0, 1, 4]
    shares = torch.bincount(states, minlength=5) / len(states)
    assert shares.tolist() == pytest.approx([x / 8 for x in P], abs=0.04)


def test_total_variation_by_hand():
    p, q = torch.tensor([0.5, 0.5, 0.0]), torch.tensor([0.2, 0.4, 0.4])
    assert total_variation(p, q).item() == pytest.approx(0.4, rel=1e-6)


def test_a_state_that_is_not_there_is_refused():
    with pytest.raises(Refused, match="5 states, numbered from 0, so none is 5"):
        run("markov.stationary", p=P, state=5)
