"""The property audit beside what calculus says of each activation."""

import pytest
import sympy
import torch

from engine.activations import audit
from engine.activations.audit import PROPERTIES
from engine.activations.named import NAMES, Bound, find
from engine.arguments import bind
from engine.registry import find as find_door

torch.set_num_threads(1)
HAVE = {
    "nonlinear": set(NAMES) - {"identity"},
    "continuous": set(NAMES) - {"step"},
    "differentiable": {
        *("sigmoid", "tanh", "elu", "identity", "sin", "cos"),
        *("softplus", "gelu", "gelu_tanh", "silu", "mish", "softsign"),
    },
    "differentiable_almost_everywhere": set(NAMES),
    "monotonic": set(NAMES) - {"abs", "sin", "cos", "gelu", "gelu_tanh", "silu", "mish", "hardswish"},
    "bounded": {"sigmoid", "tanh", "relu6", "step", "sin", "cos", "softsign", "hardtanh", "hardsigmoid"},
    "saturates": {"sigmoid", "tanh", "relu6", "step", "softsign", "hardtanh", "hardsigmoid"},
    "saturates_left": set(NAMES) - {"leaky_relu", "prelu", "abs", "identity", "sin", "cos"},
    "saturates_right": {"sigmoid", "tanh", "relu6", "step", "softsign", "hardtanh", "hardsigmoid"},
    "passes_gradient": set(NAMES) - {"step"},
    "odd": {"tanh", "identity", "sin", "softsign", "hardtanh"},
    "zero_centred": {"tanh", "identity", "sin", "softsign", "hardtanh", "selu"},
    "non_negative": {"sigmoid", "relu", "abs", "relu6", "step", "softplus", "hardsigmoid"},
    "gives_exact_zeros": {"relu", "relu6", "step"},
    "near_identity_at_zero": {"tanh", "elu", "identity", "sin", "softsign", "hardtanh"},
    "self_normalising": {"selu"},
    "free_of_exponentials": {
        *("relu", "leaky_relu", "prelu", "abs", "relu6", "step", "identity"),
        *("softsign", "hardtanh", "hardsigmoid", "hardswish"),
    },
}
HAVE["bounded_above"] = HAVE["bounded"]
HAVE["bounded_below"] = set(NAMES) - {"leaky_relu", "prelu", "identity"}
X = sympy.Symbol("x", real=True)
SYMBOLIC = {
    "sigmoid": 1 / (1 + sympy.exp(-X)),
    "tanh": sympy.tanh(X),
    "softplus": sympy.log(1 + sympy.exp(X)),
    "silu": X / (1 + sympy.exp(-X)),
    "identity": X,
}


def value(name, /, **given):
    door = find_door(name)
    return door.call(**bind(door, given)).value


@pytest.mark.parametrize("wanted", PROPERTIES)
def test_the_audit_finds_who_has_a_property(wanted):
    assert {name for name in NAMES if value("activation.has_property", name=name, wanted=wanted)} == HAVE[wanted]


@pytest.mark.parametrize("name", SYMBOLIC)
def test_limits_by_sympy(name):
    f = SYMBOLIC[name]
    limits = [sympy.limit(f, X, end) for end in (-sympy.oo, sympy.oo)]
    slopes = [sympy.limit(sympy.diff(f, X), X, end) for end in (-sympy.oo, sympy.oo)]
    has = {wanted: audit.has(find(name), wanted) for wanted in PROPERTIES}
    assert has["bounded_below"] is (limits[0] != -sympy.oo)
    assert has["bounded_above"] is (limits[1] != sympy.oo)
    assert (has["saturates_left"], has["saturates_right"]) == tuple(slope == 0 for slope in slopes)
    assert has["odd"] is (sympy.simplify(f.subs(X, -X) + f) == 0)
    assert has["near_identity_at_zero"] is (f.subs(X, 0) == 0 and sympy.diff(f, X).subs(X, 0) == 1)


@pytest.mark.parametrize(
    ("wanted", "value_of", "slope_of", "holds"),
    [
        ("nonlinear", lambda z: 3 * z - 1, lambda z: 3 + 0 * z, False),
        ("monotonic", lambda z: z**3, lambda z: 3 * z**2, True),
        ("monotonic", lambda z: z**3 - z, lambda z: 3 * z**2 - 1, False),
        ("continuous", lambda z: torch.floor(z), lambda z: 0 * z, False),
        ("differentiable", lambda z: (z - 1).abs(), lambda z: (z - 1).sign(), False),
        ("saturates_right", lambda z: z.atan(), lambda z: 1 / (1 + z**2), True),
        ("self_normalising", lambda z: 1.0 * z, lambda z: 1 + 0 * z, False),
    ],
)
def test_the_audit_on_functions_that_have_no_name(wanted, value_of, slope_of, holds):
    assert audit.has(Bound(value_of, slope_of), wanted) is holds


def test_a_slope_of_one_makes_the_leaky_relu_linear():
    assert value("activation.has_property", name="leaky_relu", wanted="nonlinear")
    assert not value("activation.has_property", name="leaky_relu", wanted="nonlinear", negative_slope=1)
    assert value("activation.count_with_property", names=["relu", "sigmoid", "gelu"], wanted="monotonic") == 2
