"""``fourier.*``: a signal taken apart into waves, weighted and put together."""

from collections.abc import Sequence
from typing import Annotated

import torch

from engine.arguments import Between, Length
from engine.attention.channel_frequencies import dct_matrix, dft_matrix, reweight
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Curve, Run, Series, Table
from engine.registry import Kind, function

Signal = Annotated[Sequence[Annotated[float, Between(-1e6, 1e6)]], Length(1, 64)]
_STEP = {"signal": [1, 3, 1, 3], "gains": [1, 1, 0]}


@function("fourier.reweighted", Kind.MODULE, example=_STEP, shows=(reweight, dft_matrix))
def reweighted(signal: Signal, gains: Signal) -> Run:
    """Return the signal with each of its frequencies times a gain: 0, 1, 2, … waves in the signal's length.

    Torch's fast transform is run. ⌊n/2⌋ + 1 gains are needed for n numbers.

    >>> [round(value, 9) for value in reweighted([1, 3, 1, 3], gains=[1, 1, 0]).value]
    [2.0, 2.0, 2.0, 2.0]
    """
    given = torch.tensor(signal, dtype=torch.float64, device=for_float64())
    spectrum = torch.fft.rfft(given)
    if len(gains) != len(spectrum):
        raise Refused(f"'gains' needs {len(spectrum)} numbers for a signal of {len(signal)}, not {len(gains)}")
    weighted = spectrum * given.new_tensor(gains)
    found = torch.fft.irfft(weighted, n=len(signal))
    before, after = spectrum.abs().tolist(), weighted.abs().tolist()
    rows = list(zip(range(len(gains)), gains, before, after, strict=True))
    steps = list(range(len(signal)))
    series = [Series("before", steps, list(signal)), Series("after", steps, found.tolist())]

    def evidence() -> list[Table | Curve]:
        columns = ["waves", "gain", "strength before", "strength after"]
        return [Table("Spectrum", columns, rows), Curve("Signal", series, "step", "value")]

    return Run(found.tolist(), evidence, str(given.device))


@function("fourier.num_frequencies", Kind.MODULE, example={"length": 8}, shows=(dft_matrix, dct_matrix))
def num_frequencies(length: Annotated[int, Between(1, 4096)]) -> Run:
    """Return how many frequencies a real signal of this length has, the constant one counted: what a gain is for.

    >>> num_frequencies(8).value, num_frequencies(7).value
    (5, 4)
    """
    found = torch.fft.rfft(torch.zeros(length, dtype=torch.float64))
    rows = [("numbers in the signal", length), ("frequencies", len(found))]
    return Run(len(found), lambda: [Table("A real signal", ["what", "how many"], rows)], "cpu")
