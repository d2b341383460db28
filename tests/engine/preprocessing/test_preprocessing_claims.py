"""Experiments on preprocessing: what each states, and controls that come out the other way."""

import pytest
from claim_runs import assert_settles, assert_shows

CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("preprocessing.missing_becomes_mean", {}, [{"order": "fill, then standardise"}]),
    ("preprocessing.leaks", {}, [{"fitted_to": "training"}]),
    ("preprocessing.leaks", {"scaling": "min_max"}, [{"fitted_to": "training", "scaling": "min_max"}]),
    ("preprocessing.decorrelates", {"scaling": "pca"}, [{"scaling": "standardise"}, {"scaling": "min_max"}]),
    ("preprocessing.decorrelates", {"scaling": "zca"}, [{"scaling": "none"}]),
    ("preprocessing.gives_unit_variance", {}, [{"scaling": "min_max"}]),
    ("preprocessing.whitening_makes_independent", {}, [{"data": "circle"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_a_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


@pytest.mark.parametrize(
    ("name", "arguments"), [(name, case) for name, *cases in CLAIMS for case in (cases[0], *cases[1])]
)
def test_the_evidence_starts_with_the_answer(name, arguments):
    assert_shows(name, arguments, both=False)
