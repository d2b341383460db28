"""``augmentation.*``: what an augmentation does to a label: letters read after a change, sentences said otherwise."""

from collections.abc import Sequence
from itertools import product
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.augmentation.colour import colour_shift, principal_colours
from engine.augmentation.glyphs import NAMES, Change, changed, glyph, read
from engine.augmentation.synthetic import TO_PIVOT, back_translate, from_pivot, sentiment
from engine.errors import Refused, nearest
from engine.evidence import Block, Heatmap, Run, Table, Text
from engine.registry import Kind, function

Word = Annotated[str, Length(1, 20)]
Colour = Annotated[float, Between(-1e3, 1e3)]


@function(
    "augmentation.reads_as",
    Kind.MEASURED,
    example={"drawing": "6", "change": "turn by 180"},
    shows=(glyph, changed, read),
)
def reads_as(drawing: Annotated[str, Length(1, 1)], change: Change) -> Run:
    """Return which of ten letters and digits a drawing of one of them looks most like after a change."""
    if drawing not in NAMES:
        raise Refused(f"there is no drawing of '{drawing}' (there are {', '.join(NAMES)})")
    after = changed(glyph(drawing), change)

    def evidence() -> list[Block]:
        differences = [(name, float((glyph(name) - after).square().sum())) for name in NAMES]
        return [
            Heatmap(f"'{drawing}'", glyph(drawing).tolist(), "column", "row"),
            Heatmap(f"'{drawing}' after {change}", after.tolist(), "column", "row"),
            Table("Pixels that differ from each drawing", ["drawing", "pixels"], differences),
        ]

    return Run(read(after), evidence, "cpu")


@function(
    "augmentation.colour_shift",
    Kind.MEASURED,
    example={"pixels": [[1, 0, 0], [-1, 0, 0], [0, 0.5, 0], [0, -0.5, 0]], "alphas": [0.1, 0, 0]},
    shows=(principal_colours, colour_shift),
)
def shift(
    pixels: Annotated[Tensor, Elements(768, 2), Between(-1e3, 1e3)],
    alphas: tuple[Colour, Colour, Colour],
    channel: Literal[0, 1, 2] = 0,
) -> Run:
    """Return the size of AlexNet's PCA colour shift in a channel: Σ p·α·λ over the principal colours of the pixels.

    λ are the eigenvalues of the covariance of red, green and blue, the largest first. The sign depends on that of the
    eigenvectors, which is arbitrary, so the size is given. Only one α may differ from 0, as the size of a sum of shifts
    depends on their signs; nor may its λ equal another, which would make the direction arbitrary as well.
    """
    if pixels.shape[1] != 3:
        raise Refused(f"each pixel has red, green and blue, 3 numbers and not {pixels.shape[1]}")
    if sum(alpha != 0 for alpha in alphas) > 1:
        raise Refused("give one alpha that is not 0: with more, the size depends on the eigenvectors' arbitrary signs")
    colours = principal_colours(pixels)
    _refuse_shared_variance(colours.variances.tolist(), alphas)
    added = colour_shift(colours, torch.tensor(alphas, dtype=torch.float64))
    rows = [
        (i, float(variance), *(round(part, 6) for part in direction))
        for i, (variance, direction) in enumerate(zip(colours.variances, colours.directions.T.tolist(), strict=True))
    ]
    table = Table("Principal colours", ["", "variance λ", "red", "green", "blue"], rows)
    text = Text(f"Added to every pixel: {', '.join(f'{part:.4g}' for part in added.tolist())}, or its negative.")
    return Run(abs(float(added[channel])), lambda: [table, text], "cpu")


def _refuse_shared_variance(variances: Sequence[float], alphas: Sequence[float]) -> None:
    """Refuse a shift along a direction that is arbitrary; where the variance is 0, so is the shift along any."""
    rounding = 1e-9 * variances[0]
    for i, (variance, alpha) in enumerate(zip(variances, alphas, strict=True)):
        equal = [j for j, other in enumerate(variances) if j != i and abs(other - variance) <= rounding]
        if alpha != 0 and variance > rounding and equal:
            raise Refused(
                f"principal colours {i} and {equal[0]} have the same variance {variance:g}, so their directions are "
                f"arbitrary: give pixels that vary differently, or the alpha of another colour"
            )


@function(
    "augmentation.back_translations",
    Kind.MEASURED,
    example={"sentence": ["the", "film", "was", "great"]},
    shows=(back_translate, sentiment),
)
def back_translations(sentence: Annotated[Sequence[Word], Length(1, 12)]) -> Run:
    """Return how many different sentences a toy round trip of translation can make of a sentence: all are listed."""
    unknown = next((word for word in sentence if word not in TO_PIVOT), None)
    if unknown is not None:
        known = ", ".join(TO_PIVOT)
        raise Refused(f"the toy dictionary has no '{unknown}'{nearest(unknown, TO_PIVOT)} (it has {known})")
    found = sorted(product(*(from_pivot(TO_PIVOT[word]) for word in sentence)))
    rows = [(" ".join(words), sentiment(words)) for words in found[:40]]
    title = f"What '{' '.join(sentence)}', sentiment {sentiment(sentence)}, can become: {len(rows)} of {len(found)}"
    table = Table(title, ["became", "sentiment"], rows)
    return Run(len(found), lambda: [table], "cpu")
