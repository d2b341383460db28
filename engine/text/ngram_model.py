"""n-gram language models: the next token's probability by counting what followed the last n - 1 tokens.

P(w | c) = count(c w)/count(c ·), or with Laplace's smoothing (count(c w) + α)/(count(c ·) + α·V), where c are the last
n - 1 tokens, "c ·" is c with any token behind it, and V is the size of the vocabulary. All probabilities are exact
fractions. It rests on the Markov assumption of order n - 1: only the last n - 1 tokens matter.

Sources: Markov 1913, "An Example of Statistical Investigation of the Text Eugene Onegin"; Shannon 1948, "A Mathematical
Theory of Communication", section 3; Jurafsky & Martin, "Speech and Language Processing", chapter 3 (smoothing).
"""

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction

from engine.errors import Refused
from engine.metrics.ngrams import ngrams

Context = tuple[str, ...]
_ONE = Fraction(1)


class NgramModel:
    """Counts of one text. ``order`` is n: 1 unigram, 2 bigram, 3 trigram; ``alpha`` is Laplace's α, 0 for none.

    Convention: the text is one sequence, without marks at its beginning and end; the first tokens of a sentence are
    judged by shorter contexts, from models of lower order, so P(w₁ w₂ w₃) = P(w₁)·P(w₂|w₁)·P(w₃|w₁w₂) for a trigram.
    The denominator counts the context only where something follows it, so that the probabilities sum to 1.

    >>> model = NgramModel("a b a c a b".split(), order=2)
    >>> model.probability("b", ["a"]), model.sentence_probability("a c".split())
    (Fraction(2, 3), Fraction(1, 6))
    """

    def __init__(self, tokens: Sequence[str], order: int, alpha: Fraction = Fraction(0)) -> None:
        if order > len(tokens):
            raise Refused(f"a text of {len(tokens)} tokens holds no {order}-gram")
        self.tokens, self.order, self.alpha = tokens, order, alpha
        self.vocabulary = sorted(set(tokens))
        self.counts = [Counter(ngrams(tokens, length)) for length in range(1, order + 1)]
        self.continued = [Counter(ngram[:-1] for ngram in counts.elements()) for counts in self.counts]
        """How often each context is followed by something, by the length of the n-gram."""

    def probability(self, token: str, context: Sequence[str]) -> Fraction:
        """Return P(token | context); of a longer context only the last n - 1 tokens count.

        Raises:
            Refused: the token never occurs, or the context was never continued and nothing smooths that.
        """
        self._check(token)
        seen = self._context(context)
        ngram, length = (*seen, token), len(seen)
        total = self.continued[length][seen] + self.alpha * len(self.vocabulary)
        if not total:
            raise Refused(f"nothing follows '{' '.join(seen)}' in the text, so its counts give no probability")
        return (self.counts[length][ngram] + self.alpha) / Fraction(total)

    def chain(self, sentence: Sequence[str]) -> list[Fraction]:
        """Return the factors whose product is the sentence's probability, up to the first that is 0."""
        factors: list[Fraction] = []
        for place, token in enumerate(sentence):
            factors.append(self.probability(token, sentence[:place]))
            if not factors[-1]:
                break
        return factors

    def sentence_probability(self, sentence: Sequence[str]) -> Fraction:
        """Return P(sentence), a product over its tokens; 0 as soon as one n-gram was never seen and nothing smooths it.

        Raises:
            Refused: a token never occurs in the text.
        """
        for token in sentence:
            self._check(token)
        return math.prod(self.chain(sentence), start=_ONE)

    def unseen_share(self) -> Fraction:
        """Return how many of the V^n possible n-grams the text does not hold, as a share of all."""
        return 1 - Fraction(len(self.counts[-1]), len(self.vocabulary) ** self.order)

    def _context(self, context: Sequence[str]) -> Context:
        return tuple(context[len(context) - min(len(context), self.order - 1) :])

    def _check(self, token: str) -> None:
        if (token,) not in self.counts[0]:
            raise Refused(f"'{token[:40]}' does not occur in the text")
