"""Values of tensor operations beside loops, einsum, sympy and torch."""

from itertools import product

import pytest
import sympy
import torch
from door_runs import run
from torch.testing import assert_close

from engine.errors import Refused
from engine.tensors.joining import direct_sum
from engine.tensors.matmul import bmm, matmul
from engine.tensors.products import hadamard, inner, outer
from engine.tensors.reductions import reduce
from engine.tensors.repeating import in_rows, repeat, repeat_interleave
from engine.tensors.sequence_layout import one_hot_steps, time_first
from engine.tensors.shape_assertion import assert_rank
from engine.tensors.softmax_along import repeated_minus, softmax

torch.set_num_threads(1)
EXACT = {"rtol": 1e-12, "atol": 1e-12}


def randn(seed, *shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed), dtype=torch.float64)


def asked(name, **arguments):
    given = {key: value.tolist() if isinstance(value, torch.Tensor) else value for key, value in arguments.items()}
    return torch.tensor(run(name, **given).value, dtype=torch.float64)


def test_a_row_and_a_column_are_added_entry_by_entry():
    a, b = randn(0, 3, 1), randn(1, 4)
    expected = torch.tensor([[float(a[i, 0] + b[j]) for j in range(4)] for i in range(3)], dtype=torch.float64)
    assert_close(asked("tensor.add", a=a, b=b), expected, **EXACT)
    assert_close(asked("tensor.add", a=a, b=b, subtract=True), expected - 2 * b, **EXACT)


def test_matrix_products_are_torchs_and_the_loops():
    a, b = randn(0, 2, 3, 4), randn(1, 2, 4, 5)
    expected = torch.einsum("bnm,bmk->bnk", a, b)
    assert_close(bmm(a, b), expected, **EXACT)
    assert_close(matmul(a[0], b[0]), expected[0], **EXACT)
    assert_close(asked("tensor.matmul", a=a, b=b, product="bmm"), expected, **EXACT)
    assert_close(asked("tensor.matmul", a=a[0], b=b), a[0] @ b, **EXACT)


def test_the_notes_batched_product_of_ones():
    found = asked("tensor.matmul", a=torch.ones(2, 1, 4), b=torch.ones(2, 4, 6), product="bmm")
    assert torch.equal(found, 4 * torch.ones(2, 1, 6, dtype=torch.float64))
    assert torch.equal(bmm(torch.ones(2, 1, 4), torch.ones(2, 4, 6)), 4 * torch.ones(2, 1, 6))


def test_four_products_are_what_sympy_says():
    a, b = [[1, 2], [3, 4]], [[5, -6], [7, 8]]
    left, right = sympy.Matrix(a), sympy.Matrix(b)
    x, y = torch.tensor(a, dtype=torch.float64), torch.tensor(b, dtype=torch.float64)
    by_sympy = {
        "matrix": (left * right).tolist(),
        "hadamard": left.multiply_elementwise(right).tolist(),
        "inner": left.dot(right) if left.shape[0] == 1 else sum(left.multiply_elementwise(right)),
    }
    written = {"matrix": matmul, "hadamard": hadamard, "inner": inner}
    for name, expected in by_sympy.items():
        assert_close(written[name](x, y), torch.tensor(expected, dtype=torch.float64), **EXACT)
        assert_close(
            asked("tensor.product", a=x, b=y, product=name), torch.tensor(expected, dtype=torch.float64), **EXACT
        )
    u, v = sympy.Matrix([1, 2, 3]), sympy.Matrix([4, 5])
    rows = torch.tensor((u * v.T).tolist(), dtype=torch.float64)
    assert_close(outer(torch.tensor([1.0, 2, 3]).double(), torch.tensor([4.0, 5]).double()), rows, **EXACT)
    assert_close(asked("tensor.product", a=[1, 2, 3], b=[4, 5], product="outer"), rows, **EXACT)
    assert run("tensor.product", a=[1, 2, 3], b=[4, 5, 6], product="inner").value == int(u.dot(sympy.Matrix([4, 5, 6])))


@pytest.mark.parametrize(("values", "repeats", "columns"), [([1, 2, 3], 3, 3), ([5, 7], 4, 2), ([1, 2, 3, 4], 1, 2)])
def test_repeats_by_list_comprehension(values, repeats, columns):
    interleaved = [value for value in values for _ in range(repeats)]
    again = [value for _ in range(repeats) for value in values]
    assert repeat_interleave(values, repeats) == interleaved
    assert repeat(values, repeats) == again
    for name, flat in (("repeat_interleave", interleaved), ("repeat", again)):
        rows = [flat[i : i + columns] for i in range(0, len(flat), columns)]
        assert in_rows(flat, columns) == rows
        assert run(f"tensor.{name}", values=values, repeats=repeats).value == flat
        assert run(f"tensor.{name}", values=values, repeats=repeats, columns=columns).value == rows


def test_the_snippet_of_the_notes_step_by_step():
    assert run("tensor.snippet", a=[1, 2, 3], step="repeated").value == [[1] * 3, [2] * 3, [3] * 3]
    assert run("tensor.snippet", a=[1, 2, 3], step="minus").value == [[0, -1, -2], [1, 0, -1], [2, 1, 0]]
    assert run("tensor.snippet", a=[1, 2, 3], step="matmul").value == [-8, -2, 4]
    for row in run("tensor.snippet", a=[1, 2, 3], step="softmax", dim=1).value:
        assert [round(value, 4) for value in row] == [0.6652, 0.2447, 0.09]
    for row, value in zip(run("tensor.snippet", a=[1, 2, 3], dim=0).value, [0.09, 0.2447, 0.6652], strict=True):
        assert [round(entry, 4) for entry in row] == [value] * 3
    a = randn(0, 5)
    expected = torch.tensor([[float(x - y) for y in a] for x in a], dtype=torch.float64)
    assert_close(repeated_minus(a), expected, **EXACT)


@pytest.mark.parametrize("dim", [0, 1, 2, -1])
def test_softmax_along_each_axis_is_torchs(dim):
    x = randn(0, 2, 3, 4) * 5
    assert_close(softmax(x, dim), torch.softmax(x, dim), **EXACT)
    assert_close(asked("tensor.softmax", x=x, dim=dim), x.exp() / x.exp().sum(dim, keepdim=True), **EXACT)
    sums = softmax(x, dim).sum(dim)
    assert_close(sums, torch.ones_like(sums), **EXACT)


@pytest.mark.parametrize("reduction", ["sum", "mean", "max", "var"])
@pytest.mark.parametrize("dim", [[0], [1, 2], [0, 2], [-1], []])
@pytest.mark.parametrize("keepdim", [True, False])
def test_reductions_are_torchs(reduction, dim, keepdim):
    x, axes = randn(0, 2, 3, 4), tuple(dim) or (0, 1, 2)
    by_torch = {
        "sum": lambda: x.sum(axes, keepdim=keepdim),
        "mean": lambda: x.mean(axes, keepdim=keepdim),
        "max": lambda: x.amax(axes, keepdim=keepdim),
        "var": lambda: torch.var(x, axes, correction=0, keepdim=keepdim),
    }[reduction]()
    assert_close(reduce(x, reduction, dim, keepdim, correction=0), by_torch, **EXACT)
    found = asked("tensor.reduce", x=x, dim=dim, reduction=reduction, keepdim=keepdim, correction=0)
    looped = by_loop(x, reduction, axes)
    assert_close(found.flatten(), torch.tensor(looped, dtype=torch.float64), **EXACT)


def by_loop(x, reduction, axes):
    gone = {axis % x.dim() for axis in axes}
    kept = [axis for axis in range(x.dim()) if axis not in gone]
    results = []
    for place in product(*(range(x.shape[axis]) for axis in kept)):
        group = [
            float(x[index])
            for index in product(*map(range, x.shape))
            if all(index[axis] == at for axis, at in zip(kept, place, strict=True))
        ]
        mean = sum(group) / len(group)
        results.append(
            {
                "sum": sum(group),
                "mean": mean,
                "max": max(group),
                "var": sum((v - mean) ** 2 for v in group) / len(group),
            }[reduction]
        )
    return results


def test_the_unbiased_variance_divides_by_one_less():
    x = torch.tensor([[1.0, 3.0, 8.0]], dtype=torch.float64)
    assert_close(reduce(x, "var", [1]), torch.tensor([13.0], dtype=torch.float64), **EXACT)
    assert run("tensor.reduce", x=x.tolist(), dim=[1], reduction="var").value == pytest.approx([13.0])
    assert run("tensor.reduce", x=x.tolist(), dim=[1], reduction="var", correction=0).value == pytest.approx([26 / 3])


def test_direct_sums_of_vectors_and_matrices():
    assert direct_sum(torch.tensor([1.0, 2.0]), torch.tensor([3.0])).tolist() == [1, 2, 3]
    assert run("tensor.direct_sum", a=[1, 2], b=[3]).value == [1, 2, 3]
    by_sympy = sympy.diag(sympy.Matrix([[1, 2]]), sympy.Matrix([[3], [4]])).tolist()
    blocks = [[int(entry) for entry in row] for row in by_sympy]
    assert direct_sum(torch.tensor([[1.0, 2]]), torch.tensor([[3.0], [4]])).tolist() == blocks
    assert run("tensor.direct_sum", a=[[1, 2]], b=[[3], [4]]).value == blocks


def test_a_transpose_is_no_reshape():
    x = [[1, 2, 3], [4, 5, 6]]
    assert run("tensor.rearranged", x=x, by="transpose").value == [list(row) for row in zip(*x, strict=True)]
    assert run("tensor.rearranged", x=x, by="reshape").value == [[1, 2], [3, 4], [5, 6]]


def test_time_first_and_one_hot_steps_by_loops():
    tokens = torch.tensor([[0, 2, 1, 1], [3, 0, 0, 2]])
    assert time_first(tokens).tolist() == [list(step) for step in zip(*tokens.tolist(), strict=True)]
    assert run("tensor.time_first", batch=tokens.tolist()).value == time_first(tokens).tolist()
    batch = randn(0, 2, 4, 3)
    assert torch.equal(time_first(batch), batch.permute(1, 0, 2))
    for t, matrix in enumerate(one_hot_steps(tokens, 4)):
        expected = [[int(token == row[t]) for token in range(4)] for row in tokens.tolist()]
        assert matrix.tolist() == expected
        assert run("tensor.one_hot_step", tokens=tokens.tolist(), step=t, vocab_size=4).value == expected
    assert len(one_hot_steps(tokens, 4)) == 4
    assert run("tensor.one_hot_shape", batch=32, steps=35, vocab_size=28).value == [35, 32, 28]


@pytest.mark.parametrize("shape", [[], [4], [2, 4], [3, 5], [2, 4, 4], [1, 2, 3, 4], [2, 2, 2, 2, 2]])
def test_the_assertion_counts_axes_and_nothing_else(shape):
    fails = len(shape) not in (2, 4)
    assert run("tensor.assertion_passes", shape=shape).value is not fails
    assert run("tensor.assertion_passes", shape=shape, ranks=[len(shape)]).value is True
    if fails:
        with pytest.raises(AssertionError, match=r"none of 2, 4$"):
            assert_rank(torch.zeros(shape))
    else:
        assert assert_rank(torch.zeros(shape)) is None


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("add", {"a": [1, 2], "b": [1, 2, 3]}, "along axis -1, counted from the end, the sizes are 2 and 3"),
        ("matmul", {"a": [[1, 2]], "b": [[1, 2]]}, "the left rows have 2 entries and the right columns 1"),
        (
            "product",
            {"a": [1, 2], "b": [1], "product": "hadamard"},
            r"a Hadamard product needs two tensors of one shape",
        ),
        (
            "product",
            {"a": [1, 2], "b": [1], "product": "matrix"},
            "a matrix product takes two matrices, not tensors of 1",
        ),
        ("product", {"a": [[1]], "b": [1], "product": "outer"}, "an outer product takes two vectors, not tensors of 2"),
        ("repeat", {"values": [1, 2, 3], "repeats": 3, "columns": 2}, "9 values do not fill rows of 2"),
        ("softmax", {"x": 3, "dim": 0}, "a single number has no axis along which numbers could share a sum"),
        ("softmax", {"x": [1, 2], "dim": 1}, "dim 1 is out of range: it runs from -1 to 0 here"),
        ("reduce", {"x": [1], "dim": [0], "reduction": "var"}, "an unbiased variance needs at least two numbers"),
        ("direct_sum", {"a": [1], "b": [[1]]}, "a direct sum takes two vectors or two matrices, not 1 and 2 axes"),
        ("rearranged", {"x": [1], "by": "reshape"}, "'x' must be a matrix here, not a tensor of 1 axes"),
        ("one_hot_step", {"tokens": [[0, 3]], "step": 0, "vocab_size": 3}, "a vocabulary of 3 has the tokens 0 to 2"),
        (
            "one_hot_step",
            {"tokens": [[0, 1]], "step": 2, "vocab_size": 3},
            "'step' is 2, and 2 steps are numbered 0 to 1",
        ),
        ("time_first", {"batch": [[0, 1], [0]]}, "all samples of a batch have equally many tokens"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(name, arguments, sentence):
    with pytest.raises(Refused, match=f"^{sentence}"):
        run(f"tensor.{name}", **arguments)
