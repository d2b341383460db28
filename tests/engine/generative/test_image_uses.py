"""Image-to-image, text-to-image, video, face completion and segmentation: losses beside torch's, mechanisms by hand."""

import math

import numpy as np
import pytest
import torch
from door_runs import run
from torch.nn import functional
from torch.testing import assert_close

from engine.errors import Refused
from engine.generative.applications.face_completion import completion_loss, fill, hole_error, identity_distance
from engine.generative.applications.image_to_image import PatchDiscriminator, patch_size, translation_loss
from engine.generative.applications.segmentation import pixel_cross_entropy, segmentation_loss
from engine.generative.applications.text_to_image import ConditionalDiscriminator, ConditionalGenerator, join, train
from engine.generative.applications.video_prediction import fitted_kernel, moving_square, next_frame_loss, predict

torch.set_num_threads(1)


def noise(*shape, seed=0):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def fooling(logits):
    return functional.binary_cross_entropy_with_logits(logits, torch.ones_like(logits))


def test_translation_loss_is_torchs_cross_entropy_and_a_hundred_times_its_l1():
    logits, fake, target = noise(1, 1, 3, 3), noise(2, 4), noise(2, 4, seed=1)
    expected = fooling(logits) + 100 * functional.l1_loss(fake, target)
    assert_close(translation_loss(logits, fake, target), expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize("name", ["image_to_image.loss", "image_to_image.loss_formula"])
def test_translation_loss_of_the_doors_by_plain_arithmetic(name):
    given = {"answers": [0.3, 0.8], "fake": [0.2, 0.9], "target": [0, 1]}
    adversarial = -(math.log(0.3) + math.log(0.8)) / 2
    assert run(name, **given).value == pytest.approx(adversarial + 100 * 0.15, rel=1e-9)
    assert run(name, **given, l1_weight=2).value == pytest.approx(adversarial + 0.3, rel=1e-9)


@pytest.mark.parametrize(("num_layers", "size"), [(1, 16), (2, 34), (3, 70)])
def test_patch_sizes_of_the_paper(num_layers, size):
    width, jump = 1, 1
    for stride in (*[2] * num_layers, 1, 1):
        width, jump = width + 3 * jump, jump * stride
    assert width == size
    assert patch_size(num_layers) == size
    assert run("image_to_image.patch_size", num_layers=num_layers).value == size
    assert run("image_to_image.patch_size_formula", num_layers=num_layers).value == size


def test_the_discriminator_for_70x70_patches_has_2768705_parameters():
    convolutions = 64 * (6 * 16 + 1) + 16 * (64 * 128 + 128 * 256 + 256 * 512 + 512) + 1
    assert convolutions + 2 * (128 + 256 + 512) == 2_768_705
    assert run("image_to_image.num_params", num_layers=3).value == 2_768_705
    with torch.device("meta"):
        assert sum(parameter.numel() for parameter in PatchDiscriminator().parameters()) == 2_768_705
    wider = 2_768_705 + 2 * (16 * 512 * 512 + 2 * 512)  # no map has more than 512 channels
    assert run("image_to_image.num_params", num_layers=5).value == wider


def test_a_narrow_discriminator_equals_plain_code():
    network = PatchDiscriminator(1, num_layers=1, width=2).double()
    for seed, parameter in enumerate(network.parameters()):
        parameter.data = noise(*parameter.shape, seed=seed)
    network.layers[3].running_mean.copy_(noise(4, seed=20))
    network.layers[3].running_var.copy_(noise(4, seed=21).abs() + 0.5)
    state = network.eval().state_dict()
    x, y = noise(1, 1, 16, 16), noise(1, 1, 16, 16, seed=1)
    out = functional.conv2d(torch.cat([x, y], 1), state["layers.0.weight"], state["layers.0.bias"], 2, 1)
    out = functional.conv2d(functional.leaky_relu(out, 0.2), state["layers.2.weight"], None, 1, 1)
    parts = ("running_mean", "running_var", "weight", "bias")
    out = functional.leaky_relu(functional.batch_norm(out, *(state[f"layers.3.{part}"] for part in parts)), 0.2)
    out = functional.conv2d(out, state["layers.5.weight"], state["layers.5.bias"], 1, 1)
    assert_close(network(x, y), out, rtol=1e-9, atol=1e-9)


def test_a_layer_on_noise_and_caption_is_a_sum_of_two():
    z, caption = noise(3, 4), noise(3, 2, seed=1)
    weight, bias = noise(5, 6, seed=2), noise(5, seed=3)
    joined = functional.linear(join(z, caption), weight, bias)
    assert_close(joined, z @ weight[:, :4].mT + caption @ weight[:, 4:].mT + bias, rtol=1e-9, atol=1e-12)
    found = run("text_to_image.first_layer_num_params", latent=4, caption=2, hidden=5).value
    assert found == weight.numel() + bias.numel()


def test_players_see_the_caption_by_plain_arithmetic():
    generator, discriminator = ConditionalGenerator(2), ConditionalDiscriminator(2)
    generator.weight.data = torch.tensor([0.5, 2.0, -3.0], dtype=torch.float64)
    generator.bias.data += 0.1
    given = torch.tensor([[1.0, 1.0, 0.0], [-2.0, 0.0, 1.0]], dtype=torch.float64)
    assert generator(given).tolist() == pytest.approx([0.5 + 2 + 0.1, -1 - 3 + 0.1], rel=1e-9)
    discriminator.coefficients.data = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]], dtype=torch.float64)
    assert discriminator(given).tolist() == pytest.approx([1 + 2 + 3, 4 - 10 + 24], rel=1e-9)
    blind = ConditionalDiscriminator(2, sees_caption=False)
    blind.coefficients.data = torch.tensor([[1.0, 2.0, 3.0]], dtype=torch.float64)
    assert blind(given).tolist() == pytest.approx([6, 1 - 4 + 12], rel=1e-9)


def test_samples_follow_the_captions():
    chance = torch.Generator().manual_seed(0)
    generator = train((-1.5, 1.5), True, 40, chance)
    captions = torch.eye(2, dtype=torch.float64)[torch.randint(2, (400,), generator=chance)]
    made = generator(join(torch.randn(400, 1, generator=chance, dtype=torch.float64), captions)).detach()
    means = [made[captions[:, index] == 1].mean().item() for index in range(2)]
    assert means == pytest.approx([-1.5, 1.5], abs=0.5)
    shares = [(made[captions[:, index] == 1] > 0).double().mean().item() for index in range(2)]
    assert shares[0] < 0.1 < 0.9 < shares[1]
    assert run("text_to_image.caption_means", means=[-1.5, 1.5], rounds=40).value == pytest.approx(means, abs=0.4)


def test_a_film_is_the_same_square_shifted():
    film = moving_square(5, 2, start=(1, 0), step=(1, 2), frames=3)
    for time in range(3):
        expected = np.zeros((5, 5))
        for row in (1, 2):
            for column in (0, 1):
                expected[(row + time) % 5, (column + 2 * time) % 5] = 1
        assert film[time].tolist() == expected.tolist()


@pytest.mark.parametrize("step", [(0, 1), (1, -2), (-3, 3), (0, 0)])
def test_the_fitted_kernel_is_an_exact_shift(step):
    film = noise(8, 8)
    film = torch.stack([film.roll((step[0] * time, step[1] * time), (0, 1)) for time in range(4)])
    expected = torch.zeros(7, 7, dtype=torch.float64)
    expected[3 - step[0], 3 - step[1]] = 1
    kernel = fitted_kernel(film, 7)
    assert_close(kernel, expected, rtol=1e-9, atol=1e-9)
    assert_close(predict(kernel, film[:1])[0], film[1], rtol=1e-9, atol=1e-9)
    for name in ("video.kernel_place", "video.kernel_place_formula"):
        assert run(name, step=list(step)).value == [-step[0], -step[1]]


def test_next_frame_loss_is_torchs_squared_error():
    film, kernel = noise(4, 6, 6), noise(3, 3, seed=1)
    padded = functional.pad(film[:-1, None], (1, 1, 1, 1), mode="circular")
    expected = functional.mse_loss(functional.conv2d(padded, kernel[None, None])[:, 0], film[1:])
    assert_close(next_frame_loss(kernel, film), expected, rtol=1e-9, atol=0)


@pytest.mark.parametrize(("step", "side"), [((0, 1), 4), ((2, -1), 3), ((3, 3), 2)])
def test_the_error_of_a_copy_by_counting_pixels(step, side):
    before = {(row, column) for row in range(side) for column in range(side)}
    after = {(row + step[0], column + step[1]) for row, column in before}
    for name in ("video.copy_loss", "video.copy_loss_formula"):
        assert run(name, step=list(step), side=side).value == pytest.approx(len(before ^ after) / 256, rel=1e-9)
        with pytest.raises(Refused, match="stands still"):
            run(name, step=[0, 0], side=2)


def test_a_filled_image_keeps_what_is_known():
    image, generated = noise(4, 4), noise(4, 4, seed=1)
    hole = torch.zeros(4, 4, dtype=torch.float64)
    hole[1:3, 2] = 1
    found = fill(image, hole, generated)
    assert_close(found, torch.where(hole == 1, generated, image), rtol=1e-9, atol=0)


def test_errors_and_distances_are_torchs():
    generated, target = noise(4, 4), noise(4, 4, seed=1)
    hole = (noise(4, 4, seed=2) > 0).double()
    expected = functional.mse_loss(generated[hole > 0], target[hole > 0])
    assert_close(hole_error(generated, target, hole), expected, rtol=1e-9, atol=0)
    features, other = noise(3, 5), noise(3, 5, seed=1)
    expected = functional.mse_loss(features, other, reduction="sum") / 3
    assert_close(identity_distance(features, other), expected, rtol=1e-9, atol=0)
    logits = noise(4, seed=3)
    found = completion_loss(torch.tensor(0.7), logits, torch.tensor(2.0), 0.1, 0.01)
    assert_close(found.total, 0.7 + 0.1 * fooling(logits) + 0.02, rtol=1e-6, atol=0)


def test_face_completion_of_the_doors_by_plain_arithmetic():
    images = {"generated": [[1, 2], [3, 4]], "target": [[0, 0], [1, 0]], "hole": [[0, 1], [1, 0]]}
    terms = {"error": 0.5, "answers": [0.25], "identity": 2, "adversarial_weight": 0.1, "identity_weight": 0.01}
    for suffix in ("", "_formula"):
        assert run(f"face_completion.hole_error{suffix}", **images).value == pytest.approx(4, rel=1e-9)
        expected = 0.5 + 0.1 * math.log(4) + 0.02
        assert run(f"face_completion.loss{suffix}", **terms).value == pytest.approx(expected, rel=1e-9)
    with pytest.raises(Refused, match="at least one 1"):
        run("face_completion.hole_error", **{**images, "hole": [[0, 0], [0, 0]]})
    with pytest.raises(Refused, match=r"need one shape, not \[2, 2\], \[2, 2\], \[1, 1\]"):
        run("face_completion.hole_error", **{**images, "hole": [[1]]})


def test_segmentation_loss_is_torchs_cross_entropy_over_pixels_and_a_discriminators():
    logits, map_logits = noise(2, 3, 4, 4), noise(2, seed=1)
    labels = torch.randint(3, (2, 4, 4), generator=torch.Generator().manual_seed(0))
    pixels = functional.cross_entropy(logits, labels)
    assert_close(pixel_cross_entropy(logits, labels), pixels, rtol=1e-9, atol=0)
    assert_close(
        segmentation_loss(logits, labels, map_logits, 0.3), pixels + 0.3 * fooling(map_logits), rtol=1e-9, atol=0
    )


@pytest.mark.parametrize("name", ["adversarial_segmentation.loss", "adversarial_segmentation.loss_formula"])
def test_segmentation_of_the_doors_by_plain_arithmetic(name):
    found = run(name, logits=[[2, 0], [0, 1], [1, 1]], labels=[0, 1, 0], answers=[0.3], weight=0.5).value
    pixels = (math.log(1 + math.exp(-2)) + math.log(1 + math.exp(-1)) + math.log(2)) / 3
    assert found == pytest.approx(pixels - 0.5 * math.log(0.3), rel=1e-9)
