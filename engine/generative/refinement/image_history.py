"""The image history: the discriminator also sees what *earlier* refiners made, so that it does not forget.

In each step half of a batch of refined images comes from the buffer and half from the current refiner, which then
replaces as many random images in the buffer. Without it the discriminator looks only at the latest artefacts and the
refiner may return to old ones.

Source: Shrivastava et al. 2017, "Learning from Simulated and Unsupervised Images through Adversarial Training",
section 2.3. A DCGAN has no such buffer.
"""

import torch
from torch import Tensor


class ImageHistory:
    """A buffer of refined images; :meth:`mix` makes a batch for the discriminator and renews part of the buffer."""

    def __init__(self, capacity: int, generator: torch.Generator) -> None:
        self.capacity, self.generator = capacity, generator
        self.images: list[Tensor] = []

    def mix(self, refined: Tensor) -> Tensor:
        """Return a batch as large as ``refined``: its first half, and as many images from the buffer.

        While the buffer holds fewer images than half a batch it takes in the batch's, and the batch returns as it is.
        """
        half = len(refined) // 2
        if len(self.images) < half:
            self._add(refined)
            return refined
        chosen = torch.randperm(len(self.images), generator=self.generator)[:half].tolist()
        batch = torch.stack([*refined[: len(refined) - half], *(self.images[index] for index in chosen)])
        self._add(refined[:half])
        return batch

    def _add(self, images: Tensor) -> None:
        """Append while there is room, then replace random images."""
        for image in images.detach():
            if len(self.images) < self.capacity:
                self.images.append(image)
            else:
                place = int(torch.randint(self.capacity, (1,), generator=self.generator))
                self.images[place] = image
