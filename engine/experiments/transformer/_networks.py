"""Small Transformers with random weights for experiments, drawn from a generator."""

import torch
from torch import Tensor, nn

from engine.device import current
from engine.experiments._settle import randn
from engine.layers.embedding_positions import Positions
from engine.models.bert import Bert
from engine.models.transformer import Transformer

VOCABULARY, WIDTH, HEADS, HIDDEN = 11, 8, 2, 12
BOS = 0


def fill(module: nn.Module, generator: torch.Generator) -> None:
    """Draw matrices with variance 1/columns and biases with variance 1/4; normalisations keep γ near 1."""
    for name, parameter in module.named_parameters():
        drawn = randn(generator, *parameter.shape)
        if parameter.dim() > 1:
            parameter.data = drawn / parameter.shape[1] ** 0.5
        else:
            parameter.data = 0.5 * drawn + float(name.endswith("norm.weight"))


def random_transformer(
    generator: torch.Generator, num_layers: int = 2, positions: Positions = "sinusoidal"
) -> Transformer:
    """Return a Transformer of ``num_layers`` blocks a stack, in evaluation mode."""
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        network = Transformer(
            VOCABULARY, VOCABULARY, WIDTH, HEADS, num_layers, num_layers, HIDDEN, max_len=32, positions=positions
        )
    fill(network, generator)
    return network.eval()


def random_bert(generator: torch.Generator, num_layers: int = 2) -> Bert:
    """Return a BERT in evaluation mode."""
    with torch.random.fork_rng(devices=[]):
        network = Bert(VOCABULARY, WIDTH, num_layers, HEADS, HIDDEN, max_len=32)
    fill(network, generator)
    return network.eval()


def tokens(generator: torch.Generator, length: int) -> Tensor:
    """Return token numbers ``(1, length)``, none of them the one that begins a sentence."""
    return torch.randint(1, VOCABULARY, (1, length), generator=generator).to(current())


def with_another(ids: Tensor, position: int) -> Tensor:
    """Return the tokens with the one at ``position`` changed."""
    changed = ids.clone()
    changed[:, position] = 1 + changed[:, position] % (VOCABULARY - 1)
    return changed
