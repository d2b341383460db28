"""What BERT is shown in pre-training, beside exact expectations, a chi-square test and plain lists."""

import pytest
import torch
from door_runs import run
from scipy.stats import chisquare

from engine.errors import Refused
from engine.text.masked_tokens import mask_tokens
from engine.text.sentence_pairs import join, next_sentence_pairs

torch.set_num_threads(1)
SHARES = {"chosen": 0.15, "masked": 0.12, "random": 0.015, "kept": 0.015, "not chosen": 0.85}


def seeded(seed=0):
    return torch.Generator().manual_seed(seed)


@pytest.mark.parametrize("action", SHARES)
def test_expected_shares_are_exact_and_a_run_comes_close(action):
    assert run("bert.expected_share", action=action).value == SHARES[action]
    measured = run("bert.measured_share", action=action, num_tokens=100_000).value
    assert measured == pytest.approx(SHARES[action], abs=4 * (SHARES[action] / 100_000) ** 0.5)


def test_what_happens_to_chosen_tokens_passes_a_chi_square_test():
    shown = mask_tokens(torch.zeros(100_000, dtype=torch.long), seeded(), 1, 1000)
    counts = [int((shown.action == number).sum()) for number in (1, 2, 3)]
    assert sum(counts) == 15_000 == int(shown.chosen.sum())
    assert chisquare(counts, [12_000, 1_500, 1_500]).pvalue > 0.01
    assert chisquare(counts, [10_500, 2_250, 2_250]).pvalue < 1e-6


def test_masked_random_and_kept_tokens_show_what_they_should():
    ids = torch.arange(2000) % 50 + 3
    special = ids % 10 == 0
    shown = mask_tokens(ids, seeded(1), mask_id=1, vocab_size=60, special=special)
    assert (shown.ids[shown.action == 1] == 1).all()
    assert (
        shown.ids[(shown.action == 3) | (shown.action == 0)] == ids[(shown.action == 3) | (shown.action == 0)]
    ).all()
    strangers = shown.ids[shown.action == 2]
    assert strangers.min() >= 0
    assert strangers.max() < 60
    assert (strangers != ids[shown.action == 2]).double().mean() > 0.8
    assert not shown.chosen[special].any()
    assert int(shown.chosen.sum()) == round(0.15 * int((~special).sum()))
    other = mask_tokens(ids, seeded(2), mask_id=1, vocab_size=60, special=special)
    assert not torch.equal(other.chosen, shown.chosen)


@pytest.mark.parametrize(("tokens", "chosen"), [(1, 1), (6, 1), (10, 2), (100, 15), (512, 77), (1000, 150)])
def test_how_many_tokens_are_chosen(tokens, chosen):
    assert run("bert.num_chosen", num_tokens=tokens).value == chosen


def test_special_tokens_alone_cannot_be_asked():
    with pytest.raises(Refused, match="every token is special"):
        mask_tokens(torch.zeros(3, dtype=torch.long), seeded(), 1, 5, special=torch.ones(3, dtype=torch.bool))


def test_a_sentence_as_it_is_shown():
    text = "this movie is great and i liked it a lot"
    shown = run("bert.masked_input", text=text, seed=4).value
    words = ["[CLS]", *text.split(), "[SEP]"]
    assert len(shown) == len(words)
    assert shown[0] == "[CLS]"
    assert shown[-1] == "[SEP]"
    changed = [place for place, (one, other) in enumerate(zip(shown, words, strict=True)) if one != other]
    assert 0 < len(changed) <= 2
    assert any(token == "[MASK]" for token in shown)


def test_pairs_as_bert_reads_them():
    joined = join(["a", "b"], ["c"])
    assert joined.tokens == ["[CLS]", "a", "b", "[SEP]", "c", "[SEP]"]
    assert joined.segments == [0, 0, 0, 0, 1, 1]
    assert join(["a"]) == (["[CLS]", "a", "[SEP]"], [0, 0, 0])
    assert run("bert.pair", first="a b", second="c").value == joined.tokens
    assert run("bert.pair", first="a b", second="c", what="segments").value == joined.segments
    assert run("bert.num_tokens", first="a b c", second="d e").value == 3 + 2 + 3
    assert run("bert.num_tokens", first="a b c", second="d e", segment="0").value == 5
    assert run("bert.num_tokens", first="a b c", second="d e", segment="1").value == 3
    assert run("bert.num_tokens", first="a b c").value == 5


def test_half_of_the_pairs_follow_one_another_and_no_random_one_does():
    documents = [[[f"{name}{place}"] for place in range(300)] for name in "abc"]
    pairs = list(next_sentence_pairs(documents, seeded()))
    assert len(pairs) == 3 * 299
    assert sum(pair.is_next for pair in pairs) == pytest.approx(len(pairs) / 2, abs=3 * (len(pairs) / 4) ** 0.5)
    follower = {f"{name}{place}": f"{name}{place + 1}" for name in "abc" for place in range(299)}
    for pair in pairs:
        (first,), (second,) = pair.first, pair.second
        assert pair.is_next is (follower.get(first) == second)
        assert pair.is_next is (first[0] == second[0])
    assert all(pair.is_next for pair in next_sentence_pairs(documents, seeded(), negatives=0.0))
    assert not any(pair.is_next for pair in next_sentence_pairs(documents, seeded(), negatives=1.0))
    assert run("bert.num_negatives", num_pairs=1000, seed=3).value == pytest.approx(500, abs=48)


def test_random_sentences_need_another_document():
    with pytest.raises(Refused, match="random second sentences come from other documents"):
        list(next_sentence_pairs([[["a"], ["b"]]], seeded()))
