"""Spatial transformers: what θ multiplies, which way things move, and what learns."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.arguments import Between
from engine.attention.affine_grid import affine_grid, crop, identity, rotation, scaling, translation
from engine.attention.sampling_kernels import SAMPLING_KERNELS, sample
from engine.attention.spatial_transformer import SpatialTransformer
from engine.device import current
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function

Kernel = Literal["bilinear", "nearest"]
_SHOWS = (affine_grid, sample)
_SIDE = 8


@function(
    "stn.theta_gets_gradient", Kind.MEASURED, example={"kernel": "bilinear"}, shows=tuple(SAMPLING_KERNELS.values())
)
def theta_gets_gradient(kernel: Kernel = "bilinear") -> Run:
    """Say whether the six numbers of θ have a gradient in the sampled image."""
    return settle(
        "Gradient of the output at θ",
        Holds.IF_DIFFERENT,
        _theta_gradient,
        {"kernel": kernel},
        [{"kernel": "nearest"}, {"kernel": "bilinear"}],
    )


def _theta_gradient(generator: torch.Generator, kernel: Kernel) -> Tensor:
    image = randn(generator, 1, 2, _SIDE, _SIDE)
    theta = (identity()[None].to(image) + 0.1 * randn(generator, 1, 2, 3)).requires_grad_()
    output = sample(image, affine_grid(theta, _SIDE, _SIDE), kernel)
    upstream = randn(generator, *output.shape)
    if not output.requires_grad:  # a kernel of steps cuts θ off
        return torch.zeros_like(theta)
    (gradient,) = torch.autograd.grad(output, theta, upstream)
    return gradient


@function("stn.returns_input", Kind.MEASURED, example={"theta": "identity"}, shows=(SpatialTransformer, *_SHOWS))
def returns_input(theta: Literal["identity", "zero", "shift", "rotation"] = "identity") -> Run:
    """Say whether sampling with this θ gives the image back; ``zero`` is six zeros."""
    return settle(
        "Output less image",
        Holds.IF_EQUAL,
        _change_of_image,
        {"theta": theta},
        [{"theta": "zero"}, {"theta": "shift"}, {"theta": "rotation"}, {"theta": "identity"}],
    )


def _change_of_image(generator: torch.Generator, theta: str) -> Tensor:
    image = randn(generator, 1, 2, _SIDE, _SIDE)
    maps = {"identity": identity(), "zero": 0 * identity(), "shift": translation(0.5, 0), "rotation": rotation(30)}
    return sample(image, affine_grid(maps[theta][None].to(image), _SIDE, _SIDE)) - image


@function("stn.output_size_follows", Kind.MEASURED, example={"what": "grid"}, shows=_SHOWS)
def output_size_follows(what: Literal["grid", "theta"] = "grid") -> Run:
    """Say whether the output's size changes with the size of the target grid, or with the scale in θ."""
    before = _output_size(1.0, 4)
    changed = {"grid": _output_size(1.0, 6), "theta": _output_size(0.5, 4)}
    rows = [(name, *changed[name], changed[name] != before) for name in dict.fromkeys([what, *changed])]
    columns = ["changed", "height", "width", "claim holds"]
    table = Table("An 8×8 image on a grid of 4×4 with scale 1, then on 6×6, then with scale 0.5", columns, rows)
    return Run(changed[what] != before, lambda: [table])


def _output_size(scale: float, side: int) -> tuple[int, int]:
    image = torch.zeros(1, 1, _SIDE, _SIDE, dtype=torch.float64, device=current())
    height, width = sample(image, affine_grid(scaling(scale)[None].to(image), side, side)).shape[-2:]
    return height, width


@function("stn.content_moves", Kind.MEASURED, example={"to": "left", "shift": 0.5, "pixels": 2}, shows=_SHOWS)
def content_moves(
    to: Literal["left", "right"] = "left",
    shift: Annotated[float, Between(-0.5, 0.5)] = 0.5,
    pixels: Annotated[float, Between(0, 8)] = 2.0,
) -> Run:
    """Say whether this shift t_x in θ moves what is seen to this side, by so many pixels.

    The image is 8 pixels wide, and the content 4 high and 2 wide in its middle.
    """
    return settle(
        "Movement of the content's centre, in pixels, less the one claimed",
        Holds.IF_EQUAL,
        _movement_error,
        {"to": to, "shift": shift, "pixels": pixels},
        [
            {"to": "left", "shift": 0.5, "pixels": 2.0},
            {"to": "right", "shift": 0.5, "pixels": 2.0},
            {"to": "left", "shift": 0.5, "pixels": 4.0},
            {"to": "left", "shift": 0.5, "pixels": 0.5},
        ],
        Thresholds(none=1e-6, some=0.1),
    )


def _movement_error(generator: torch.Generator, to: str, shift: float, pixels: float) -> Tensor:
    image = torch.zeros(1, 1, _SIDE, _SIDE, dtype=torch.float64, device=current())
    image[..., 2:6, 3:5] = randn(generator, 4, 2).abs() + 1
    moved = sample(image, affine_grid(translation(shift, 0)[None].to(image), _SIDE, _SIDE))
    movement = _centre(moved) - _centre(image)
    return ((-movement if to == "left" else movement) - pixels).reshape(1)


def _centre(image: Tensor) -> Tensor:
    columns = image.sum((0, 1, 2))
    return columns @ torch.arange(_SIDE).to(columns) / columns.sum()


@function("stn.area_multiplies_by", Kind.MEASURED, example={"scale": 0.5, "factor": 4}, shows=(scaling, *_SHOWS))
def area_multiplies_by(
    scale: Annotated[float, Between(0.25, 4)] = 0.5, factor: Annotated[float, Between(0.01, 100)] = 4.0
) -> Run:
    """Say whether the scale in θ multiplies the area of what is seen by this factor, for a square in the middle.

    The square is a quarter as wide as the image of 32 pixels. Up to 2 % counts as equal, from 20 % on as different.
    """
    return settle(
        "Area after over area before over the factor, less 1",
        Holds.IF_EQUAL,
        _area_error,
        {"scale": scale, "factor": factor},
        [{"scale": 0.5, "factor": 4.0}, {"scale": 0.5, "factor": 0.25}, {"scale": 2.0, "factor": 0.25}],
        Thresholds(none=0.02, some=0.2),
    )


def _area_error(generator: torch.Generator, scale: float, factor: float) -> Tensor:
    image = torch.zeros(1, 1, 32, 32, dtype=torch.float64, device=current())
    image[..., 12:20, 12:20] = randn(generator, 1).abs() + 1  # a flat square keeps its height, whatever its size
    seen = sample(image, affine_grid(scaling(scale)[None].to(image), 32, 32))
    return (seen.sum() / image.sum() / factor - 1).reshape(1)


@function("stn.theta_multiplies", Kind.MEASURED, example={"what": "coordinates"}, shows=_SHOWS)
def theta_multiplies(what: Literal["coordinates", "image"] = "coordinates") -> Run:
    """Say whether a spatial transformer's output is the image at θ·(x, y, 1), or θ times the image as matrices.

    The image is of 3×3, the one height that a 2×3 matrix can be multiplied with at all.
    """
    return settle(
        "Layer's output less the one claimed",
        Holds.IF_EQUAL,
        _product_error,
        {"what": what},
        [{"what": "image"}, {"what": "coordinates"}],
    )


def _product_error(generator: torch.Generator, what: str) -> Tensor:
    image, theta = randn(generator, 1, 1, 3, 3), identity()[None].to(current()) + 0.1 * randn(generator, 1, 2, 3)
    with torch.random.fork_rng(devices=[]):
        layer = SpatialTransformer(nn.Flatten(), 9, (2, 3)).to(image)
    nn.init.zeros_(layer.to_theta.weight)
    layer.to_theta.bias.data = theta.flatten()
    if what == "image":
        return torch.sub(layer(image)[0, 0], theta[0] @ image[0, 0])
    targets = theta.new_tensor([[[x, y, 1.0] for x in (-2 / 3, 0, 2 / 3)] for y in (-0.5, 0.5)])
    return torch.sub(layer(image), sample(image, (targets @ theta[0].mT)[None]))


@function("stn.crop_is_a_slice", Kind.MEASURED, example={"window": "on_pixels"}, shows=(crop, *_SHOWS))
def crop_is_a_slice(window: Literal["on_pixels", "off_pixels"] = "on_pixels") -> Run:
    """Say whether a window of half the size, sampled on half the pixels, is the slice image[:4, 4:] of 8×8.

    Off the pixels, the window stands a tenth of the width further left, and neighbours are mixed.
    """
    return settle(
        "Sampled window less slice",
        Holds.IF_EQUAL,
        _crop_error,
        {"window": window},
        [{"window": "off_pixels"}, {"window": "on_pixels"}],
    )


def _crop_error(generator: torch.Generator, window: str) -> Tensor:
    image = randn(generator, 1, 1, _SIDE, _SIDE)
    theta = crop(0.5 if window == "on_pixels" else 0.3, -0.5, 0.5)[None].to(image)
    return sample(image, affine_grid(theta, 4, 4)) - image[..., :4, 4:]


@function("stn.weights_sum_to_one", Kind.MEASURED, example={"where": "inside"}, shows=tuple(SAMPLING_KERNELS.values()))
def weights_sum_to_one(where: Literal["inside", "outside"] = "inside", kernel: Kernel = "bilinear") -> Run:
    """Say whether the weights of all source pixels of a point sum to 1, inside the image or beyond its border."""
    return settle(
        "Sum of the weights less 1",
        Holds.IF_EQUAL,
        _weight_sum_error,
        {"where": where, "kernel": kernel},
        [{"where": "outside", "kernel": kernel}, {"where": "inside", "kernel": kernel}],
    )


def _weight_sum_error(generator: torch.Generator, where: str, kernel: Kernel) -> Tensor:
    points = 1.6 * torch.rand(1, 4, 4, 2, generator=generator, dtype=torch.float64) - 0.8
    points = (points if where == "inside" else points.sign() * (points.abs() + 1.5)).to(current())
    ones = torch.ones(1, 1, _SIDE, _SIDE, dtype=torch.float64, device=current())
    return sample(ones, points, kernel) - 1
