"""``augmentation.*``: what an augmentation does to a label: letters read after a change, sentences said otherwise."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between, Elements, Length
from engine.augmentation.colour import colour_shift, principal_colours
from engine.augmentation.glyphs import NAMES, Change, changed, glyph, read
from engine.augmentation.synthetic import TO_PIVOT, back_translate, sentiment
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
    eigenvectors, which is arbitrary, so the size is given; with more than one α it can depend on it, too.
    """
    if pixels.shape[1] != 3:
        raise Refused(f"each pixel has red, green and blue, 3 numbers and not {pixels.shape[1]}")
    if sum(alpha != 0 for alpha in alphas) > 1:
        raise Refused("give one alpha that is not 0: with more, the size depends on the eigenvectors' arbitrary signs")
    colours = principal_colours(pixels)
    added = colour_shift(colours, torch.tensor(alphas, dtype=torch.float64))
    rows = [
        (i, float(variance), *(round(part, 6) for part in direction))
        for i, (variance, direction) in enumerate(zip(colours.variances, colours.directions.T.tolist(), strict=True))
    ]
    table = Table("Principal colours", ["", "variance λ", "red", "green", "blue"], rows)
    text = Text(f"Added to every pixel: {', '.join(f'{part:.4g}' for part in added.tolist())}, or its negative.")
    return Run(abs(float(added[channel])), lambda: [table, text], "cpu")


@function(
    "augmentation.back_translations",
    Kind.MEASURED,
    example={"sentence": ["the", "film", "was", "great"]},
    shows=(back_translate, sentiment),
)
def back_translations(sentence: Annotated[Sequence[Word], Length(1, 12)]) -> Run:
    """Return how many different sentences a toy round trip of translation makes of a sentence, seen in 2000 trips."""
    unknown = next((word for word in sentence if word not in TO_PIVOT), None)
    if unknown is not None:
        known = ", ".join(TO_PIVOT)
        raise Refused(f"the toy dictionary has no '{unknown}'{nearest(unknown, TO_PIVOT)} (it has {known})")
    generator = torch.Generator().manual_seed(0)
    trips = [tuple(back_translate(sentence, generator)) for _ in range(2000)]
    found = sorted(set(trips))
    rows = [(" ".join(words), trips.count(words), sentiment(words)) for words in found[:40]]
    table = Table(f"Of '{' '.join(sentence)}', sentiment {sentiment(sentence)}", ["became", "times", "sentiment"], rows)
    return Run(len(found), lambda: [table], "cpu")
