"""Labels under augmentation: drawings turned by hand, and sentences counted by their synonyms."""

from itertools import product

import pytest
import torch
from door_runs import run

from engine.augmentation.glyphs import NAMES, changed, glyph
from engine.augmentation.synthetic import back_translate, sentiment, with_generated
from engine.errors import Refused

SYNONYMS = {
    "film": {"film", "movie"}, "movie": {"film", "movie"}, "great": {"great", "superb"}, "very": {"very", "really"},
    "good": {"good"}, "bad": {"bad", "poor"}, "was": {"was"}, "the": {"the"}, "not": {"not"},
    "terrible": {"awful", "terrible"},
}  # fmt: skip
SENTENCES = {"the film was great": 1, "the movie was not very good": -1, "the film was not bad": 1, "the film was": 0}


@pytest.mark.parametrize(
    ("drawing", "change", "expected"),
    [
        ("6", "turn by 180", "9"), ("9", "turn by 180", "6"), ("8", "turn by 180", "8"), ("0", "turn by 180", "0"),
        ("b", "horizontal flip", "d"), ("p", "horizontal flip", "q"), ("b", "vertical flip", "p"),
        ("b", "turn by 180", "q"), ("T", "horizontal flip", "T"), ("d", "none", "d"),
    ],
)  # fmt: skip
def test_what_a_drawing_looks_like_after_a_change(drawing, change, expected):
    assert run("augmentation.reads_as", drawing=drawing, change=change).value == expected


@pytest.mark.parametrize("name", NAMES)
def test_changes_are_torchs_flips(name):
    drawing = glyph(name)
    for change, axes in (("horizontal flip", (1,)), ("vertical flip", (0,)), ("turn by 180", (0, 1))):
        torch.testing.assert_close(changed(drawing, change), torch.flip(drawing, axes), rtol=0, atol=0)
    assert set(drawing.flatten().tolist()) == {0.0, 1.0}


@pytest.mark.parametrize("sentence", SENTENCES)
def test_a_round_trip_gives_every_choice_of_synonyms(sentence):
    words = sentence.split()
    expected = set(product(*(SYNONYMS[word] for word in words)))
    assert run("augmentation.back_translations", sentence=words).value == len(expected)
    generator = torch.Generator().manual_seed(0)
    found = {tuple(back_translate(words, generator)) for _ in range(300)}
    assert found == expected


@pytest.mark.parametrize(("sentence", "label"), SENTENCES.items())
def test_a_round_trip_keeps_the_label(sentence, label):
    generator = torch.Generator().manual_seed(1)
    assert sentiment(sentence.split()) == label
    assert {sentiment(back_translate(sentence.split(), generator)) for _ in range(50)} == {label}


def test_generated_samples_follow_the_real_ones_of_their_class():
    x = torch.tensor([[0.0, 0.0], [2.0, 0.0], [10.0, 5.0], [10.0, 7.0]], dtype=torch.float64)
    labels = torch.tensor([0, 0, 1, 1])
    more, kinds = with_generated(x, labels, 5, torch.Generator().manual_seed(2))
    assert kinds.tolist() == [0, 0, 1, 1] + [0] * 5 + [1] * 5
    torch.testing.assert_close(more[:4], x, rtol=0, atol=0)
    again = torch.Generator().manual_seed(2)
    for start, mean, std in ((4, [1.0, 0.0], [1.0, 0.0]), (9, [10.0, 6.0], [0.0, 1.0])):
        noise = torch.randn(5, 2, generator=again, dtype=torch.float64)
        expected = torch.tensor(mean, dtype=torch.float64) + noise * torch.tensor(std, dtype=torch.float64)
        torch.testing.assert_close(more[start : start + 5], expected, rtol=1e-9, atol=1e-12)


def test_all_synonyms_of_a_long_sentence_are_counted():
    found = run("augmentation.back_translations", sentence=["film"] * 12)
    assert found.value == 2**12
    (table,) = found.evidence()
    assert "40 of 4096" in table.title


def test_words_and_drawings_that_there_are_not_are_refused():
    with pytest.raises(Refused, match="the toy dictionary has no 'movies'; did you mean 'movie'"):
        run("augmentation.back_translations", sentence=["movies"])
    with pytest.raises(Refused, match="there is no drawing of 'x'"):
        run("augmentation.reads_as", drawing="x", change="none")
