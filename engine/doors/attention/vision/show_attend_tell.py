"""``show_attend_tell.*``: the shapes and the parts of the caption network that attends to an image."""

from typing import Annotated, Literal

import torch

from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between, Elements
from engine.device import for_float64
from engine.evidence import Heatmap, Run, Table
from engine.models.show_attend_tell import AnnotationEncoder, CaptionDecoder, doubly_stochastic_penalty
from engine.registry import Kind, function

Side = Annotated[int, Between(16, 1024)]
Width = Annotated[int, Between(1, 4096)]
Weights = Annotated[torch.Tensor, Elements(4096, 2), Between(0, 1)]
"""A row for each word, a column for each part of the image."""
_SIZES = {"vocab_size": 10_000}


@function("show_attend_tell.annotations", Kind.MODULE, example={"size": 224}, shows=(AnnotationEncoder,))
def annotations(size: Side, network: Literal["vgg16", "vgg19"] = "vgg16") -> Run:
    """Return [how many annotation vectors, their width] that the encoder makes of a square image of this size.

    >>> annotations(224).value
    [196, 512]
    """
    chain, found = _encode(size, network)
    return Run(found, lambda: [Table("Shapes", ["after", "shape"], chain)], "meta")


@function("show_attend_tell.shapes", Kind.MODULE, example={"vocab_size": 1000, "words": 12}, shows=(CaptionDecoder,))
def shapes(
    vocab_size: Annotated[int, Between(1, 100_000)], words: Annotated[int, Between(1, 32)], size: Side = 224
) -> Run:
    """Return the shapes of the scores (words, vocabulary) and of the weights (words, annotations) for one image.

    >>> shapes(1000, words=12).value
    [[12, 1000], [12, 196]]
    """
    chain, (count, width) = _encode(size, "vgg16")
    with torch.device("meta"), torch.no_grad():
        decoder = CaptionDecoder(vocab_size, width)
        given = torch.empty(1, count, width)
        first = decoder.first_state(given)[0]
        caption = decoder(given, torch.zeros(1, words, dtype=torch.long))
    chain += [
        ("mean of the annotations", sizes((1, width))),
        ("first state, from that mean", sizes(first.shape)),
        ("weights of all words", sizes(caption.weights.shape)),
        ("scores of all words", sizes(caption.logits.shape)),
    ]
    value = [list(caption.logits.shape[1:]), list(caption.weights.shape[1:])]
    return Run(value, lambda: [Table("Shapes", ["after", "shape"], chain)], "meta")


@function("show_attend_tell.num_params", Kind.MODULE, example=_SIZES, shows=(CaptionDecoder,))
def num_params(
    vocab_size: Annotated[int, Between(1, 100_000)],
    channels: Width = 512,
    embed_size: Width = 512,
    hidden_size: Width = 512,
    attention_size: Width = 512,
) -> Run:
    """Return the parameters of the decoder: embedding, first state, attention, gate, LSTM (two biases) and output."""
    with torch.device("meta"):
        decoder = CaptionDecoder(vocab_size, channels, embed_size, hidden_size, attention_size)
    rows = [(name, count_params(part)) for name, part in decoder.named_children()]
    return Run(count_params(decoder), lambda: [Table("Caption decoder", ["part", "parameters"], rows)], "meta")


@function(
    "show_attend_tell.penalty",
    Kind.MODULE,
    example={"weights": [[0.5, 0.5, 0], [0.5, 0, 0.5]]},
    shows=(doubly_stochastic_penalty,),
)
def penalty(weights: Weights) -> Run:
    """Return Σ (1 - Σ over words of α)², over the parts of the image: 0 if each part is looked at once in all.

    >>> penalty(torch.tensor([[0.5, 0.5], [0.5, 0.5]], dtype=torch.float64)).value
    0.0
    """
    weights = weights.to(for_float64())
    totals = weights.sum(0).tolist()
    shown = [Heatmap("weights", weights.tolist(), "part of the image", "word")]
    shown.append(Heatmap("looked at in all", [totals], "part of the image", ""))
    return Run(float(doubly_stochastic_penalty(weights[None])), lambda: shown, str(weights.device))


def _encode(size: int, network: str) -> tuple[list[tuple[str, str]], list[int]]:
    with torch.device("meta"), torch.no_grad():
        encoder = AnnotationEncoder({"vgg16": "D", "vgg19": "E"}[network])
        x = torch.empty(1, 3, size, size)
        chain = [("image", sizes(x.shape))]
        maps = x
        for layer in encoder.features.children():
            maps = layer(maps)
            if isinstance(layer, torch.nn.MaxPool2d):
                chain.append((f"pooling {sum('pooling' in name for name, _ in chain) + 1}", sizes(maps.shape)))
        found = encoder(x)
    chain += [("last convolution and ReLU", sizes(maps.shape)), ("annotations", sizes(found.shape))]
    return chain, list(found.shape[1:])
