"""``tensor.*``: axes of size 1, put in and taken out."""

from engine.doors.tensors._shapes import Dim, Shape, written, zeros
from engine.evidence import Run, Table
from engine.registry import Kind, function
from engine.tensors import axes


@function("tensor.unsqueeze_shape", Kind.MODULE, example={"shape": [2, 10], "dim": 1}, shows=(axes.unsqueeze_shape,))
def unsqueeze_shape(shape: Shape, dim: Dim) -> Run:
    """Return the shape after ``unsqueeze(dim)``: an axis of size 1 is put in at ``dim`` of the result.

    >>> unsqueeze_shape((2, 10), 1).value, unsqueeze_shape((2, 10), -1).value
    ([2, 1, 10], [2, 10, 1])
    """
    axes.unsqueeze_shape(shape, dim)  # refuses a dim that is out of range
    found = zeros(shape).unsqueeze(dim).shape
    every = [(d, written(zeros(shape).unsqueeze(d).shape)) for d in range(-len(shape) - 1, len(shape) + 1)]
    return Run(
        list(found), lambda: [Table(f"{written(shape)}, unsqueezed", ["dim", "shape"], every)], str(zeros(shape).device)
    )


@function("tensor.squeeze_shape", Kind.MODULE, example={"shape": [1, 3, 1]}, shows=(axes.squeeze_shape,))
def squeeze_shape(shape: Shape, dim: Dim | None = None) -> Run:
    """Return the shape after ``squeeze(dim)``, or after ``squeeze()``, which takes out *all* axes of size 1.

    An axis of another size stays, without an error.

    >>> squeeze_shape((1, 3, 1)).value, squeeze_shape((2, 3), 0).value
    ([3], [2, 3])
    """
    axes.squeeze_shape(shape, dim)
    x = zeros(shape)
    found = x.squeeze() if dim is None else x.squeeze(dim)
    every = [("all", written(x.squeeze().shape)), *((str(d), written(x.squeeze(d).shape)) for d in range(len(shape)))]
    return Run(
        list(found.shape),
        lambda: [Table(f"{written(shape)}, squeezed", ["dim", "shape"], every)],
        str(zeros(shape).device),
    )
