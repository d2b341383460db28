"""Forms that torch does not have, beside a second implementation in plain Python floats, one number at a time."""

import math

import pytest
import torch

from engine import optim

torch.set_num_threads(1)
LR, A, RHO, LAMBDA = 0.003, 0.8, 0.85, 0.4
START = [-1.2, 1.0]


def slope(point):
    x, y = point
    return [-2 * (1 - x) - 400 * x * (y - x * x), 200 * (y - x * x)]


def penalised(point):
    return [g + LAMBDA * p for g, p in zip(slope(point), point, strict=True)]


def momentum_book(p, memory, t):
    v = memory.setdefault("v", [0.0, 0.0])
    for i, g in enumerate(penalised(p)):
        v[i] = A * v[i] - LR / 5 * g
    return [a + b for a, b in zip(p, v, strict=True)]


def nesterov_book(p, memory, t):
    v = memory.setdefault("v", [0.0, 0.0])
    ahead = [a + A * b for a, b in zip(p, v, strict=True)]
    for i, g in enumerate(penalised(ahead)):
        v[i] = A * v[i] - LR / 5 * g
    return [a + b for a, b in zip(p, v, strict=True)]


def rmsprop_book(p, memory, t):
    r = memory.setdefault("r", [0.0, 0.0])
    result = []
    for i, g in enumerate(penalised(p)):
        r[i] = RHO * r[i] + (1 - RHO) * g * g
        result.append(p[i] - LR * g / math.sqrt(r[i] + 0.5))
    return result


def rmsprop_nesterov(p, memory, t):
    v, r = memory.setdefault("v", [0.0, 0.0]), memory.setdefault("r", [0.0, 0.0])
    ahead = [a + A * b for a, b in zip(p, v, strict=True)]
    for i, g in enumerate(penalised(ahead)):
        r[i] = RHO * r[i] + (1 - RHO) * g * g
        v[i] = A * v[i] - LR * g / math.sqrt(r[i])
    return [a + b for a, b in zip(p, v, strict=True)]


def adam_uncorrected(p, memory, t):
    m, v = memory.setdefault("m", [0.0, 0.0]), memory.setdefault("v", [0.0, 0.0])
    result = []
    for i, g in enumerate(penalised(p)):
        m[i], v[i] = 0.9 * m[i] + 0.1 * g, 0.99 * v[i] + 0.01 * g * g
        result.append(p[i] - LR * m[i] / (math.sqrt(v[i]) + 1e-4))
    return result


def nadam_dozat(p, memory, t):
    m, n = memory.setdefault("m", [0.0, 0.0]), memory.setdefault("n", [0.0, 0.0])

    def mu(step):
        return 0.9 * (1 - 0.5 * 0.96 ** (step / 250))

    so_far, with_next = (math.prod(mu(i) for i in range(1, last + 1)) for last in (t, t + 1))
    result = []
    for i, g in enumerate(penalised(p)):
        m[i], n[i] = mu(t) * m[i] + (1 - mu(t)) * g, 0.999 * n[i] + 0.001 * g * g
        m_bar = (1 - mu(t)) * g / (1 - so_far) + mu(t + 1) * m[i] / (1 - with_next)
        result.append(p[i] - LR * m_bar / (math.sqrt(n[i] / (1 - 0.999**t)) + 1e-8))
    return result


FORMS = [
    (momentum_book, lambda params: optim.MomentumBook(params, LR / 5, A, weight_decay=LAMBDA)),
    (nesterov_book, lambda params: optim.NesterovBook(params, LR / 5, A, weight_decay=LAMBDA)),
    (rmsprop_book, lambda params: optim.RMSpropBook(params, LR, RHO, eps=0.5, weight_decay=LAMBDA)),
    (rmsprop_nesterov, lambda params: optim.RMSpropNesterov(params, LR, RHO, A, weight_decay=LAMBDA)),
    (
        adam_uncorrected,
        lambda params: optim.Adam(params, LR, (0.9, 0.99), 1e-4, weight_decay=LAMBDA, bias_correction=False),
    ),
    (nadam_dozat, lambda params: optim.NadamDozat(params, LR, weight_decay=LAMBDA)),
]


@pytest.mark.parametrize(("second", "make"), FORMS, ids=[second.__name__ for second, _ in FORMS])
def test_200_steps_equal_the_second_implementation(second, make):
    point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
    optimizer = make([point])

    def closure():
        point.grad = torch.tensor(slope(point.tolist()), dtype=torch.float64)
        return point.sum()

    expected, memory = list(START), {}
    for t in range(1, 201):
        optimizer.step(closure)
        expected = second(expected, memory, t)
        assert point.tolist() == pytest.approx(expected, rel=0, abs=1e-9)
    assert math.dist(expected, START) > 0.1


def test_rmsprop_nesterov_with_a_fixed_r_is_nesterovs_method():
    rate = torch.tensor(LR, dtype=torch.float64)
    results = []
    for make in (
        lambda params: optim.NesterovBook(params, 0.1 * rate, A),
        lambda params: optim.RMSpropNesterov(params, rate, alpha=1.0, momentum=A, eps=100.0),
    ):
        point = torch.tensor(START, dtype=torch.float64, requires_grad=True)
        optimizer = make([point])

        def closure(point=point):
            point.grad = torch.tensor(slope(point.tolist()), dtype=torch.float64)
            return point.sum()

        for _ in range(20):
            optimizer.step(closure)
        results.append(point.tolist())
    assert results[0] == pytest.approx(results[1], rel=1e-10)


def test_terminal_velocity_of_momentum_is_the_sum_of_a_geometric_series():
    for a, times in ((0.5, 2), (0.9, 10), (0.99, 100)):
        for form in (optim.Momentum, optim.MomentumBook):
            point = torch.zeros(1, dtype=torch.float64)
            optimizer = form([point], lr=0.1, momentum=a)
            before = 0.0
            for _ in range(3000):
                point.grad = torch.tensor([3.0], dtype=torch.float64)
                before = point.item()
                optimizer.step()
            assert before - point.item() == pytest.approx(0.3 * times, rel=1e-9)
