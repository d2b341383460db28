"""``language_model.*``: recurrent language models of characters, their sizes, their training and what they write."""

from typing import Annotated

import torch
from torch import nn

from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between, Conventional, Length
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Blocks, Curve, Run, Series, Table, Text
from engine.layers.recurrent import CellKind
from engine.layers.recurrent_cell import Bias
from engine.models.char_rnn import RecurrentLanguageModel
from engine.models.char_rnn_training import predict, train
from engine.registry import Kind, function
from engine.text.tokens import tokenize
from engine.text.vocabulary import Vocabulary

Size = Annotated[int, Between(1, 8192)]
Few = Annotated[int, Between(1, 64)]
Layers = Annotated[int, Between(1, 4)]
Characters = Annotated[str, Length(24, 100)]
Biases = Annotated[Bias, Conventional()]
Epochs = Annotated[int, Between(0, 30)]
_BATCH_SIZE, _NUM_STEPS, _HIDDEN, _LR = 2, 5, 16, 1.0
_TEXT = "the time traveller " * 4
_SIZES = {"vocab_size": 28, "hidden_size": 512}


@function("language_model.num_params", Kind.MODULE, example=_SIZES, shows=(RecurrentLanguageModel,))
def num_params(
    vocab_size: Size, hidden_size: Size, num_layers: Layers = 1, kind: CellKind = "rnn", bias: Biases = "one"
) -> Run:
    """Return the parameters of a recurrent language model: one-hot inputs, cells, and a linear layer to all tokens.

    >>> num_params(28, 512).value  # 512·28 + 512·512 + 512 and 28·512 + 28
    291356
    """
    with torch.device("meta"):
        model = RecurrentLanguageModel(vocab_size, hidden_size, num_layers, kind, bias)
    rows = [(name, sizes(p.shape), p.numel()) for name, p in model.named_parameters()]
    return Run(count_params(model), lambda: [Table(kind, ["parameter", "shape", "numbers"], rows)], device="meta")


@function(
    "language_model.logits_shape",
    Kind.MODULE,
    example={**_SIZES, "batch_size": 2, "num_steps": 5},
    shows=(RecurrentLanguageModel,),
)
def logits_shape(
    vocab_size: Annotated[int, Between(1, 1024)],
    hidden_size: Annotated[int, Between(1, 512)],
    batch_size: Few,
    num_steps: Few,
) -> Run:
    """Return the shape of the scores of a mini-batch, ids (batch_size, num_steps), in torch's order: steps first.

    >>> logits_shape(28, 32, batch_size=2, num_steps=5).value
    [5, 2, 28]
    """
    with torch.random.fork_rng(devices=[]), torch.no_grad():
        rnn, output = nn.RNN(vocab_size, hidden_size), nn.Linear(hidden_size, vocab_size)
        ids = torch.zeros(batch_size, num_steps, dtype=torch.long)
        steps = nn.functional.one_hot(ids.T, vocab_size).float()
        hidden, state = rnn(steps)
        logits = output(hidden)
    found = {"ids": ids, "one-hot": steps, "states": hidden, "last state": state, "logits": logits}
    rows = [(name, sizes(tensor.shape)) for name, tensor in found.items()]
    return Run(list(logits.shape), lambda: [Table("Shapes", ["tensor", "shape"], rows)], device="cpu")


@function("language_model.perplexity_after", Kind.MEASURED, example={"text": _TEXT, "epochs": 5}, shows=(train,))
def perplexity_after(text: Characters, epochs: Annotated[int, Between(1, 30)], seed: Few = 1) -> Run:
    """Return the perplexity of the last epoch when a simple network of 16 units learns the characters of a text.

    Sequential batches of 2 by 5 characters, rate 1, gradients clipped to norm 1.
    """
    model, known, curve = _trained(text, epochs, seed)

    def evidence() -> Blocks:
        steps = [float(epoch) for epoch in range(1, epochs + 1)]
        uniform = Series("uniform guess", steps, [float(len(known))] * epochs)
        lines = [Series("perplexity", steps, curve), uniform]
        return [Curve("Perplexity", lines, "epoch", "perplexity"), Text(_written(model, known, text[:3], 30))]

    return Run(curve[-1], evidence)


@function(
    "language_model.writes",
    Kind.MEASURED,
    example={"text": _TEXT, "prefix": "time", "epochs": 5},
    shows=(predict, train),
)
def writes(
    text: Characters, prefix: Annotated[str, Length(1, 20)], num_preds: Few = 10, epochs: Epochs = 20, seed: Few = 1
) -> Run:
    """Return a prefix and the characters that a small model, trained on a text, finds likeliest after it."""
    if strangers := sorted(set(prefix) - set(text)):
        raise Refused(f"'prefix' holds {strangers[0]!r}, which does not occur in the text")
    model, known, curve = _trained(text, epochs, seed)
    table = Table("Perplexity", ["epoch", "perplexity"], list(enumerate(curve, start=1)))
    return Run(_written(model, known, prefix, num_preds), lambda: [table])


def _trained(text: str, epochs: int, seed: int) -> tuple[RecurrentLanguageModel, Vocabulary, list[float]]:
    known = Vocabulary(tokenize(text, "character"), specials=())
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        model = RecurrentLanguageModel(len(known), _HIDDEN)
    generator, place = torch.Generator().manual_seed(seed), for_float64()
    for parameter in model.parameters():
        parameter.data = (0.3 * torch.randn(parameter.shape, generator=generator, dtype=torch.float64)).to(place)
    corpus = torch.tensor(known.encode(text), device=place)
    return model, known, train(model, corpus, epochs, _BATCH_SIZE, _NUM_STEPS, _LR)


def _written(model: RecurrentLanguageModel, known: Vocabulary, prefix: str, num_preds: int) -> str:
    return "".join(known.decode(predict(model, known.encode(prefix), num_preds)))
