"""Claims about light networks: what each states, and controls that deny it; and measures beside a second one."""

from typing import Any

import numpy as np
import pytest
import torch
from claim_runs import assert_settles, assert_shows
from claim_runs import run as run_door

from engine.analysis.linear_bottleneck import lost, projected
from engine.analysis.relu_collapse import collapse, spiral

torch.set_num_threads(1)

CLAIMS: list[tuple[str, dict[str, Any], list[dict[str, Any]]]] = [
    ("relu_collapse.loses_data", {"dim": 2}, [{"dim": 30}, {"dim": 2, "activation": "linear"}]),
    (
        "relu_collapse.pseudo_inverse_recovers",
        {"decoder": "least_squares"},
        [{"decoder": "pseudo_inverse"}],
    ),
    ("relu_collapse.pseudo_inverse_recovers", {"activation": "linear"}, [{"activation": "relu"}]),
    ("linear_bottleneck.keeps_data", {"last": "linear"}, [{"last": "relu"}, {"last": "relu", "channels": 8}]),
    ("inverted_residual.gives_negatives", {"linear": True}, [{"linear": False}]),
    ("inverted_residual.adds_its_input", {}, [{"stride": 2}, {"out_channels": 12}]),
    ("inverted_residual.is_cheaper_than", {"rival": "conv at the wide end"}, [{"rival": "conv between the thin ends"}]),
    ("inverted_residual.is_cheaper_than", {"expand_ratio": 3}, [{"expand_ratio": 4}, {"expand_ratio": 6}]),
    ("conv_separable.is_one_convolution", {}, [{"between": "relu"}]),
    ("conv_separable.can_imitate", {"convolution": "rank one per channel"}, [{"convolution": "random"}]),
    ("conv_separable.mixes", {"layer": "depthwise", "what": "places"}, [{"layer": "pointwise", "what": "places"}]),
    ("conv_separable.mixes", {"layer": "pointwise", "what": "channels"}, [{"layer": "depthwise", "what": "channels"}]),
    ("mobilenet.factor_changes_params", {"factor": "width"}, [{"factor": "resolution"}]),
    (
        "shufflenet_v1.branch_mixes_all_channels",
        {},
        [{"shuffle": False}, {"groups": 4}, {"shuffle": False, "groups": 3}],
    ),
    ("shufflenet_v1.branch_mixes_all_channels", {"groups": 3}, [{"groups": 6}]),
    ("shufflenet_v2.half_passes_unchanged", {"stride": 1}, [{"stride": 2}]),
    ("shufflenet_v2.joins_halves_by", {"join": "concatenation"}, [{"join": "sum"}]),
    ("shufflenet_v2.border_is_one_permutation", {}, [{"with_relu_on": "one half"}]),
    (
        "channels.all_connected",
        {"layers": "depthwise, pointwise"},
        [{"layers": "depthwise"}, {"layers": "grouped, grouped"}],
    ),
    (
        "channels.all_connected",
        {"layers": "grouped, shuffle, grouped"},
        [{"layers": "grouped, grouped"}, {"layers": "grouped, shuffle, grouped", "groups": 8}],
    ),
    ("memory_access.is_least_at_equal_widths", {}, [{"fixed": "sum of widths"}]),
    ("memory_access.grows_with_groups", {"fixed": "macs"}, [{"fixed": "widths"}]),
    ("intensity.exceeds", {}, [{"layer": "depthwise", "other": "standard"}, {"layer": "relu", "other": "pointwise"}]),
    ("latency.fewer_macs_are_faster", {"device": "serial"}, [{"device": "parallel"}]),
    ("fire.halves_fit", {"padding": 1}, [{"padding": 0}, {"padding": 2}]),
    ("fire.saves_params", {"squeeze": 16}, [{"squeeze": 512}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_light_claim_holds_and_its_controls_do_not(
    name: str, holding: dict[str, Any], controls: list[dict[str, Any]]
) -> None:
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(("name", "holding"), [(name, holding) for name, holding, _ in CLAIMS])
def test_light_evidence_shows_both_outcomes(name: str, holding: dict[str, Any]) -> None:
    assert_shows(name, holding)


@pytest.mark.parametrize("dim", [2, 3, 5, 15, 30])
@pytest.mark.parametrize("activation", ["relu", "linear"])
def test_what_comes_back_is_numpys_least_squares(dim: int, activation: Any) -> None:
    points = spiral(100)
    embedding = torch.randn(2, dim, generator=torch.Generator().manual_seed(dim), dtype=torch.float64)
    found = collapse(points, embedding, activation)
    x, hidden = points.numpy(), points.numpy() @ embedding.numpy()
    hidden = np.maximum(hidden, 0) if activation == "relu" else hidden
    back = np.linalg.lstsq(hidden, x, rcond=None)[0]
    error = np.linalg.norm(hidden @ back - x) / np.linalg.norm(x)
    assert found.error == pytest.approx(error, rel=1e-6, abs=1e-9)
    assert found.recoverable == ((hidden != 0).sum(1) >= 2).mean()
    pseudo = collapse(points, embedding, activation, "pseudo_inverse")
    returned = hidden @ np.linalg.pinv(embedding.numpy())
    assert pseudo.error == pytest.approx(np.linalg.norm(returned - x) / np.linalg.norm(x), rel=1e-9, abs=1e-12)


def test_errors_fall_with_the_dimensions_as_the_claims_say() -> None:
    errors = [run_door("relu_collapse.error", {"dim": dim}).value for dim in (2, 3, 5, 15, 30)]
    assert errors == sorted(errors, reverse=True)
    assert errors[0] > 0.4
    assert errors[-1] < 0.01
    shares = [run_door("relu_collapse.recoverable", {"dim": dim}).value for dim in (2, 3, 5, 15)]
    assert shares == sorted(shares)
    assert run_door("relu_collapse.error", {"dim": 128, "decoder": "pseudo_inverse"}).value == pytest.approx(
        0.5, abs=0.02
    )


def test_the_spiral_turns_twice() -> None:
    points = spiral(1000)
    turned = torch.atan2(points[:, 1], points[:, 0]).diff()
    turned = torch.where(turned < 0, turned + 2 * torch.pi, turned).sum()
    assert float(turned) == pytest.approx(4 * torch.pi - 0.5, rel=1e-6)
    assert float(points.norm(dim=1).max()) == pytest.approx(1)


@pytest.mark.parametrize("last", ["linear", "relu"])
def test_what_a_projection_loses_is_numpys_residual(last: Any) -> None:
    generator = torch.Generator().manual_seed(1)
    x = torch.randn(64, 3, generator=generator, dtype=torch.float64)
    expansion = torch.randn(3, 18, generator=generator, dtype=torch.float64)
    wide = np.maximum(x.numpy() @ expansion.numpy(), 0)
    thin = wide @ np.linalg.lstsq(wide, x.numpy(), rcond=None)[0]
    thin = np.maximum(thin, 0) if last == "relu" else thin
    found = projected(x, expansion, last)
    np.testing.assert_allclose(found.numpy(), thin, rtol=1e-9, atol=1e-9)
    readable = np.column_stack([thin, np.ones(64)])
    residual = np.linalg.lstsq(readable, x.numpy(), rcond=None)[1].sum() / (x.numpy() ** 2).sum()
    assert lost(x, torch.from_numpy(thin)) == pytest.approx(residual, rel=1e-9)


def test_a_linear_projection_loses_less_than_one_with_relu() -> None:
    for channels in (1, 4, 8):
        linear, relu = (
            run_door("linear_bottleneck.lost", {"channels": channels, "last": last}).value
            for last in ("linear", "relu")
        )
        assert linear < 0.03
        assert relu > 0.2
