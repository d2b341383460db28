"""How often a transposed convolution writes to each cell of its output: where the checkerboard comes from.

Source: Odena, Dumoulin & Olah 2016, "Deconvolution and Checkerboard Artifacts", Distill.
"""

from engine.analysis.window import Window, check_conv_transpose, transposed_size


def overlap_counts(size: int, kernel_size: int, stride: int = 1, padding: int = 0) -> list[int]:
    """Return for each output cell along one axis how many input cells add to it.

    In two dimensions the counts of both axes are multiplied. Away from the border they are k/s everywhere if s divides
    k; else they go up and down with period s, and an image of one grey comes out as a pattern. A kernel below the
    stride leaves cells that nothing reaches. Odd or even is not what matters: k = 3, s = 3 is even cover, k = 4,
    s = 3 is not.

    Raises:
        Refused: the padding cuts the whole output away.

    >>> overlap_counts(4, kernel_size=3, stride=2)
    [1, 1, 2, 1, 2, 1, 2, 1, 1]
    >>> overlap_counts(4, kernel_size=4, stride=2, padding=1)
    [1, 2, 2, 2, 2, 2, 2, 1]
    """
    window = Window(kernel_size, stride, padding)
    check_conv_transpose(size, window, 0)
    counts = [0] * transposed_size(size, window, 0)
    for cell in range(size):
        for tap in range(kernel_size):
            place = window.start(cell) + tap
            if 0 <= place < len(counts):
                counts[place] += 1
    return counts
