"""Dropout as an ensemble: when one scaled network is the mean of all sub-networks, and what these share."""

from typing import Literal

import torch
from torch import Tensor

from engine.errors import Refused
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.layers.attention import masked_softmax, scaled_dot_product_attention
from engine.layers.dropout import Dropout
from engine.layers.dropout_attention import attention_under_mask, attention_with_dropout
from engine.layers.dropout_masks import all_masks, mask_probabilities
from engine.registry import Kind, function
from engine.regularization.dropout_ensemble import Mean, Network, ensemble, scaled_network

Kinds = Literal["linear", "softmax", "hidden tanh", "hidden tanh, softmax"]
When = Literal["training", "evaluation", "averaged over masks"]
_UNITS, _CLASSES, _KEYS = 6, 3, 4


@function("dropout.scaling_is_exact", Kind.MEASURED, example={"network": "linear"}, shows=(ensemble, scaled_network))
def scaling_is_exact(network: Kinds = "linear", mean: Mean = "arithmetic") -> Run:
    """Say whether the network with its dropped values scaled by 1 - p gives the mean of all sub-networks.

    Dropout acts on 6 inputs with p = 0.3. The geometric mean is of probabilities, so it needs a softmax.
    """
    if mean == "geometric" and "softmax" not in network:
        raise Refused("the geometric mean is one of probabilities: ask for a network with a softmax")
    return settle(
        f"Mean of all {2**_UNITS} sub-networks less the scaled network",
        Holds.IF_EQUAL,
        _scaling_error,
        {"network": network, "mean": mean},
        [
            {"network": "linear", "mean": "arithmetic"},
            {"network": "softmax", "mean": "arithmetic"},
            {"network": "softmax", "mean": "geometric"},
            {"network": "hidden tanh, softmax", "mean": "geometric"},
        ],
    )


def _scaling_error(generator: torch.Generator, network: Kinds, mean: Mean) -> Tensor:
    x, run = randn(generator, _UNITS), _network(generator, network)
    return torch.sub(ensemble(run, x, 0.3, mean), scaled_network(run, x, 0.3))


def _network(generator: torch.Generator, kind: Kinds) -> Network:
    hidden, bias = randn(generator, _UNITS, _UNITS), randn(generator, _CLASSES)
    output = randn(generator, _CLASSES, _UNITS)

    def run(values: Tensor) -> Tensor:
        inner = torch.tanh(values @ hidden.T) if "hidden" in kind else values
        logits = inner @ output.T + bias
        return logits.softmax(-1) if "softmax" in kind else logits

    return run


@function("dropout.members_share_weights", Kind.MEASURED, example={"method": "dropout"}, shows=(all_masks,))
def members_share_weights(method: Literal["dropout", "bagging"] = "dropout") -> Run:
    """Say whether training one member of the ensemble changes what another one answers."""
    return settle(
        "Change of one member's output by a gradient step of another member",
        Holds.IF_DIFFERENT,
        _change_of_other_member,
        {"method": method},
        [{"method": "dropout"}, {"method": "bagging"}],
    )


def _change_of_other_member(generator: torch.Generator, method: str) -> Tensor:
    x, y, weights = randn(generator, _UNITS), randn(generator, 1), randn(generator, _UNITS)
    masks = all_masks(_UNITS)[[0b111100, 0b001111]].to(x)
    members = weights.repeat(2, 1)
    error = (masks[0] * members[0]) @ x - y
    step = -0.1 * error * masks[0] * x
    changed = members + (step if method == "dropout" else torch.stack([step, torch.zeros_like(step)]))
    return (masks[1] * (changed - members)[1]) @ x


@function(
    "dropout.attention_rows_sum_to_one", Kind.MEASURED, example={"when": "evaluation"}, shows=(attention_with_dropout,)
)
def attention_rows_sum_to_one(when: When = "training") -> Run:
    """Say whether each query's attention weights still sum to 1 with dropout of 0.5 on them."""
    return settle(
        "Sums of the attention weights over the keys, less 1",
        Holds.IF_EQUAL,
        _row_sums,
        {"when": when},
        [{"when": "training"}, {"when": "evaluation"}, {"when": "averaged over masks"}],
    )


def _row_sums(generator: torch.Generator, when: When) -> Tensor:
    query, key = randn(generator, 8, 3), randn(generator, _KEYS, 3)
    if when == "averaged over masks":
        masks = all_masks(_KEYS).to(query.device)
        sums = attention_under_mask(query[:1], key, torch.ones_like(key[:, :1]), masks[:, None], 0.5)
        return mask_probabilities(masks, 0.5) @ sums.flatten() - 1
    layer = Dropout(0.5, generator).train(when == "training")
    return torch.sub(attention_with_dropout(query, key, key, layer).weights.sum(-1), 1)


@function("dropout.attention_keeps_mean", Kind.MEASURED, example={"place": "weights"}, shows=(attention_under_mask,))
def attention_keeps_mean(place: Literal["weights", "scores"] = "weights") -> Run:
    """Say whether attention's mean output over all masks is its output without dropout.

    Dropout belongs on the weights; on the scores, before the softmax, it makes another thing.
    """
    return settle(
        "Mean output over all masks less the output without dropout",
        Holds.IF_EQUAL,
        _attention_error,
        {"place": place},
        [{"place": "weights"}, {"place": "scores"}],
    )


def _attention_error(generator: torch.Generator, place: str) -> Tensor:
    query, key, value = randn(generator, 1, 3), randn(generator, _KEYS, 3), randn(generator, _KEYS, 2)
    masks = all_masks(_KEYS)[:, None].to(query.device)
    if place == "weights":
        outputs = attention_under_mask(query, key, value, masks, 0.5)
    else:
        scores = query @ key.T / key.shape[1] ** 0.5
        outputs = masked_softmax(2 * scores * masks) @ value
    mean = torch.einsum("m,mqe->qe", mask_probabilities(masks[:, 0], 0.5).to(outputs), outputs)
    return mean - scaled_dot_product_attention(query, key, value).output
