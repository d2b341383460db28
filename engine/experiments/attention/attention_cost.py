"""What attention costs: growth with the length of the sequence, parameters by convention, and what the weights are."""

from typing import Annotated, Literal

import torch
from torch import Tensor, nn

from engine.analysis.matmul_macs import MatmulMacs
from engine.analysis.params import num_params
from engine.arguments import Between
from engine.evidence import Run, Table
from engine.experiments._settle import Holds, randn, settle
from engine.layers.attention import scaled_dot_product_attention
from engine.layers.attention_conventions import Convention, multihead
from engine.layers.attention_full_width import FullWidthMultiheadAttention
from engine.layers.attention_multihead import MultiheadAttention
from engine.registry import Kind, function

Part = Literal["attention_products", "attention_projections", "recurrence"]
_CONVENTIONS: tuple[Convention, ...] = ("split_heads", "full_width")
_PARTS: tuple[Part, ...] = ("attention_products", "attention_projections", "recurrence")
_LENGTHS, _WIDTH, _HEADS = (8, 16, 32), 24, 4


@function("attention.cost_multiplies_by", Kind.MEASURED, example={"factor": 4}, shows=(MultiheadAttention, MatmulMacs))
def cost_multiplies_by(factor: Literal[1, 2, 4, 8] = 4, part: Part = "attention_products") -> Run:
    """Say whether a sequence twice as long costs ``factor`` times the multiply-adds: 2 is linear, 4 quadratic.

    ``attention_products`` are queries with keys and weights with values; ``attention_projections`` are the products
    with the learned matrices; ``recurrence`` is a step h ← tanh(W·h + U·x) for each token.
    """

    def evidence() -> list[Table]:
        counted = [(name, *(_macs(name, length) for length in _LENGTHS)) for name in dict.fromkeys([part, *_PARTS])]
        return [Table("Multiply-adds", ["part", *(f"{length} tokens" for length in _LENGTHS)], counted)]

    short, middle, long = (_macs(part, length) for length in _LENGTHS)
    return Run(middle == factor * short and long == factor * middle, evidence, device="meta")


def _macs(part: Part, length: int) -> int:
    with torch.device("meta"), torch.no_grad(), MatmulMacs() as counted:
        tokens = torch.empty(1, length, _WIDTH)
        if part == "recurrence":
            _recur(tokens)
        else:
            MultiheadAttention(_WIDTH, _HEADS)(tokens, tokens, tokens)
    return int(counted.products if part == "attention_products" else counted.linear)


def _recur(tokens: Tensor) -> None:
    from_state, from_token = nn.Linear(_WIDTH, _WIDTH), nn.Linear(_WIDTH, _WIDTH)
    state = torch.zeros_like(tokens[:, 0])
    for token in tokens.unbind(1):
        state = (from_state(state) + from_token(token)).tanh()


@function(
    "attention.params_same_for_any_heads",
    Kind.MEASURED,
    example={"convention": "split_heads"},
    shows=(nn.MultiheadAttention, FullWidthMultiheadAttention),
)
def params_same_for_any_heads(convention: Convention = "split_heads", bias: bool = True) -> Run:
    """Say whether the layer has as many parameters with 2, 4, 8 or 16 heads as with 1."""
    heads = (1, 2, 4, 8, 16)
    counts = {name: [num_params(multihead(64, h, bias, name)) for h in heads] for name in _CONVENTIONS}
    table = Table("Parameters, width 64", ["heads", *_CONVENTIONS], list(zip(heads, *counts.values(), strict=True)))
    return Run(len(set(counts[convention])) == 1, lambda: [table], device="meta")


@function(
    "attention.conventions_agree",
    Kind.MEASURED,
    example={"num_heads": 1},
    shows=(nn.MultiheadAttention, FullWidthMultiheadAttention),
)
def conventions_agree(num_heads: Literal[1, 2, 4, 8] = 1, bias: bool = True) -> Run:
    """Say whether full-width and split heads have equally many parameters."""
    heads = dict.fromkeys([num_heads, 1, 2])
    rows = [(h, *(num_params(multihead(64, h, bias, name)) for name in _CONVENTIONS)) for h in heads]
    table = Table("Parameters, width 64", ["heads", *_CONVENTIONS], rows)
    return Run(rows[0][1] == rows[0][2], lambda: [table], device="meta")


@function("attention.mixing_depends_on_tokens", Kind.MEASURED, example={"layer": "attention"})
def mixing_depends_on_tokens(layer: Literal["attention", "linear"] = "attention") -> Run:
    """Say whether the weights by which positions are mixed change with the tokens.

    ``linear`` mixes positions by a learned matrix, the same for every sequence.
    """
    return settle(
        "Weights for one sequence less weights for another",
        Holds.IF_DIFFERENT,
        _change_of_weights,
        {"layer": layer},
        [{"layer": "linear" if layer == "attention" else "attention"}],
    )


def _change_of_weights(generator: torch.Generator, layer: str) -> Tensor:
    learned = randn(generator, 5, 5)
    sequences = [randn(generator, 5, _WIDTH) for _ in range(2)]

    def mix(values: Tensor, tokens: Tensor) -> Tensor:
        if layer == "linear":
            return learned @ values
        return scaled_dot_product_attention(tokens, tokens, values).output

    one_value_each = torch.eye(5).to(learned)  # then the outputs are the weights
    first, second = (mix(one_value_each, tokens) for tokens in sequences)
    return first - second


@function("attention.output_length_follows", Kind.MEASURED, example={"what": "query"}, shows=(MultiheadAttention,))
def output_length_follows(what: Literal["query", "key"] = "query", extra: Annotated[int, Between(1, 16)] = 3) -> Run:
    """Say whether ``extra`` more queries, or keys with values, make cross attention's output ``extra`` rows longer."""
    rows = [(changed, 7, _output_length(changed, extra)) for changed in dict.fromkeys([what, "query", "key"])]
    columns = ["made longer", "output rows before", "output rows after"]
    return Run(rows[0][2] == 7 + extra, lambda: [Table("7 queries, 5 keys", columns, rows)], device="meta")


def _output_length(changed: str, extra: int) -> int:
    with torch.device("meta"), torch.no_grad():
        query = torch.empty(1, 7 + extra * (changed == "query"), _WIDTH)
        memory = torch.empty(1, 5 + extra * (changed == "key"), _WIDTH)
        return int(MultiheadAttention(_WIDTH, _HEADS)(query, memory, memory).output.shape[1])
