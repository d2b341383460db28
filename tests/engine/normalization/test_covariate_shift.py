"""The drift of hidden inputs, beside the same network built of torch's own layers and optimizer."""

import numpy as np
import pytest
import torch
from door_runs import run
from torch import nn

from engine.experiments.normalization.covariate_shift import drift, hidden_quantiles


def by_torch(layer, steps, lr, seed):
    generator = torch.Generator().manual_seed(seed)
    x, *drawn = (torch.randn(*s, generator=generator, dtype=torch.float64) for s in ((64, 4), (12, 4), (12, 12), (12,)))
    first, second, last = (nn.Linear(a, b, bias=False).double() for a, b in ((4, 12), (12, 12), (12, 1)))
    for module, weight in zip((first, second, last), (drawn[0], drawn[1] / 2, drawn[2][None]), strict=True):
        module.weight.data = weight
    norm = nn.BatchNorm1d(12).double() if layer == "batch" else nn.Identity()
    before = nn.Sequential(first, nn.Sigmoid(), second, norm)
    optimizer = torch.optim.SGD([*before.parameters(), *last.parameters()], lr=lr)
    total, seen = x.sum(1), []
    for _ in range(steps + 1):
        inputs = before(x)
        seen.append(np.quantile(inputs.detach().numpy(), [0.15, 0.5, 0.85], axis=0))
        loss = (last(torch.sigmoid(inputs))[:, 0] - (2 * total).sin() - total).square().mean()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return np.stack(seen)


@pytest.mark.parametrize("layer", ["none", "batch"])
def test_quantiles_and_drift_equal_torchs(layer):
    expected = by_torch(layer, 8, 0.3, seed=1)
    found = hidden_quantiles(torch.Generator().manual_seed(1), layer, 8, 0.3)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-7, atol=1e-9)
    moved = np.abs(expected[:, 1] - expected[0, 1]).max(0) / (expected[0, 2] - expected[0, 0])
    np.testing.assert_allclose(drift(found).numpy(), moved, rtol=1e-6)
    door = run("norm.hidden_drift", layer=layer, steps=8, lr=0.3, seed=1).value
    assert door == pytest.approx(moved.mean(), rel=1e-6)
