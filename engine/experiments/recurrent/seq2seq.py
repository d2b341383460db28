"""Encoder and decoder: what the source reaches, what the decoder reads, and what padding does."""

from typing import Literal

import torch
from torch import Tensor

from engine.device import current
from engine.evidence import Run
from engine.experiments._settle import Holds, randn, settle
from engine.experiments.recurrent._recurrent import fill
from engine.layers.recurrent import CellKind
from engine.models.seq2seq import Decoder, Encoded, Encoder
from engine.models.seq2seq_attention import AttentionDecoder
from engine.models.teacher_forcing import decoder_inputs, free_running
from engine.registry import Kind, function

_VOCABULARY, _EMBEDDING, _HIDDEN, _LENGTH, _BOS = 9, 4, 6, 5, 0


@function("seq2seq.source_reaches_first_output", Kind.MEASURED, example={}, shows=(Encoder, Decoder))
def source_reaches_first_output(
    state: Literal["encoder", "zero"] = "encoder", context: bool = False, kind: CellKind = "gru"
) -> Run:
    """Say whether another source changes the decoder's first output.

    The decoder starts from the encoder's last ``state`` or from zero; without ``context`` it reads zeros in the
    context's place.
    """
    chosen = {"state": state, "context": context, "kind": kind}
    return settle(
        "First logits for one source less those for another",
        Holds.IF_DIFFERENT,
        _effect_of_source,
        chosen,
        [{"state": way, "context": read, "kind": kind} for way in ("encoder", "zero") for read in (False, True)],
    )


def _effect_of_source(generator: torch.Generator, state: str, context: bool, kind: CellKind) -> Tensor:
    encoder, decoder = _pair(generator, kind)
    tokens = torch.zeros(1, 1, dtype=torch.long, device=current())
    if not context:
        decoder.rnn.get_parameter("cells.0.weight_ih").data[:, _EMBEDDING:] = 0
    logits = []
    for _ in range(2):
        encoded = encoder(_tokens(generator, _LENGTH))
        start = encoded.state if state == "encoder" else tuple(torch.zeros_like(part) for part in encoded.state)
        logits.append(decoder(tokens, encoded, start).logits[0])
    difference: Tensor = logits[0] - logits[1]
    return difference


@function(
    "seq2seq.runs_free_as_taught", Kind.MEASURED, example={"targets": "own"}, shows=(decoder_inputs, free_running)
)
def runs_free_as_taught(targets: Literal["own", "other"] = "own") -> Run:
    """Say whether a decoder that reads its own tokens gives the same logits as under teacher forcing.

    The true targets are the decoder's ``own`` likeliest tokens, so that every prediction is right, or ``other`` ones.
    """
    return settle(
        "Logits with its own tokens less logits with the true ones",
        Holds.IF_EQUAL,
        _effect_of_teaching,
        {"targets": targets},
        [{"targets": "own"}, {"targets": "other"}],
    )


def _effect_of_teaching(generator: torch.Generator, targets: str) -> Tensor:
    encoder, decoder = _pair(generator)
    encoded = encoder(_tokens(generator, _LENGTH))
    free = free_running(decoder, encoded, _BOS, _LENGTH)
    own = free.argmax(-1)
    taught = own if targets == "own" else (own + 1) % _VOCABULARY
    difference: Tensor = free - decoder(decoder_inputs(taught, _BOS), encoded).logits
    return difference[:, 0]


@function("seq2seq.handover_grows_with_source", Kind.MEASURED, example={"what": "context"}, shows=(Encoder,))
def handover_grows_with_source(what: Literal["context", "state", "outputs"] = "outputs") -> Run:
    """Say whether what the encoder hands over has more numbers for a source that is twice as long.

    A plain decoder gets the last ``state`` and the ``context``; one with attention gets the ``outputs`` of all steps.
    """
    return settle(
        "Numbers for a source of 10 tokens less those for 5",
        Holds.IF_DIFFERENT,
        _growth,
        {"what": what},
        [{"what": name} for name in ("outputs", "state", "context")],
    )


def _growth(generator: torch.Generator, what: str) -> Tensor:
    encoder, _ = _pair(generator)
    numbers = []
    for length in (_LENGTH, 2 * _LENGTH):
        encoded = encoder(_tokens(generator, length))
        parts = {"context": encoded.context, "state": encoded.state[0], "outputs": encoded.outputs}
        numbers.append(parts[what].numel())
    return torch.tensor([float(numbers[1] - numbers[0])])


@function("seq2seq.attention_ignores_padding", Kind.MEASURED, example={"masked": True}, shows=(AttentionDecoder,))
def attention_ignores_padding(masked: bool = True) -> Run:
    """Say whether the logits stay the same when the encoder's outputs behind the source's end are changed.

    ``masked`` gives the decoder's attention the valid length, three of five; the state it starts from is held.
    """
    return settle(
        "Logits with changed padding less logits",
        Holds.IF_EQUAL,
        _effect_of_padding,
        {"masked": masked},
        [{"masked": True}, {"masked": False}],
    )


def _effect_of_padding(generator: torch.Generator, masked: bool) -> Tensor:
    encoder, _ = _pair(generator)
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        decoder = AttentionDecoder(_VOCABULARY, _EMBEDDING, _HIDDEN)
    fill(decoder, generator)
    encoded, targets = encoder(_tokens(generator, _LENGTH)), _tokens(generator, _LENGTH)
    outputs = encoded.outputs.clone()
    outputs[3:] += randn(generator, *outputs[3:].shape)
    valid_lens = torch.tensor([3], device=current()) if masked else None
    before, after = (
        decoder(targets, source, valid_lens).logits for source in (encoded, Encoded(outputs, encoded.state))
    )
    difference: Tensor = after - before
    return difference[:, 0]


def _pair(generator: torch.Generator, kind: CellKind = "gru") -> tuple[Encoder, Decoder]:
    sizes = (_VOCABULARY, _EMBEDDING, _HIDDEN)
    with torch.random.fork_rng(devices=[]):  # first weights are drawn globally, and replaced below
        encoder, decoder = Encoder(*sizes, kind=kind), Decoder(*sizes, kind=kind)
    for network in (encoder, decoder):
        fill(network, generator)
    return encoder, decoder


def _tokens(generator: torch.Generator, length: int) -> Tensor:
    return torch.randint(_VOCABULARY, (length, 1), generator=generator).to(current())
