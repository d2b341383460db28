"""Low-rank adaptation: counted and run beside plain arithmetic, and beside the figures of the paper."""

from typing import Any

import pytest
import torch
from claim_runs import assert_settles, assert_shows
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import nn

from engine.errors import Refused
from engine.layers.lora import LoRALinear

torch.set_num_threads(1)
Rows = list[list[float]]
SIZES = st.integers(1, 5)


@given(st.integers(1, 40), st.integers(1, 40), st.data())
def test_parameters_are_the_closed_form(in_features: int, out_features: int, data: st.DataObject) -> None:
    rank, layers = data.draw(st.integers(1, min(in_features, out_features))), data.draw(st.integers(1, 3))
    sizes = {"in_features": in_features, "out_features": out_features, "rank": rank, "layers": layers}
    assert run("lora.num_params", **sizes).value == layers * rank * (in_features + out_features)


@pytest.mark.parametrize(("rank", "layers", "millions"), [(1, 192, 4.7), (8, 192, 37.7), (8, 96, 18), (4, 192, 18)])
def test_the_papers_figures_for_gpt3(rank: int, layers: int, millions: float) -> None:
    """Hu et al. 2021, tables 4 and 5: queries and values in 96 blocks, or one of them, 12,288 wide."""
    count = run("lora.num_params", in_features=12_288, out_features=12_288, rank=rank, layers=layers).value
    printed = round(count / 1e6, 1) if millions % 1 else count // 10**6
    assert printed == millions


def product(left: Rows, right: Rows) -> Rows:
    return [
        [sum(a * b for a, b in zip(row, column, strict=True)) for column in zip(*right, strict=True)] for row in left
    ]


def rows(data: st.DataObject, height: int, width: int) -> Rows:
    entries = st.integers(-9, 9).map(float)
    return data.draw(st.lists(st.lists(entries, min_size=width, max_size=width), min_size=height, max_size=height))


@settings(max_examples=50)
@given(SIZES, SIZES, st.sampled_from([0.0, 1.0, 8.0]), st.data())
def test_merged_weight_and_output_beside_loops(
    in_features: int, out_features: int, alpha: float, data: st.DataObject
) -> None:
    rank = data.draw(st.integers(1, min(in_features, out_features)))
    weight, a, b = (
        rows(data, *shape) for shape in ((out_features, in_features), (rank, in_features), (out_features, rank))
    )
    x = rows(data, 1, in_features)[0]
    moved = product(b, a)
    expected = [[w + alpha / rank * m for w, m in zip(*both, strict=True)] for both in zip(weight, moved, strict=True)]
    given: dict[str, Any] = {"weight": weight, "lora_a": a, "lora_b": b, "alpha": alpha}
    merged = run("lora.merged_weight", **given).value
    assert merged == [pytest.approx(row, abs=1e-9) for row in expected]
    outputs = [sum(w * v for w, v in zip(row, x, strict=True)) for row in expected]
    assert run("lora.output", x=x, **given).value == pytest.approx(outputs, abs=1e-9)
    place = [out_features - 1, in_features - 1]
    assert run("lora.merged_weight", **given, at=place).value == pytest.approx(expected[-1][-1], abs=1e-9)
    assert run("lora.output", x=x, **given, at=[0]).value == pytest.approx(outputs[0], abs=1e-9)


@pytest.mark.parametrize("bias", [True, False])
def test_a_merged_layer_is_one_linear_layer_that_does_the_same(bias: bool) -> None:
    generator = torch.Generator().manual_seed(0)
    layer = LoRALinear(nn.Linear(6, 4, bias=bias), rank=2, alpha=5).double()
    nn.init.normal_(layer.lora_b, generator=generator)
    x = torch.randn(3, 6, generator=generator, dtype=torch.float64)
    merged = layer.merged()
    assert type(merged) is nn.Linear
    assert (merged.bias is not None) is bias
    torch.testing.assert_close(merged(x), layer(x))
    assert not torch.allclose(layer(x), layer.base(x))


def test_training_moves_the_two_matrices_alone() -> None:
    torch.manual_seed(0)
    layer = LoRALinear(nn.Linear(6, 4), rank=2, alpha=4)
    before = {name: weight.detach().clone() for name, weight in layer.named_parameters()}
    optimizer, x, y = torch.optim.SGD(layer.parameters(), 0.1), torch.randn(8, 6), torch.randn(8, 4)
    torch.testing.assert_close(layer(x), layer.base(x))
    for _ in range(2):
        optimizer.zero_grad()
        torch.autograd.backward(nn.functional.mse_loss(layer(x), y))
        optimizer.step()
    moved = {name for name, weight in layer.named_parameters() if not torch.equal(weight, before[name])}
    assert moved == {"lora_a", "lora_b"}


def test_figures_are_drawn_as_large_as_said() -> None:
    torch.manual_seed(0)
    layer = LoRALinear(nn.Linear(400, 300), rank=50)
    assert layer.lora_a.std().item() == pytest.approx(400**-0.5, rel=0.02)
    assert not layer.lora_b.any()


CLAIMS = [
    ("lora.starts_as_the_base", {"zeros": "B"}, [{"zeros": "none"}]),
    ("lora.starts_as_the_base", {"zeros": "A"}, [{"zeros": "none"}]),
    ("lora.first_step_moves", {"matrix": "B"}, [{"matrix": "A"}]),
    ("lora.merging_changes_nothing", {"factor": "alpha/rank"}, [{"factor": "alpha"}, {"factor": "1"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claims_and_their_controls(name: str, holding: dict[str, str], controls: list[dict[str, str]]) -> None:
    assert_settles(name, holding, controls)
    assert_shows(name, holding)


@pytest.mark.parametrize("rank", [0, -1])
def test_a_rank_below_one_is_refused(rank: int) -> None:
    with pytest.raises(Refused, match=f"a rank of {rank} leaves nothing to train; take 1 to 4"):
        LoRALinear(nn.Linear(6, 4), rank)


def test_the_full_rank_is_accepted_and_trains_twice_what_a_square_has() -> None:
    layer = LoRALinear(nn.Linear(4, 4), rank=4)
    assert sum(weight.numel() for weight in layer.parameters() if weight.requires_grad) == 32


FIT = {"weight": [[1, 0, 2], [0, 1, 0]], "lora_a": [[1, 2, 3]], "lora_b": [[2], [-1]], "alpha": 4}
REFUSALS = [
    (
        "lora.num_params",
        {"in_features": 4, "out_features": 9, "rank": 5},
        "a rank of 5 is more than the full rank of a 9×4 matrix; take 1 to 4",
    ),
    ("lora.num_params", {"in_features": 4, "out_features": 9, "rank": 1, "layers": 257}, "from 1 to 256"),
    ("lora.output", {**FIT, "x": [1, 2]}, "'x' needs 3 numbers"),
    ("lora.output", {**FIT, "x": [1, 2, 3], "lora_b": [[2, 1], [1, 1]]}, "for a weight of 2×3"),
    ("lora.merged_weight", {**FIT, "lora_a": [[1, 2]]}, r"'lora_a' is \(rank, 3\)"),
    ("lora.merged_weight", {**FIT, "at": [2, 0]}, "'at' is"),
]


@pytest.mark.parametrize(("name", "arguments", "says"), REFUSALS)
def test_refusals_are_sentences(name: str, arguments: dict[str, Any], says: str) -> None:
    with pytest.raises(Refused, match=says) as refusal:
        run(name, **arguments)
    assert "\n" not in str(refusal.value)
