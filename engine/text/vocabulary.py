"""Vocabulary: a number for each token, and the token of each number.

Source: Zhang, Lipton, Li & Smola, "Dive into Deep Learning", section "Converting Raw Text into Sequence Data".
"""

from collections import Counter
from collections.abc import Iterable, Sequence

from engine.errors import Refused

PAD, BOS, EOS, UNK = "<pad>", "<bos>", "<eos>", "<unk>"
"""Padding; the beginning and the end of a sequence; a token that is not known."""
SPECIALS = (PAD, BOS, EOS, UNK)


class Vocabulary:
    """Numbers: first the special tokens, then the others, the most frequent first, equally frequent ones by their text.

    Tokens that occur less than ``min_freq`` times are left out and read as <unk>. A special token that occurs in the
    text keeps its place among the specials. Without <unk> among the specials, an unknown token is refused.

    Convention: the D2L book puts <unk> first and sorts equally frequent tokens as they come.

    >>> vocabulary = Vocabulary("a a b c c c".split(), min_freq=2)
    >>> vocabulary.tokens
    ('<pad>', '<bos>', '<eos>', '<unk>', 'c', 'a')
    >>> vocabulary.encode(["a", "b"]), vocabulary.decode([5, 3])
    ([5, 3], ['a', '<unk>'])
    """

    def __init__(self, tokens: Iterable[str], min_freq: int = 1, specials: Sequence[str] = SPECIALS) -> None:
        self.counts = Counter(tokens)
        kept = [token for token, count in self.counts.items() if count >= min_freq and token not in specials]
        ordered = sorted(kept, key=lambda token: (-self.counts[token], token))
        self.tokens = (*dict.fromkeys(specials), *ordered)
        self._ids = {token: number for number, token in enumerate(self.tokens)}

    def __len__(self) -> int:
        return len(self.tokens)

    def __contains__(self, token: str) -> bool:
        return token in self._ids

    def encode(self, tokens: Iterable[str]) -> list[int]:
        """Return the number of each token.

        Raises:
            Refused: a token is not known, and there is no <unk>.
        """
        return [self._id(token) for token in tokens]

    def decode(self, ids: Iterable[int]) -> list[str]:
        """Return the token of each number: what ``encode`` was given, but for unknown tokens.

        Raises:
            Refused: a number is negative or too large.
        """
        return [self._token(number) for number in ids]

    def _id(self, token: str) -> int:
        if token not in self._ids and UNK not in self._ids:
            raise Refused(f"'{token[:40]}' is not in the vocabulary, which has no {UNK}")
        return self._ids[token] if token in self._ids else self._ids[UNK]

    def _token(self, number: int) -> str:
        if not 0 <= number < len(self.tokens):
            raise Refused(f"there is no token {number}: {len(self)} tokens are numbered 0 to {len(self) - 1}")
        return self.tokens[number]
