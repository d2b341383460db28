"""The bounds that hold before anything is computed: no text, however hostile, costs more than milliseconds."""

TEXT_LENGTH = 500
"""Characters in what a learner types, and the default for everything else."""

TOKENS = 1000
"""Numbers, names and signs in one text."""

NESTING = 24
"""Brackets, signs and powers inside one another while reading."""

TREE_HEIGHT = 64
"""Operations on top of one another in the tree, as in a - b - c - ..."""

LITERAL_DIGITS = 40
"""Digits of a number as it is written."""

LITERAL_EXPONENT = 300
"""The largest power of ten in a number such as 1e-5, either way."""

VALUE_DIGITS = 1000
"""Digits of an integer, a numerator or a denominator at any step of an evaluation."""

VALUE_LIMIT = 10**VALUE_DIGITS

PRECISE_DIGITS = 400
"""The same where two expressions are compared, which takes many evaluations."""

COST = 8
"""Exponentials, logarithms and powers that are not whole in an expression that is compared with another one."""

LIST_LENGTH = 1000
"""Entries of a list that is computed with."""
