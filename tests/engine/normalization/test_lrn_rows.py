"""Local response normalisation across and within channels: beside torch, and in plain loops."""

import numpy as np
import pytest
import torch
from door_runs import run
from torch.nn import functional

from engine.errors import Refused
from engine.layers.local_response_norm import LocalResponseNorm
from engine.layers.local_response_norm_within import LocalResponseNormWithinChannel

ALEXNET = {"size": 5, "alpha": 1e-4, "beta": 0.75, "k": 2.0}


def picture(*shape, seed=0):
    return torch.randn(*shape, dtype=torch.float64, generator=torch.Generator().manual_seed(seed))


def test_across_channels_equals_torch_with_alpha_times_n():
    x = [1.0, 2.0, 3.0, 4.0, 5.0]
    line = torch.tensor(x, dtype=torch.float64)[None, :, None]
    theirs = functional.local_response_norm(line, 5, alpha=5 * 1e-4, beta=0.75, k=2.0).flatten().tolist()
    assert run("lrn.forward", x=x, **ALEXNET).value == pytest.approx(theirs, rel=1e-9)
    assert LocalResponseNorm(**ALEXNET)(line).flatten().tolist() == pytest.approx(theirs, rel=1e-9)


def test_published_difference_of_the_two_conventions():
    x = [1.0, 2.0, 3.0, 4.0, 5.0]
    paper, torchs = (run("lrn.forward", x=x, **ALEXNET, convention=kind).value for kind in ("paper", "torch"))
    line = torch.tensor(x, dtype=torch.float64)[None, :, None]
    assert torchs == pytest.approx(functional.local_response_norm(line, 5, 1e-4, 0.75, 2.0).flatten().tolist())
    assert paper[0] == pytest.approx((2 + 1e-4 * (1 + 4 + 9)) ** -0.75, rel=1e-12)
    assert (round(paper[0], 5), round(torchs[0], 5)) == (0.59429, 0.59454)


def test_an_even_window_reaches_half_its_size_both_ways():
    x = [1.0, 0.0, 2.0, 0.0, 0.0, 3.0]
    expected = []
    for i, a in enumerate(x):
        energy = sum(x[j] ** 2 for j in range(max(0, i - 2), min(5, i + 2) + 1))
        expected.append(a / (1 + energy) ** 0.5)
    found = run("lrn.forward", x=x, size=4, alpha=1, beta=0.5, k=1).value
    assert found == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
@pytest.mark.parametrize("convention", ["sum", "mean"])
def test_within_a_channel_equals_a_double_loop(size, convention):
    x = picture(4, 5)
    arguments = {"size": size, "alpha": 0.7, "beta": 0.6, "k": 1.5, "convention": convention}
    found = LocalResponseNormWithinChannel(**arguments)(x)
    reach, alpha = size // 2, 0.7 / (size**2 if convention == "mean" else 1)
    for row in range(4):
        for column in range(5):
            energy = 0.0
            for u in range(max(0, row - reach), min(4 - 1, row + reach) + 1):
                for v in range(max(0, column - reach), min(5 - 1, column + reach) + 1):
                    energy += float(x[u, v]) ** 2
            expected = float(x[row, column]) / (1.5 + alpha * energy) ** 0.6
            assert float(found[row, column]) == pytest.approx(expected, rel=1e-9)
            door = run("lrn.within_channel", x=x.tolist(), **arguments, row=row, column=column).value
            assert door == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("size", [1, 3, 5])
def test_within_a_channel_equals_average_pooling_of_squares(size):
    x = picture(2, 3, 6, 7)
    energy = functional.avg_pool2d(x.square(), size, stride=1, padding=size // 2) * size**2
    expected = x / (2 + 1e-2 * energy) ** 0.75
    found = LocalResponseNormWithinChannel(size, alpha=1e-2)(x)
    torch.testing.assert_close(found, expected, rtol=1e-9, atol=0)
    averaged = LocalResponseNormWithinChannel(size, alpha=1e-2 * size**2, convention="mean")(x)
    torch.testing.assert_close(averaged, expected, rtol=1e-9, atol=0)
    assert not list(LocalResponseNormWithinChannel(size).parameters())
    np.testing.assert_allclose(found[0, 0, 0, 0], expected[0, 0, 0, 0], rtol=1e-9)


def test_what_has_no_rows_or_no_such_place_is_refused():
    with pytest.raises(Refused, match="needs"):
        LocalResponseNormWithinChannel()(torch.ones(3))
    with pytest.raises(Refused, match=r"no place \(2, 0\)"):
        run("lrn.within_channel", x=[[1, 2], [3, 4]], row=2)
