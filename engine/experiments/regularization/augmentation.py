"""Data augmentation: which changes leave a label right, and what a window or a colour shift keeps."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.augmentation.colour import pca_colour, principal_colours
from engine.augmentation.crops import num_offsets
from engine.augmentation.glyphs import NAMES, Change, changed, glyph, read
from engine.augmentation.scale_jitter import scale_jitter
from engine.augmentation.synthetic import back_translate, sentiment, with_generated
from engine.errors import Refused
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.registry import Kind, function

_SENTENCES = (
    "the film was not very good", "the movie is really great", "the film was not bad", "the movie was awful",
    "the film is not superb",
)  # fmt: skip
_AMBIGUOUS = ("the film was dreadful", "the movie is really terrific")
"""In the pivot language both are called the same."""
_ROUND_TRIPS = 10


@function(
    "augmentation.keeps_label", Kind.MEASURED, example={"change": "horizontal flip", "drawings": "T80"}, shows=(read,)
)
def keeps_label(change: Change, drawings: Literal["all", "69", "bdpq", "T80", "T", "80"] = "all") -> Run:
    """Say whether every one of these drawn letters and digits still looks most like itself after the change."""
    names = NAMES if drawings == "all" else tuple(drawings)
    looks = {name: read(changed(glyph(name), change)) for name in sorted(NAMES, key=lambda name: name not in names)}
    rows = [(name, seen == name, seen) for name, seen in looks.items()]
    table = Table(f"After: {change}", ["drawing", "keeps its label", "looks like"], rows)
    return Run(all(kept for name, kept, _ in rows if name in names), lambda: [table], "cpu")


@function("augmentation.crop_always_fits", Kind.MEASURED, example={"low": 256}, shows=(num_offsets,))
def crop_always_fits(low: Annotated[int, Between(1, 512)] = 256, size: Annotated[int, Between(1, 512)] = 224) -> Run:
    """Say whether a window of ``size`` fits for every short side from ``low`` to 512 that scale jitter may draw."""
    rows = [(side, _places(side, size)) for side in sorted({low, size - 1, size, 512})]
    fits = all(_places(side, size) for side in range(low, 513))
    return Run(fits, lambda: [Table(f"Places of a window of {size}", ["short side", "places"], rows)], "cpu")


def _places(side: int, size: int) -> int:
    try:
        return num_offsets(side, side, size)
    except Refused:
        return 0


@function("augmentation.jitter_repeats", Kind.MEASURED, example={"seed": "same"}, shows=(scale_jitter,))
def jitter_repeats(seed: Literal["same", "another"] = "same") -> Run:
    """Say whether scale jitter cuts the same window again from an image, given the same seed or another."""
    return settle(
        "Two windows of one image, subtracted",
        Holds.IF_EQUAL,
        _difference_of_windows,
        {"seed": seed},
        [{"seed": "same"}, {"seed": "another"}],
    )


def _difference_of_windows(generator: torch.Generator, seed: str) -> Tensor:
    image = randn(generator, 1, 10, 14)
    first = int(torch.randint(10**6, (), generator=generator))
    seeds = (first, first + (seed == "another"))
    windows = [scale_jitter(image, 12, 20, 8, torch.Generator().manual_seed(own)).window for own in seeds]
    return windows[0] - windows[1]


@function("augmentation.keeps_differences_between_pixels", Kind.MEASURED, example={}, shows=(pca_colour,))
def keeps_differences_between_pixels(by: Literal["pca_colour", "contrast"] = "pca_colour") -> Run:
    """Say whether all differences between pixels of one image stay as they were, and with them every edge.

    PCA colour adds one colour to all pixels; "contrast" multiplies them by 1.2.
    """
    return settle(
        "Change of the differences between neighbouring pixels",
        Holds.IF_EQUAL,
        _change_of_edges,
        {"by": by},
        [{"by": "pca_colour"}, {"by": "contrast"}],
    )


def _change_of_edges(generator: torch.Generator, by: str) -> Tensor:
    image = randn(generator, 3, 5, 6)
    colours = principal_colours(image.flatten(1).T)
    after = pca_colour(image, colours, generator) if by == "pca_colour" else 1.2 * image
    return after.diff(dim=-1) - image.diff(dim=-1)


@function("augmentation.round_trip_keeps_sentiment", Kind.MEASURED, example={}, shows=(back_translate, sentiment))
def round_trip_keeps_sentiment(
    loses: Literal["nothing", "negations"] = "nothing", words: Literal["clear", "ambiguous"] = "clear"
) -> Run:
    """Say whether sentences keep their sentiment when a toy dictionary translates them there and back ten times.

    A translator that ``loses`` the word "not" turns some of them round; so does one that knows no difference between
    the two senses of "ambiguous" words.
    """
    return settle(
        "Sentiment after each round trip less that before",
        Holds.IF_EQUAL,
        _changes_of_sentiment,
        {"loses": loses, "words": words},
        [
            {"loses": "nothing", "words": "clear"},
            {"loses": "negations", "words": "clear"},
            {"loses": "nothing", "words": "ambiguous"},
        ],
    )


def _changes_of_sentiment(generator: torch.Generator, loses: str, words: str) -> Tensor:
    changes = []
    for sentence in _SENTENCES if words == "clear" else _AMBIGUOUS:
        said = sentence.split()
        sent = [word for word in said if word != "not" or loses == "nothing"]
        found = (sentiment(back_translate(sent, generator)) for _ in range(_ROUND_TRIPS))
        changes.append([after - sentiment(said) for after in found])
    return torch.tensor(changes).double()


@function("augmentation.generated_samples_serve", Kind.MEASURED, example={}, shows=(with_generated,))
def generated_samples_serve(labels: Literal["own", "swapped", "none generated"] = "own") -> Run:
    """Say whether a classifier trained on 8 real and 40 generated samples is right on new ones, to within a tenth.

    It takes the class with the nearer mean. With the labels of the generated samples swapped, these mislead it.
    "none generated" trains it on the 8 real ones alone, which is enough here: the generated ones do no harm, and that
    they help is not claimed.
    """
    return settle(
        "Share of 200 new samples that are classified wrongly",
        Holds.IF_EQUAL,
        _error_with_generated,
        {"labels": labels},
        [{"labels": "own"}, {"labels": "swapped"}, {"labels": "none generated"}],
        Thresholds(none=0.1, some=0.5),
    )


def _error_with_generated(generator: torch.Generator, labels: str) -> Tensor:
    x, kinds = _clouds(generator, 8)
    more, more_kinds = with_generated(x, kinds, 0 if labels == "none generated" else 20, generator)
    if labels == "swapped":
        more_kinds[len(x) :] = 1 - more_kinds[len(x) :]
    means = torch.stack([more[more_kinds == kind].mean(0) for kind in (0, 1)])
    new, truth = _clouds(generator, 200)
    return (torch.cdist(new, means).argmin(1) != truth).double().mean()


def _clouds(generator: torch.Generator, samples: int) -> tuple[Tensor, Tensor]:
    kinds = torch.arange(samples) % 2
    x = randn(generator, samples, 2)
    return x + 4 * kinds[:, None].to(x), kinds.to(x.device)
