"""Errors of single predictions, from the residual r = prediction - target: r², abs(r), and r itself.

Their means are MSE (L2 loss), MAE (L1 loss) and MBE, the mean bias error, in which errors of both signs cancel. A
constant prediction minimises MSE at the mean of the targets (Gauss 1809) and MAE at their median (Laplace 1774).
"""

from torch import Tensor


def squared_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Return r², in the target's unit squared: twice the error counts four times."""
    return (prediction - target).square()


def squared_error_slope(prediction: Tensor, target: Tensor) -> Tensor:
    """Return ∂r²/∂prediction = 2r, which grows with the error without a bound."""
    return 2 * (prediction - target)


def absolute_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Return abs(r), in the target's unit."""
    return (prediction - target).abs()


def absolute_error_slope(prediction: Tensor, target: Tensor) -> Tensor:
    """Return the sign of r: as steep for a small error as for a large one; 0 at the kink, as in torch."""
    return (prediction - target).sign()


def bias_error(prediction: Tensor, target: Tensor) -> Tensor:
    """Return r with its sign; positive where the prediction is too high. Convention: prediction less target."""
    return prediction - target


def bias_error_slope(prediction: Tensor, target: Tensor) -> Tensor:
    """Return 1: to lower MBE is to lower every prediction, so it measures a bias and cannot be trained on."""
    return (prediction - target).new_ones(prediction.shape)
