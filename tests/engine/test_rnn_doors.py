"""``rnn.*``, ``lstm.*`` and ``gru.*`` as banks call them: beside closed forms, arithmetic and published figures."""

import math

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.utils.flop_counter import FlopCounterMode

from engine.errors import Refused
from engine.layers.recurrent import Recurrent

torch.set_num_threads(1)
KINDS = st.sampled_from(["rnn", "gru", "lstm"])
BLOCKS = {"rnn": 1, "gru": 3, "lstm": 4}
BIASES = {"two": 2, "one": 1, "none": 0}
WIDTHS = st.integers(1, 40)
NUMBERS = st.floats(-3, 3)
GATES = st.floats(0, 1)


def value(name, **arguments):
    return run(name, **arguments).value


def layer_params(kind, inputs, hidden, directions, biases):
    return directions * BLOCKS[kind] * (hidden * inputs + hidden * hidden + biases * hidden)


@settings(max_examples=40)
@given(KINDS, WIDTHS, WIDTHS, st.integers(1, 4), st.booleans(), st.sampled_from(list(BIASES)), st.data())
def test_parameters_are_the_closed_form(kind, inputs, hidden, layers, bidirectional, bias, data):
    form = {"kind": kind, "input_size": inputs, "hidden_size": hidden, "num_layers": layers}
    form |= {"bidirectional": bidirectional, "bias": bias}
    directions = 1 + bidirectional
    widths = [inputs] + [directions * hidden] * (layers - 1)
    expected = [layer_params(kind, width, hidden, directions, BIASES[bias]) for width in widths]
    assert value("rnn.num_params", **form) == sum(expected)
    layer = data.draw(st.integers(1, layers))
    assert value("rnn.layer_num_params", **form, layer=layer) == expected[layer - 1]


@pytest.mark.parametrize(
    ("kind", "widths", "more", "expected"),
    [
        ("rnn", (28, 256), {}, 73_216),
        ("gru", (28, 256), {}, 219_648),
        ("lstm", (28, 256), {}, 292_864),
        ("lstm", (28, 256), {"num_layers": 2, "bidirectional": True}, 2_162_688),
        ("lstm", (3, 5), {"bias": "one"}, 180),
        ("lstm", (3, 5), {"num_layers": 2}, 440),
        ("rnn", (3, 5), {"bias": "one"}, 45),
        ("rnn", (3, 5), {}, 50),
    ],
)
def test_figures_of_the_contract(kind, widths, more, expected):
    assert value("rnn.num_params", kind=kind, input_size=widths[0], hidden_size=widths[1], **more) == expected


def test_a_layer_that_is_not_there_is_refused():
    with pytest.raises(Refused, match=r"^'layer' is 3, and the network has 2: layers count from 1$"):
        run("rnn.layer_num_params", kind="rnn", input_size=3, hidden_size=5, num_layers=2, layer=3)


@settings(max_examples=25)
@given(KINDS, st.integers(1, 6), st.integers(1, 6), st.integers(1, 7), st.integers(1, 5), st.integers(1, 3), st.data())
def test_shapes_are_the_closed_forms(kind, inputs, hidden, length, batch, layers, data):
    bidirectional, batch_first = data.draw(st.booleans()), data.draw(st.booleans())
    directions = 1 + bidirectional
    form = {"kind": kind, "input_size": inputs, "hidden_size": hidden, "num_layers": layers}
    form |= {"bidirectional": bidirectional}
    more = {"length": length, "batch": batch, "batch_first": batch_first}
    leading = [batch, length] if batch_first else [length, batch]
    assert value("rnn.output_shape", **form, **more) == [*leading, directions * hidden]
    assert value("rnn.hidden_shape", **form, **more) == [layers * directions, batch, hidden]
    assert value("rnn.state_size", **form) == layers * directions * hidden * (1 + (kind == "lstm"))


@settings(max_examples=25)
@given(KINDS, st.integers(1, 9), st.integers(1, 9), st.integers(1, 5), st.integers(1, 3), st.booleans())
def test_macs_are_the_weights_of_all_matrices_at_every_step(kind, inputs, hidden, length, layers, bidirectional):
    form = {"kind": kind, "input_size": inputs, "hidden_size": hidden, "num_layers": layers}
    form |= {"bidirectional": bidirectional}
    directions = 1 + bidirectional
    widths = [inputs] + [directions * hidden] * (layers - 1)
    expected = length * sum(layer_params(kind, width, hidden, directions, 0) for width in widths)
    assert value("rnn.macs", **form, length=length) == expected


def test_macs_are_half_of_what_torchs_flop_counter_counts():
    network = Recurrent("gru", 3, 5, num_layers=2)
    with FlopCounterMode(display=False) as flops:
        network(torch.zeros(4, 1, 3))
    assert 2 * value("rnn.macs", kind="gru", input_size=3, hidden_size=5, length=4, num_layers=2) == (
        flops.get_total_flops()
    )


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        ({"hidden_size": 65_536}, "^a network with 4,295,163,904 weights is not run; use smaller sizes$"),
        (
            {"kind": "lstm", "hidden_size": 500, "num_layers": 3, "bidirectional": True},
            r"^a network with 14,012,000 weights is not run; use smaller sizes$",
        ),
        ({"hidden_size": 1000, "length": 1024}, "^this run would take 1,027,072,000 multiply-adds; use smaller sizes$"),
        ({"hidden_size": 4, "length": 1024, "batch": 4096}, "^this run would hold sequences of 16,777,216 numbers"),
    ],
)
def test_a_run_that_would_take_long_is_refused(arguments, sentence):
    with pytest.raises(Refused, match=sentence):
        run("rnn.output_shape", **{"kind": "rnn", "input_size": 3, "length": 1} | arguments)


def test_a_long_count_of_macs_is_refused():
    with pytest.raises(Refused, match="must be at most 2048 here"):
        run("rnn.macs", kind="rnn", input_size=1, hidden_size=1, length=1024, num_layers=3)


@given(st.lists(NUMBERS, min_size=1, max_size=5), NUMBERS, NUMBERS, NUMBERS, NUMBERS, st.sampled_from(["tanh", "relu"]))
def test_one_recurrent_unit_by_arithmetic(inputs, weight_ih, weight_hh, bias, h0, nonlinearity):
    f = math.tanh if nonlinearity == "tanh" else lambda z: max(z, 0.0)
    h = h0
    for x in inputs:
        h = f(weight_ih * x + weight_hh * h + bias)
    weights = {"weight_ih": weight_ih, "weight_hh": weight_hh, "bias": bias, "h0": h0}
    found = value("rnn.hidden_state", inputs=inputs, **weights, nonlinearity=nonlinearity)
    assert found == pytest.approx(h, rel=1e-9, abs=1e-9)


@given(st.floats(0.1, 1.5), st.integers(1, 12), st.floats(0.1, 2))
def test_gradient_of_one_unit_is_the_product_of_its_slopes(weight, steps, h0):
    assert value("rnn.state_gradient", weight_hh=weight, steps=steps, h0=h0) == pytest.approx(weight**steps, rel=1e-9)
    h, slopes = h0, 1.0
    for _ in range(steps):
        h = math.tanh(weight * h)
        slopes *= weight * (1 - h * h)
    found = value("rnn.state_gradient", weight_hh=weight, steps=steps, h0=h0, nonlinearity="tanh")
    assert found == pytest.approx(slopes, rel=1e-9)


@pytest.mark.parametrize("weight", [1.1, 1.5, 2, 3, 10, 1e6])
def test_overflow_is_when_the_power_passes_the_largest_float32(weight):
    expected = math.ceil(128 * math.log(2) / math.log(weight))
    assert value("rnn.overflow_step", weight_hh=weight) == expected


@pytest.mark.parametrize(("hidden", "length"), [(1, 1), (4, 6), (4, 12), (7, 6)])
def test_stored_numbers(hidden, length):
    sizes = {"hidden_size": hidden, "length": length}
    assert value("rnn.stored_numbers", algorithm="bptt", **sizes) == hidden * length
    assert value("rnn.stored_numbers", algorithm="rtrl", **sizes) == hidden**3


@pytest.mark.parametrize(("length", "layers"), [(1, 1), (20, 1), (20, 4)])
def test_longest_chain(length, layers):
    """A layer above starts one step later than the one below: they run as a wave."""
    assert value("rnn.longest_chain", layer="rnn", length=length, num_layers=layers) == length + layers - 1
    assert value("rnn.longest_chain", layer="conv", length=length, num_layers=layers) == layers


@given(GATES, GATES, GATES, st.floats(-1, 1), st.floats(-5, 5), st.integers(1, 4))
def test_lstm_step_by_arithmetic(forget, put, shown, candidate, c, steps):
    gates = {"forget_gate": forget, "input_gate": put, "candidate": candidate, "cell_state": c}
    new = forget * c + put * candidate
    hidden = value("lstm.hidden_state", **gates, output_gate=shown)
    assert hidden == pytest.approx(shown * math.tanh(new), rel=1e-9, abs=1e-9)
    for _ in range(steps):
        c = forget * c + put * candidate
    assert value("lstm.cell_state", **gates, steps=steps) == pytest.approx(c, rel=1e-9, abs=1e-9)


@given(st.lists(GATES, min_size=1, max_size=5), st.integers(1, 3))
def test_gradient_of_the_cell_is_the_product_of_forget_gates(gates, repeats):
    expected = math.prod(gates) ** repeats
    assert value("lstm.cell_gradient", forget_gates=gates, repeats=repeats) == pytest.approx(expected, abs=1e-12)


def test_too_many_steps_of_a_cell_are_refused():
    with pytest.raises(Refused, match=r"^'forget_gates' times 'repeats' makes 1200 steps, over 1000$"):
        run("lstm.cell_gradient", forget_gates=[0.5, 0.9, 0.1], repeats=400)


@given(GATES, st.floats(-1, 1), st.floats(-5, 5))
def test_gru_step_by_arithmetic(z, n, h):
    step = {"update_gate": z, "candidate": n, "hidden_state": h}
    assert value("gru.state", **step) == pytest.approx(z * h + (1 - z) * n, rel=1e-9, abs=1e-9)
    swapped = value("gru.state", **step, update="takes_new")
    assert swapped == pytest.approx((1 - z) * h + z * n, rel=1e-9, abs=1e-9)


@given(GATES, NUMBERS, NUMBERS, NUMBERS)
def test_gru_candidate_by_arithmetic(r, weight, h, bias):
    given_values = {"reset_gate": r, "weight_hh": weight, "hidden_state": h, "bias_hh": bias}
    after, before = math.tanh(r * (weight * h + bias)), math.tanh(weight * (r * h) + bias)
    assert value("gru.candidate", **given_values) == pytest.approx(after, rel=1e-9, abs=1e-9)
    assert value("gru.candidate", **given_values, reset="before") == pytest.approx(before, rel=1e-9, abs=1e-9)


@pytest.mark.parametrize(
    ("name", "arguments", "blocks"),
    [
        ("rnn.num_params", {"kind": "gru", "input_size": 3, "hidden_size": 5}, 4),
        ("rnn.num_params", {"kind": "gru", "input_size": 3, "hidden_size": 5, "bias": "one"}, 3),
        ("rnn.output_shape", {"kind": "lstm", "input_size": 3, "hidden_size": 5, "length": 7}, 3),
        ("rnn.macs", {"kind": "lstm", "input_size": 3, "hidden_size": 5, "length": 7}, 2),
        ("lstm.cell_gradient", {"forget_gates": [0.5, 0.9]}, 2),
        ("rnn.stored_numbers", {"algorithm": "rtrl", "hidden_size": 3, "length": 2}, 2),
    ],
)
def test_evidence_is_a_table_with_whole_rows(name, arguments, blocks):
    (table,) = run(name, **arguments).evidence()
    assert len(table.rows) == blocks
    assert all(len(row) == len(table.columns) for row in table.rows)


def test_macs_of_the_matrices_sum_to_the_total():
    outcome = run("rnn.macs", kind="lstm", input_size=3, hidden_size=5, length=7, num_layers=2, bidirectional=True)
    (table,) = outcome.evidence()
    assert sum(row[-1] for row in table.rows) == outcome.value


def test_curves_show_every_step():
    (curve,) = run("rnn.state_gradient", weight_hh=0.5, steps=4).evidence()
    assert list(curve.series[0].y) == [0.5, 0.25, 0.125, 0.0625]
    (curve,) = run("rnn.overflow_step", weight_hh=2).evidence()
    assert list(curve.series[0].y) == [2.0**t for t in range(128)]
