"""Batches of one corpus: every pair beside the corpus, every row beside the one it continues."""

import pytest
import torch
from door_runs import run
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.errors import Refused
from engine.text.sampling import num_subsequences, random_batches, sequential_batches

torch.set_num_threads(1)
SIZES = {
    "length": st.integers(30, 80),
    "batch_size": st.integers(1, 3),
    "num_steps": st.integers(1, 5),
    "offset": st.integers(0, 5),
}


@settings(max_examples=25)
@given(**SIZES, seed=st.integers(0, 99))
def test_random_batches_against_the_corpus(length, batch_size, num_steps, offset, seed):
    corpus = torch.randint(1000, (length,), generator=torch.Generator().manual_seed(seed))
    places = torch.arange(length)
    batches = list(random_batches(corpus, batch_size, num_steps, offset, torch.Generator().manual_seed(seed)))
    same = list(random_batches(places, batch_size, num_steps, offset, torch.Generator().manual_seed(seed)))
    count = (length - offset - 1) // num_steps
    assert len(batches) == count // batch_size
    assert num_subsequences(length, num_steps, offset) == count
    starts = []
    for batch, at in zip(batches, same, strict=True):
        assert batch.x.shape == batch.y.shape == (batch_size, num_steps)
        assert torch.equal(batch.x, corpus[at.x])
        assert torch.equal(batch.y, corpus[at.x + 1])
        assert torch.equal(at.y, at.x + 1)
        assert torch.equal(at.x, at.x[:, :1] + torch.arange(num_steps))
        starts += at.x[:, 0].tolist()
    assert len(set(starts)) == len(starts)
    assert {(start - offset) % num_steps for start in starts} <= {0}
    assert all(offset <= start < offset + count * num_steps for start in starts)
    call = {"length": length, "num_steps": num_steps, "offset": offset}
    assert run("sampling.num_subsequences", **call).value == count
    assert run("sampling.num_batches", **call, batch_size=batch_size).value == count // batch_size
    first = {"index": 0, "scheme": "random", "seed": seed, "batch_size": batch_size}
    assert run("sampling.batch", **call, **first).value == same[0].x.tolist()
    assert run("sampling.batch", **call, **first, of="Y").value == same[0].y.tolist()


def test_random_batches_are_shuffled():
    starts = [
        int(batch.x[0, 0]) for batch in random_batches(torch.arange(100), 1, 3, 0, torch.Generator().manual_seed(0))
    ]
    assert sorted(starts) == list(range(0, 99, 3))
    assert starts != sorted(starts)


@settings(max_examples=25)
@given(**SIZES)
def test_sequential_batches_continue_row_by_row(length, batch_size, num_steps, offset):
    batches = list(sequential_batches(torch.arange(length), batch_size, num_steps, offset))
    columns = (length - offset - 1) // batch_size
    assert len(batches) == columns // num_steps
    for row in range(batch_size):
        joined = [place for batch in batches for place in batch.x[row].tolist()]
        begin = offset + row * columns
        assert joined == list(range(begin, begin + len(joined)))
        targets = [place for batch in batches for place in batch.y[row].tolist()]
        assert targets == [place + 1 for place in joined]
    call = {"length": length, "batch_size": batch_size, "num_steps": num_steps, "offset": offset}
    assert run("sampling.num_batches", **call, scheme="sequential").value == columns // num_steps
    last = len(batches) - 1
    for row in range(batch_size):
        expected = offset + row * columns + last * num_steps
        assert run("sampling.first_token", **call, row=row, index=last).value == expected
    assert run("sampling.batch", **call, index=last).value == batches[last].x.tolist()


def test_batches_of_twenty_numbers_by_hand():
    found = [batch.x.tolist() for batch in sequential_batches(torch.arange(20), 2, 3)]
    assert found == [[[0, 1, 2], [9, 10, 11]], [[3, 4, 5], [12, 13, 14]], [[6, 7, 8], [15, 16, 17]]]
    assert num_subsequences(35, 5) == 6
    assert num_subsequences(36, 5) == 7


@pytest.mark.parametrize(
    ("name", "arguments", "sentence"),
    [
        ("sampling.batch", {"length": 20, "batch_size": 2, "num_steps": 3, "index": 3}, "'index' is 3, and 3 batches"),
        (
            "sampling.num_batches",
            {"length": 5, "batch_size": 2, "num_steps": 3},
            "the corpus is too short for one batch",
        ),
        (
            "sampling.num_batches",
            {"length": 5, "batch_size": 2, "num_steps": 3, "scheme": "sequential"},
            "the corpus is too short for one batch of 2 subsequences of 3 tokens",
        ),
        ("sampling.first_token", {"length": 20, "batch_size": 2, "num_steps": 3, "row": 2}, "'row' is 2, and 2 rows"),
        (
            "sampling.num_subsequences",
            {"length": 5, "num_steps": 3, "offset": 5},
            "'offset' is 5, and the corpus has 5",
        ),
    ],
)
def test_batches_that_are_not_there_are_refused(name, arguments, sentence):
    with pytest.raises(Refused, match=f"^{sentence}"):
        run(name, **arguments)
