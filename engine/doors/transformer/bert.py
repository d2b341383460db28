"""``bert.*``: parameters of BERT, of its parts and heads, and of a fine-tuned classifier."""

from typing import Annotated, Literal

import torch
from torch import nn

from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between
from engine.evidence import Run, Table
from engine.layers.attention_multihead import check_heads
from engine.models.bert import VOCABULARY, Bert, BertEmbeddings
from engine.models.bert_classifier import BertClassifier
from engine.models.bert_pretraining import BertForPretraining, MaskedLanguageModelHead
from engine.registry import Kind, function

Width = Annotated[int, Between(1, 8192)]
Heads = Annotated[int, Between(1, 128)]
Layers = Annotated[int, Between(1, 48)]
Vocabulary = Annotated[int, Between(1, 300_000)]
Positions = Annotated[int, Between(1, 8192)]
Part = Literal[
    "bert", "embeddings", "layer", "encoder", "pooler", "masked_lm_head", "next_sentence_head", "pretraining"
]
_PATHS: dict[Part, str] = {
    "bert": "bert",
    "embeddings": "bert.embeddings",
    "layer": "bert.encoder.layers.0",
    "encoder": "bert.encoder",
    "pooler": "bert.pooler",
    "masked_lm_head": "masked_lm",
    "next_sentence_head": "next_sentence",
    "pretraining": "",
}


@function(
    "bert.num_params", Kind.MODULE, example={"part": "bert"}, shows=(Bert, BertEmbeddings, MaskedLanguageModelHead)
)
def num_params(
    part: Part = "bert",
    vocab_size: Vocabulary = VOCABULARY,
    embed_dim: Width = 768,
    num_layers: Layers = 12,
    num_heads: Heads = 12,
    dim_feedforward: Width = 3072,
    max_len: Positions = 512,
) -> Run:
    """Return the trainable parameters of BERT or of a part of it; without sizes, of the base model.

    ``bert`` has the pooler and no head; ``layer`` is one block. The head of the masked language model has the token
    embedding as its output matrix; of the head alone only what it adds is counted, and ``pretraining`` is everything.

    >>> num_params().value, num_params("embeddings").value, num_params("layer").value, num_params("pretraining").value
    (109482240, 23837184, 7087872, 110106428)
    """
    check_heads(embed_dim, num_heads)
    with torch.device("meta"):
        bert = Bert(vocab_size, embed_dim, num_layers, num_heads, dim_feedforward, max_len)
        network = BertForPretraining(bert)
    counts = {name: _count(network, name) for name in _PATHS}
    table = Table("BERT", ["part", "parameters"], list(counts.items()))
    return Run(counts[part], lambda: [table, _parameters(network, part)], device="meta")


def _count(network: nn.Module, part: Part) -> int:
    shared = network.get_parameter("bert.embeddings.token.weight").numel() if part == "masked_lm_head" else 0
    return count_params(network.get_submodule(_PATHS[part])) - shared


def _parameters(network: nn.Module, part: Part) -> Table:
    named = list(network.get_submodule(_PATHS[part]).named_parameters())
    rows = [(name, sizes(p.shape), p.numel()) for name, p in named[:64]]
    return Table(f"The first parameters of {part}", ["parameter", "shape", "numbers"], rows)


@function("bert.fine_tuning_params", Kind.MODULE, example={"num_classes": 3}, shows=(BertClassifier,))
def fine_tuning_params(
    num_classes: Annotated[int, Between(1, 10_000)],
    embed_dim: Width = 768,
    what: Literal["new", "trained"] = "new",
    freeze: bool = False,
) -> Run:
    """Return how many parameters a classifier on BERT base adds, or trains; with ``freeze`` the body is not trained.

    With another ``embed_dim`` the body is as wide, with heads of 64 features and a feed-forward network of four widths.

    >>> fine_tuning_params(3).value, fine_tuning_params(3, what="trained").value
    (2307, 109484547)
    """
    heads = max(1, embed_dim // 64)
    check_heads(embed_dim, heads)
    with torch.device("meta"):
        bert = Bert(embed_dim=embed_dim, num_heads=heads, dim_feedforward=4 * embed_dim)
        before = count_params(bert)
        network = BertClassifier(bert, num_classes, freeze=freeze)
    everything = sum(parameter.numel() for parameter in network.parameters())
    trained = count_params(network)
    parts = [(name, sum(p.numel() for p in part.parameters()), count_params(part)) for name, part in _stages(network)]
    table = Table("Classifier", ["part", "parameters", "of them trained"], [*parts, ("all", everything, trained)])
    return Run(everything - before if what == "new" else trained, lambda: [table], device="meta")


def _stages(network: BertClassifier) -> list[tuple[str, nn.Module]]:
    return [(name, network.get_submodule(path)) for name, path in network.stages.items()]
