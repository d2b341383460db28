"""Early stopping beside a second implementation, written backwards from the definition."""

import numpy as np
import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refused
from engine.regularization.early_stopping import EarlyStopping, descent_share, stop, stopped_descent


def by_definition(losses, patience, min_delta):
    """Return (last, best) from the list of all improvements, epochs counted from 1."""
    improvements, best = [], float("inf")
    for epoch, loss in enumerate(losses, start=1):
        if loss < best - min_delta:
            improvements.append(epoch)
            best = loss
    kept = improvements[:1]
    for epoch in improvements[1:]:
        if epoch - kept[-1] > patience:
            break
        kept.append(epoch)
    return min(kept[-1] + patience, len(losses)), kept[-1]


@settings(max_examples=25, deadline=None)
@given(
    losses=st.lists(st.integers(-5, 5).map(float), min_size=1, max_size=30),
    patience=st.integers(1, 6),
    min_delta=st.sampled_from([0.0, 0.5, 1.0]),
)
def test_stop_equals_the_definition(losses, patience, min_delta):
    last, best = by_definition(losses, patience, min_delta)
    found = stop(losses, patience, min_delta)
    assert (found.last_epoch, found.best_epoch, found.best_loss) == (last, best, losses[best - 1])
    arguments = {"losses": losses, "patience": patience, "min_delta": min_delta}
    assert run("early_stopping.last_epoch", **arguments).value == last
    assert run("early_stopping.best_epoch", **arguments).value == best


def test_a_recorded_run():
    losses = [0.9, 0.7, 0.6, 0.62, 0.59, 0.61, 0.6, 0.63, 0.5]
    assert stop(losses, patience=3) == (8, 5, 0.59)
    assert stop(losses, patience=2) == (7, 5, 0.59)
    assert stop(losses, patience=1) == (4, 3, 0.6)
    assert stop(losses, patience=3, min_delta=0.05) == (6, 3, 0.6)
    assert stop(losses, patience=9) == (9, 9, 0.5)


def test_the_best_weights_are_given_back_as_they_were():
    stopping, weights = EarlyStopping(patience=2), torch.zeros(2)
    for loss in (3.0, 1.0, 2.0, float("nan")):
        weights += 1
        stopping.update(loss, {"w": weights})
    assert stopping.stopped
    assert stopping.best_state()["w"].tolist() == [2.0, 2.0]


def test_stopped_descent_filters_singular_directions():
    rng = np.random.default_rng(0)
    x, y = rng.standard_normal((8, 3)), rng.standard_normal(8)
    u, s, vt = np.linalg.svd(x, full_matrices=False)
    share = 1 - (1 - 0.02 * s**2) ** 15
    np.testing.assert_allclose(descent_share(torch.from_numpy(x), 0.02, 15).numpy(), share, rtol=1e-9)
    found = stopped_descent(torch.from_numpy(x), torch.from_numpy(y), 0.02, 15)
    np.testing.assert_allclose(found.numpy(), vt.T @ (share / s * (u.T @ y)), rtol=1e-9)


def test_losses_that_are_no_numbers_are_refused():
    with pytest.raises(Refused, match="at least one loss that is a number"):
        stop([float("nan"), float("inf")], patience=1)
