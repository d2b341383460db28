"""Shape rules beside torch: what each operation gives, on drawn shapes, and what it refuses."""

import math
from itertools import product

import pytest
import torch
from door_runs import run
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from engine.errors import Refused
from engine.tensors.axes import squeeze_shape, unsqueeze_shape
from engine.tensors.broadcasting import aligned, broadcast_shape, source_index
from engine.tensors.joining import cat_shape, stack_shape
from engine.tensors.layout import (
    flat_index,
    flatten_shape,
    is_contiguous,
    permute_shape,
    reshape_shape,
    strides,
    unflat_index,
)
from engine.tensors.matmul import bmm_shape, matmul_shape
from engine.tensors.reductions import reduced_shape

torch.set_num_threads(1)
few = settings(max_examples=25)
SIZES = st.lists(st.integers(1, 4), min_size=0, max_size=4)
SIZED = st.lists(st.integers(1, 4), min_size=1, max_size=4)


def given_by_torch(call):
    """Return the shape, or None where torch refuses."""
    try:
        return tuple(call().shape)
    except (RuntimeError, IndexError):
        return None


def given_by(rule, *arguments):
    try:
        return tuple(rule(*arguments))
    except Refused:
        return None


@st.composite
def stretched(draw):
    """Shapes that fit: one common shape, with axes made 1 or left out."""
    common = draw(SIZES)
    shapes = []
    for _ in range(draw(st.integers(2, 3))):
        kept = common[draw(st.integers(0, len(common))) :]
        shapes.append([draw(st.sampled_from([size, 1])) for size in kept])
    return shapes


@few
@given(stretched())
def test_shapes_that_fit_broadcast_as_torch_expands_them(shapes):
    expected = tuple(torch.broadcast_tensors(*[torch.zeros(shape) for shape in shapes])[0].shape)
    assert broadcast_shape(*shapes) == expected
    assert run("tensor.broadcast_shape", shapes=shapes).value == list(expected)
    assert run("tensor.broadcasts", shapes=shapes).value is True


@few
@given(SIZES, SIZES)
def test_any_two_shapes_fit_or_not_as_torch_says(a, b):
    expected = given_by_torch(lambda: torch.zeros(a) + torch.zeros(b))
    assert given_by(broadcast_shape, a, b) == expected
    assert run("tensor.broadcasts", shapes=[a, b]).value is (expected is not None)


@pytest.mark.parametrize(
    ("shapes", "expected"),
    [
        ([[2, 1, 8], [2, 10, 8]], [2, 10, 8]),
        ([[8, 1, 6, 1], [7, 1, 5]], [8, 7, 6, 5]),
        ([[3, 1], [3]], [3, 3]),
        ([[], [4]], [4]),
        ([[2, 3, 8], [2, 10, 8]], None),
        ([[3, 4], [4, 3]], None),
    ],
)
def test_shapes_from_the_notes_and_classic_traps(shapes, expected):
    assert given_by(broadcast_shape, *shapes) == (expected and tuple(expected))
    assert run("tensor.broadcasts", shapes=shapes).value is (expected is not None)
    if expected:
        assert run("tensor.broadcast_shape", shapes=shapes).value == expected


def test_the_alignment_is_by_the_last_axis():
    assert aligned((8, 1, 6), (7, 1), ()) == [(8, 1, 6), (None, 7, 1), (None, None, None)]
    rows = run("tensor.broadcasts", shapes=[[2, 3, 8], [2, 10, 8]]).evidence()[0].rows
    assert rows[-1] == ("fits", True, False, True)


def test_every_entry_of_a_column_and_of_a_row_stretched_to_a_block():
    for shape in [(3, 1), (4,), (2, 1, 1), (1,)]:
        numbered = torch.arange(math.prod(shape)).reshape(shape)
        block = numbered.broadcast_to(2, 3, 4)
        for index in product(range(2), range(3), range(4)):
            found = source_index(shape, index)
            assert numbered[found] == block[index]
            asked = {"shape": list(shape), "target": [2, 3, 4], "index": list(index)}
            assert run("tensor.broadcast_source", **asked).value == list(found)


@few
@given(stretched(), st.data())
def test_every_entry_of_a_stretched_tensor_comes_from_where_the_rule_says(shapes, data):
    given_shape = shapes[0]
    common = broadcast_shape(*shapes)
    index = tuple(data.draw(st.integers(0, size - 1)) for size in common)
    entries = torch.arange(math.prod(given_shape)).reshape(given_shape).broadcast_to(common)
    found = source_index(given_shape, index)
    assert torch.arange(math.prod(given_shape)).reshape(given_shape)[found] == entries[index]
    asked = {"shape": given_shape, "target": list(common), "index": list(index)}
    assert run("tensor.broadcast_source", **asked).value == list(found)


@few
@given(st.integers(1, 4), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_pairs_of_queries_and_keys(batch, queries, keys, hidden):
    asked = {"query": [batch, queries, hidden], "key": [batch, keys, hidden]}
    assert run("tensor.pairwise_shape", **asked).value == [batch, queries, keys, hidden]


@few
@given(SIZES, st.integers(-6, 5))
def test_unsqueeze_is_torchs(shape, dim):
    expected = given_by_torch(lambda: torch.zeros(shape).unsqueeze(dim))
    assert given_by(unsqueeze_shape, shape, dim) == expected
    if expected:
        assert run("tensor.unsqueeze_shape", shape=shape, dim=dim).value == list(expected)


@few
@given(st.lists(st.integers(1, 2), max_size=4), st.integers(-5, 4) | st.none())
def test_squeeze_is_torchs(shape, dim):
    x = torch.zeros(shape)
    expected = given_by_torch(lambda: x.squeeze() if dim is None else x.squeeze(dim))
    assert given_by(squeeze_shape, shape, dim) == expected
    if expected is not None:
        assert run("tensor.squeeze_shape", shape=shape, dim=dim).value == list(expected)


def test_squeezing_leaves_other_sizes_alone_and_a_batch_of_one_is_lost():
    assert squeeze_shape((2, 3), 0) == (2, 3)
    assert squeeze_shape((1, 10)) == (10,)
    assert run("tensor.squeeze_shape", shape=[1, 3, 1]).value == [3]


@few
@given(SIZES, SIZES)
def test_products_of_any_shapes_are_torchs(a, b):
    expected = given_by_torch(lambda: torch.zeros(a) @ torch.zeros(b))
    assert given_by(matmul_shape, a, b) == expected
    assert run("tensor.multiplies", a=a, b=b).value is (expected is not None)
    by_bmm = given_by_torch(lambda: torch.bmm(torch.zeros(a), torch.zeros(b)))
    assert given_by(bmm_shape, a, b) == by_bmm


@few
@given(st.lists(st.integers(1, 3), max_size=2), st.integers(1, 4), st.integers(1, 4), st.integers(1, 4))
def test_products_that_fit(batch, rows, inner, columns):
    a, b = [*batch, rows, inner], [1, inner, columns]
    expected = list((torch.zeros(a) @ torch.zeros(b)).shape)
    assert run("tensor.matmul_shape", a=a, b=b).value == expected == list(matmul_shape(a, b))
    stacks = {"a": [3, rows, inner], "b": [3, inner, columns]}
    assert run("tensor.matmul_shape", **stacks, product="bmm").value == [3, rows, columns]
    assert bmm_shape(*stacks.values()) == (3, rows, columns)


@pytest.mark.parametrize(
    ("a", "b", "bmm", "matmul"),
    [([2, 1, 4], [2, 4, 6], True, True), ([2, 1, 4], [1, 4, 6], False, True), ([2, 1, 4], [2, 6, 4], False, False)],
)
def test_bmm_never_broadcasts(a, b, bmm, matmul):
    assert run("tensor.multiplies", a=a, b=b, product="bmm").value is bmm
    assert run("tensor.multiplies", a=a, b=b).value is matmul
    assert run("tensor.multiplies", a=[2, 1, 4], b=[2, 4, 6], product="bmm").value is True


@few
@given(SIZED, st.integers(-4, 3), st.lists(st.integers(1, 3), min_size=1, max_size=3), st.booleans())
def test_cat_is_torchs(shape, dim, sizes, spoil):
    assume(-len(shape) <= dim < len(shape))
    shapes = [[*shape] for _ in sizes]
    for one, size in zip(shapes, sizes, strict=True):
        one[dim] = size
    if spoil:
        shapes[0] = [*shapes[0][:-1], shapes[0][-1] + 1]
    expected = given_by_torch(lambda: torch.cat([torch.zeros(one) for one in shapes], dim))
    assert given_by(cat_shape, shapes, dim) == expected
    if expected:
        assert run("tensor.cat_shape", shapes=shapes, dim=dim).value == list(expected)


@few
@given(SIZES, st.integers(-5, 4), st.integers(1, 3), st.booleans())
def test_stack_is_torchs(shape, dim, count, spoil):
    shapes = [shape] * count + ([[*shape, 1]] if spoil else [])
    expected = given_by_torch(lambda: torch.stack([torch.zeros(one) for one in shapes], dim))
    assert given_by(stack_shape, shapes, dim) == expected
    if expected:
        assert run("tensor.stack_shape", shapes=shapes, dim=dim).value == list(expected)


@few
@given(SIZED, st.data())
def test_entries_lie_where_index_arithmetic_says(shape, data):
    index = [data.draw(st.integers(0, size - 1)) for size in shape]
    numbered = torch.arange(math.prod(shape)).reshape(shape)
    position = int(numbered[tuple(index)])
    assert flat_index(shape, index) == position
    assert unflat_index(shape, position) == tuple(index)
    assert run("tensor.flat_index", shape=shape, index=index).value == position
    assert run("tensor.index_at", shape=shape, position=position).value == index


@few
@given(SIZED, st.data())
def test_strides_permutations_and_contiguity_are_torchs(shape, data):
    dims = data.draw(st.permutations(range(len(shape))))
    x = torch.zeros(shape)
    moved = x.permute(dims)
    assert strides(shape) == x.stride()
    assert permute_shape(shape, dims) == tuple(moved.shape)
    assert is_contiguous(moved.shape, moved.stride()) is moved.is_contiguous()
    assert run("tensor.strides", shape=shape, dims=dims).value == list(moved.stride())
    assert run("tensor.permute_shape", shape=shape, dims=dims).value == list(moved.shape)
    assert run("tensor.is_contiguous", shape=shape, dims=dims).value is moved.is_contiguous()


@few
@given(SIZES, st.lists(st.sampled_from([-1, 1, 2, 3, 4, 6, 8, 12]), min_size=1, max_size=3))
def test_reshape_is_torchs(shape, new):
    expected = given_by_torch(lambda: torch.zeros(shape).reshape(new))
    assert given_by(reshape_shape, shape, new) == expected
    if expected:
        assert run("tensor.reshape_shape", shape=shape, new=new).value == list(expected)


@few
@given(SIZED, st.integers(-4, 3), st.integers(-4, 3))
def test_flatten_is_torchs(shape, start, end):
    expected = given_by_torch(lambda: torch.zeros(shape).flatten(start, end))
    assert given_by(flatten_shape, shape, start, end) == expected
    if expected:
        assert run("tensor.flatten_shape", shape=shape, start_dim=start, end_dim=end).value == list(expected)


def test_flatten_from_1_keeps_the_batch():
    assert flatten_shape((8, 16, 5, 5), 1) == (8, 400)
    assert run("tensor.flatten_shape", shape=[8, 16, 5, 5], start_dim=1).value == [8, 400]


@few
@given(SIZED, st.lists(st.integers(-4, 3), max_size=3), st.booleans())
def test_reduced_shapes_are_torchs(shape, dim, keepdim):
    expected = given_by_torch(lambda: torch.zeros(shape).mean(dim, keepdim=keepdim))
    assert given_by(reduced_shape, shape, dim, keepdim) == expected
    if expected is not None:
        assert run("tensor.reduced_shape", shape=shape, dim=dim, keepdim=keepdim).value == list(expected)


@pytest.mark.parametrize(("dim", "keepdim", "expected"), [([0, 2, 3], True, [1, 3, 1, 1]), ([1, 2, 3], False, [8])])
def test_axes_of_batch_norm_and_layer_norm(dim, keepdim, expected):
    assert list(reduced_shape((8, 3, 5, 5), dim, keepdim)) == expected
    assert run("tensor.reduced_shape", shape=[8, 3, 5, 5], dim=dim, keepdim=keepdim).value == expected


def test_large_shapes_run_without_memory():
    assert run("tensor.broadcast_shape", shapes=[[4096, 1, 4096], [1, 64, 1]]).device == "meta"
    assert run("tensor.broadcasts", shapes=[[4096, 1, 4096], [4096, 64, 4096]]).value is True
    assert run("tensor.matmul_shape", a=[64, 197, 768], b=[768, 3072]).value == [64, 197, 3072]
    assert run("tensor.multiplies", a=[100_000, 1000], b=[1000, 10_000]).value is True


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        (
            "broadcast_shape",
            {"shapes": [[2, 3], [4]]},
            "along axis -1, counted from the end, the sizes are 3 and 4, and",
        ),
        (
            "broadcast_shape",
            {"shapes": [[10**6, 1], [1, 10**6], [10**6, 1, 1]]},
            "the sum of 1000000×1000000×1000000 has",
        ),
        ("pairwise_shape", {"query": [2, 3], "key": [2, 3, 4]}, "query and key have three axes"),
        ("unsqueeze_shape", {"shape": [2, 10], "dim": 3}, "dim 3 is out of range: it runs from -3 to 2 here"),
        ("squeeze_shape", {"shape": [2], "dim": 1}, "dim 1 is out of range: it runs from -1 to 0 here"),
        ("matmul_shape", {"a": [2, 3], "b": [4, 5]}, "the left rows have 3 entries and the right columns 4"),
        (
            "matmul_shape",
            {"a": [2, 1, 4], "b": [1, 4, 6], "product": "bmm"},
            "bmm does not broadcast: the batch sizes are",
        ),
        ("matmul_shape", {"a": [4], "b": [4], "product": "bmm"}, "bmm takes two tensors of three axes, not 1 and 1"),
        ("matmul_shape", {"a": [], "b": [4]}, "matmul takes no scalars"),
        (
            "multiplies",
            {"a": [10**6, 10**6], "b": [10**6, 10**6]},
            "a product of 1000000×1000000 and 1000000×1000000 may",
        ),
        ("cat_shape", {"shapes": [[2, 3], [2, 4]]}, "cat along axis 0 needs equal sizes along all others"),
        ("cat_shape", {"shapes": [[], []]}, "cat takes no scalars"),
        ("stack_shape", {"shapes": [[2, 3], [2, 4]]}, "stack needs equal shapes"),
        ("flat_index", {"shape": [2, 3], "index": [2, 0]}, r"a tensor of shape \(2, 3\) has no entry \(2, 0\)"),
        ("index_at", {"shape": [2, 3], "position": 6}, r"a tensor of shape \(2, 3\) has 6 entries, and none at 6"),
        ("flat_index", {"shape": [64, 64, 64], "index": [0, 0, 0]}, "a tensor of at most 100,000 entries is made"),
        ("reshape_shape", {"shape": [2, 3], "new": [4, -1]}, r"6 entries do not fit into the shape \(4, -1\)"),
        ("reshape_shape", {"shape": [2, 3], "new": [-1, -1]}, "only one size can be -1"),
        ("flatten_shape", {"shape": [2, 3], "start_dim": 1, "end_dim": 0}, "start_dim 1 stands behind end_dim 0"),
        ("permute_shape", {"shape": [2, 3], "dims": [0, 0]}, "'dims' must name each of the axes 0 to 1 once"),
        ("reduced_shape", {"shape": [2, 3], "dim": [0, -2]}, "'dim' names an axis twice"),
        ("broadcast_source", {"shape": [3], "target": [4], "index": [0]}, "along axis -1"),
        (
            "broadcast_source",
            {"shape": [3, 1], "target": [3], "index": [0]},
            "a tensor of 3×1 cannot be stretched to 3",
        ),
        ("broadcast_source", {"shape": [1], "target": [4], "index": [4]}, "a tensor of 4 has no entry"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused, match=f"^{sentence}"):
        run(f"tensor.{name}", **arguments)
