"""Every experiment on recurrent networks: the result it states, and controls that come out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows, run

from engine.errors import Refused
from engine.experiments._settle import Unsettled

torch.set_num_threads(1)

CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("rnn.output_depends_on", {"inputs": "earlier"}, [{"inputs": "later"}]),
    ("rnn.output_depends_on", {"inputs": "same"}, [{"inputs": "later", "kind": "gru", "num_layers": 2}]),
    ("rnn.output_depends_on", {"inputs": "later", "bidirectional": True}, [{"inputs": "later"}]),
    (
        "rnn.output_depends_on",
        {"inputs": "earlier", "kind": "lstm", "num_layers": 3},
        [{"inputs": "later", "kind": "lstm", "num_layers": 3}],
    ),
    ("rnn.reads_neighbours", {"layer": "conv3"}, [{"layer": "conv1"}, {"layer": "linear"}]),
    ("rnn.reads_neighbours", {"layer": "rnn"}, [{"layer": "linear"}]),
    ("rnn.ignores_order", {"layer": "mean_pool"}, [{"layer": "mlp"}, {"layer": "rnn"}]),
    ("rnn.ignores_order", {"layer": "max_pool"}, [{"layer": "mlp"}, {"layer": "rnn"}]),
    ("rnn.remembers_without", {"matrix": "V"}, [{"matrix": "W"}, {"matrix": "U"}, {"matrix": "V", "of": "output"}]),
    ("rnn.unrolled_equals_torch", {"weights": "shared"}, [{"weights": "own_for_each_step"}]),
    (
        "rnn.bidirectional_output_is",
        {"join": "concatenation"},
        [{"join": "sum"}, {"join": "concatenation_unflipped"}, {"join": "sum", "kind": "lstm"}],
    ),
    (
        "rnn.last_state_stands_at",
        {"direction": "backward", "step": "first"},
        [{"direction": "backward", "step": "last"}, {"direction": "forward", "step": "first"}],
    ),
    (
        "rnn.last_state_stands_at",
        {"direction": "forward", "step": "last"},
        [{"direction": "backward", "step": "last"}],
    ),
    ("rnn.input_reaches_top", {"cut": "nothing"}, [{"cut": "layer_1_weight_ih"}, {"cut": "layer_2_weight_ih"}]),
    ("rnn.input_reaches_top", {"cut": "layer_2_weight_hh"}, [{"cut": "layer_2_weight_ih"}]),
    ("rnn.input_passes_full_dropout", {"num_layers": 1}, [{"num_layers": 2}, {"num_layers": 3}]),
    ("rnn.input_passes_full_dropout", {"num_layers": 2, "training": False}, [{"num_layers": 2}]),
    ("rnn.merging_biases_changes_nothing", {"kind": "lstm"}, [{"kind": "gru"}]),
    ("rnn.merging_biases_changes_nothing", {"kind": "rnn"}, [{"kind": "gru"}]),
    (
        "rnn.gradient_through_time",
        {"outcome": "vanishes", "spectral_radius": 0.7},
        [{"outcome": "vanishes", "spectral_radius": 1.5}, {"outcome": "explodes", "spectral_radius": 0.7}],
    ),
    (
        "rnn.gradient_through_time",
        {"outcome": "explodes", "spectral_radius": 1.5},
        [{"outcome": "explodes", "spectral_radius": 1.5, "steps": 2}, {"outcome": "vanishes", "spectral_radius": 1.5}],
    ),
    (
        "rnn.gradient_through_time",
        {"outcome": "vanishes", "spectral_radius": 1.5, "activation": "sigmoid"},
        [{"outcome": "vanishes", "spectral_radius": 1.5}],
    ),
    (
        "rnn.gradient_stays_below",
        {"size": "norm"},
        [
            {"size": "spectral_radius", "activation": "linear"},
            {"size": "norm", "slope": 0.25},
            {"size": "norm", "slope": 0.25, "activation": "linear"},
        ],
    ),
    ("rnn.gradient_stays_below", {"slope": 0.25, "activation": "sigmoid"}, [{"slope": 0.1, "activation": "sigmoid"}]),
    (
        "rnn.state_overflows",
        {"nonlinearity": "relu", "weight_hh": 2},
        [{"nonlinearity": "relu", "weight_hh": 1}, {"nonlinearity": "tanh", "weight_hh": 2}],
    ),
    ("rnn.penalty_brings_weight_below_one", {"lam": 0.6}, [{"lam": 0.1}, {"lam": 0}]),
    ("rnn.gives_full_gradient", {"method": "rtrl"}, [{"method": "truncated_bptt"}]),
    ("rnn.gives_full_gradient", {"method": "bptt"}, [{"method": "truncated_bptt"}]),
    ("rnn.truncated_gradient_reaches", {"step": 9}, [{"step": 8}, {"step": 1}]),
    ("rnn.truncated_gradient_reaches", {"step": 8, "chunk": 12}, [{"step": 8, "chunk": 4}]),
    ("rnn.chunks_equal_one_pass", {"handover": "carried"}, [{"handover": "reset"}]),
    (
        "rnn.chunks_equal_one_pass",
        {"handover": "detached"},
        [{"handover": "reset"}, {"handover": "detached", "of": "gradient"}],
    ),
    (
        "rnn.chunks_equal_one_pass",
        {"handover": "carried", "of": "gradient"},
        [{"handover": "detached", "of": "gradient"}, {"handover": "reset", "of": "gradient"}],
    ),
    ("rnn.params_are", {"kind": "lstm", "times": 4}, [{"kind": "lstm", "times": 3}, {"kind": "gru", "times": 4}]),
    ("rnn.params_are", {"kind": "gru", "times": 3}, [{"kind": "gru", "times": 2}, {"kind": "lstm", "times": 3}]),
    ("rnn.params_are", {"kind": "gru", "times": 0.75, "of": "lstm", "bias": "one"}, [{"kind": "gru", "times": 0.5}]),
    ("rnn.both_directions_double_params", {"num_layers": 1}, [{"num_layers": 2}, {"num_layers": 3, "kind": "gru"}]),
    ("rnn.params_grow_with", {"what": "hidden_size"}, [{"what": "length"}, {"what": "batch"}]),
    ("rnn.params_grow_with", {"what": "input_size"}, [{"what": "length"}]),
    (
        "lstm.new_cell_state_is",
        {"what": "old", "forget_gate": "open", "input_gate": "closed"},
        [{"what": "old", "forget_gate": "closed"}, {"what": "old", "forget_gate": "open", "input_gate": "open"}],
    ),
    (
        "lstm.new_cell_state_is",
        {"what": "candidate", "forget_gate": "closed", "input_gate": "open"},
        [{"what": "candidate"}, {"what": "sum", "forget_gate": "closed", "input_gate": "open"}],
    ),
    (
        "lstm.new_cell_state_is",
        {"what": "sum", "forget_gate": "open", "input_gate": "open"},
        [{"what": "sum"}, {"what": "sum", "forget_gate": "closed", "input_gate": "open"}],
    ),
    ("lstm.new_cell_state_is", {"what": "zero", "forget_gate": "closed"}, [{"what": "zero"}]),
    ("lstm.hidden_state_is", {"formula": "o*tanh(c)"}, [{"formula": "o*c"}, {"formula": "tanh(o*c)"}]),
    (
        "lstm.torch_orders_rows",
        {"order": "i,f,g,o"},
        [{"order": "f,i,g,o"}, {"order": "f,i,o,g"}, {"order": "i,f,o,g"}],
    ),
    ("lstm.swapping_biases_matters", {"biases": "different"}, [{"biases": "equal"}]),
    ("lstm.stays_within_one", {"what": "hidden_state"}, [{"what": "cell_state"}]),
    ("lstm.stays_within_one", {"what": "candidate"}, [{"what": "cell_state"}]),
    ("lstm.stays_within_one", {"what": "gates"}, [{"what": "cell_state"}]),
    ("lstm.gate_lets_state_grow", {"activation": "relu"}, [{"activation": "sigmoid"}]),
    ("lstm.gradient_is_product_of_forget_gates", {"recurrent": False}, [{"recurrent": True}]),
    ("lstm.keeps_gradient", {"forget_bias": 4}, [{"forget_bias": 0}, {"cell": "rnn"}]),
    ("lstm.gradient_explodes", {"gain": 4}, [{"gain": 0}]),
    (
        "gru.equals_torch",
        {"update": "keeps_old", "reset": "after"},
        [{"update": "takes_new"}, {"reset": "before"}, {"update": "takes_new", "reset": "before"}],
    ),
    (
        "gru.equals_torch",
        {"reset": "before", "recurrent": "diagonal_without_bias"},
        [{"reset": "before"}, {"update": "takes_new", "recurrent": "diagonal_without_bias"}],
    ),
    (
        "gru.new_state_is",
        {"what": "old", "update_gate": "open"},
        [{"what": "old", "update_gate": "closed"}, {"what": "old", "update_gate": "open", "update": "takes_new"}],
    ),
    (
        "gru.new_state_is",
        {"what": "candidate", "update_gate": "open", "update": "takes_new"},
        [{"what": "candidate", "update_gate": "open"}],
    ),
    ("gru.candidate_sees_state", {"reset_gate": "open"}, [{"reset_gate": "closed"}]),
    (
        "gru.candidate_sees_state",
        {"reset_gate": "open", "reset": "before"},
        [{"reset_gate": "closed", "reset": "before"}],
    ),
    ("gru.closed_gate_silences_output", {"gate": "lstm_output"}, [{"gate": "gru_reset"}, {"gate": "gru_update"}]),
    ("gru.stays_between_old_and_candidate", {"cell": "gru"}, [{"cell": "lstm"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize("name", dict.fromkeys(name for name, _, _ in CLAIMS))
def test_evidence_has_a_table_that_starts_with_the_answer_and_shows_both_outcomes(name):
    assert_shows(name, next(holding for other, holding, _ in CLAIMS if other == name))


def test_what_lies_between_is_not_settled():
    with pytest.raises(Unsettled, match=r"this settles nothing|disagrees"):
        run("rnn.gradient_through_time", {"outcome": "vanishes", "spectral_radius": 0.85})


def test_the_number_of_layers_is_bounded():
    with pytest.raises(Refused, match="'num_layers' must be a whole number from 1 to 4, not 5"):
        run("rnn.output_depends_on", {"inputs": "earlier", "num_layers": 5})
