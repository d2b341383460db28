"""Claims on representations and shifts: what PCA and ICA find, what scaling decides, and what weighting corrects."""

from typing import Annotated, Literal

import torch
from torch import Tensor

from engine.arguments import Between
from engine.classic.representation.factorisation_machine import pair_term
from engine.classic.representation.ica import fast_ica
from engine.classic.representation.learned_filters import energies, head_accuracy, learned_filters, sobel_filters
from engine.classic.representation.neighbours import nearest
from engine.classic.representation.pca import pca
from engine.classic.shift.concept_drift import follow
from engine.classic.shift.covariate_shift import weighted_risk
from engine.classic.shift.label_shift import corrected_posterior
from engine.evidence import Run
from engine.experiments._settle import Holds, Thresholds, randn, settle
from engine.preprocessing.standardise import standardisation
from engine.registry import Kind, function


@function("pca.scores_are", Kind.MEASURED, example={"what": "uncorrelated", "data": "ellipse"}, shows=(pca,))
def scores_are(
    what: Literal["uncorrelated", "independent"] = "uncorrelated", data: Literal["ellipse", "normal"] = "ellipse"
) -> Run:
    """Say whether PCA's two scores are uncorrelated, or nearly independent, so that even their squares are (0.25)."""
    return settle(
        "Correlation of the scores, or of their squares",
        Holds.IF_EQUAL,
        _correlation,
        {"what": what, "data": data},
        [{"what": w, "data": d} for w in ("uncorrelated", "independent") for d in ("ellipse", "normal")],
        Thresholds(none=0.25, some=0.5),
    )


def _correlation(generator: torch.Generator, what: str, data: str) -> Tensor:
    normal = randn(generator, 400, 2)
    angle = torch.arange(400).to(normal) * 2 * torch.pi / 400
    x = torch.stack([angle.cos(), angle.sin()], 1) if data == "ellipse" else normal
    turned = x * x.new_tensor([3.0, 1.0]) @ torch.linalg.qr(randn(generator, 2, 2))[0]
    scores = pca(turned, 2).scores(turned)
    return torch.corrcoef((scores.square() if what == "independent" else scores).T)[0, 1]


@function("ica.finds_sources", Kind.MEASURED, example={"sources": "uniform", "by": "ica"}, shows=(fast_ica, pca))
def finds_sources(sources: Literal["uniform", "normal"] = "uniform", by: Literal["ica", "pca"] = "ica") -> Run:
    """Say whether both sources are found from two mixtures, up to order and sign: correlations over 0.98."""
    return settle(
        "1 less the correlation of the source that is found worse",
        Holds.IF_EQUAL,
        _worst_source,
        {"sources": sources, "by": by},
        [{"sources": "uniform", "by": "ica"}, {"sources": "uniform", "by": "pca"}],
        Thresholds(none=0.02, some=0.025),
    )


def _worst_source(generator: torch.Generator, sources: str, by: str) -> Tensor:
    drawn = torch.rand(1500, 2, generator=generator, dtype=torch.float64) - 0.5
    true = drawn.to(randn(generator, 1)) if sources == "uniform" else randn(generator, 1500, 2)
    x = true @ true.new_tensor([[1.0, 0.6], [0.5, 1.0]])
    found = fast_ica(x, 20) if by == "ica" else pca(x, 2).scores(x)
    return 1 - torch.corrcoef(torch.cat([true, found], 1).T)[:2, 2:].abs().amax(1).min()


@function(
    "factorisation_machine.pairs_are",
    Kind.MEASURED,
    example={"formula": "½·Σ ((Σ v·x)² - Σ v²·x²)"},
    shows=(pair_term,),
)
def pairs_are(
    formula: Literal["½·Σ ((Σ v·x)² - Σ v²·x²)", "½·Σ (Σ v·x)²", "Σ ((Σ v·x)² - Σ v²·x²)"] = "½·Σ ((Σ v·x)² - Σ v²·x²)",
) -> Run:
    """Say whether this is Σ (v_i·v_j)·x_i·x_j over the pairs i < j, each pair counted once."""
    return settle(
        "Formula less the sum over pairs",
        Holds.IF_EQUAL,
        _pair_error,
        {"formula": formula},
        [{"formula": "½·Σ ((Σ v·x)² - Σ v²·x²)"}, {"formula": "½·Σ (Σ v·x)²"}],
    )


def _pair_error(generator: torch.Generator, formula: str) -> Tensor:
    x, v = randn(generator, 6), randn(generator, 6, 2)
    pairs = ((v @ v.T) * torch.outer(x, x)).triu(1).sum()
    if formula == "½·Σ (Σ v·x)²":
        return (x @ v).square().sum() / 2 - pairs
    return pair_term(x[None], v)[0] * (2 if formula.startswith("Σ") else 1) - pairs


@function("knn.wide_feature_decides", Kind.MEASURED, example={"scaled": False}, shows=(nearest, standardisation))
def wide_feature_decides(scaled: bool = False, ratio: Annotated[float, Between(1, 1e6)] = 1000.0) -> Run:
    """Say whether the nearest neighbour is nearly always the one by the ``ratio`` times wider feature alone (95 %)."""
    return settle(
        "Share of queries whose nearest neighbour is another one by both features than by the wide one",
        Holds.IF_EQUAL,
        _other_neighbour,
        {"scaled": scaled, "ratio": ratio},
        [{"scaled": False, "ratio": 1000.0}, {"scaled": True, "ratio": 1000.0}],
        Thresholds(none=0.05, some=0.2),
    )


def _other_neighbour(generator: torch.Generator, scaled: bool, ratio: float) -> Tensor:
    wide = randn(generator, 80, 2).new_tensor([1.0, ratio])
    train, queries = randn(generator, 40, 2) * wide, randn(generator, 100, 2) * wide
    alone = nearest(train[:, 1:], queries[:, 1:], 1)
    if scaled:
        fitted = standardisation(train)
        train, queries = fitted.transform(train), fitted.transform(queries)
    return (nearest(train, queries, 1) != alone).double().mean()


@function(
    "features.tell_apart",
    Kind.MEASURED,
    example={"features": "sobel", "textures": "edges"},
    shows=(learned_filters, energies),
)
def tell_apart(
    features: Literal["sobel", "learned"] = "sobel", textures: Literal["edges", "checkerboards"] = "edges"
) -> Run:
    """Say whether a linear head on edge features made by hand, or on learned ones, tells two textures apart to 90 %.

    Edges are vertical against horizontal stripes under noise. Checkerboards of single pixels under noise are told from
    noise alone: both Sobel filters answer 0 to a checkerboard, and so see the same in both.
    """
    return settle(
        "Share of 100 test images that is told wrong",
        Holds.IF_EQUAL,
        _wrong_share,
        {"features": features, "textures": textures},
        [{"features": f, "textures": t} for f in ("sobel", "learned") for t in ("edges", "checkerboards")],
        Thresholds(none=0.1, some=0.2),
    )


def _wrong_share(generator: torch.Generator, features: str, textures: str) -> Tensor:
    images, labels = _textures(generator, textures)
    filters = sobel_filters().to(images) if features == "sobel" else learned_filters(images[:100], labels[:100])
    found = energies(images, filters)
    return 1 - head_accuracy(found[:100], labels[:100], found[100:], labels[100:])


def _textures(generator: torch.Generator, textures: str) -> tuple[Tensor, Tensor]:
    """Return 200 images of 8×8 pixels: a pattern of random phase or sign under noise, for each class."""
    noise = randn(generator, 200, 8, 8)
    labels = torch.arange(200, device=noise.device) % 2
    at = torch.arange(8).to(noise)
    if textures == "edges":
        phase = 6.283 * torch.rand(200, 1, generator=generator, dtype=torch.float64).to(noise)
        wave = (at * torch.pi / 4 + phase).sin()
        pattern = torch.where(labels[:, None, None] == 1, wave[:, None, :], wave[:, :, None])
        return pattern + 0.3 * noise, labels
    board = (-1.0) ** (at[:, None] + at)
    # The board is in the null space of both Sobel filters, so they see the same noise in both classes.
    return noise + labels[:, None, None] * board, labels


@function(
    "shift.corrects",
    Kind.MEASURED,
    example={"weights": "q(x)/p(x)", "shift": "covariate"},
    shows=(weighted_risk, corrected_posterior),
)
def corrects(
    weights: Literal["q(x)/p(x)", "q(y)/p(y)", "none"] = "q(x)/p(x)", shift: Literal["covariate", "label"] = "covariate"
) -> Run:
    """Say whether these weights make the expected training loss that in use, under covariate or label shift."""
    return settle(
        "Weighted training loss less the loss in use, exactly, on a table of 4 inputs and 3 labels",
        Holds.IF_EQUAL,
        _uncorrected,
        {"weights": weights, "shift": shift},
        [{"weights": w, "shift": shift} for w in ("q(x)/p(x)", "q(y)/p(y)", "none")],
    )


def _uncorrected(generator: torch.Generator, weights: str, shift: str) -> Tensor:
    p = randn(generator, 4, 3).exp()
    p = p / p.sum()
    axis = 1 if shift == "covariate" else 0
    new = randn(generator, 4, 1).exp() if shift == "covariate" else randn(generator, 1, 3).exp()
    q = p / p.sum(axis, keepdim=True) * new / new.sum()
    losses = randn(generator, 4, 3).square()
    ratio = {
        "q(x)/p(x)": (q.sum(1) / p.sum(1))[:, None],
        "q(y)/p(y)": (q.sum(0) / p.sum(0))[None],
        "none": torch.ones(1, 1).to(p),
    }[weights]
    return (ratio * p * losses).sum() - (q * losses).sum()


@function("drift.follows", Kind.MEASURED, example={"target": "level"}, shows=(follow,))
def follows(target: Literal["level", "slope"] = "level", decay: Annotated[float, Between(0, 0.95)] = 0.8) -> Run:
    """Say whether a moving average comes up with its target in the end: a level yes, a slope only to within its lag."""
    return settle(
        "Target less estimate after 1000 steps",
        Holds.IF_EQUAL,
        _behind,
        {"target": target, "decay": decay},
        [{"target": "level", "decay": 0.8}, {"target": "slope", "decay": 0.8}],
    )


def _behind(generator: torch.Generator, target: str, decay: float) -> Tensor:
    size = float(randn(generator, 1)[0].abs()) + 0.1
    targets = [size * (1 if target == "level" else t) for t in range(1000)]
    return torch.tensor(targets[-1] - follow(targets, decay)[-1], dtype=torch.float64)
