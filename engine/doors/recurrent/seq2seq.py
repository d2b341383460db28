"""``seq2seq.*``: sizes and shapes of encoder-decoder networks, and what a decoder is given to read."""

from collections.abc import Sequence
from typing import Annotated, Literal

import torch
from torch import nn

from engine.analysis.params import num_params as count_params
from engine.analysis.sizes import sizes
from engine.arguments import Between, Length
from engine.evidence import Run, Table
from engine.layers.recurrent import CellKind
from engine.models.seq2seq import Decoder, Encoder
from engine.models.seq2seq_attention import AttentionDecoder
from engine.models.teacher_forcing import decoder_inputs as shifted
from engine.registry import Kind, function

Vocabulary = Annotated[int, Between(1, 65_536)]
Width = Annotated[int, Between(1, 8192)]
Layers = Annotated[int, Between(1, 4)]
Steps = Annotated[int, Between(1, 16)]
Samples = Annotated[int, Between(1, 1024)]
Token = Annotated[str, Length(1, 16)]
Part = Literal["encoder", "decoder", "all"]
What = Literal["encoder_outputs", "state", "context", "logits"]
_SHOWS = (Encoder, Decoder, AttentionDecoder)
_SIZES = {"vocab_size": 10, "embed_size": 8, "hidden_size": 16}


@function("seq2seq.num_params", Kind.MODULE, example=_SIZES, shows=_SHOWS)
def num_params(
    vocab_size: Vocabulary,
    embed_size: Width,
    hidden_size: Width,
    num_layers: Layers = 1,
    kind: CellKind = "gru",
    part: Part = "all",
    attention: bool = False,
) -> Run:
    """Return the trainable parameters of an encoder, its decoder, or both; both vocabularies are of one size.

    The decoder reads each token's embedding joined with the context, and ends in a linear layer with biases; the cells
    have two biases, as in torch. With ``attention`` the decoder holds an additive attention of width hidden_size.

    >>> num_params(10, 8, 16, part="encoder").value  # 10·8 for the embedding, 3·(16·8 + 16·16 + 2·16) for the GRU
    1328
    """
    networks = _pair(vocab_size, embed_size, hidden_size, num_layers, kind, attention)
    counts = {name: count_params(network) for name, network in networks.items()}
    counts["all"] = sum(counts.values())
    return Run(counts[part], lambda: [Table("Parameters", ["part", "numbers"], list(counts.items()))], device="meta")


@function("seq2seq.shape", Kind.MODULE, example={**_SIZES, "what": "state"}, shows=_SHOWS)
def shape(
    what: What,
    vocab_size: Vocabulary,
    embed_size: Width,
    hidden_size: Width,
    source_length: Steps = 7,
    target_length: Steps = 5,
    batch: Samples = 1,
    num_layers: Layers = 1,
    kind: CellKind = "gru",
) -> Run:
    """Return the shape of what goes from encoder to decoder, or of the logits, steps first.

    ``state`` is the h that the decoder starts from, ``context`` the vector that it reads at every step.

    >>> shape("state", 10, 8, 16, batch=4, num_layers=2).value, shape("context", 10, 8, 16, batch=4).value
    ([2, 4, 16], [4, 16])
    """
    pair = _pair(vocab_size, embed_size, hidden_size, num_layers, kind, attention=False)
    with torch.no_grad():
        encoded = pair["encoder"](torch.empty(source_length, batch, dtype=torch.long, device="meta"))
        decoded = pair["decoder"](torch.empty(target_length, batch, dtype=torch.long, device="meta"), encoded)
    found = {"encoder_outputs": encoded.outputs, "state": encoded.state[0], "context": encoded.context}
    found["logits"] = decoded.logits
    rows = [(name, sizes(tensor.shape)) for name, tensor in found.items()]
    return Run(list(found[what].shape), lambda: [Table("Shapes", ["tensor", "shape"], rows)], device="meta")


@function("seq2seq.decoder_inputs", Kind.MEASURED, example={"target": ["a", "b", "c", "<eos>"]}, shows=(shifted,))
def decoder_inputs(target: Annotated[Sequence[Token], Length(1, 32)], bos: Token = "<bos>") -> Run:
    """Return what the decoder reads, as one text, while it is taught this target (teacher forcing).

    >>> decoder_inputs(["a", "b", "c", "<eos>"]).value
    '<bos> a b c'
    """
    names = [bos, *dict.fromkeys(token for token in target if token != bos)]
    numbers = torch.tensor([[names.index(token)] for token in target])
    inputs = [names[number] for number in shifted(numbers, bos=0).flatten().tolist()]
    rows = [(step, read, true) for step, (read, true) in enumerate(zip(inputs, target, strict=True), start=1)]
    return Run(" ".join(inputs), lambda: [Table("Teacher forcing", ["step", "reads", "is to predict"], rows)])


def _pair(
    vocab_size: int, embed_size: int, hidden_size: int, num_layers: int, kind: CellKind, attention: bool
) -> dict[str, nn.Module]:
    with torch.device("meta"):
        decoder = AttentionDecoder if attention else Decoder
        return {
            "encoder": Encoder(vocab_size, embed_size, hidden_size, num_layers, kind),
            "decoder": decoder(vocab_size, embed_size, hidden_size, num_layers, kind),
        }
