"""``capacity.*``: training and test errors of families of models as they get larger, fitted in closed form."""

from typing import Annotated, Literal

from engine.arguments import Between
from engine.evidence import Block, Curve, Run, Series
from engine.registry import Kind, function
from engine.regularization.capacity import Vary, fitted, least_squares_errors, polynomial_features, random_relu_features

Size = Annotated[int, Between(1, 64)]
_SIZES: dict[Vary, tuple[int, ...]] = {
    "degree": (1, 2, 3, 5, 7, 9, 11, 13),
    "width": (1, 2, 4, 8, 16, 32),
    "depth": (1, 2, 3, 4, 6, 8),
}


@function(
    "capacity.error",
    Kind.MEASURED,
    example={"vary": "degree", "size": 3, "on": "test"},
    shows=(least_squares_errors, polynomial_features, random_relu_features),
)
def error(
    vary: Vary,
    size: Size,
    on: Literal["train", "test"] = "test",
    samples: Annotated[int, Between(4, 256)] = 15,
    noise: Annotated[float, Between(0, 10)] = 0.2,
    seed: Annotated[int, Between(0, 1000)] = 0,
) -> Run:
    """Return the mean squared error of a model of this degree, width or depth, fitted to noisy samples of sin(3x).

    Inputs are evenly spread over [-1, 1]; the test error is against the curve without noise, between the samples.
    Networks have fixed random hidden layers and a fitted output layer; where depth varies, the width is 12.
    """
    errors = fitted(vary, size, samples, noise, seed)

    def evidence() -> list[Block]:
        sizes = sorted({*_SIZES[vary], size})
        found = [fitted(vary, at, samples, noise, seed) for at in sizes]
        series = [
            Series("training error", sizes, [float(e.train) for e in found]),
            Series("test error", sizes, [float(e.test) for e in found]),
        ]
        return [Curve(f"Errors by {vary}, {samples} samples", series, vary, "mean squared error", log_y=True)]

    return Run(float(errors.train if on == "train" else errors.test), evidence)
