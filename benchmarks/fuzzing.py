"""Hostile texts against everything that reads what is typed: none may crash it, take over 50 ms, or run anything.

``python -m benchmarks.fuzzing`` draws 200,000 texts from seed 0 and reads each as a formula of a bank, a list, and an
answer to a question of each kind that is typed; what is read is evaluated, marked and told. It prints how many were
read, refused and undefined, and ends with exit status 1 and the offending texts where something was not as it must be.
"""

import argparse
import gc
import random
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from fractions import Fraction
from typing import Any

from benchmarks.hostile_texts import NAMES, hostile_text
from dlquiz.core.calls import CallTemplate
from dlquiz.core.domains import Domain, IntRange
from dlquiz.core.expressions import Undefined, Unreadable, parse, parse_list
from dlquiz.core.formulas import Formula
from dlquiz.core.kinds.claims import Claim
from dlquiz.core.kinds.computed import Answer, Misconception
from dlquiz.core.kinds.registry import Claims, Number, Shape, Symbolic
from dlquiz.core.questions import Question
from dlquiz.core.texts import Template, Text
from dlquiz.core.verdicts import Level, Truth

TEXTS = 200_000
LIMIT_S = 0.050
SHOWN = 10
_VALUES: Mapping[str, Any] = {"h": 3, "d": -2, "dk": Fraction(7, 2), "n": [16, 32]}
_RUNS = (
    "exec",
    "compile",
    "import",
    "open",
    "os.",
    "subprocess.",
    "socket.",
    "ctypes.",
    "shutil.",
    "code.",
    "marshal.",
)
_SAID = Text(Template(("?",)))

Read = Callable[[str], object]


class Watch:
    """Notes what Python says that it imports, compiles, opens or starts while it is on."""

    def __init__(self) -> None:
        self.seen: list[str] = []
        self._on = False
        sys.addaudithook(self._hear)

    def _hear(self, event: str, arguments: tuple[Any, ...]) -> None:
        if self._on and event.startswith(_RUNS):
            self.seen.append(f"{event} {arguments!r:.80}")

    @contextmanager
    def on(self) -> Iterator[None]:
        """Watch what happens inside."""
        self._on = True
        try:
            yield
        finally:
            self._on = False


def readers() -> dict[str, Read]:
    """Return all that reads a text, by name; each raises Unreadable or Undefined, and nothing else."""
    typed: dict[str, tuple[Question, Truth]] = {
        "number": (Number(id="n", prompt=_SAID, answer=_answer("4*h")), Truth(12, (), Level.COMPUTED)),
        "shape": (Shape(id="s", prompt=_SAID, answer=_answer("4*h")), Truth([3, 4], (), Level.COMPUTED)),
        "claims": (_claims(), Truth([True, False, True, False], (), Level.COMPUTED)),
    }
    for name, formula in (("polynomial", "4*h*d^2 + dk"), ("root", "sqrt(6/(h + d))*log(n)")):
        question = _expression(formula)
        typed[name] = question, question.settle({}, ())
    marked = {name: _marker(question, truth) for name, (question, truth) in typed.items()}
    return {"formula": _formula, "list": _list, **marked}


def _formula(text: str) -> object:
    expression = parse(text, NAMES)
    assert parse(expression.written(), NAMES, limit=5000).tree == expression.tree, "what is written reads otherwise"
    return expression.evaluate(_VALUES)


def _list(text: str) -> object:
    return [entry.evaluate(_VALUES) for entry in parse_list(text, NAMES)]


def _marker(question: Question, truth: Truth) -> Read:
    values = {"asked": [0, 1, 2, 3]}

    def mark(text: str) -> object:
        verdict = question.mark(question.read(text, values), truth, values)
        return question.reason(verdict, "en"), question.reason(verdict, "zh")

    return mark


def _answer(formula: str) -> Answer:
    return Answer(formula=Formula((parse(formula, NAMES),)))


def _expression(formula: str) -> Symbolic:
    symbols = Domain({name: IntRange(2, 64) for name in NAMES})
    idea = Misconception(id="idea", formula=Formula((parse(f"{formula} + h", NAMES),)), says=_SAID)
    return Symbolic(id="e", prompt=_SAID, symbols=symbols, answer=_answer(formula), misconceptions=(idea,))


def _claims() -> Claims:
    call = CallTemplate("norm.claim")
    claims = (Claim(say=_SAID, holds=bool(place % 2), proof=call, control=call) for place in range(4))
    return Claims(id="c", prompt=_SAID, claims=tuple(claims))


def fault(text: str, read: Read) -> tuple[str, str | None]:
    """Return what became of a text, and what is wrong with that; None where nothing is."""
    begun = time.thread_time()
    try:
        read(text)
        became = "read"
    except Unreadable as error:
        became = "refused"
        if not (0 <= error.position <= len(text) and error.reason.isprintable() and error.said("zh").isprintable()):
            return became, f"refused at {error.position} of {len(text)}: {error.reason!r}"
    except Undefined as error:
        became = "undefined"
        if not error.said("zh").isprintable():
            return became, f"undefined: {error!r}"
    except Exception as error:  # the very thing that is looked for
        return "crashed", f"{type(error).__name__}: {error}"
    seconds = time.thread_time() - begun
    return became, None if seconds < LIMIT_S else f"took {1000 * seconds:.0f} ms"


def fuzz(count: int, seed: int, watch: Watch) -> tuple[Counter[str], list[str], tuple[float, str]]:
    """Return how many readings ended how, every fault, and the longest time that one took, with its text.

    A reading that took too long is repeated: what the machine did meanwhile is no fault of the text.
    """
    rng, became, faults, longest = random.Random(seed), Counter[str](), [], (0.0, "")
    known = readers()
    for read in known.values():
        fault("4hd² + 1/0 + log(2) ٣ 全部", read)
        fault("1", read)  # what is imported once, and late, is imported by these
    for _ in range(count):
        text = hostile_text(rng)
        for name, read in known.items():
            before = time.thread_time()
            with watch.on():
                ended, trouble = fault(text, read)
            if trouble is not None and trouble.startswith("took"):
                before = time.thread_time()
                ended, trouble = fault(text, read)
            longest = max(longest, (time.thread_time() - before, f"{name}: {text!r}"))
            became[ended] += 1
            if watch.seen:
                trouble = f"ran {watch.seen.pop()}"
                watch.seen.clear()
            if trouble is not None:
                faults.append(f"{name}: {text!r}: {trouble}")
    return became, faults, longest


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.fuzzing", description=__doc__)
    parser.add_argument("--count", type=int, default=TEXTS, metavar="N", help=f"how many texts; {TEXTS} if not given")
    parser.add_argument("--seed", type=int, default=0, metavar="S", help="another seed draws other texts")
    asked = parser.parse_args()
    gc.freeze()
    begun = time.perf_counter()
    became, faults, longest = fuzz(asked.count, asked.seed, Watch())
    told = ", ".join(f"{became[ended]:,} {ended}" for ended in ("read", "refused", "undefined", "crashed"))
    print(f"{asked.count:,} texts, seed {asked.seed}, {time.perf_counter() - begun:.0f} s: {told}")
    print(f"the longest reading took {1000 * longest[0]:.1f} ms, {longest[1]:.120}")
    print(f"{len(faults)} faults")
    for one in faults[:SHOWN]:
        print(f"  {one:.300}")
    sys.exit(1 if faults else 0)


if __name__ == "__main__":
    main()
