"""The banks in which the examples of the pages stand: a part of a question becomes a whole bank."""

import re

HEAD = "dlquiz: 1\nbank: example\ntopic: my-topic\ntitle: An example\nquestions:\n"

BASE = """- id: size
  kind: number
  prompt: "A kernel of 3 runs over {{n}} inputs. How many outputs?"
  params: {n: {int: [16, 64]}}
  answer: {formula: n - 2, engine: {call: conv.output_size, with: {size: n, kernel_size: 3}}}"""
"""The question that an example is a part of."""

CONSTRUCTION = """- id: quarter
  kind: construct
  prompt: "Take 3×64×64 to a size of 16, and let the windows overlap."
  allow: {layers: [Conv2d, MaxPool2d]}
  goal:
    - {id: size, call: stack.output_size, with: {layers: built, input_shape: [3, 64, 64]}, is: 16}
    - {id: overlap, call: stack.receptive_field, with: {layers: built}, above: 4}
  accept: ["k=7 s=4 p=2", "MaxPool2d(3, 2, 1), MaxPool2d(3, 2, 1)"]
  reject: ["k=9 s=4", "k=8 s=2 p=3", "k=7 s=4 p=4"]
  trivial: k=4 s=4"""
"""The question of examples about accept, reject, trivial and goal."""

CLAIMS = """- id: pooling
  kind: claims
  prompt: "Which of these hold for pooling?"
  claims:
    - {say: "Max pooling may be exchanged with ReLU.", holds: true,
       proof: {call: pool.commutes_with_relu, with: {kind: max}}, control: {kind: avg}}
    - {say: "Average pooling may be exchanged with ReLU.", holds: false,
       proof: {call: pool.commutes_with_relu, with: {kind: avg}}, control: {kind: max}}
    - {say: "Max pooling passes a gradient to every cell.", holds: false,
       proof: {call: pool.gradient_reaches_every_cell, with: {kind: max}}, control: {kind: avg}}
    - {say: "Average pooling passes a gradient to every cell.", holds: true,
       proof: {call: pool.gradient_reaches_every_cell, with: {kind: avg}}, control: {kind: max}}
    - {say: "Pooling mixes channels.", holds: false,
       proof: {call: pool.mixes_channels, with: {layer: pool}}, control: {layer: conv}}"""
"""The question to which examples that are a claim are added."""

_KEY = re.compile(r"^(\w+):", re.MULTILINE)
_FIELD = re.compile(r"^  (\w+):.*(?:\n    .*)*", re.MULTILINE)


def bank(example: str) -> str:
    """Return the bank that an example stands for.

    >>> bank("rev: 2").endswith("  rev: 2\\n")
    True
    """
    if example.startswith(("dlquiz:", "bank:")):
        return f"{example}\n"
    if example.startswith("- id:"):
        return f"{HEAD}{_indented(example)}\n"
    if example.startswith("- say:"):
        return f"{HEAD}{_indented(CLAIMS)}\n{_indented(example, 6)}\n"
    keys = set(_KEY.findall(example))
    base = CONSTRUCTION if keys & {"accept", "reject", "trivial", "goal"} else BASE
    kept = [field[0] for field in _FIELD.finditer(base) if field[1] not in keys]
    return "\n".join([HEAD.rstrip(), _indented(base.split("\n")[0]), *map(_indented, kept), _indented(example, 4), ""])


def _indented(text: str, by: int = 2) -> str:
    return "\n".join(f"{' ' * by}{line}" for line in text.split("\n"))
