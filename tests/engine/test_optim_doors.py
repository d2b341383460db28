"""The doors of ``optim.*``: their numbers beside formulas and torch, their evidence, and what they refuse."""

import math

import pytest
import torch
from torch import nn

from engine.arguments import bind
from engine.errors import Refused
from engine.evidence import Curve, Path, Table
from engine.optim import schedules
from engine.registry import find

torch.set_num_threads(1)
TORCHS = ["sgd", "momentum", "nesterov", "adagrad", "rmsprop", "adadelta", "adam", "adamw", "adamax", "nadam"]


def run(door, /, **arguments):
    function = find(f"optim.{door}")
    return function.call(**bind(function, arguments))


def value(door, /, **arguments):
    return run(door, **arguments).value


def quadratic(**arguments):
    return {"function": "quadratic", "coefficients": [1, 10], "start": [3, 2], "steps": 20, **arguments}


@pytest.mark.parametrize(("lr", "steps", "curvature"), [(0.1, 7, 2), (0.3, 4, 5), (0.25, 9, 4)])
def test_plain_descent_on_a_quadratic_is_a_power(lr, steps, curvature):
    found = value("point", name="sgd", function="quadratic", coefficients=[curvature], start=3, steps=steps, lr=lr)
    assert found == pytest.approx(3 * (1 - lr * curvature) ** steps, rel=1e-12, abs=1e-15)


@pytest.mark.parametrize("name", TORCHS)
@pytest.mark.parametrize("coordinate", [0, 1])
def test_our_point_is_torchs(name, coordinate):
    for given in (quadratic(lr=0.05), {"function": "rosenbrock", "start": [-1.2, 1], "steps": 20, "lr": 1e-4}):
        mine, torchs = (value(door, name=name, coordinate=coordinate, **given) for door in ("point", "torch_point"))
        assert mine == pytest.approx(torchs, abs=1e-7)  # torch's NAdam keeps a product in float32


@pytest.mark.parametrize("name", TORCHS)
def test_our_update_is_torchs(name):
    given = {"gradients": [3, -0.5, 0, 2], "lr": 0.1, "start": 2}
    assert value("update", name=name, **given) == pytest.approx(value("torch_update", name=name, **given), abs=1e-7)
    settings = {"weight_decay": 0.5}
    decayed = value("update", name=name, settings=settings, **given)
    assert decayed == pytest.approx(value("torch_update", name=name, settings=settings, **given), abs=1e-7)
    assert decayed != value("update", name=name, **given)


def test_a_trajectory_has_the_start_and_every_step():
    points = value("trajectory", name="sgd", **quadratic(lr=0.1, steps=3))
    assert points == [pytest.approx([3 * 0.9**t, 2 * 0.0**t]) for t in range(4)]


def test_loss_and_distance_are_those_of_the_last_point():
    given = quadratic(name="adam", lr=0.1)
    x, y = (value("point", coordinate=coordinate, **given) for coordinate in (0, 1))
    assert value("final_loss", **given) == pytest.approx(0.5 * (x * x + 10 * y * y), rel=1e-12)
    assert value("final_distance", **given) == pytest.approx(math.hypot(x, y), rel=1e-12)
    near = {"name": "sgd", "function": "double_well", "steps": 0}
    assert [value("final_distance", start=x, **near) for x in (0.9, -1.3)] == pytest.approx([0.1, 0.3])


@pytest.mark.parametrize(("lr", "converges"), [(0.19, True), (0.21, False), (0, False)])
def test_descent_converges_below_twice_the_inverse_of_the_largest_curvature(lr, converges):
    assert value("converges", name="sgd", **quadratic(lr=lr, steps=300)) is converges


def test_an_overflow_is_infinitely_far_and_has_no_point():
    far = quadratic(name="sgd", lr=1000, steps=500)
    assert value("final_distance", **far) == math.inf
    assert value("final_loss", **far) == math.inf
    assert value("converges", **far) is False
    with pytest.raises(Refused, match=r"overflows at step \d+: take fewer steps or a smaller 'lr'"):
        value("point", **far)
    assert run("final_loss", **far).evidence()
    hill = {"name": "sgd", "function": "quadratic", "coefficients": [-1], "start": 1, "lr": 1000, "steps": 500}
    assert value("final_loss", **hill) == math.inf


def test_steps_to_counts_the_steps_of_a_power():
    wanted = math.ceil(math.log(0.01) / math.log(0.9))
    given = {"function": "quadratic", "coefficients": [1], "start": 1, "lr": 0.1, "tolerance": 0.01}
    assert value("steps_to", name="sgd", **given) == wanted
    with pytest.raises(Refused, match=r"does not come within 0\.01 of a minimum in 5 steps"):
        value("steps_to", name="sgd", steps=5, **given)


@pytest.mark.parametrize(
    ("name", "momentum", "limit"),
    [
        ("sgd", 0, lambda a: 2),
        ("momentum", 0.5, lambda a: 2 * (1 + a)),
        ("momentum_book", 0.9, lambda a: 2 * (1 + a)),
        ("nesterov", 0.9, lambda a: 2 * (1 + a) / (1 + 2 * a)),
        ("nesterov_book", 0.3, lambda a: 2 * (1 + a) / (1 + 2 * a)),
    ],
)
@pytest.mark.parametrize("curvatures", [[1, 4], [7], [0.5, 30, 3], [0.02, 0.02]])
def test_the_largest_stable_rate_is_that_of_the_linear_recurrence(name, momentum, limit, curvatures):
    given = {"momentum": momentum} if momentum else {}
    found = value("largest_stable_rate", name=name, curvatures=curvatures, **given)
    assert found == pytest.approx(limit(momentum) / max(curvatures), rel=1e-4)


def test_the_best_of_several_is_the_one_with_the_lowest_loss():
    given = quadratic(lr=0.05)
    names = ["sgd", "momentum", "adam"]
    losses = {name: value("final_loss", name=name, **given) for name in names}
    assert value("best_of", names=names, **given) == min(losses, key=losses.get)
    with pytest.raises(Refused, match="no single best of momentum, momentum_book"):
        value("best_of", names=["momentum", "momentum_book"], **quadratic(lr=0.05, steps=0))


def test_states_are_those_of_the_formulas():
    gradients = [1, 0.1, 0.1, 5, 0.1]
    assert value("state", name="adamax", gradients=gradients, entry="exp_inf", settings={"eps": 0}) == pytest.approx(
        4.995
    )
    assert value("state", name="adagrad", gradients=gradients, entry="sum") == pytest.approx(26.03)
    assert value("state", name="adam", gradients=[2, 4], entry="exp_avg") == pytest.approx(0.9 * 0.2 + 0.4)
    with pytest.raises(Refused, match="'adam' remembers no 'exp_avgs'; did you mean 'exp_avg'"):
        value("state", name="adam", gradients=[1], entry="exp_avgs")


@pytest.mark.parametrize("step", [1, 12, 100])
def test_uncorrected_adams_step_has_the_ratio_of_the_corrections(step):
    given = {
        "name": "adam",
        "gradients": [2] * min(step, 64),
        "lr": 0.1,
        "settings": {"bias_correction": False, "eps": 0},
    }
    t = min(step, 64)
    assert value("update", **given) == pytest.approx(-0.1 * (1 - 0.9**t) / math.sqrt(1 - 0.999**t), rel=1e-9)


@pytest.mark.parametrize(
    ("ours", "given"),
    [
        ("step_decay", {"step_size": 3, "gamma": 0.5}),
        ("multi_step_decay", {"milestones": (2, 5, 5), "gamma": 0.3}),
        ("exponential_decay", {"gamma": 0.9}),
        ("cosine_annealing", {"t_max": 9, "eta_min": 0.01}),
    ],
)
def test_schedules_are_torchs(ours, given):
    for epoch in range(10):
        mine = getattr(schedules, ours)(0.8, epoch, **given)
        assert value(f"torch_{ours}", lr=0.8, epoch=epoch, **given) == pytest.approx(mine, rel=1e-12)
    assert value("torch_step_decay", lr=0.8, epoch=30, step_size=30, gamma=0.5) == 0.4


def test_schedules_that_torch_has_only_as_lambdas():
    for epoch in (0, 1, 2, 7, 40):
        for door, given, rule in (
            ("inverse_time_decay", {"decay": 0.5}, lambda e: 1 / (1 + 0.5 * e)),
            ("linear_warmup", {"warmup": 5}, lambda e: min(1.0, (e + 1) / 5)),
        ):
            optimizer = torch.optim.SGD([torch.zeros(1)], lr=0.3)
            schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, rule)
            for _ in range(epoch):
                optimizer.step()
                schedule.step()
            assert value(door, lr=0.3, epoch=epoch, **given) == pytest.approx(optimizer.param_groups[0]["lr"])


def test_momentum_grows_as_sutskever_wrote_it():
    for step in (0, 249, 250, 999, 1000, 25_000):
        expected = min(1 - 2 ** (-1 - math.log2(step // 250 + 1)), 0.99)
        assert value("momentum_growth", step=step) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("bound", [0.5, 5, 500])
def test_clipping_is_torchs(bound):
    rows = [[3, -40], [1], [0, 0.2, 7]]
    for by in ("norm", "value"):
        params = [nn.Parameter(torch.zeros(len(row), dtype=torch.float64)) for row in rows]
        for parameter, row in zip(params, rows, strict=True):
            parameter.grad = torch.tensor(row, dtype=torch.float64)
        if by == "norm":
            nn.utils.clip_grad_norm_(params, bound)
        else:
            nn.utils.clip_grad_value_(params, bound)
        for parameter, row in enumerate(rows):
            for entry in range(len(row)):
                place, wanted = [parameter, entry], params[parameter].grad[entry].item()
                for door, tolerance in (("clipped", 1e-6), ("torch_clipped", 1e-15)):
                    found = value(door, gradients=rows, bound=bound, by=by, place=place)
                    assert found == pytest.approx(wanted, rel=tolerance, abs=1e-15)


def test_a_gradient_within_the_bound_is_left_alone_without_eps():
    assert value("clipped", gradients=[[3, 4]], bound=5) == 3.0
    assert value("torch_clipped", gradients=[[3, 4]], bound=5) < 3.0


def test_evidence_of_two_coordinates_is_a_path_over_a_contour():
    blocks = run("point", name="sgd", **quadratic(lr=0.1)).evidence()
    (path,) = [block for block in blocks if isinstance(block, Path)]
    left, right, bottom, top = path.extent
    assert left < 0 < 3 < right
    assert bottom < 0 < 2 < top
    assert path.series[0].x[0] == 3
    assert path.series[0].y[0] == 2
    assert path.contour[0][0] == pytest.approx(0.5 * (left**2 + 10 * bottom**2))
    assert path.contour[0][-1] == pytest.approx(0.5 * (right**2 + 10 * bottom**2))
    assert path.contour[-1][0] == pytest.approx(0.5 * (left**2 + 10 * top**2))
    assert any(isinstance(block, Table) and len(block.rows) > 5 for block in blocks)


def test_evidence_of_one_coordinate_is_a_curve_of_it():
    blocks = run("point", name="sgd", function="quartic", start=2, steps=5, lr=0.1).evidence()
    curve = next(block for block in blocks if isinstance(block, Curve) and block.y_label == "x")
    assert len(curve.series[0].y) == 6
    assert curve.series[0].y[0] == 2


@pytest.mark.parametrize(
    ("door", "given", "sentence"),
    [
        (
            "point",
            {"name": "adamm"},
            "no optimizer 'adamm'; did you mean 'adam'",
        ),
        ("point", {"function": "quadratc"}, "no function 'quadratc'; did you mean 'quadratic'"),
        ("point", {"settings": {"betas": [0.9, 0.9]}}, "'sgd' has no setting 'betas'; it has lr, weight_decay"),
        ("point", {"settings": {"momentums": 0.9}}, "has no field 'momentums'; did you mean 'momentum'"),
        ("point", {"start": [1, 2]}, "'quadratic' has 1 variables, and 'start' has 2 coordinates"),
        ("point", {"coordinate": 1}, "'quadratic' has 1 variables: 'coordinate' counts from 0"),
        ("point", {"coefficients": None}, "'quadratic' needs 'coefficients'"),
        ("point", {"function": "quartic"}, "'quartic' takes no coefficients"),
        ("point", {"steps": 1001}, "'steps' must be a whole number from 0 to 1000"),
        ("final_distance", {"coefficients": [-1]}, "no single minimum"),
        ("torch_point", {"name": "newton"}, "torch has no optimizer of this form, 'newton'; it has sgd"),
        ("torch_point", {"name": "adam", "settings": {"bias_correction": False}}, "always corrects its means"),
        ("torch_point", {"name": "nesterov", "settings": {"momentum": 0}}, "torch refuses these settings: Nesterov"),
    ],
)
def test_what_cannot_be_run_is_refused_in_a_sentence(door, given, sentence):
    usual = {"name": "sgd", "function": "quadratic", "coefficients": [2], "start": 1, "steps": 1, "lr": 0.1}
    with pytest.raises(Refused, match=sentence):
        value(door, **{**usual, **given})


def test_other_refusals_are_sentences():
    with pytest.raises(Refused, match="'newton' needs a function"):
        value("update", name="newton", gradients=[1])
    with pytest.raises(Refused, match="'sgd' has no momentum"):
        value("largest_stable_rate", name="sgd", curvatures=[1], momentum=0.5)
    with pytest.raises(Refused, match=r"'place' \[0, 2\] is outside"):
        value("clipped", gradients=[[1, 2]], bound=1, place=[0, 2])
    with pytest.raises(Refused, match="past its end torch's cosine rises"):
        value("torch_cosine_annealing", lr=1, epoch=11, t_max=10)
    with pytest.raises(Refused, match="Hessian is singular"):
        value("point", name="newton", function="linear", coefficients=[1], start=0, steps=1)
