"""``decoding.*``: what searches find in a sequence model that is written down as rows of probabilities.

A row says which token comes after which: ``{"after": ["a"], "probabilities": [0.1, 0.4, 0.5]}``. Without ``memory`` it
belongs to that one prefix; with ``memory: 1`` (a Markov chain) to every prefix that ends so. After a prefix that no row
names, all tokens are equally likely.
"""

import math
from collections.abc import Sequence
from typing import Annotated, Literal, NamedTuple

import torch

from engine.arguments import Between, Length
from engine.decoding.beam import beam_search, beam_steps
from engine.decoding.exhaustive import all_sequences, exhaustive_search
from engine.decoding.greedy import greedy_search
from engine.decoding.model import Decoded, SequenceModel, check_size, penalised, random_model
from engine.decoding.viterbi import viterbi_search
from engine.errors import Refused, nearest
from engine.evidence import Blocks, Run, Table
from engine.registry import Kind, function

Token = Annotated[str, Length(1, 16)]
Tokens = Annotated[Sequence[Token], Length(2, 16)]
MostTokens = Annotated[int, Between(1, 10)]
Memory = Annotated[int, Between(1, 9)]
BeamWidth = Annotated[int, Between(1, 4096)]
Alpha = Annotated[float, Between(0, 4)]
Search = Literal["greedy", "beam", "viterbi", "exhaustive"]


class Row(NamedTuple):
    """The next token's probabilities after a prefix, in the order of ``tokens``."""

    after: Annotated[Sequence[Token], Length(0, 9)]
    probabilities: Annotated[Sequence[Annotated[float, Between(0, 1)]], Length(2, 16)]


Rows = Annotated[Sequence[Row], Length(1, 256)]

_D2L = {
    "tokens": ["A", "B", "C", "<eos>"],
    "rows": [
        {"after": [], "probabilities": [0.5, 0.2, 0.2, 0.1]},
        {"after": ["A"], "probabilities": [0.1, 0.4, 0.3, 0.2]},
        {"after": ["A", "B"], "probabilities": [0.2, 0.2, 0.4, 0.2]},
        {"after": ["A", "B", "C"], "probabilities": [0.0, 0.2, 0.2, 0.6]},
        {"after": ["A", "C"], "probabilities": [0.1, 0.6, 0.2, 0.1]},
        {"after": ["A", "C", "B"], "probabilities": [0.1, 0.2, 0.1, 0.6]},
    ],
    "length": 4,
}
"""An example after the D2L book's section "Beam Search": greedy search gives 0.048, and A, C, B gives 0.054.

The probabilities on these two paths are the book's; the others fill the rows.
"""
_SHOWS = (greedy_search, beam_search, viterbi_search, exhaustive_search)


@function("decoding.tokens", Kind.MEASURED, example={**_D2L, "search": "exhaustive"}, shows=_SHOWS)
def tokens_found(
    search: Search,
    tokens: Tokens,
    rows: Rows,
    length: MostTokens,
    memory: Memory | None = None,
    end: Token | None = None,
    beam_width: BeamWidth = 2,
    alpha: Alpha = 0.0,
) -> Run:
    """Return the tokens that a search finds; sequences have ``length`` tokens or stop at the token ``end``.

    ``beam_width`` is beam search's, ``alpha`` the exponent of the length in log P/L^α for beam and exhaustive search.
    """
    model = _model(tokens, rows, length, memory, end)
    found = _search(model, search, beam_width, alpha)
    named = [tokens[token] for token in found.tokens]
    return Run(named, lambda: _evidence(model, tokens, search, beam_width, alpha), device="cpu")


@function("decoding.probability", Kind.MEASURED, example={**_D2L, "search": "greedy"}, shows=_SHOWS)
def probability(
    search: Search,
    tokens: Tokens,
    rows: Rows,
    length: MostTokens,
    memory: Memory | None = None,
    end: Token | None = None,
    beam_width: BeamWidth = 2,
    alpha: Alpha = 0.0,
) -> Run:
    """Return the probability of the sequence that a search finds."""
    model = _model(tokens, rows, length, memory, end)
    found = _search(model, search, beam_width, alpha)
    return Run(math.exp(found.log_prob), lambda: _evidence(model, tokens, search, beam_width, alpha), device="cpu")


@function(
    "decoding.probability_of",
    Kind.MEASURED,
    example={**_D2L, "sequence": ["A", "C", "B", "<eos>"]},
    shows=(SequenceModel.log_prob,),
)
def probability_of(
    sequence: Annotated[Sequence[Token], Length(1, 10)],
    tokens: Tokens,
    rows: Rows,
    length: MostTokens,
    memory: Memory | None = None,
) -> Run:
    """Return the probability of a sequence by the chain rule, the product of its tokens' conditional probabilities."""
    model = _model(tokens, rows, length, memory, None)
    if len(sequence) > length:
        raise Refused(f"'sequence' has {len(sequence)} tokens, more than 'length', which is {length}")
    numbers = [_number(token, tokens) for token in sequence]
    factors = [float(model.next_log_probs(numbers[:place])[token].exp()) for place, token in enumerate(numbers)]
    table = Table(
        "The chain rule", ["token", "probability after those before"], list(zip(sequence, factors, strict=True))
    )
    return Run(math.exp(model.log_prob(numbers)), lambda: [table], device="cpu")


@function(
    "decoding.candidates_scored",
    Kind.MEASURED,
    example={"search": "beam", "vocabulary": 5, "length": 4, "beam_width": 2},
    shows=_SHOWS,
)
def candidates_scored(
    search: Search, vocabulary: Annotated[int, Between(2, 256)], length: MostTokens, beam_width: BeamWidth = 2
) -> Run:
    """Return how many candidates a search scores, counted while it runs on a random Markov chain without end token."""
    model = random_model(torch.Generator().manual_seed(0), vocabulary, length, memory=1)
    names: tuple[Search, ...] = ("greedy", "beam", "viterbi", "exhaustive")
    value = _search(model, search, beam_width, 0.0).scored

    def table() -> Table:
        rows = [(name, _search(model, name, beam_width, 0.0).scored) for name in names]
        return Table(f"{vocabulary} tokens, length {length}, beam {beam_width}", ["search", "candidates scored"], rows)

    return Run(value, lambda: [table()], device="cpu")


def _model(
    tokens: Sequence[str], rows: Sequence[Row], length: int, memory: int | None, end: str | None
) -> SequenceModel:
    """Return the model that the rows describe."""
    check_size(len(tokens), length)
    if len(set(tokens)) < len(tokens):
        raise Refused("'tokens' names a token twice")
    uniform = -math.log(len(tokens))
    tables = [torch.full((len(tokens),) * (t + 1), uniform, dtype=torch.float64) for t in range(length)]
    seen = set()
    for row in rows:
        if tuple(row.after) in seen:
            raise Refused(f"two rows stand after {_prefix(row.after)}; a prefix needs one")
        seen.add(tuple(row.after))
        _write(tables, row, tokens, memory)
    return SequenceModel(tables, None if end is None else _number(end, tokens))


def _write(tables: Sequence[torch.Tensor], row: Row, tokens: Sequence[str], memory: int | None) -> None:
    """Put a row's log-probabilities where its prefix, or every prefix that ends so, finds them."""
    if len(row.probabilities) != len(tokens):
        raise Refused(
            f"the row after {_prefix(row.after)} needs {len(tokens)} probabilities, one for each token, not "
            f"{len(row.probabilities)}"
        )
    if not math.isclose(sum(row.probabilities), 1, abs_tol=1e-6):
        raise Refused(f"the probabilities after {_prefix(row.after)} add to {sum(row.probabilities):.6g}, not to 1")
    most = len(tables) - 1 if memory is None else min(memory, len(tables) - 1)
    if len(row.after) > most:
        raise Refused(f"no step looks back on {_prefix(row.after)}: at most {most} tokens are seen before a token")
    log_probs = torch.tensor(row.probabilities, dtype=torch.float64).log()
    before = [_number(token, tokens) for token in row.after]
    for t, table in enumerate(tables):
        if len(before) == (t if memory is None else min(t, memory)):
            for token in reversed(before):
                table = table.select(-2, token)  # the last axis but one is the prefix's last token
            table.copy_(log_probs)


def _number(token: str, tokens: Sequence[str]) -> int:
    if token not in tokens:
        raise Refused(f"there is no token '{token}' among 'tokens'{nearest(token, tokens)}")
    return tokens.index(token)


def _prefix(after: Sequence[str]) -> str:
    return f"'{' '.join(after)}'" if after else "the start"


def _search(model: SequenceModel, search: Search, beam_width: int, alpha: float) -> Decoded:
    match search:
        case "greedy":
            return greedy_search(model)
        case "beam":
            return beam_search(model, beam_width, alpha)
        case "viterbi":
            return viterbi_search(model)
        case "exhaustive":
            return exhaustive_search(model, alpha)


def _evidence(model: SequenceModel, names: Sequence[str], search: Search, beam_width: int, alpha: float) -> Blocks:
    """Return what each search finds, the beam's steps where it is asked for, and the best sequences of all."""
    searches: tuple[Search, ...] = ("greedy", "beam", "exhaustive")
    if model.end is None:
        searches = (*searches, "viterbi")
    rows = []
    for name in searches:
        found = _search(model, name, beam_width, alpha)
        rows.append((name, _words(found.tokens, names), math.exp(found.log_prob), found.scored))
    blocks = [Table("What each search finds", ["search", "sequence", "probability", "candidates scored"], rows)]
    return [*blocks, _beam_table(model, names, beam_width) if search == "beam" else _best_table(model, names, alpha)]


def _beam_table(model: SequenceModel, names: Sequence[str], beam_width: int) -> Table:
    rows = [
        (number, _words(prefix.tokens, names), math.exp(prefix.log_prob), model.finished(prefix.tokens))
        for number, step in enumerate(beam_steps(model, beam_width), start=1)
        for prefix in step.kept
    ]
    return Table(f"The beam, {beam_width} wide", ["step", "kept", "probability", "finished"], rows[:64])


def _best_table(model: SequenceModel, names: Sequence[str], alpha: float) -> Table:
    sequences, log_probs, lengths = all_sequences(model)
    best: dict[str, tuple[float, float]] = {}
    for index in (log_probs / lengths**alpha).argsort(descending=True, stable=True).tolist():
        words = _words(sequences[index, : lengths[index]].tolist(), names)
        log_prob = float(log_probs[index])
        best.setdefault(words, (math.exp(log_prob), penalised(log_prob, int(lengths[index]), alpha)))
        if len(best) == 8:
            break
    rows = [(words, *numbers) for words, numbers in best.items()]
    return Table("The best sequences of all", ["sequence", "probability", "log P/L^alpha"], rows)


def _words(tokens: Sequence[int], names: Sequence[str]) -> str:
    return " ".join(names[token] for token in tokens)
