"""``video.*``: predicting the next frame of a square that moves evenly."""

from typing import Annotated

from engine.arguments import Between
from engine.device import for_float64
from engine.errors import Refused
from engine.evidence import Blocks, Heatmap, Run
from engine.generative.applications.video_prediction import fitted_kernel, moving_square, next_frame_loss, predict
from engine.registry import Kind, function

Step = tuple[Annotated[int, Between(-3, 3)], Annotated[int, Between(-3, 3)]]
Side = Annotated[int, Between(1, 8)]
_SIZE, _FRAMES, _KERNEL = 16, 6, 7


@function("video.kernel_place", Kind.MEASURED, example={"step": [1, -2]}, shows=(fitted_kernel, moving_square))
def kernel_place(step: Step) -> Run:
    """Return row and column, from the middle of the kernel, of the one 1 that predicts a square moving by ``step``.

    The 7×7 kernel is fitted to six frames by least squares. ``step`` is [down, right] in pixels a frame.

    >>> kernel_place((1, -2)).value
    [-1, 2]
    """
    frames = moving_square(_SIZE, 1, (8, 8), step, _FRAMES).to(for_float64())
    kernel = fitted_kernel(frames, _KERNEL)
    row, column = divmod(int(kernel.abs().argmax()), _KERNEL)
    return Run([row - _KERNEL // 2, column - _KERNEL // 2], lambda: _strip(step), str(frames.device))


@function("video.kernel_place_formula", Kind.CLOSED_FORM, example={"step": [1, -2]})
def kernel_place_formula(step: Step) -> Run:
    """Return the same as minus the step: an unflipped kernel looks at where the square came from."""
    return Run([-step[0], -step[1]], lambda: _strip(step))


@function("video.copy_loss", Kind.MEASURED, example={"step": [0, 1], "side": 4}, shows=(next_frame_loss, moving_square))
def copy_loss(step: Step, side: Side) -> Run:
    """Return the mean squared error of taking each frame of a moving bright square for the next one, on 16×16 pixels.

    >>> copy_loss((0, 1), 4).value * 256  # four pixels left behind, four ahead
    8.0
    """
    if step == (0, 0):
        raise Refused("a square that stands still is predicted by its last frame: choose a step")
    frames = moving_square(_SIZE, side, (4, 4), step, _FRAMES).to(for_float64())
    same = frames.new_zeros(1, 1) + 1
    return Run(next_frame_loss(same, frames).item(), lambda: _strip(step, side), str(frames.device))


@function("video.copy_loss_formula", Kind.CLOSED_FORM, example={"step": [0, 1], "side": 4})
def copy_loss_formula(step: Step, side: Side) -> Run:
    """Return the same as 2·(s² - overlap)/256, where a square of side s overlaps itself after the step."""
    if step == (0, 0):
        raise Refused("a square that stands still is predicted by its last frame: choose a step")
    overlap = max(0, side - abs(step[0])) * max(0, side - abs(step[1]))
    return Run(2 * (side**2 - overlap) / _SIZE**2, lambda: _strip(step, side))


def _strip(step: Step, side: int = 1) -> Blocks:
    """Return three frames, what the fitted kernel makes of the last one but one, and the kernel."""
    frames = moving_square(_SIZE, side, (8, 8), step, _FRAMES)
    kernel = fitted_kernel(frames, _KERNEL)
    shown = [(f"Frame {index}", frames[index]) for index in range(3)]
    shown += [("Predicted frame 2", predict(kernel, frames[1:2])[0]), ("Kernel", kernel)]
    return [Heatmap(title, values.tolist()) for title, values in shown]
