"""The layers that an answer may be built of, with torch's names, order and defaults of their arguments.

torch itself is not asked, for nothing here loads it; a test compares this table with torch's own signatures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from dlquiz.core.expressions.sentences import Sentence

LayerName = Literal[
    "Conv2d",
    "ConvTranspose2d",
    "MaxPool2d",
    "AvgPool2d",
    "AdaptiveAvgPool2d",
    "BatchNorm2d",
    "GroupNorm",
    "LayerNorm",
    "ReLU",
    "GELU",
    "Sigmoid",
    "Tanh",
    "Dropout",
    "Flatten",
    "Linear",
]

Takes = Literal["whole", "pair", "sizes", "decimal", "truth"]
"""``pair``: a whole number for both axes, or two; ``sizes``: one to three whole numbers."""


class Parameter(NamedTuple):
    """One argument of a layer.

    ``needed``: it has no default, and nothing that arrives tells it. ``keyword``: it is read by its name only, because
    torch has an argument before it that is not read here.
    """

    name: str
    takes: Takes
    low: float = 0
    high: float = 0
    default: float | bool | None = None
    needed: bool = False
    keyword: bool = False

    def accepts(self, value: Any) -> bool:
        """Whether a number, a truth or a list of numbers fits.

        >>> Parameter("padding", "pair", 0, 1024).accepts([1, 2]), Parameter("groups", "whole", 1, 8).accepts(2.0)
        (True, False)
        """
        if self.takes == "truth":
            return isinstance(value, bool)
        if isinstance(value, list):
            return len(value) in _LENGTHS.get(self.takes, ()) and all(map(self._in_range, value))
        return self._in_range(value)

    def _in_range(self, value: Any) -> bool:
        if isinstance(value, bool) or (isinstance(value, float) and self.takes != "decimal"):
            return False
        return bool(self.low <= value <= self.high)

    def wanted(self) -> Sentence:
        """Return the sentence that says what fits."""
        values = {"name": self.name, "low": f"{self.low:g}", "high": f"{self.high:,}"}
        return Sentence(_WANTED[self.takes], values)


_LENGTHS: Mapping[Takes, tuple[int, ...]] = {"pair": (2,), "sizes": (1, 2, 3)}
_WANTED: Mapping[Takes, str] = {
    "whole": "{name} is a whole number from {low} to {high}",
    "pair": "{name} is a whole number from {low} to {high}, or two such as (3, 5)",
    "sizes": "{name} is a whole number from {low} to {high}, or up to three such as (8, 7, 7)",
    "decimal": "{name} is a number from {low} to {high}",
    "truth": "{name} is true or false",
}


@dataclass(frozen=True)
class Layer:
    """A layer by torch's name."""

    name: LayerName
    parameters: tuple[Parameter, ...]

    @property
    def by_position(self) -> tuple[Parameter, ...]:
        """The arguments that may be written without their names, in order."""
        return tuple(parameter for parameter in self.parameters if not parameter.keyword)

    def parameter(self, word: str) -> Parameter | None:
        """Return the argument that a word names, in any case and also by one letter; None where it names none.

        >>> LAYERS["Conv2d"].parameter("S").name, LAYERS["Dropout"].parameter("p").name
        ('stride', 'p')
        """
        word = word.lower()
        own = {parameter.name: parameter for parameter in self.parameters}
        return own.get(word) or own.get(SHORT.get(word, ""))


SHORT: Mapping[str, str] = {"k": "kernel_size", "s": "stride", "p": "padding", "d": "dilation", "g": "groups"}
"""Letters for the arguments of a window."""

_MOST = 65_536
_WIDEST = 1024


def _count(name: str, default: int | None = None, *, needed: bool = False) -> Parameter:
    return Parameter(name, "whole", 1, _MOST, default, needed)


def _window(name: str, default: int | None = None, *, low: int = 1, needed: bool = False) -> Parameter:
    return Parameter(name, "pair", low, _WIDEST, default, needed)


def _truth(name: str, default: bool, *, keyword: bool = False) -> Parameter:
    return Parameter(name, "truth", default=default, keyword=keyword)


def _axis(name: str, default: int) -> Parameter:
    return Parameter(name, "whole", -4, 4, default)


_CHANNELS = (_count("in_channels"), _count("out_channels"))
_KERNEL = _window("kernel_size", needed=True)
_PADDING = _window("padding", 0, low=0)
_BIAS = _truth("bias", True)
_EPS = Parameter("eps", "decimal", 1e-12, 1, 1e-5)

_TABLE: Mapping[LayerName, tuple[Parameter, ...]] = {
    "Conv2d": (
        *_CHANNELS,
        _KERNEL,
        _window("stride", 1),
        _PADDING,
        _window("dilation", 1),
        _count("groups", 1),
        _BIAS,
    ),
    "ConvTranspose2d": (
        *_CHANNELS,
        _KERNEL,
        _window("stride", 1),
        _PADDING,
        _window("output_padding", 0, low=0),
        _count("groups", 1),
        _BIAS,
        _window("dilation", 1),
    ),
    "MaxPool2d": (
        _KERNEL,
        _window("stride"),
        _PADDING,
        _window("dilation", 1),
        _truth("ceil_mode", False, keyword=True),
    ),
    "AvgPool2d": (_KERNEL, _window("stride"), _PADDING, _truth("ceil_mode", False), _truth("count_include_pad", True)),
    "AdaptiveAvgPool2d": (Parameter("output_size", "pair", 1, _MOST, needed=True),),
    "BatchNorm2d": (
        _count("num_features"),
        _EPS,
        Parameter("momentum", "decimal", 0, 1, 0.1),
        _truth("affine", True),
    ),
    "GroupNorm": (_count("num_groups", needed=True), _count("num_channels"), _EPS, _truth("affine", True)),
    "LayerNorm": (
        Parameter("normalized_shape", "sizes", 1, _MOST, needed=True),
        _EPS,
        _truth("elementwise_affine", True),
        _BIAS,
    ),
    "ReLU": (),
    "GELU": (),
    "Sigmoid": (),
    "Tanh": (),
    "Dropout": (Parameter("p", "decimal", 0, 1, 0.5),),
    "Flatten": (_axis("start_dim", 1), _axis("end_dim", -1)),
    "Linear": (_count("in_features"), _count("out_features", needed=True), _BIAS),
}

LAYERS: Mapping[LayerName, Layer] = {name: Layer(name, parameters) for name, parameters in _TABLE.items()}
