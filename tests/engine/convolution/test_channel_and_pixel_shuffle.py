"""Channel shuffle and pixel shuffle against torch's."""

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.nn import functional

from engine.convolution.channel_shuffle import ChannelShuffle, channel_shuffle
from engine.convolution.pixel_shuffle import (
    PixelShuffle,
    PixelUnshuffle,
    pixel_shuffle,
    pixel_unshuffle,
)

torch.set_num_threads(1)
few = settings(max_examples=20, deadline=None)


@few
@given(st.integers(1, 4), st.integers(1, 3), st.integers(1, 3), st.integers(1, 3))
def test_pixel_shuffle_and_its_inverse_equal_torchs(r: int, channels: int, height: int, width: int) -> None:
    x = torch.arange(2.0 * channels * r * r * height * width).reshape(2, -1, height, width)
    theirs = functional.pixel_shuffle(x, r)
    assert torch.equal(pixel_shuffle(x, r), theirs)
    assert torch.equal(PixelShuffle(r)(x), theirs)
    assert torch.equal(pixel_unshuffle(theirs, r), functional.pixel_unshuffle(theirs, r))
    assert torch.equal(PixelUnshuffle(r)(theirs), x)
    assert run("pixel_shuffle.output", x=x[0].tolist(), upscale_factor=r).value == theirs[0].tolist()
    assert run("pixel_shuffle.undone", x=theirs[0].tolist(), downscale_factor=r).value == x[0].tolist()
    image = {"channels": channels * r * r, "height": height, "width": width}
    assert run("pixel_shuffle.output_shape", **image, factor=r).value == list(theirs.shape[1:])
    big = {"channels": channels, "height": r * height, "width": r * width}
    assert run("pixel_shuffle.output_shape", **big, factor=r, inverse=True).value == list(x.shape[1:])


@few
@given(st.integers(1, 5), st.integers(1, 5))
def test_channel_shuffle_equals_torchs_and_is_undone_by_the_other_factor(groups: int, per_group: int) -> None:
    x = torch.arange(2.0 * groups * per_group * 6).reshape(2, -1, 2, 3)
    theirs = functional.channel_shuffle(x, groups)
    assert torch.equal(channel_shuffle(x, groups), theirs)
    assert torch.equal(ChannelShuffle(groups)(x), theirs)
    assert torch.equal(channel_shuffle(theirs, per_group), x)
    assert list(ChannelShuffle(groups).parameters()) == []
    order = functional.channel_shuffle(torch.arange(groups * per_group)[None, :, None, None], groups).flatten().tolist()
    count = {"channels": groups * per_group, "groups": groups}
    assert run("channel_shuffle.order", **count).value == order
    for channel in range(groups * per_group):
        assert run("channel_shuffle.place", **count, channel=channel).value == order.index(channel)


@pytest.mark.parametrize(
    ("channels", "groups", "shuffled", "share"),
    [
        (12, 3, False, 1 / 3),
        (12, 3, True, 1),
        (12, 4, True, 0.75),
        (16, 4, True, 1),
        (8, 8, True, 1 / 8),
        (6, 1, True, 1),
    ],
)
def test_how_much_two_grouped_layers_mix(channels: int, groups: int, shuffled: bool, share: float) -> None:
    """Follow by hand which input channels reach an output channel."""
    run_of = channels // groups
    reached = 0
    for output in range(channels):
        middle = range(output // run_of * run_of, output // run_of * run_of + run_of)
        before = [place // groups + place % groups * run_of if shuffled else place for place in middle]
        reached += len(
            {start for each in before for start in range(each // run_of * run_of, each // run_of * run_of + run_of)}
        )
    found = run("channel_shuffle.share_reached", channels=channels, groups=groups, shuffled=shuffled).value
    assert found == pytest.approx(reached / channels**2) == pytest.approx(share)
