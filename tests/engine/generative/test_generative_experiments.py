"""Every experiment on models that make data: the result it states, and controls that come out the other way."""

import pytest
import torch
from claim_runs import assert_settles, assert_shows, run

from engine.errors import Refused
from engine.evidence import Curve, Heatmap, Path

torch.set_num_threads(1)
CLAIMS = [
    # name, arguments for which it holds, controls for which it does not
    ("gan.generator_gets_gradient", {"form": "non_saturating"}, [{"form": "saturating"}]),
    ("gan.generator_losses_push_alike", {}, [{"answer": 0.01}, {"answer": 0.99}]),
    ("gan.is_zero_sum", {}, [{"form": "non_saturating"}]),
    ("gan.discriminator_loss_reaches_generator", {"detach": False}, [{"detach": True}]),
    ("gan.discriminator_gets_gradient_from", {}, [{"score": "accuracy"}]),
    ("gan.answers_teach_generator", {}, [{"answers": "decisions"}]),
    ("gan.answers_teach_generator", {"answers": "margins"}, [{"answers": "decisions"}]),
    (
        "gan.optimal_discriminator_is",
        {"formula": "p/(p + q)"},
        [{"formula": "q/(p + q)"}, {"formula": "p"}, {"formula": "1/2"}],
    ),
    (
        "gan.value_at_optimum_is",
        {"formula": "2·JSD - log 4"},
        [{"formula": "JSD - log 4"}, {"formula": "2·JSD"}, {"formula": "-log 4"}, {"formula": "-JSD"}],
    ),
    ("gan.confuses", {"degree": 1}, [{"degree": 4}]),
    (
        "gan.play_spirals_out",
        {"update": "simultaneous"},
        [{"update": "alternating"}, {"update": "extragradient"}, {"update": "alternating", "lr": 0.3}],
    ),
    ("gan.play_reaches_equilibrium", {}, [{"update": "alternating"}, {"update": "simultaneous"}]),
    ("gan.equilibrium_is", {"kind": "saddle"}, [{"kind": "minimum"}, {"kind": "maximum"}]),
    ("gan.learns_mean", {"k": 1}, [{"k": 0}]),
    ("gan.learns_mean", {"k": 2, "form": "saturating"}, [{"k": 0, "form": "saturating"}]),
    (
        "gan.step_moves",
        {"step": "generator", "player": "generator"},
        [{"step": "generator", "player": "discriminator"}, {"step": "discriminator", "player": "generator"}],
    ),
    ("gan.keeps_all_modes", {"generator_steps": 1}, [{"generator_steps": 200}]),
    ("gan.one_sample_fools", {"discriminator": "frozen"}, [{"discriminator": "best reply"}]),
    *(
        ("sampling.gives_law", {"law": law}, [{"law": law, "through": "cdf"}, {"law": law, "through": "identity"}])
        for law in ("normal", "logistic", "cauchy", "exponential")
    ),
    ("super_resolution.same_small_image", {}, [{"change": "any"}]),
    ("super_resolution.blur_beats_sharp", {"by": "squared error"}, [{"by": "nearest image"}]),
    ("srgan.ends_at_target", {}, [{"content": False}]),
    ("simgan.keeps_image", {"weight": 2}, [{"weight": 0}]),
    ("simgan.distance_vanishes_at", {"image": "synthetic"}, [{"image": "real"}, {"image": "mean of real"}]),
    ("simgan.verdict_sees_a_patch_only", {}, [{"head": "linear"}]),
    ("simgan.discriminator_sees_old_images", {}, [{"history": False}]),
    ("vae.bound_stays_below", {}, [{"bound": "reconstruction only"}]),
    ("vae.bound_is_tight", {}, [{"columns": "any"}, {"q": "shifted"}, {"q": "prior"}]),
    (
        "vae.kl_is",
        {"formula": "½·Σ(μ² + σ² - 1 - log σ²)"},
        [{"formula": "½·Σ(μ² + σ² - 1 + log σ²)"}, {"formula": "½·Σ(μ² + σ - 1 - log σ)"}, {"formula": "½·Σ μ²"}],
    ),
    ("vae.gradient_reaches_encoder", {}, [{"z": "drawn from N(mean, std²)"}]),
    ("autoregressive.ignores_later_pixels", {"network": "pixelcnn"}, [{"network": "unmasked"}]),
    ("autoregressive.ignores_later_pixels", {"network": "row_lstm"}, [{"network": "unmasked"}]),
    ("autoregressive.ignores_own_pixel", {"first_mask": "A"}, [{"first_mask": "B"}]),
    (
        "autoregressive.likelihoods_sum_to_one",
        {"network": "pixelcnn", "first_mask": "A"},
        [{"first_mask": "B"}, {"network": "unmasked"}],
    ),
    ("autoregressive.product_is_joint", {}, [{"given": "previous one"}, {"given": "nothing"}]),
    (
        "autoregressive.sees_every_earlier_pixel",
        {"kernel_size": 9},
        [{"kernel_size": 3}, {"kernel_size": 3, "num_blocks": 4}],
    ),
    ("autoencoder.spans_principal_subspace", {}, [{"rounds": 0}, {"centred": False}]),
    ("autoencoder.finds", {"what": "the subspace"}, [{"what": "the components"}]),
    ("markov.settles_at_target", {}, [{"rejects": False}, {"steps": 1}]),
    ("markov.is_reversible", {}, [{"rejects": False}]),
    (
        "sequence_gan.gradient_passes",
        {"through": "gumbel straight-through"},
        [{"through": "drawing"}, {"through": "argmax"}],
    ),
    ("sequence_gan.gradient_passes", {"through": "softmax"}, [{"through": "argmax"}]),
    ("sequence_gan.reinforce_is_unbiased", {"baseline": "none"}, [{"baseline": "half of the reward"}]),
    ("sequence_gan.reinforce_is_unbiased", {"baseline": "constant"}, [{"baseline": "half of the reward"}]),
    ("image_to_image.verdict_depends_on", {"image": "input"}, [{"image": "neither"}]),
    ("text_to_image.caption_changes_sample", {}, [{"sees_caption": False}]),
    ("video.shift_predicts", {}, [{"motion": "random"}]),
    ("face_completion.keeps", {"pixels": "known"}, [{"pixels": "missing"}]),
    ("adversarial_segmentation.term_sees_shape", {"term": "adversarial"}, [{"term": "pixels"}]),
    ("semi_supervised.ignores_shift", {}, [{"of": "the K class logits"}]),
    ("perceptual_gan.lifts", {}, [{"early": "noise"}]),
    (
        "gan.generator_gets_gradient",
        {"answer": 0.5},
        [{"answer": 1e-4}, {"answer": 1 - 1e-6, "form": "non_saturating"}],
    ),
    ("gan.generator_learns_from", {"samples": "fake"}, [{"samples": "real"}]),
    ("gan.optimal_discriminator_is", {"formula": "1/2", "generator_is": "data"}, [{"formula": "1/2"}]),
    ("gan.value_at_optimum_is", {"formula": "-log 4", "generator_is": "data"}, [{"formula": "-log 4"}]),
    ("gan.confuses", {"degree": 2}, [{"degree": 4}]),
    (
        "gan.step_moves",
        {"step": "discriminator", "player": "discriminator"},
        [{"step": "discriminator", "player": "generator"}],
    ),
    ("srgan.ends_at_target", {"adversarial": False}, [{"content": False, "adversarial": False}]),
    ("autoregressive.likelihoods_sum_to_one", {"network": "row_lstm"}, [{"network": "unmasked"}]),
    ("image_to_image.verdict_depends_on", {"image": "output"}, [{"image": "neither"}]),
]


@pytest.mark.parametrize(("name", "holding", "controls"), CLAIMS)
def test_claim_holds_and_its_controls_do_not(name, holding, controls):
    assert_settles(name, holding, controls)


def test_uniform_noise_is_uniform_whatever_it_goes_through():
    """Its distribution function and the inverse of that are the identity."""
    for through in ("inverse cdf", "cdf", "identity"):
        assert run("sampling.gives_law", {"law": "uniform", "through": through}).value is True


@pytest.mark.parametrize(("name", "holding"), list({name: (name, holding) for name, holding, _ in CLAIMS}.values()))
def test_evidence_starts_with_the_answer_and_shows_both_outcomes(name, holding):
    assert_shows(name, holding)


@pytest.mark.parametrize(
    ("name", "arguments", "block"),
    [
        ("gan.play_spirals_out", {}, Path),
        ("simgan.keeps_image", {}, Curve),
        ("sampling.gives_law", {}, Curve),
        ("autoencoder.spans_principal_subspace", {}, Heatmap),
    ],
)
def test_evidence_shows_what_happened(name, arguments, block):
    assert any(isinstance(shown, block) for shown in run(name, arguments).evidence())


def test_the_breakdown_of_a_refined_image_without_weight_has_no_second_term():
    (curve,) = [block for block in run("simgan.keeps_image", {"weight": 0}).evidence() if isinstance(block, Curve)]
    realism, distance = curve.series
    assert set(distance.y) == {0.0}
    assert realism.y[-1] < realism.y[0]


def test_a_round_that_is_half_trained_settles_nothing():
    with pytest.raises(Refused, match="this settles nothing"):
        run("markov.settles_at_target", {"steps": 20})
